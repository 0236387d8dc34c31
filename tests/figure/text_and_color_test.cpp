// Text layout, numbers and the colormap.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "app/figure/colormap.h"
#include "app/figure/contributions_terms.h"
#include "app/figure/font_metrics.h"
#include "app/figure/number_format.h"
#include "app/figure/style.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

TEST(TextMarkup, SubAndSuperscriptsAreSmallerAndShifted) {
  const TextLayout layout = layout_text("W_{hh}^{T} x", 10.0);
  ASSERT_EQ(layout.runs.size(), 4u);
  EXPECT_EQ(layout.runs[0].text, "W");
  EXPECT_EQ(layout.runs[1].text, "hh");
  EXPECT_LT(layout.runs[1].rise, 0.0);
  EXPECT_LT(layout.runs[1].size, 10.0);
  // The superscript stands above the subscript, and the text goes on behind the longer one.
  EXPECT_EQ(layout.runs[2].text, "T");
  EXPECT_GT(layout.runs[2].rise, 0.0);
  EXPECT_EQ(layout.runs[2].x, layout.runs[1].x);
  EXPECT_GE(layout.runs[3].x, layout.runs[1].x + text_width("hh", layout.runs[1].size) - 1e-9);
}

TEST(TextMarkup, WhatIsNoMarkupIsText) {
  for (const char* plain : {"a_b", "x^2", "_{open", "{}", "", "_", "^", "100 %"}) {
    const TextLayout layout = layout_text(plain, 12.0);
    std::string joined;
    for (const TextRun& run : layout.runs) joined += run.text;
    EXPECT_EQ(joined, plain);
  }
  EXPECT_EQ(layout_text("\xE2\x88", 12.0).runs.size(), 1u);  // cut off in the middle of a sign
}

TEST(TextMarkup, WidthsAreTheFontsAdvances) {
  // DejaVu Sans: A 1401, space 651, ∂ 1059 of 2048; bold A 1585.
  EXPECT_NEAR(text_width("A A", 20.48), (1401 + 651 + 1401) / 100.0, 1e-9);
  EXPECT_NEAR(text_width("A", 20.48, true), 1585 / 100.0, 1e-9);
  EXPECT_NEAR(text_width("∂", 20.48), 1059 / 100.0, 1e-9);
}

TEST(FontMetrics, HaveEverySignInOrder) {
  const auto table = glyph_advances();
  EXPECT_TRUE(std::is_sorted(table.begin(), table.end(), [](const auto& a, const auto& b) {
    return a.code_point < b.code_point;
  }));
  for (const char32_t sign : U"∂‖∇⊙ₜₖρσ→≤×∞∑∏ŷ−·…Σθη‹›“”\u2009")
    if (sign != 0) {
      EXPECT_TRUE(std::any_of(table.begin(), table.end(),
                              [&](const auto& glyph) { return glyph.code_point == sign; }))
          << std::hex << static_cast<unsigned>(sign);
    }
}

