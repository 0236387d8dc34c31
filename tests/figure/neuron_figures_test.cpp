// The figures about one neuron and the Lyapunov spectrum: their marks are what was computed.
#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/bifurcation_figure.h"
#include "app/figure/error_surface_figure.h"
#include "app/figure/lyapunov_figure.h"
#include "app/figure/neuron_parts.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "core/model/eigenvalues.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const session::AnalysisOptions kNeuron{.neuron = true};
const session::AnalysisOptions kLyapunov{.lyapunov = true};

session::Snapshot neuron_with(std::vector<const char*> keys) {
  return snapshot_after(0, keys, kNeuron);
}

// In the legend and the headers nothing lies in a plot.
void expect_outside_plots(const Figure& figure, const char* id) {
  std::vector<PlotArea> plots = figure.side_plots;
  if (figure.plot) plots.push_back(*figure.plot);
  for (const Group& group : figure.groups) {
    if (group.id != id) continue;
    Figure part = figure;
    part.groups = {group};
    for (const TextBox& box : text_boxes(part))
      for (const PlotArea& plot : plots)
        EXPECT_TRUE(box.rect.bottom() <= plot.rect.y || box.rect.y >= plot.rect.bottom() ||
                    box.rect.right() <= plot.rect.x || box.rect.x >= plot.rect.right())
            << box.text;
  }
}

TEST(ErrorSurfaceFigure, MapAndContoursHoldTheError) {
  const auto snapshot = neuron_with({});
  const lab::NeuronStudy& study = *snapshot.analysis->neuron;
  const Figure figure = build_error_surface(snapshot, {}, {}, {960, 520});
  const auto maps = marks_of<HeatmapMark>(group_of(figure, "surface-map"));
  ASSERT_EQ(maps.size(), 1u);
  EXPECT_EQ(maps[0].values, study.surface->cells);
  ASSERT_TRUE(figure.plot);
  EXPECT_EQ(maps[0].rect.x, figure.plot->rect.x);
  // A contour's place in the figure, taken back to (w, b), has the error it is drawn for.
  const auto lines = marks_of<PolylineMark>(group_of(figure, "surface-contours"));
  ASSERT_GE(lines.size(), study.surface->contours.size());
  int seen = 0;
  for (std::size_t i = 0; i < study.surface->contours.size(); ++i)
    for (const Point& point : lines[i].points) {
      const lab::NeuronPoint at{x_value_at(*figure.plot, point.x),
                                y_position_at(*figure.plot, point.y)};
      if (at.w > 3.7) continue;  // beside the wall a cell is too wide
      ++seen;
      const double miss = std::abs(lab::final_state(study.options.neuron, at) - 0.7);
      EXPECT_NEAR(miss, std::pow(10.0, study.surface->contours[i].log10_error / 2.0), 0.02);
    }
  EXPECT_GT(seen, 100);
}

TEST(ErrorSurfaceFigure, PathsBeginAtTheStartAndTheirMarkersAreSteps) {
  const auto snapshot = neuron_with({"lab.start_w=4.6", "lab.start_b=-2.0"});
  const Figure figure = build_error_surface(snapshot, {}, {}, {960, 520});
  const auto circles = marks_of<CircleMark>(group_of(figure, "surface-paths"));
  ASSERT_GE(circles.size(), 3u);
  const Point start = circles.back().center;
  EXPECT_NEAR(x_value_at(*figure.plot, start.x), 4.6, 1e-9);
  EXPECT_NEAR(y_position_at(*figure.plot, start.y), -2.0, 1e-9);
  const auto& path = snapshot.analysis->neuron->clipped;
  for (std::size_t i = 0; i + 2 < circles.size(); ++i) {
    double nearest = 1e9;
    for (const lab::DescentStep& step : path)
      nearest = std::min(nearest,
                         std::hypot(x_value_at(*figure.plot, circles[i].center.x) - step.at.w,
                                    y_position_at(*figure.plot, circles[i].center.y) - step.at.b));
    EXPECT_LT(nearest, 1e-9);
  }
  // Solid and dashed, so that a black-and-white printer tells them apart.
  bool solid = false, dashed = false;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "surface-paths"))) {
    solid = solid || line.stroke.dash == Dash::solid;
    dashed = dashed || line.stroke.dash == Dash::dashed;
    for (const Point& point : line.points) {
      EXPECT_GE(point.x, figure.plot->rect.x - 1e-6);
      EXPECT_LE(point.x, figure.plot->rect.right() + 1e-6);
    }
  }
  EXPECT_TRUE(solid && dashed);
}

