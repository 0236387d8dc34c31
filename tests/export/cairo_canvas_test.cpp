#include "app/export/cairo_canvas.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "app/export/cairo_handle.h"
#include "app/export/png_encoder.h"
#include "app/figure/mark_geometry.h"
#include "tests/export/test_images.h"

namespace backflow::figure {

void PrintTo(const Color& c, std::ostream* out) {
  *out << '(' << int{c.r} << ' ' << int{c.g} << ' ' << int{c.b} << ' ' << int{c.a} << ')';
}

}  // namespace backflow::figure

namespace backflow::exporting {
namespace {

using figure::Color;

constexpr Color kWhite{255, 255, 255, 255};
constexpr Color kRed{200, 10, 20, 255};
constexpr Color kBlue{10, 20, 200, 255};

TEST(PngEncoder, KeepsOpaqueAndTransparentPixels) {
  const std::vector<unsigned char> rgba = {1, 2, 3, 255, 250, 128, 7,   255, 0,   0,   0,  0,
                                           9, 9, 9, 255, 255, 255, 255, 255, 200, 100, 50, 128};
  const std::string bytes = encode_png(rgba, 3, 2);
  EXPECT_THAT(bytes, testing::StartsWith("\x89PNG\r\n\x1a\n"));
  const Image image = decode_png(bytes);
  ASSERT_EQ(image.width, 3);
  ASSERT_EQ(image.height, 2);
  EXPECT_EQ(image.at(0, 0), (Color{1, 2, 3, 255}));
  EXPECT_EQ(image.at(1, 0), (Color{250, 128, 7, 255}));
  EXPECT_EQ(image.at(2, 0), (Color{0, 0, 0, 0}));
  EXPECT_EQ(image.at(1, 1), kWhite);
  EXPECT_NEAR(image.at(2, 1).r, 200, 2);
  EXPECT_NEAR(image.at(2, 1).b, 50, 2);
  EXPECT_EQ(image.at(2, 1).a, 128);
}

TEST(PngEncoder, RefusesASizeThatDoesNotFit) {
  const std::vector<unsigned char> rgba(16);
  EXPECT_THROW(encode_png(rgba, 3, 2), std::runtime_error);
  EXPECT_THROW(encode_png(rgba, 0, 2), std::runtime_error);
  EXPECT_THROW(encode_png(rgba, -2, -2), std::runtime_error);
}

TEST(Png, SizeIsThatOfTheFigureTimesTheScale) {
  const std::string once = to_png(figure_of(30.0, 20.0, {}), 1.0);
  const Image image = decode_png(once);
  EXPECT_EQ(image.width, 30);
  EXPECT_EQ(image.height, 20);
  EXPECT_EQ(image.at(0, 0), kWhite);
  EXPECT_EQ(image.at(29, 19), kWhite);
  const Image twice = decode_png(to_png(figure_of(30.0, 20.0, {}), 2.0));
  EXPECT_EQ(twice.width, 60);
  EXPECT_EQ(twice.height, 40);
  EXPECT_EQ(once, to_png(figure_of(30.0, 20.0, {}), 1.0));
}

TEST(Png, FillsAndStrokes) {
  const figure::Stroke line{kBlue, 2.0, figure::Dash::solid};
  const Image image = decode_png(
      to_png(figure_of(100.0, 60.0,
                       {figure::RectMark{{10.0, 10.0, 20.0, 20.0}, kRed, line, 0.0},
                        figure::RectMark{{70.0, 10.0, 20.0, 20.0}, kRed, std::nullopt, 8.0},
                        figure::CircleMark{{50.0, 40.0}, 8.0, kRed, std::nullopt},
                        figure::PolygonMark{{{2.0, 40.0}, {30.0, 40.0}, {2.0, 58.0}}, kRed},
                        figure::PolylineMark{{{65.0, 50.0}, {95.0, 50.0}}, line}}),
             1.0));
  EXPECT_EQ(image.at(20, 20), kRed);
  EXPECT_EQ(image.at(9, 20), kBlue);   // the stroke lies on the edge, half of it outside
  EXPECT_EQ(image.at(10, 20), kBlue);  // and half inside
  EXPECT_EQ(image.at(8, 20), kWhite);
  EXPECT_EQ(image.at(80, 20), kRed);
  EXPECT_EQ(image.at(70, 10), kWhite);  // the rounded corner
  EXPECT_EQ(image.at(80, 10), kRed);
  EXPECT_EQ(image.at(50, 40), kRed);
  EXPECT_EQ(image.at(50, 33), kRed);
  EXPECT_EQ(image.at(50, 30), kWhite);
  EXPECT_EQ(image.at(43, 33), kWhite);  // a square's corner, outside the circle
  EXPECT_EQ(image.at(5, 45), kRed);
  EXPECT_EQ(image.at(28, 56), kWhite);
  EXPECT_EQ(image.at(80, 49), kBlue);
  EXPECT_EQ(image.at(80, 50), kBlue);
  EXPECT_EQ(image.at(80, 53), kWhite);
}

TEST(Png, DashesHaveGaps) {
  using enum figure::Dash;
  for (const figure::Dash dash : {dashed, dotted, dash_dot, dash_dot_dot, long_dash}) {
    const Image image = decode_png(
        to_png(figure_of(100.0, 9.0,
                         {figure::PolylineMark{{{0.0, 4.5}, {100.0, 4.5}}, {kBlue, 3.0, dash}}}),
               1.0));
    int blue = 0, white = 0;
    for (int x = 0; x < 100; ++x) {
      blue += image.at(x, 4) == kBlue;
      white += image.at(x, 4) == kWhite;
    }
    EXPECT_GT(blue, 20);
    EXPECT_GT(white, 20);
  }
}

TEST(Png, ClipIsRespectedAndEnds) {
  figure::Figure figure = figure_of(40.0, 40.0, {});
  const figure::RectMark all{{0.0, 0.0, 40.0, 40.0}, kRed, std::nullopt, 0.0};
  figure.groups = {
      {"clipped", figure::Rect{10.0, 10.0, 10.0, 10.0}, {all}},
      {"free", std::nullopt, {figure::RectMark{{30.0, 30.0, 5.0, 5.0}, kBlue, {}, 0}}}};
  const Image image = decode_png(to_png(figure, 1.0));
  EXPECT_EQ(image.at(15, 15), kRed);
  EXPECT_EQ(image.at(10, 10), kRed);
  EXPECT_EQ(image.at(9, 15), kWhite);
  EXPECT_EQ(image.at(20, 15), kWhite);
  EXPECT_EQ(image.at(32, 32), kBlue);
}

TEST(Png, HeatmapCellsAreTheColoursOfTheScale) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {-5.0f, -3.3f,           0.0f,  1.7f, 3.0f, -inf, inf,
                                     NAN,   figure::kNoCell, -0.25f};
  const figure::HeatmapMark mark = heatmap_of({10.0, 20.0, 50.0, 20.0}, 2, 5, values);
  const Image image = decode_png(to_png(figure_of(80.0, 60.0, {mark}), 2.0));
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 5; ++col) {
      const float value = values[static_cast<std::size_t>(row * 5 + col)];
      const Color expected =
          value == figure::kNoCell ? kWhite : figure::color_of(mark.scale, value);
      for (const int inset : {0, 10, 19})  // whole cells, without blurred edges
        EXPECT_EQ(image.at(20 + 20 * col + inset, 40 + 20 * row + inset), expected)
            << row << ' ' << col << ' ' << inset;
    }
  EXPECT_EQ(image.at(19, 45), kWhite);
  EXPECT_EQ(image.at(120, 45), kWhite);
}

