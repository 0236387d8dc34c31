// The unrolled network when its steps are strips of cells: what a cell shows, and that every colour
// and every text can be told.
#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/number_format.h"
#include "app/figure/unrolled_parts.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using model::Index;
using ::testing::HasSubstr;
using ::testing::Not;

const FigureInfo& kUnrolled = *find_figure("unrolled");
const FigureStyle kStyle;

struct Strips {
  UnrolledData data;
  UnrolledLayout layout;
  Group group{"network", std::nullopt, {}};

  // The colour that is seen there; transparent where nothing has been drawn.
  Color at(Point point) const {
    Color color{0, 0, 0, 0};
    for (const RectMark& mark : marks_of<RectMark>(group))
      if (mark.fill && mark.rect.contains(point)) color = *mark.fill;
    return color;
  }
  Point middle(Index t, const Row& row, Index band, Index bands) const {
    const double height = row.height / static_cast<double>(bands);
    return {layout.x(static_cast<double>(t)),
            row.top + (static_cast<double>(band) + 0.45) * height};
  }
};

Strips strips(const session::Snapshot& snapshot, Size size) {
  Strips strips{unrolled_data(snapshot, {}), {}};
  strips.layout = unrolled_layout(kStyle, {}, strips.data,
                                  kUnrolled.build(snapshot, {}, kStyle, size).plot->rect.y, size);
  add_unrolled_strips(strips.group, kStyle, strips.data, strips.layout);
  return strips;
}

Color color_of_value(double value, double scale) {
  return value_color(value, scale, palette(Theme::light), kStyle);
}

TEST(Strips, OneHotInputIsSeenAtEveryStep) {
  for (const char* steps : {"task.steps=100", "task.steps=200", "task.steps=900"}) {
    const auto snapshot =
        snapshot_after(0, {"task.name=next-character", steps, "task.batch=2"}, {});
    for (const Size size : {Size{392, 240}, Size{560, 330}, Size{960, 420}}) {
      const Strips shown = strips(snapshot, size);
      const auto& inputs = snapshot.record->batch.inputs;
      ASSERT_GT(inputs.rows(), 16);
      const Bands bands = bands_of(inputs.rows(), shown.layout.input.height);
      EXPECT_GE(bands.units * bands.count, inputs.rows());
      for (Index t = 1; t <= inputs.last(); ++t) {
        Index row = 0;
        inputs.step(t).col(0).maxCoeff(&row);
        const Point point = shown.middle(t, shown.layout.input, row / bands.units, bands.count);
        ASSERT_EQ(shown.at(point), color_of_value(1.0, 1.0)) << t << " " << steps;
      }
    }
  }
}

TEST(Strips, BandShowsTheEntryOfLargestSizeAndTheLabelSaysHowManyShareIt) {
  const auto snapshot = snapshot_after(
      3, {"task.name=first-bit", "task.steps=30", "model.hidden=64", "model.cell=lstm"});
  for (const Size size : {Size{960, 420}, Size{640, 360}, Size{392, 240}}) {
    const Strips shown = strips(snapshot, size);
    const auto& h = snapshot.record->trace.h;
    const Bands bands = bands_of(64, shown.layout.hidden.height);
    for (Index t = 1; t <= 30; ++t)
      for (Index band = 0; band < bands.count; ++band) {
        double largest = 0.0;
        for (Index i = band * bands.units; i < std::min<Index>(64, (band + 1) * bands.units); ++i)
          if (std::abs(h.step(t)(i, 0)) > std::abs(largest)) largest = h.step(t)(i, 0);
        ASSERT_EQ(shown.at(shown.middle(t, shown.layout.hidden, band, bands.count)),
                  color_of_value(largest, 1.0))
            << t << " " << band;
      }
    const std::string text = all_text(kUnrolled.build(snapshot, {}, {}, size));
    EXPECT_THAT(text, HasSubstr(std::to_string(bands.units) + " a row\n"));
  }
  const auto few = snapshot_after(1, {"task.name=first-bit", "task.steps=30"});  // n = 8
  EXPECT_THAT(all_text(kUnrolled.build(few, {}, {}, {960, 420})), Not(HasSubstr(" row\n")));
}