TEST(ErrorSurfaceFigure, TellsTheWallInComputedNumbers) {
  const auto snapshot = neuron_with({});
  const lab::Wall& wall = *snapshot.analysis->neuron->wall;
  EXPECT_THAT(all_text(build_error_surface(snapshot, {}, {}, {1200, 520})),
              HasSubstr("wall at w = 5, b = −2.61 by ±0.01 changes E from " + compact(wall.below) +
                        " to " + compact(wall.above)));
  EXPECT_THAT(all_text(build_error_surface(neuron_with({"lab.start_w=3"}), {}, {}, {960, 520})),
              HasSubstr("no wall at w = 3"));
}

TEST(ErrorSurfaceFigure, EveryKeyOfTheNeuronChangesAPicture) {
  const FigureInfo& surface = *find_figure("error-surface");
  const FigureInfo& diagram = *find_figure("bifurcation");
  const auto usual = neuron_with({});
  for (const char* key :
       {"lab.map=tanh", "lab.steps=7", "lab.initial=0.1", "lab.target=0.2", "lab.start_w=4.7",
        "lab.start_b=-2.2", "lab.learning_rate=0.03", "lab.threshold=0.5", "lab.iterations=20"}) {
    const auto changed = neuron_with({key});
    EXPECT_TRUE(rows_of(surface, usual) != rows_of(surface, changed) ||
                rows_of(diagram, usual) != rows_of(diagram, changed))
        << key;
  }
}

TEST(ErrorSurfaceFigure, IsLegibleForEveryNeuron) {
  for (const std::vector<const char*>& keys : std::vector<std::vector<const char*>>{
           {},
           {"lab.map=tanh", "lab.start_w=2", "lab.start_b=-0.4", "lab.learning_rate=0.05"},
           {"lab.steps=1"},
           {"lab.start_w=-12", "lab.start_b=15"},
           {"lab.learning_rate=10", "lab.threshold=1e6"},
           {"lab.iterations=5000"},
           {"lab.target=-5", "lab.initial=-5"},
           {"lab.map=tanh", "lab.initial=3", "lab.start_w=0"},
           {"lab.steps=1000", "lab.start_w=20"}}) {
    const auto snapshot = neuron_with(keys);
    for (const char* name : {"error-surface", "bifurcation"})
      for (const Size size : {Size{300, 220}, Size{480, 560}, Size{960, 520}, Size{2400, 1300}}) {
        SCOPED_TRACE(std::string(name) + " " + (keys.empty() ? "" : keys.back()) + " " +
                     std::to_string(size.width));
        const Figure figure = find_figure(name)->build(snapshot, {}, {}, size);
        expect_legible(figure);
        expect_outside_plots(figure, "legend");
        std::size_t marks = 0;
        for (const Group& group : figure.groups) marks += group.marks.size();
        EXPECT_LT(marks, 6000u);
      }
  }
}

TEST(ErrorSurfaceFigure, CsvHasTheSurfaceBothPathsAndTheWall) {
  const auto snapshot = neuron_with({"lab.iterations=12"});
  const auto rows = rows_of(*find_figure("error-surface"), snapshot);
  std::map<std::string, int> count;
  for (std::size_t i = 1; i < rows.size(); ++i) ++count[rows[i][0]];
  EXPECT_EQ(count["surface"], lab::kSurfaceRows * lab::kSurfaceColumns);
  EXPECT_EQ(count["clipped"], 13);
  EXPECT_EQ(count["unclipped"], 13);
  EXPECT_EQ(count["wall"], 1);
  const auto& first = rows[1];
  const lab::NeuronError e = lab::error_at({}, {std::stod(first[2]), std::stod(first[3])});
  EXPECT_NEAR(std::stod(first[4]), std::log10(e.error), 1e-12);
}

