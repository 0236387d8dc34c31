// The error surface as a relief: its projection, what hides what, its light, and what is drawn on
// it.
#include "app/figure/relief.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/error_relief_figure.h"
#include "app/figure/number_format.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Rect kRoom{20.0, 10.0, 500.0, 300.0};
const double kTurns[] = {0.0, 33.0, 90.0, 140.0, 215.0, 270.0, 301.0};

// A landscape over 0 ≤ w ≤ 1, 0 ≤ b ≤ 1 with E = height(w, b) in the middle of each cell.
template <class Height>
std::shared_ptr<const lab::ErrorSurface> landscape(model::Index rows, model::Index columns,
                                                   Height height) {
  auto surface = std::make_shared<lab::ErrorSurface>();
  surface->range = {0.0, 1.0, 0.0, 1.0};
  surface->log10_error.resize(rows, columns);
  for (model::Index i = 0; i < rows; ++i)
    for (model::Index j = 0; j < columns; ++j)
      surface->log10_error(i, j) = std::log10(
          height(surface->w(static_cast<double>(j)), surface->b(static_cast<double>(i))));
  surface->low = surface->log10_error.minCoeff();
  surface->high = surface->log10_error.maxCoeff();
  surface->highest = std::pow(10.0, surface->high);
  surface->shares = surface->log10_error.unaryExpr(
      [&](double log10) { return std::pow(10.0, log10) / surface->highest; });
  return surface;
}

auto hills() {
  return landscape(60, 80, [](double w, double b) {
    return 0.6 + 0.3 * std::sin(9.0 * w) * std::cos(7.0 * b) + 0.09 * std::sin(23.0 * b);
  });
}

// Of a direction over the plane: how far it leads away from the viewer, from what is drawn.
double away(const Relief& relief, lab::NeuronPoint at) {
  return -relief.place({at.w, at.b, 0.0}).y;  // on the plane what is farther is drawn higher
}

TEST(Relief, AtNoTurnWGoesRightAndBAway) {
  const Relief relief(hills(), 0.0, 40.0, kRoom);
  const Point origin = relief.place({0.2, 0.3, 0.0});
  const Point along_w = relief.place({0.4, 0.3, 0.0}), along_b = relief.place({0.2, 0.5, 0.0});
  const Point raised = relief.place({0.2, 0.3, 0.5});
  EXPECT_GT(along_w.x, origin.x + 1.0);
  EXPECT_NEAR(along_w.y, origin.y, 1e-9);
  EXPECT_NEAR(along_b.x, origin.x, 1e-9);
  EXPECT_LT(along_b.y, origin.y - 1.0);
  EXPECT_NEAR(raised.x, origin.x, 1e-9);
  EXPECT_LT(raised.y, origin.y - 1.0);
  // Counterclockwise from above: w comes to point away from the viewer.
  const Relief turned(hills(), 90.0, 40.0, kRoom);
  EXPECT_LT(turned.place({0.4, 0.3, 0.0}).y, turned.place({0.2, 0.3, 0.0}).y - 1.0);
}

TEST(Relief, FitsIntoItsRoomFromEverySide) {
  for (double turn = 0.0; turn < 360.0; turn += 15.0)
    for (const double tilt : {kLeastTilt, 40.0, kMostTilt}) {
      const Relief relief(hills(), turn, tilt, kRoom);
      for (const double w : {0.0, 1.0})
        for (const double b : {0.0, 1.0})
          for (const double error : {0.0, relief.highest()}) {
            const Point p = relief.place({w, b, error});
            EXPECT_TRUE(p.x >= kRoom.x - 1e-9 && p.x <= kRoom.right() + 1e-9 &&
                        p.y >= kRoom.y - 1e-9 && p.y <= kRoom.bottom() + 1e-9)
                << turn << ' ' << tilt;
          }
    }
}