TEST(Numbers, AreShortAndTrue) {
  EXPECT_EQ(compact(0.0), "0");
  EXPECT_EQ(compact(0.7142857), "0.714");
  EXPECT_EQ(compact(-12.345), "−12.3");
  EXPECT_EQ(compact(1234.0), "1234");
  EXPECT_EQ(compact(999.6), "1000");
  EXPECT_EQ(compact(3.14e-4), "3.1·10^{−4}");
  EXPECT_EQ(compact(9.99e-5), "10^{−4}");
  EXPECT_EQ(compact(2.5e6), "2.5·10^{6}");
  EXPECT_EQ(compact(std::nan("")), "not a number");
  EXPECT_EQ(compact(-std::numeric_limits<double>::infinity()), "−∞");
  EXPECT_EQ(compact_power(-5000.0), "10^{−5000}");
  EXPECT_EQ(compact_power(-5000.3), "5·10^{−5001}");
  EXPECT_EQ(compact_power(-std::numeric_limits<double>::infinity()), "0");
  EXPECT_EQ(compact_power(0.0), "1");
  EXPECT_EQ(fixed(-0.04, 1), "0.0");
  EXPECT_EQ(fixed(-0.06, 1), "−0.1");
  EXPECT_EQ(fixed(std::nan(""), 2), "not a number");
  EXPECT_EQ(grouped(9999), "9999");
  EXPECT_EQ(grouped(1234567), "1\u2009234\u2009567");
  EXPECT_EQ(grouped(100000), "100\u2009000");
  EXPECT_EQ(csv_number(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(csv_number(0.1), "0.1");
}

double lightness(const Color& color) {
  const double y = relative_luminance(color);
  return y > 0.008856 ? 116.0 * std::cbrt(y) - 16.0 : 903.3 * y;
}

double distance(const Color& a, const Color& b) {
  return std::hypot(a.r - b.r, a.g - b.g, a.b - b.b);
}

TEST(Colormap, IsLightestAtOneAndEvenOnBothSides) {
  const auto& table = color_table(Colormap::diverging);
  for (std::size_t i = 0; i < 128; ++i) {
    EXPECT_LT(lightness(table[i]), lightness(table[i + 1]) + 0.45);
    EXPECT_GT(lightness(table[128 + i]) + 0.45, lightness(table[129 + i]));
    EXPECT_NEAR(lightness(table[i]), lightness(table[256 - i]), 1.5);
  }
  EXPECT_GT(lightness(table[128]) - lightness(table[0]), 60.0);
  EXPECT_LT(lightness(table[0]), lightness(table[60]));
  EXPECT_GT(table[30].b, table[30].r + 40);    // blue for vanishing
  EXPECT_GT(table[226].r, table[226].b + 40);  // red for exploding
}

double to_linear(double level) {
  const double c = level / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

// CIELAB (D65) of a colour as someone sees it whose eye lacks one kind of cone: Machado, Oliveira &
// Fernandes 2009, severity 1, on linear RGB. The identity: everyone else.
using Sight = std::array<std::array<double, 3>, 3>;
constexpr Sight kSights[] = {
    {{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}},
    {{{0.152286, 1.052583, -0.204868},
      {0.114503, 0.786281, 0.099216},
      {-0.003882, -0.048116, 1.051998}}},
    {{{0.367322, 0.860646, -0.227968},
      {0.280085, 0.672501, 0.047413},
      {-0.011820, 0.042940, 0.968881}}},
    {{{1.255528, -0.076749, -0.178779},
      {-0.078411, 0.930809, 0.147602},
      {0.004733, 0.691367, 0.303900}}},
};

std::array<double, 3> seen(const Sight& sight, const Color& color) {
  const double linear[] = {to_linear(color.r), to_linear(color.g), to_linear(color.b)};
  std::array<double, 3> rgb{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) rgb[i] += sight[i][j] * linear[j];
    rgb[i] = std::clamp(rgb[i], 0.0, 1.0);
  }
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116.0; };
  const double x = f((0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505);
  const double y = f(0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]);
  const double z = f((0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089);
  return {116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)};
}

TEST(Colormap, IsOrderedAndItsArmsDifferForEveryKindOfSight) {
  const auto& table = color_table(Colormap::diverging);
  for (const Sight& sight : kSights) {
    SCOPED_TRACE(&sight - kSights);
    const auto at = [&](std::size_t i) { return seen(sight, table[i]); };
    for (std::size_t i = 0; i < 128; ++i) {
      EXPECT_LT(at(i)[0], at(i + 1)[0] + 0.6) << i;
      EXPECT_GT(at(128 + i)[0] + 0.6, at(129 + i)[0]) << i;
    }
    EXPECT_GT(at(128)[0] - at(0)[0], 50.0);
    EXPECT_GT(at(128)[0] - at(256)[0], 50.0);
    for (std::size_t i = 0; i < 100; ++i) {
      const auto a = at(i), b = at(256 - i);
      EXPECT_GT(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), 12.0) << i;
    }
  }
}

constexpr Colormap kSequential[] = {Colormap::cividis, Colormap::viridis, Colormap::magma};

TEST(Colormap, SequentialOnesGrowLighterForEveryKindOfSight) {
  for (const Colormap map : kSequential)
    for (const Sight& sight : kSights) {
      SCOPED_TRACE(std::string(model::name_of(map)) + std::to_string(&sight - kSights));
      const ColorTable& table = color_table(map);
      const auto at = [&](std::size_t i) { return seen(sight, table[i]); };
      // Rounded to 8 bits, neighbours can be alike.
      for (std::size_t i = 4; i < table.size(); ++i) EXPECT_GT(at(i)[0], at(i - 4)[0]) << i;
      EXPECT_GT(at(256)[0] - at(0)[0], 68.0);
      // About even steps; even ones in CAM02-UCS, not in CIELAB, and not for every eye.
      for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR((at(64 * i + 64)[0] - at(64 * i)[0]) / (at(256)[0] - at(0)[0]), 0.25, 0.12);
    }
}

TEST(Colormap, SequentialOnesAreThePublishedColours) {
  // Ends and middle as their makers give them.
  EXPECT_EQ(color_table(Colormap::viridis)[0], (Color{68, 1, 84, 255}));
  EXPECT_EQ(color_table(Colormap::viridis)[256], (Color{253, 231, 37, 255}));
  EXPECT_EQ(color_table(Colormap::magma)[0], (Color{0, 0, 4, 255}));
  EXPECT_EQ(color_table(Colormap::magma)[256], (Color{252, 253, 191, 255}));
  EXPECT_EQ(color_table(Colormap::cividis)[0], (Color{0, 34, 78, 255}));
  EXPECT_EQ(color_table(Colormap::cividis)[256], (Color{254, 232, 56, 255}));
  EXPECT_LT(distance(color_table(Colormap::viridis)[128], {33, 145, 140, 255}), 1.5);
  EXPECT_LT(distance(color_table(Colormap::magma)[128], {183, 55, 121, 255}), 1.5);
  EXPECT_LT(distance(color_table(Colormap::cividis)[128], {124, 123, 120, 255}), 1.5);
}