TEST(Png, HeatmapThatCannotBeDrawnIsLeftOut) {
  figure::HeatmapMark too_few = heatmap_of({0.0, 0.0, 10.0, 10.0}, 2, 5, {1.0f});
  figure::HeatmapMark none = too_few;
  none.values = nullptr;
  const figure::HeatmapMark flat = heatmap_of({0.0, 0.0, 10.0, 0.0}, 1, 1, {1.0f});
  const Image image = decode_png(to_png(figure_of(10.0, 10.0, {too_few, none, flat}), 1.0));
  EXPECT_EQ(image.at(5, 5), kWhite);
}

TEST(Png, HatchLiesInItsRectangle) {
  const figure::HatchMark hatch{{10.0, 10.0, 30.0, 20.0}, {kBlue, 1.5, figure::Dash::solid}, 6.0};
  const Image image = decode_png(to_png(figure_of(60.0, 40.0, {hatch}), 1.0));
  int inside = 0, outside = 0;
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 60; ++x)
      if (image.at(x, y) != kWhite) ++(hatch.rect.contains({x + 0.5, y + 0.5}) ? inside : outside);
  EXPECT_EQ(outside, 0);
  EXPECT_GT(inside, 150);
  EXPECT_LT(inside, 450);
  EXPECT_NE(image.at(20, 16), kWhite);  // x + y = 36, a multiple of the spacing
  EXPECT_NE(image.at(15, 21), kWhite);
  EXPECT_EQ(image.at(20, 19), kWhite);  // half-way between two lines
}