// From a spot towards the viewer, and from the viewer towards the surface: two ways to one answer,
// but for spots just at an edge.
TEST(Relief, WhatIsSeenIsWhatLiesUnderTheMouse) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> anywhere(0.02, 0.98);
  int seen = 0, hidden = 0, different = 0;
  for (const double turn : kTurns) {
    const Relief relief(hills(), turn, 25.0, kRoom);
    for (int i = 0; i < 300; ++i) {
      const lab::NeuronPoint at{anywhere(random), anywhere(random)};
      const auto found = relief.under(relief.place(relief.on(at)));
      ASSERT_TRUE(found);
      const double apart = std::hypot(found->w - at.w, found->b - at.b);
      if (apart > 0.01 && apart < 0.06) continue;  // just behind an edge
      const bool same = apart <= 0.01;
      if (relief.is_seen(relief.on(at)) != same)
        ++different;
      else
        ++(same ? seen : hidden);
    }
  }
  EXPECT_GT(seen, 300);
  EXPECT_GT(hidden, 300);
  EXPECT_LT(different, 40);
}

// Behind a ridge of height H the ground is hidden over H / tan(tilt).
TEST(Relief, ARidgeHidesAsMuchAsItsHeightOverTheTangent) {
  const auto ridge =
      landscape(200, 40, [](double, double b) { return std::abs(b - 0.1) < 0.02 ? 1.0 : 1e-9; });
  for (const double tilt : {45.0, 60.0, 75.0}) {
    const Relief relief(ridge, 0.0, tilt, kRoom);
    const double rise = relief.place({0.5, 0.5, 0.0}).y - relief.place({0.5, 0.5, 1.0}).y;
    const double per_b = relief.place({0.5, 0.0, 0.0}).y - relief.place({0.5, 1.0, 0.0}).y;
    // rise = s H cos(tilt) and per_b = s sin(tilt), so H / tan(tilt) = rise / per_b.
    const double edge = 0.12 + rise / per_b;
    ASSERT_LT(edge, 0.95);
    ASSERT_GT(edge, 0.2);
    for (double b = 0.14; b < 0.99; b += 0.005) {
      if (std::abs(b - edge) < 0.02) continue;
      EXPECT_EQ(relief.is_seen(relief.on({0.5, b})), b > edge) << tilt << ' ' << b;
    }
    EXPECT_TRUE(relief.is_seen(relief.on({0.5, 0.05})));
  }
}

TEST(Relief, BesideItThereIsNothingUnderTheMouse) {
  const Relief relief(hills(), 45.0, 40.0, kRoom);
  EXPECT_FALSE(relief.under({kRoom.x + 1.0, kRoom.y + 1.0}));
  EXPECT_FALSE(relief.under({kRoom.right() - 1.0, kRoom.bottom() - 1.0}));
}

// Where triangles lie over one another, the one that is drawn last is the nearest at that point.
TEST(Relief, NearTrianglesAreDrawnLast) {
  const auto cliff = landscape(
      60, 80, [](double w, double b) { return w + 0.6 * b > 0.8 ? 1.0 : 0.05 + 0.2 * w * b; });
  int several = 0;
  for (const auto& surface : {hills(), cliff})
    for (const double turn : kTurns) {
      const Relief relief(surface, turn, 25.0, kRoom);
      const MeshMark mesh = relief.mesh(color_scale(-3.0, 1.0), {});
      ASSERT_LE(mesh.points.size(), MeshMark::kMostPoints);
      ASSERT_EQ(mesh.colors.size(), mesh.points.size());
      const auto surface_triangles = static_cast<std::size_t>(2 * 59 * 79);
      ASSERT_GT(mesh.triangles.size(), surface_triangles);
      // How far away each corner is, of the place on the plane that it stands over.
      std::vector<double> depth;
      for (int row = 0; row < 60; ++row)
        for (int column = 0; column < 80; ++column) {
          const double w = column == 0 ? 0.0 : column == 79 ? 1.0 : surface->w(column);
          const double b = row == 0 ? 1.0 : row == 59 ? 0.0 : surface->b(row);
          depth.push_back(away(relief, {w, b}));
        }
      int covered = 0;
      for (double x = kRoom.x + 0.3; x < kRoom.right(); x += 23.0)
        for (double y = kRoom.y + 0.3; y < kRoom.bottom(); y += 5.0) {
          double last = std::nan(""), nearest = INFINITY;
          int count = 0;
          for (std::size_t i = 0; i < surface_triangles; ++i) {
            const auto& t = mesh.triangles[i];
            const Point &a = mesh.points[t[0]], &b = mesh.points[t[1]], &c = mesh.points[t[2]];
            const auto side = [&](const Point& p, const Point& q) {
              return (q.x - p.x) * (y - p.y) - (q.y - p.y) * (x - p.x);
            };
            const double ab = side(a, b), bc = side(b, c), ca = side(c, a), sum = ab + bc + ca;
            if (!((ab > 0.0 && bc > 0.0 && ca > 0.0) || (ab < 0.0 && bc < 0.0 && ca < 0.0)))
              continue;
            last = (bc * depth[t[0]] + ca * depth[t[1]] + ab * depth[t[2]]) / sum;
            nearest = std::min(nearest, last);
            ++count;
          }
          if (count == 0) continue;
          ++covered;
          several += count > 1 ? 1 : 0;
          EXPECT_NEAR(last, nearest, 1e-6) << turn << " at " << x << ", " << y;
        }
      EXPECT_GT(covered, 200);
    }
  EXPECT_GT(several, 500);
}