TEST(Colormap, LagsAreOrderedByLightnessForEveryKindOfSight) {
  for (const auto& entry : model::EnumNames<Colormap>::kAll)
    for (const Theme theme : {Theme::light, Theme::dark})
      for (const Sight& sight : kSights) {
        SCOPED_TRACE(std::string(entry.name) + std::to_string(&sight - kSights));
        const FigureStyle style{theme, 12.0, true, entry.value};
        double before = seen(sight, lag_color(0.0, style))[0];
        for (int i = 1; i <= 64; ++i) {
          const double now = seen(sight, lag_color(i / 64.0, style))[0];
          EXPECT_LT(now, before + 0.3) << i;
          before = now;
        }
        EXPECT_GT(seen(sight, lag_color(0.0, style))[0] - before, 40.0);
      }
}

TEST(Colormap, SpecialColoursAreUnlikeAllOthers) {
  for (const auto& map : model::EnumNames<Colormap>::kAll) {
    SCOPED_TRACE(map.name);
    const ColorScale scale = color_scale(-3.0, 3.0, map.value);
    const Color special[] = {scale.below, scale.above, scale.zero, scale.not_finite};
    for (const Color& a : special) {
      for (const Color& b : special) {
        if (!(a == b)) {
          EXPECT_GT(distance(a, b), 40.0);
        }
      }
      for (const Color& entry : color_table(map.value)) EXPECT_GT(distance(a, entry), 38.0);
    }
  }
}

TEST(Colormap, MapsLimitsCentreAndSpecialValues) {
  const ColorScale scale = color_scale(-4.0, 2.0);
  const auto& table = color_table(Colormap::diverging);
  EXPECT_EQ(color_of(scale, 0.0f), table[128]);
  EXPECT_EQ(color_of(scale, -4.0f), table[0]);
  EXPECT_EQ(color_of(scale, 2.0f), table[256]);
  EXPECT_EQ(color_of(scale, -2.0f), table[64]);
  EXPECT_EQ(color_of(scale, 1.0f), table[192]);
  EXPECT_EQ(color_of(scale, -4.001f), scale.below);
  EXPECT_EQ(color_of(scale, 2.001f), scale.above);
  constexpr float kInf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(color_of(scale, -kInf), scale.zero);
  EXPECT_EQ(color_of(scale, kInf), scale.not_finite);
  EXPECT_EQ(color_of(scale, std::nanf("")), scale.not_finite);
  EXPECT_EQ(color_of(scale, kNoCell).a, 0);
}

TEST(Colormap, SequentialScalesAreLinearFromTheLowestToTheHighest) {
  for (const Colormap map : kSequential) {
    const ColorScale scale = color_scale(-6.0, 2.0, map);
    const ColorTable& table = color_table(map);
    for (std::size_t i = 0; i <= 256; i += 16)
      EXPECT_EQ(color_of(scale, -6.0f + 8.0f * static_cast<float>(i) / 256.0f), table[i]) << i;
    EXPECT_EQ(color_of(scale, -6.01f), scale.below);
    EXPECT_EQ(color_of(scale, 2.01f), scale.above);
  }
}

TEST(Colormap, LimitsHoldAllNorms) {
  for (const auto& map : model::EnumNames<Colormap>::kAll)
    for (const auto& [min, max] :
         {std::pair(0.0, 0.0), std::pair(-1e-16, 2e-16), std::pair(-40.0, 0.0),
          std::pair(-40.0, 1e-15), std::pair(0.0, 7.2), std::pair(-3.0, 0.4)}) {
      SCOPED_TRACE(std::string(map.name) + " " + std::to_string(min) + " " + std::to_string(max));
      const ColorScale scale = norm_scale(min, max, map.value);
      EXPECT_LE(scale.low, min);
      EXPECT_GE(scale.high, max);
      EXPECT_LT(scale.low, scale.center);
      EXPECT_LT(scale.center, scale.high);
      if (map.value == Colormap::diverging) {
        EXPECT_EQ(scale.low, -scale.high);
        EXPECT_EQ(scale.center, 0.0);
      } else if (max < 1e-3) {
        EXPECT_LT(scale.high, 0.01);  // no colours are kept for what there is not
      }
    }
}

double contrast(const Color& a, const Color& b) {
  const double x = relative_luminance(a), y = relative_luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Palette, TextAndCurvesStandOutInBothThemes) {
  for (const Theme theme : {Theme::light, Theme::dark}) {
    const Palette& p = palette(theme);
    EXPECT_GT(contrast(p.text, p.background), 7.0);
    EXPECT_GT(contrast(p.muted_text, p.background), 4.5);
    for (const Color& curve : {p.loss, p.norm_before, p.norm_after, p.threshold, p.warning})
      EXPECT_GT(contrast(curve, p.background), 3.0);
  }
  for (const auto& map : model::EnumNames<Colormap>::kAll)
    for (const Color& color : color_table(map.value))
      EXPECT_GT(contrast(color, readable_on(color)), 4.0);
}

}  // namespace
}  // namespace backflow::figure