TEST(HatchLines, EndOnTheRectangle) {
  const figure::HatchMark mark{{1.5, 2.0, 20.0, 9.0}, {}, 4.0};
  const auto lines = figure::hatch_lines(mark);
  ASSERT_EQ(lines.size(), 8u);  // sums 4, 8, … 32 between 3.5 and 32.5
  for (const auto& [from, to] : lines)
    for (const figure::Point p : {from, to}) {
      EXPECT_NEAR(std::remainder(p.x + p.y, 4.0), 0.0, 1e-12);
      EXPECT_GE(p.x, 1.5);
      EXPECT_LE(p.x, 21.5);
      EXPECT_GE(p.y, 2.0);
      EXPECT_LE(p.y, 11.0);
    }
  EXPECT_TRUE(figure::hatch_lines({{0.0, 0.0, 5.0, 5.0}, {}, 0.0}).empty());
  EXPECT_TRUE(figure::hatch_lines({{0.0, 0.0, 0.0, 5.0}, {}, 4.0}).empty());
}

// Layout and file agree on widths, at any scale.
TEST(Png, TextIsAsWideAsItsLayout) {
  for (const double scale : {1.0, 2.0, 1.37})
    for (const bool bold : {false, true})
      for (const char* markup : {"Gradient norm before clipping", "∂h_{t}/∂h_{k}", "10^{−3}",
                                 "‖∇W_{hh}‖ ≤ 0.75", "iteration 1234567890", "σ(x) → ŷ_{t} × ρ"}) {
        const SurfacePtr surface = make_image(nullptr, 8, 8);
        const ContextPtr context(cairo_create(surface.get()));
        cairo_scale(context.get(), scale, scale);
        CairoCanvas canvas(context.get());
        const figure::TextLayout layout = figure::layout_text(markup, 13.0, bold);
        for (const figure::TextRun& run : layout.runs) {
          canvas.text({0.0, 0.0}, {&run, 1}, kRed, bold);
          cairo_text_extents_t extents;
          cairo_text_extents(context.get(), run.text.c_str(), &extents);  // of the canvas's font
          EXPECT_NEAR(figure::text_width(run.text, run.size, bold) / extents.x_advance, 1.0, 0.02)
              << run.text << (bold ? " bold" : "") << " at scale " << scale;
        }
      }
}

TEST(Png, TextStandsOnItsBaseline) {
  figure::TextMark mark;
  mark.anchor = {10.0, 40.0};
  mark.markup = "H^{H}";
  mark.size = 30.0;
  mark.color = kRed;
  const Image image = decode_png(to_png(figure_of(80.0, 60.0, {mark}), 1.0));
  int lowest = 0, highest = 60, left = 80;
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 80; ++x)
      if (image.at(x, y).g < 128) {
        lowest = std::max(lowest, y);
        highest = std::min(highest, y);
        left = std::min(left, x);
      }
  EXPECT_EQ(lowest, 39);
  // The superscript: raised by 0.38 of the size, 0.7 of its height.
  const double top = 40.0 - 30.0 * (0.38 + 0.7 * figure::kCapHeight);
  EXPECT_NEAR(highest, top, 1.5);
  EXPECT_NEAR(left, 10.0 + 30.0 * 0.098, 1.5);  // 0.098: the H's left bearing
}

}  // namespace
}  // namespace backflow::exporting