TEST(Strips, FactorsAreDrawnOnlyWithTheirLimits) {
  for (const char* cell : {"model.cell=rnn", "model.cell=gru", "model.cell=lstm"}) {
    const auto snapshot = snapshot_after(1, {cell, "task.name=first-bit", "task.steps=20"});
    const UnrolledData data = unrolled_data(snapshot, {});
    const std::string low = compact_power(data.factor_scale.low);
    const std::string high = compact_power(data.factor_scale.high);
    for (const Size size : {Size{300, 200}, Size{392, 240}, Size{420, 260}, Size{594, 346},
                            Size{960, 420}, Size{1400, 700}}) {
      const Figure figure = kUnrolled.build(snapshot, {}, {Theme::light, 12.0, false}, size);
      std::string labels;
      for (const TextMark& text : marks_of<TextMark>(group_of(figure, "rows")))
        labels += text.markup + "\n";
      const bool one_text = labels.find(low + "–" + high + "\n") != std::string::npos;
      const bool around_bar = labels.find("\n" + low + "\n" + high + "\n") != std::string::npos;
      const bool drawn = marks_of<HeatmapMark>(group_of(figure, "network")).size() == 2;
      EXPECT_EQ(drawn, one_text || around_bar) << cell << " " << size.width;
      if (size.width >= 392) {
        EXPECT_TRUE(drawn) << cell << " " << size.width;
      }
    }
    for (std::size_t t = 1; t < data.log10_factor.size(); ++t)
      EXPECT_LE(std::abs(data.log10_factor[t]), data.factor_scale.high);
  }
}

TEST(Strips, FactorScaleIsTheFewestWholeDecadesThatHoldAll) {
  for (const char* radius : {"1", "0.01", "0.0001", "10"}) {
    const auto snapshot =
        snapshot_after(0, {"task.name=first-bit", "task.steps=20", "model.activation=identity",
                           (std::string("model.spectral_radius=") + radius).c_str()});
    const UnrolledData data = unrolled_data(snapshot, {});
    // Of the identity every factor is σ₁ of W_hh.
    const double log = std::log10(snapshot.analysis->largest_singular_value);
    const double decades = std::max(1.0, std::ceil(std::abs(log)));
    EXPECT_EQ(data.factor_scale, color_scale(-decades, decades)) << radius;
    for (const Size size : {Size{392, 240}, Size{960, 420}}) {
      const std::string text =
          all_text(kUnrolled.build(snapshot, {}, {Theme::light, 12.0, false}, size));
      const std::string high = decades < 4 ? compact_power(decades) : decade(int(decades));
      EXPECT_TRUE(text.find("\n" + high + "\n") != std::string::npos ||
                  text.find("–" + high + "\n") != std::string::npos ||
                  text.find(fmt::format("10^{{±{}}}\n", int(decades))) != std::string::npos)
          << radius << text;
    }
  }
}

TEST(Strips, TheLastStepIsAlwaysOnTheAxis) {
  for (const int T : {1, 3, 7, 19, 40, 99, 200, 211, 999}) {
    const auto snapshot = snapshot_after(
        0, {"task.name=first-bit", ("task.steps=" + std::to_string(T)).c_str(), "task.batch=2"});
    for (const Size size : {Size{300, 200}, Size{392, 240}, Size{594, 346}, Size{1400, 700}}) {
      const Figure figure = kUnrolled.build(snapshot, {}, {}, size);
      std::vector<std::string> steps;
      for (const TextMark& text : marks_of<TextMark>(group_of(figure, "steps")))
        steps.push_back(text.markup);
      EXPECT_EQ(std::count(steps.begin(), steps.end(), std::to_string(T)), 1) << T;
      EXPECT_GE(steps.size(), 2u) << T;
      expect_legible(figure);
    }
  }
  // Not where it is out of sight.
  const auto snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=200"});
  View view;
  view.first_step = 20.0;
  view.last_step = 100.0;
  EXPECT_THAT(all_text(kUnrolled.build(snapshot, view, {}, {960, 420})), Not(HasSubstr("200\n")));
}

TEST(Strips, AnswersAreWrittenWithTheTargetWhereTheyAreWrong) {
  const auto snapshot = snapshot_after(20, {"task.name=next-character", "task.steps=25"});
  const Strips shown = strips(snapshot, {960, 420});
  const auto& record = *snapshot.record;
  const Palette& colors = palette(Theme::light);
  const auto texts = marks_of<TextMark>(shown.group);
  Index right = 0;
  for (Index t = 1; t < 25; ++t) {
    Index answer = 0;
    record.trace.y_hat.step(t).col(0).maxCoeff(&answer);
    // What is asked for is the next input.
    const std::string target = record.batch.input_word(t + 1, 0);
    std::vector<TextMark> here;
    for (const TextMark& text : texts)
      if (std::abs(text.anchor.x - shown.layout.x(static_cast<double>(t))) < 1.0 &&
          text.anchor.y < shown.layout.output.bottom())
        here.push_back(text);
    const bool hit = record.batch.targets.step(t)(answer, 0) == 1.0;
    right += hit ? 1 : 0;
    ASSERT_EQ(here.size(), hit ? 1u : 2u) << t;
    EXPECT_EQ(here[0].color, hit ? colors.text : colors.warning);
    EXPECT_EQ(here.back().markup, target);
    if (!hit) {
      EXPECT_NE(here[0].markup, target);
      EXPECT_GT(here[1].anchor.y, here[0].anchor.y);
    }
  }
  EXPECT_GT(right, 0);
  EXPECT_LT(right, 24);
  const std::string text = all_text(kUnrolled.build(snapshot, {}, {}, {960, 420}));
  EXPECT_THAT(text, HasSubstr("wrong: y_{t}"));
}