TEST(ErrorSurfaceFigure, TooltipTellsTheErrorUnderTheMouse) {
  const auto snapshot = neuron_with({});
  const Figure figure = build_error_surface(snapshot, {}, {}, {960, 520});
  const Rect& r = figure.plot->rect;
  const Point at{r.x + 0.3 * r.width, r.y + 0.6 * r.height};
  const double w = x_value_at(*figure.plot, at.x), b = y_position_at(*figure.plot, at.y);
  EXPECT_THAT(error_surface_tooltip(snapshot, {}, figure, at),
              HasSubstr("E = " + compact(lab::error_at({}, {w, b}).error)));
  ASSERT_FALSE(figure.side_plots.empty());
  const Rect& side = figure.side_plots[0].rect;
  EXPECT_THAT(error_surface_tooltip(snapshot, {}, figure, {side.x + 1.0, side.y + 5.0}),
              AllOf(HasSubstr("clipped: "), HasSubstr("without clipping: ")));
}

TEST(BifurcationFigure, SaddleNodesStandWhereTheClosedFormSays) {
  const auto snapshot = neuron_with({});
  const Figure figure = build_bifurcation(snapshot, {}, {}, {800, 460});
  const auto rings = marks_of<CircleMark>(group_of(figure, "turns"));
  ASSERT_EQ(rings.size(), 2u);
  const double root = std::sqrt(1.0 - 4.0 / 5.0);
  for (std::size_t i = 0; i < 2; ++i) {
    const double s = 0.5 * (1.0 + (i == 0 ? root : -root)), x = std::log(s / (1.0 - s));
    EXPECT_NEAR(x_value_at(*figure.plot, rings[i].center.x), x - 5.0 * s, 1e-9);
    EXPECT_NEAR(y_position_at(*figure.plot, rings[i].center.y), x, 1e-7);
  }
  EXPECT_THAT(all_text(figure),
              AllOf(HasSubstr("saddle-node, b = −2.6556"), HasSubstr("saddle-node, b = −2.3444")));
  // Stable is solid, unstable dashed.
  int dashed = 0;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "branches")))
    dashed += line.stroke.dash == Dash::dashed ? 1 : 0;
  EXPECT_EQ(dashed, 1);
  expect_outside_plots(figure, "legend");
}

TEST(BifurcationFigure, SaysWhereThereIsNone) {
  const auto calm = build_bifurcation(neuron_with({"lab.start_w=3"}), {}, {}, {800, 460});
  EXPECT_TRUE(marks_of<CircleMark>(group_of(calm, "turns")).empty());
  EXPECT_THAT(all_text(calm), AllOf(HasSubstr("one stable state for every b"), HasSubstr("|w| ≤ 4"),
                                    Not(HasSubstr("unstable"))));
  const auto flips = build_bifurcation(neuron_with({"lab.start_w=-7"}), {}, {}, {800, 460});
  EXPECT_THAT(all_text(flips), AllOf(HasSubstr("flip, b = "), HasSubstr("two by turns")));
  const auto tanh =
      build_bifurcation(neuron_with({"lab.map=tanh", "lab.start_w=0.9"}), {}, {}, {800, 460});
  EXPECT_THAT(all_text(tanh), HasSubstr("|w| ≤ 1"));
}

// Each arrow points to where the next state lies.
TEST(BifurcationFigure, ArrowsPointToTheNextState) {
  const auto snapshot = neuron_with({});
  const Figure figure = build_bifurcation(snapshot, {}, {}, {800, 460});
  const Group& flow = group_of(figure, "flow");
  const auto shafts = marks_of<PolylineMark>(flow);
  EXPECT_GT(shafts.size(), 20u);
  for (const PolylineMark& shaft : shafts) {
    const double b = x_value_at(*figure.plot, shaft.points[0].x);
    const double x = y_position_at(*figure.plot, shaft.points[0].y);
    const double next = lab::next_state(lab::NeuronMap::sigmoid, {5.0, b}, x);
    EXPECT_GT((next - x) * (shaft.points[0].y - shaft.points[1].y), 0.0) << b << " " << x;
  }
}

TEST(ClippedLine, EndsAtTheEdgeAndTakesAnyNumber) {
  const Rect rect{0, 0, 10, 10};
  const auto parts = clipped_line({{5, 5}, {1e300, 5}, {5, 8}, {5, 9}}, rect);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].back().x, 10.0);
  EXPECT_EQ(parts[1].back().y, 9.0);
  EXPECT_TRUE(clipped_line({{-5, -5}, {-1, 20}}, rect).empty());
  EXPECT_EQ(clipped_line({{1, 1}, {std::nan(""), 2}, {3, 3}}, rect).size(), 0u);
}

