// Two networks in one picture, and in two pictures on the same scales.
#include "app/figure/comparison.h"

#include <cmath>
#include <map>
#include <string>

#include <gmock/gmock.h>

#include "app/figure/plot_axes.h"
#include "app/figure/unrolled_data.h"
#include "app/figure/weights_figure.h"
#include "app/session/analysis.h"
#include "app/session/comparison.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/support/configured.h"

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;

std::vector<session::Snapshot> pairs() {
  std::vector<session::Snapshot> list;
  list.push_back(compared(0, {"task.name=first-bit"}, {}));
  list.push_back(compared(30, {"task.name=first-bit"}, {{"training.learning_rate", "0.05"}}));
  list.push_back(compared(30, {"task.name=first-bit", "task.steps=40"}, {{"model.cell", "lstm"}}));
  list.push_back(compared(25, {"task.name=next-character", "task.steps=12", "task.batch=4"},
                          {{"model.hidden", "20"}, {"model.activation", "relu"}}));
  list.push_back(compared(5, {"task.name=first-bit", "model.hidden=1", "task.steps=1"},
                          {{"training.clip.mode", "none"}}));
  list.push_back(compared(60, {"task.name=first-bit", "model.readout=identity", "model.loss=mse"},
                          {{"training.clip.mode", "none"},
                           {"model.activation", "identity"},
                           {"training.learning_rate", "50"},
                           {"model.spectral_radius", "4"}}));
  EXPECT_TRUE(list.back().other->divergence);
  return list;
}

TEST(ComparedFigures, AreLegibleAtEverySize) {
  for (const session::Snapshot& snapshot : pairs())
    for (const FigureInfo& info : catalogue())
      for (const Size size : {Size{470.0, 190.0}, Size{470.0, 240.0}, Size{800.0, 330.0}})
        for (const session::Snapshot* side : {&snapshot, snapshot.other.get()}) {
          SCOPED_TRACE(std::string(info.name) + (side->is_b ? " of B" : " of A"));
          const Figure figure = info.build(*side, {}, {Theme::dark, 12.0, false}, size);
          expect_legible(figure);
          // Whatever lies under the mouse can be told.
          for (double x = 0.05; x < 1.0; x += 0.1)
            info.tooltip(*side, {}, figure, {x * size.width, 0.6 * size.height});
        }
}