double brightness(const MeshMark& mesh, std::size_t point) {
  return relative_luminance(mesh.colors[point]);
}

TEST(Relief, SlopesThatFaceTheLampAreBrighterAndFlatGroundKeepsItsColour) {
  const auto gable = landscape(20, 21, [](double w, double) { return 1.1 - std::abs(w - 0.5); });
  const ColorScale scale = color_scale(-3.0, 1.0, Colormap::cividis);
  const Relief relief(gable, 0.0, 40.0, kRoom);
  const MeshMark mesh = relief.mesh(scale, {});
  // The lamp stands at the upper left, so the left slope of the gable is in the light.
  EXPECT_GT(brightness(mesh, 5), 1.2 * brightness(mesh, 15));
  const MeshMark behind = Relief(gable, 180.0, 40.0, kRoom).mesh(scale, {});
  EXPECT_GT(brightness(behind, 15), 1.2 * brightness(behind, 5));
  const auto plain = landscape(20, 21, [](double, double) { return 0.1; });
  const Color shown = Relief(plain, 120.0, 40.0, kRoom).mesh(scale, {}).colors[100];
  const Color meant = color_of(scale, -1.0f);
  EXPECT_NEAR(shown.r, meant.r, 0.03 * meant.r + 1.0);
  EXPECT_NEAR(shown.g, meant.g, 0.03 * meant.g + 1.0);
  EXPECT_NEAR(shown.b, meant.b, 0.03 * meant.b + 1.0);
}

TEST(Relief, ALineIsCutWhereItDisappearsAndWhereItLeaves) {
  const auto ridge =
      landscape(200, 40, [](double, double b) { return std::abs(b - 0.1) < 0.02 ? 1.0 : 1e-9; });
  const Relief relief(ridge, 0.0, 60.0, kRoom);
  const auto parts = draped(relief, {{0.5, 0.02}, {0.5, 2.0}});
  ASSERT_GE(parts.size(), 3u);
  EXPECT_TRUE(parts.front().seen);
  EXPECT_TRUE(parts.back().seen);
  EXPECT_TRUE(parts.back().leaves);
  EXPECT_FALSE(parts.front().leaves);
  bool hides = false;
  for (const DrapedLine& part : parts) hides = hides || !part.seen;
  EXPECT_TRUE(hides);
  const Point end = parts.back().points.back(), rim = relief.place(relief.on({0.5, 1.0}));
  EXPECT_NEAR(end.x, rim.x, 1e-6);
  EXPECT_NEAR(end.y, rim.y, 1e-6);
  EXPECT_THAT(draped(relief, {{0.5, 1.5}, {0.7, 2.0}}), IsEmpty());
}

// --- the figure --------------------------------------------------------------------------------

session::Snapshot relief_of(std::vector<const char*> keys) {
  return snapshot_after(0, keys, {.neuron = true});
}

View from_side(double turn, double tilt) {
  View view;
  view.relief_turn = turn;
  view.relief_tilt = tilt;
  return view;
}