TEST(LyapunovFigure, MarksAreTheExponentsAndTheLinearOnes) {
  const auto snapshot = snapshot_after(5, {"task.name=first-bit", "task.steps=30"}, kLyapunov);
  const session::LyapunovStudy& study = *snapshot.analysis->lyapunov;
  ASSERT_EQ(study.all.exponents.size(), 8u);
  const Figure figure = build_lyapunov(snapshot, {}, {}, {960, 420});
  const auto discs = marks_of<CircleMark>(group_of(figure, "exponents-exponents"));
  ASSERT_EQ(discs.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_NEAR(y_position_at(*figure.plot, discs[i].center.y), study.all.exponents[i], 1e-9);
  // Against Eigen itself.
  const Eigen::VectorXcd values =
      model::eigenvalues(snapshot.record->model.parameters.W_hh).value();
  std::vector<double> logs;
  for (const std::complex<double>& value : values) logs.push_back(std::log(std::abs(value)));
  std::ranges::sort(logs, std::greater<>());
  const auto squares = marks_of<RectMark>(group_of(figure, "exponents-exponents"));
  ASSERT_EQ(squares.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    const Rect& r = squares[i].rect;
    EXPECT_NEAR(y_position_at(*figure.plot, r.y + r.height / 2.0), logs[i], 1e-8);
  }
  expect_outside_plots(figure, "legend");
}

TEST(LyapunovFigure, OfALinearNetworkLiesOnItsReference) {
  const auto snapshot =
      snapshot_after(0,
                     {"task.name=first-bit", "task.steps=400", "model.activation=identity",
                      "model.init=orthogonal", "model.spectral_radius=0.9"},
                     kLyapunov);
  const session::LyapunovStudy& study = *snapshot.analysis->lyapunov;
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(study.linear[i], std::log(0.9), 1e-10);
    EXPECT_NEAR(study.all.exponents[i], std::log(0.9), 1e-10);
  }
}

TEST(LyapunovFigure, TakesEveryCellAndWhatIsNotFinite) {
  for (const char* cell : {"model.cell=rnn", "model.cell=gru", "model.cell=lstm"})
    for (const char* steps : {"task.steps=1", "task.steps=60"}) {
      const auto snapshot = snapshot_after(
          2, {"task.name=first-bit", cell, steps, "model.activation=relu"}, kLyapunov);
      const bool lstm = std::string(cell) == "model.cell=lstm";
      EXPECT_EQ(snapshot.analysis->lyapunov->all.exponents.size(), lstm ? 16u : 8u);
      EXPECT_EQ(snapshot.analysis->lyapunov->linear.empty(), std::string(cell) != "model.cell=rnn");
      for (const Size size : {Size{300, 200}, Size{960, 420}})
        expect_legible(build_lyapunov(snapshot, {}, {}, size));
    }
  const auto diverged = diverged_snapshot();
  expect_legible(build_lyapunov(diverged, {}, {}, {960, 420}));
}

TEST(LyapunovFigure, ARotationKeepsDistancesWhateverRoundingSays) {
  const session::Snapshot snapshot =
      snapshot_after(1,
                     {"task.name=first-bit", "model.activation=identity", "model.init=orthogonal",
                      "model.spectral_radius=1", "training.learning_rate=1e-6"},
                     kLyapunov);
  EXPECT_LT(std::abs(snapshot.analysis->lyapunov->all.exponents.front()), 1e-9);
  const std::string text = all_text(build_lyapunov(snapshot, {}, {}, {960, 420}));
  EXPECT_THAT(text, HasSubstr("close states keep their distance"));
  EXPECT_THAT(text, Not(HasSubstr("are above 0")));
}

TEST(LyapunovFigure, DirectionsThatDieAreToldAndDrawn) {
  session::Snapshot snapshot = snapshot_after(1, {"task.name=first-bit"}, kLyapunov);
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  auto study = std::make_shared<session::LyapunovStudy>(*analysis->lyapunov);
  study->all.exponents[6] = study->all.exponents[7] = -std::numeric_limits<double>::infinity();
  analysis->lyapunov = study;
  snapshot.analysis = analysis;
  const Figure figure = build_lyapunov(snapshot, {}, {}, {960, 420});
  EXPECT_THAT(all_text(figure), HasSubstr("2 of 8 are −∞"));
  EXPECT_EQ(marks_of<PolygonMark>(group_of(figure, "exponents-exponents")).size(), 2u);
}

}  // namespace
}  // namespace backflow::figure