TEST(ComparedFigures, HaveTheSameAxesOnBothSides) {
  std::map<std::string, int> seen;
  for (const session::Snapshot& snapshot : pairs()) {
    if (snapshot.other->divergence) continue;  // nothing finite to compare with
    for (const char* name : {"gradient-by-lag", "spectrum", "saturation", "contributions"}) {
      const FigureInfo& info = *find_figure(name);
      const Figure a = info.build(snapshot, {}, {}, {470.0, 240.0});
      const Figure b = info.build(*snapshot.other, {}, {}, {470.0, 240.0});
      ASSERT_EQ(a.plot.has_value(), b.plot.has_value()) << name;
      if (!a.plot) continue;
      ++seen[name];
      EXPECT_EQ(a.plot->y_min, b.plot->y_min) << name;
      EXPECT_EQ(a.plot->y_max, b.plot->y_max) << name;
      ASSERT_EQ(a.side_plots.size(), b.side_plots.size()) << name;
      for (std::size_t i = 0; i < a.side_plots.size(); ++i) {
        EXPECT_EQ(a.side_plots[i].y_min, b.side_plots[i].y_min) << name << i;
        EXPECT_EQ(a.side_plots[i].y_max, b.side_plots[i].y_max) << name << i;
        EXPECT_EQ(a.side_plots[i].x_max, b.side_plots[i].x_max) << name << i;
      }
    }
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST(ComparedFigures, HaveTheSameColoursForTheSameValues) {
  const session::Snapshot snapshot =
      compared(0, {"task.name=first-bit", "task.steps=30"}, {{"model.spectral_radius", "0.1"}});
  const auto scale = [](const session::Snapshot& side, const char* name) {
    const Figure figure = find_figure(name)->build(side, {}, {}, {470.0, 240.0});
    for (const Group& group : figure.groups)
      for (const Mark& mark : group.marks)
        if (const auto* map = std::get_if<HeatmapMark>(&mark)) return map->scale;
    ADD_FAILURE() << "no map in " << name;
    return ColorScale{};
  };
  session::Snapshot alone = snapshot;
  alone.other.reset();
  EXPECT_EQ(scale(snapshot, "jacobian-norms"), scale(*snapshot.other, "jacobian-norms"));
  EXPECT_EQ(weight_limit(snapshot, {}), weight_limit(*snapshot.other, {}));
  session::Snapshot b_alone = *snapshot.other;
  b_alone.other.reset();
  EXPECT_LT(weight_limit(b_alone, {}), weight_limit(snapshot, {}));
  EXPECT_EQ(weight_limit(alone, {}), weight_limit(snapshot, {}));
  EXPECT_NE(scale(snapshot, "jacobian-norms"), scale(alone, "jacobian-norms"));
}

TEST(ComparedFigures, HaveTheSameScalesInBothNetworks) {
  const session::Snapshot snapshot =
      compared(3, {"task.name=first-bit", "task.steps=12", "model.activation=relu"},
               {{"model.spectral_radius", "0.1"}, {"model.cell", "lstm"}});
  const UnrolledData a = unrolled_data(snapshot, {}), b = unrolled_data(*snapshot.other, {});
  EXPECT_EQ(a.hidden_scale, b.hidden_scale);
  EXPECT_EQ(a.cell_scale, b.cell_scale);
  EXPECT_EQ(a.input_scale, b.input_scale);
  EXPECT_EQ(a.output_scale, b.output_scale);
  EXPECT_EQ(a.largest_loss, b.largest_loss);
  EXPECT_EQ(a.blame_scale, b.blame_scale);
  EXPECT_EQ(a.factor_scale, b.factor_scale);
  session::Snapshot alone = *snapshot.other;
  alone.other.reset();
  EXPECT_NE(unrolled_data(alone, {}).hidden_scale, b.hidden_scale);
}

TEST(ComparedFigures, TheAxisOfTheNormsStandsStillWhileItIsHeld) {
  session::Snapshot snapshot = compared(5, {"task.name=first-bit"}, {{"model.hidden", "4"}});
  View view;
  view.gradient_range = {-7.0, 4.0};
  for (const bool alone : {false, true}) {
    if (alone) snapshot.other.reset();
    const Figure figure = find_figure("gradient-norm")->build(snapshot, view, {}, {470.0, 240.0});
    EXPECT_EQ(figure.plot->y_min, -7.0) << alone;
    EXPECT_EQ(figure.plot->y_max, 4.0) << alone;
  }
}

// The curve is found again by its colour, and its points by the axes.
TEST(ComparedFigures, OverlaidCurvesHoldBothHistories) {
  const session::Snapshot snapshot =
      compared(30, {"task.name=first-bit"}, {{"training.learning_rate", "0.05"}});
  const std::pair<const char*, training::Series> kCurves[] = {
      {"loss", training::Series::loss},
      {"accuracy", training::Series::accuracy},
      {"gradient-norm", training::Series::norm_before_clip},
      {"learning-rate", training::Series::learning_rate}};
  for (const auto& [name, series] : kCurves) {
    View view;
    view.gradient_log = false;
    const Figure figure = find_figure(name)->build(snapshot, view, {}, {470.0, 240.0});
    const Axes axes{*figure.plot};
    const auto sides = curve_sides(snapshot, palette(Theme::light));
    ASSERT_EQ(sides.size(), 2u);
    EXPECT_NE(sides[0].stroke.color, sides[1].stroke.color);
    EXPECT_NE(sides[0].stroke.dash, sides[1].stroke.dash);
    for (const CurveSide& side : sides) {
      const PolylineMark* found = nullptr;
      const auto lines = marks_of<PolylineMark>(group_of(figure, name));
      for (const PolylineMark& line : lines)
        if (line.stroke.color == side.stroke.color && line.points.size() == 30) found = &line;
      ASSERT_NE(found, nullptr) << name << side.name;
      for (std::size_t i = 0; i < 30; ++i)
        EXPECT_NEAR(found->points[i].y, axes.y(side.snapshot->history.value(series, i)), 1e-9)
            << name << side.name << i;
    }
    EXPECT_THAT(all_text(figure), HasSubstr("A"));
    const std::string tip =
        find_figure(name)->tooltip(snapshot, {}, figure, {axes.x(12.0), figure.plot->rect.y + 5.0});
    EXPECT_THAT(tip, HasSubstr("iteration 12"));
    EXPECT_THAT(tip, HasSubstr("\nA: "));
    EXPECT_THAT(tip, HasSubstr("\nB: "));
  }
}

TEST(ComparedFigures, ACurveThatStoppedEndsWhereItDid) {
  const session::Snapshot snapshot = pairs().back();
  ASSERT_LT(snapshot.other->history.size(), snapshot.history.size());
  const Figure figure = find_figure("loss")->build(snapshot, {}, {}, {470.0, 240.0});
  EXPECT_GE(figure.plot->x_max, 59.0);
  const Axes axes{*figure.plot};
  const std::string tip =
      find_figure("loss")->tooltip(snapshot, {}, figure, {axes.x(58.0), figure.plot->rect.y + 5.0});
  EXPECT_THAT(tip, HasSubstr("B: not that far"));
}

}  // namespace
}  // namespace backflow::figure