TEST(ErrorReliefFigure, TheStartStandsOnTheSurfaceAndTheTooltipTellsItsError) {
  const auto snapshot = relief_of({"lab.start_w=4.6", "lab.start_b=-2"});
  const View view = from_side(190.0, 50.0);
  const Figure figure = build_error_relief(snapshot, view, {}, {960, 520});
  const auto found = relief_in(snapshot, view, figure);
  ASSERT_TRUE(found);
  const auto circles = marks_of<CircleMark>(group_of(figure, "relief-paths"));
  ASSERT_FALSE(circles.empty());
  const Point place = found->relief.place(found->relief.on({4.6, -2.0}));
  EXPECT_NEAR(circles.back().center.x, place.x, 1e-9);
  EXPECT_NEAR(circles.back().center.y, place.y, 1e-9);
  const auto under = found->relief.under(place);
  ASSERT_TRUE(under);
  EXPECT_NEAR(under->w, 4.6, 0.05);
  EXPECT_NEAR(under->b, -2.0, 0.05);
  const double error = lab::error_at(snapshot.analysis->neuron->options.neuron, *under).error;
  EXPECT_THAT(error_relief_tooltip(snapshot, view, figure, place),
              HasSubstr("E = " + compact(error)));
  ASSERT_TRUE(figure.plot);  // of the gradient norms
  EXPECT_THAT(error_relief_tooltip(snapshot, view, figure,
                                   {figure.plot->rect.x + 1.0, figure.plot->rect.y + 5.0}),
              AllOf(HasSubstr("clipped: "), HasSubstr("without clipping: ")));
  EXPECT_THAT(error_relief_tooltip(snapshot, view, figure, {1.0, 1.0}), IsEmpty());
}

// The wall's line is its upper edge: E is that on its higher side.
TEST(ErrorReliefFigure, TheWallStandsAtItsUpperEdge) {
  const auto snapshot = relief_of({});
  const Figure figure = build_error_relief(snapshot, {}, {}, {960, 520});
  const auto found = relief_in(snapshot, {}, figure);
  ASSERT_TRUE(found);
  const auto wall = lab::wall_at(snapshot.analysis->neuron->options.neuron, 5.5);
  ASSERT_TRUE(wall);
  const Point edge = found->relief.place({5.5, wall->at.b, std::max(wall->below, wall->above)});
  double nearest = INFINITY;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "relief-contours"))) {
    if (line.stroke.dash != Dash::dotted) continue;
    for (const Point& p : line.points)
      nearest = std::min(nearest, std::hypot(p.x - edge.x, p.y - edge.y));
  }
  EXPECT_LT(nearest, 4.0);
}

TEST(ErrorReliefFigure, IsLegibleFromEverySideAtEverySize) {
  for (const std::vector<const char*>& keys :
       std::vector<std::vector<const char*>>{{},
                                             {"lab.map=tanh", "lab.start_w=2", "lab.start_b=-0.4"},
                                             {"lab.steps=1"},
                                             {"lab.start_w=-12", "lab.start_b=15"},
                                             {"lab.learning_rate=10", "lab.threshold=1e6"},
                                             {"lab.steps=1000", "lab.start_w=20"}}) {
    const auto snapshot = relief_of(keys);
    for (const Size size : {Size{300, 220}, Size{480, 560}, Size{960, 520}})
      for (double turn = 5.0; turn < 360.0; turn += 45.0)
        for (const double tilt : {kLeastTilt, kMostTilt}) {
          SCOPED_TRACE(std::string(keys.empty() ? "" : keys.back()) + " " +
                       std::to_string(size.width) + " " + std::to_string(turn) + " " +
                       std::to_string(tilt));
          expect_legible(build_error_relief(snapshot, from_side(turn, tilt), {}, size));
        }
  }
}

TEST(ErrorReliefFigure, WaitsForTheSurface) {
  const auto snapshot = snapshot_after(0, {}, {});
  const Figure figure = build_error_relief(snapshot, {}, {}, {640, 400});
  EXPECT_THAT(all_text(figure), HasSubstr("computing"));
  EXPECT_FALSE(relief_in(snapshot, {}, figure));
  EXPECT_THAT(error_relief_tooltip(snapshot, {}, figure, {300, 200}), IsEmpty());
  EXPECT_THAT(all_text(build_error_relief(relief_of({}), {}, {}, {640, 400})),
              Not(HasSubstr("computing")));
}

}  // namespace
}  // namespace backflow::figure
