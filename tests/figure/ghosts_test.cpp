// Curves of earlier branches and of what lies ahead, in the figures over the iterations.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/session/session.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/session/seen.h"

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using training::Series;

// 60 iterations, back to 20, 15 more with another learning rate, back to 30: of the present run 5
// iterations lie ahead.
session::Snapshot branched() {
  session::Session session{config::Config{}};
  run(session, 60);
  go_to(session, 20);
  session.execute(session::SetKey{"training.learning_rate", "0.01"});
  run(session, 15);
  go_to(session, 30);
  return session.snapshot();
}

// The cursor goes as far as the curves that are drawn, not as far as the present run.
TEST(Ghosts, TheCursorReachesTheirEnd) {
  const session::Snapshot snapshot = branched();
  View view;
  view.cursor_iteration = 55;
  ASSERT_LT(snapshot.history.size(), 55u);
  for (const char* name : {"loss", "accuracy", "gradient-norm", "learning-rate"}) {
    const Figure figure = find_figure(name)->build(snapshot, view, {}, {900, 360});
    const auto lines = marks_of<PolylineMark>(group_of(figure, "cursor"));
    ASSERT_EQ(lines.size(), 1u) << name;
    EXPECT_NEAR(lines[0].points[0].x, Axes{*figure.plot}.x(55.0), 1e-9) << name;
  }
}

struct GhostOf {
  const char* figure;
  const char* group;
  Series series;
};

class GhostCurves : public ::testing::TestWithParam<GhostOf> {};

TEST_P(GhostCurves, AreLinesThroughTheirOwnValues) {
  const auto [name, id, series] = GetParam();
  const session::Snapshot snapshot = branched();
  ASSERT_EQ(snapshot.ghosts.size(), 2u);
  EXPECT_EQ(snapshot.timeline.forks, (std::vector<std::uint64_t>{20, 30}));
  const Figure figure = find_figure(name)->build(snapshot, {}, {}, {900, 360});
  EXPECT_EQ(figure.plot->x_max, 59.0);
  const Axes axes{*figure.plot};
  std::vector<PolylineMark> thin;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, id)))
    if (line.stroke.dash == Dash::long_dash || line.stroke.dash == Dash::dash_dot_dot)
      thin.push_back(line);
  ASSERT_EQ(thin.size(), 2u);
  for (std::size_t g = 0; g < 2; ++g) {
    const training::HistoryView& ghost = snapshot.ghosts[g];
    ASSERT_EQ(ghost.size(), g == 0 ? 60u : 35u);
    ASSERT_EQ(thin[g].points.size(), ghost.size());
    for (std::size_t i = 0; i < ghost.size(); ++i) {
      EXPECT_DOUBLE_EQ(thin[g].points[i].x, axes.x(static_cast<double>(i)));
      EXPECT_DOUBLE_EQ(thin[g].points[i].y, axes.y(ghost.value(series, i)));
      EXPECT_GE(thin[g].points[i].y, figure.plot->rect.y);  // the axis covers them
    }
  }
  std::string text;
  for (const Group& group : figure.groups)
    for (const TextMark& mark : marks_of<TextMark>(group)) text += mark.markup + '\n';
  EXPECT_THAT(text, HasSubstr("ahead\n"));
  EXPECT_THAT(text, HasSubstr("earlier branch\n"));
}

TEST_P(GhostCurves, TellTheirValuesUnderTheMouse) {
  const auto [name, id, series] = GetParam();
  const session::Snapshot snapshot = branched();
  const FigureInfo& info = *find_figure(name);
  const Figure figure = info.build(snapshot, {}, {}, {900, 360});
  const Axes axes{*figure.plot};
  const auto tooltip = [&](double i) {
    return info.tooltip(snapshot, {}, figure, {axes.x(i), axes.area.rect.y + 5.0});
  };
  const std::string before = tooltip(10), behind = tooltip(25), ahead = tooltip(32),
                    far = tooltip(50);
  EXPECT_THAT(before, Not(HasSubstr("branch")));
  EXPECT_THAT(behind,
              HasSubstr("earlier branch: " + compact(snapshot.ghosts[0].value(series, 25))));
  EXPECT_THAT(behind, Not(HasSubstr("ahead")));
  EXPECT_THAT(ahead, HasSubstr("ahead: " + compact(snapshot.ghosts[1].value(series, 32))));
  EXPECT_EQ(far, "iteration 50\nearlier branch: " + compact(snapshot.ghosts[0].value(series, 50)));
}

INSTANTIATE_TEST_SUITE_P(
    Figures, GhostCurves,
    ::testing::Values(GhostOf{"loss", "loss", Series::loss},
                      GhostOf{"accuracy", "accuracy", Series::accuracy},
                      GhostOf{"gradient-norm", "gradient-norm", Series::norm_before_clip},
                      GhostOf{"learning-rate", "learning-rate", Series::learning_rate}),
    [](const auto& test) {
      std::string name = test.param.figure;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace backflow::figure