TEST(Strips, OutputOfManyClassesIsScaledToItsLargestAndSaysSo) {
  const auto snapshot = snapshot_after(2, {"task.name=next-character", "task.steps=200"});
  const UnrolledData data = unrolled_data(snapshot, {});
  double largest = 0.0;
  for (Index t = 1; t <= 200; ++t)
    largest = std::max(largest, snapshot.record->trace.y_hat.step(t).col(0).maxCoeff());
  EXPECT_LT(largest, 0.9);
  EXPECT_EQ(data.output_scale, largest);
  EXPECT_THAT(all_text(kUnrolled.build(snapshot, {}, {}, {960, 420})),
              HasSubstr("0–" + compact(largest)));
  // A probability of one label keeps the whole range.
  EXPECT_EQ(unrolled_data(snapshot_after(2, {}), {}).output_scale, 1.0);
}

TEST(Strips, ManyToOneTellsTheWordInsteadOfEveryNumber) {
  const auto snapshot =
      snapshot_after(2, {"task.name=next-character", "task.shape=many-to-one", "task.steps=30"});
  const std::string text = all_text(kUnrolled.build(snapshot, {}, {}, {960, 420}));
  EXPECT_THAT(text, ::testing::ContainsRegex("ŷ = “.*” \\(0\\.[0-9][0-9]\\),  y = “"));
}

TEST(Strips, WhatIsNotFiniteIsSaidOnceAndHatchedAlike) {
  training::IterationRecord record =
      *snapshot_after(1, {"task.name=temporal-order", "task.steps=50"}).record;
  session::Snapshot snapshot = snapshot_after(1, {"task.name=temporal-order", "task.steps=50"});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  record.trace.h.step(30)(2, 0) = nan;
  record.trace.y_hat.step(50).col(0).setConstant(nan);
  snapshot.record = std::make_shared<training::IterationRecord>(record);
  snapshot.analysis = nullptr;
  const Figure figure = kUnrolled.build(snapshot, {}, {}, {1200, 520});
  const std::string text = all_text(figure);
  EXPECT_THAT(text, HasSubstr("ŷ is not a number,  y = "));
  EXPECT_THAT(text, Not(HasSubstr("number, not")));
  EXPECT_THAT(text, HasSubstr("not finite\n"));
  // Exactly the cells that are yellow are hatched.
  const Strips shown = strips(snapshot, {1200, 520});
  const Color yellow = color_scale(-1.0, 1.0).not_finite;
  const auto hatched = [&](Point point) {
    for (const HatchMark& hatch : marks_of<HatchMark>(shown.group))
      if (hatch.rect.contains(point)) return true;
    return false;
  };
  for (Index t = 0; t <= 50; ++t)
    for (Index band = 0; band < 8; ++band) {
      const Point point = shown.middle(t, shown.layout.hidden, band, 8);
      EXPECT_EQ(hatched(point), t == 30 && band == 2) << t << " " << band;
      EXPECT_EQ(shown.at(point) == yellow, hatched(point)) << t << " " << band;
    }
  EXPECT_TRUE(hatched(shown.middle(50, shown.layout.output, 0, 4)));
  EXPECT_THAT(all_text(kUnrolled.build(snapshot_after(1, {}), {}, {}, {1200, 520})),
              Not(HasSubstr("not finite")));
}

TEST(Strips, ASmallFigureKeepsABarWithItsEnds) {
  const auto snapshot = snapshot_after(5, {"task.name=next-character"});
  EXPECT_EQ(unrolled_data(snapshot, {}).blame_scale, color_scale(-1.0, 1.0));
  const Figure figure = kUnrolled.build(snapshot, {}, {Theme::dark, 12.0, false}, {392, 240});
  const Group& legend = group_of(figure, "legend");
  EXPECT_FALSE(marks_of<HeatmapMark>(legend).empty());
  std::vector<std::string> texts;
  for (const TextMark& text : marks_of<TextMark>(legend)) texts.push_back(text.markup);
  EXPECT_THAT(texts, ::testing::IsSupersetOf({"blame", "10^{−1}", "10"}));
}

}  // namespace
}  // namespace backflow::figure
