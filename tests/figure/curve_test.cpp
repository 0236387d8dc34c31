// Decimated curves lose no extreme and no gap.
#include "app/figure/curve.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace backflow::figure {
namespace {

using training::History;
using training::Series;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Axes axes_for(std::size_t points, double y_min, double y_max, bool log_y = false) {
  return {{{0.0, 0.0, 500.0, 300.0}, 0.0, static_cast<double>(points) - 1.0, y_min, y_max, log_y}};
}

void append(History& history, double loss) { history.append({loss, loss, loss, kNaN}); }

// Every point of every polyline.
std::vector<Point> points_of(const Group& group) {
  std::vector<Point> points;
  for (const Mark& mark : group.marks)
    if (const auto* line = std::get_if<PolylineMark>(&mark))
      points.insert(points.end(), line->points.begin(), line->points.end());
  return points;
}

TEST(Curve, ShortCurvesAreDrawnPointByPoint) {
  History history;
  for (const double value : {1.0, 3.0, 2.0}) append(history, value);
  Group group;
  const Axes axes = axes_for(3, 0.0, 4.0);
  add_curve(group, history.view(), Series::loss, axes, {});
  const auto points = points_of(group);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_DOUBLE_EQ(points[1].x, 250.0);
  EXPECT_DOUBLE_EQ(points[1].y, 75.0);
}

TEST(Curve, EverySpikeOfALongCurveIsSeen) {
  History history;
  constexpr std::size_t kPoints = 200'000;
  for (std::size_t i = 0; i < kPoints; ++i)
    append(history, i % 9973 == 17 ? 9.0 : i % 7919 == 5 ? 1.0 : 5.0);
  Group group;
  const Axes axes = axes_for(kPoints, 0.0, 10.0);
  add_curve(group, history.view(), Series::loss, axes, {});
  const auto points = points_of(group);
  EXPECT_LT(points.size(), 2100u);
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double value = history.view().value(Series::loss, i);
    if (value == 5.0) continue;
    const Point wanted{axes.x(static_cast<double>(i)), axes.y(value)};
    bool seen = false;
    for (const Point& point : points)
      seen = seen || (std::abs(point.x - wanted.x) < 1.0 && std::abs(point.y - wanted.y) < 1e-9);
    EXPECT_TRUE(seen) << i;
  }
}

TEST(Curve, BreaksAtGapsAndKeepsLonelyPoints) {
  History history;
  for (const double value : {1.0, 2.0, kNaN, 3.0, kNaN, 1.0, 2.0}) append(history, value);
  Group group;
  add_curve(group, history.view(), Series::loss, axes_for(7, 0.0, 4.0), {});
  ASSERT_EQ(group.marks.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<PolylineMark>(group.marks[0]));
  EXPECT_TRUE(std::holds_alternative<CircleMark>(group.marks[1]));
  EXPECT_TRUE(std::holds_alternative<PolylineMark>(group.marks[2]));

  Group markers;
  add_gap_markers(markers, history.view(), Series::loss, axes_for(7, 0.0, 4.0),
                  palette(Theme::light), 12.0);
  std::size_t triangles = 0;
  for (const Mark& mark : markers.marks)
    triangles += std::holds_alternative<PolygonMark>(mark) ? 1 : 0;
  EXPECT_EQ(triangles, 2u);
}

TEST(Curve, TheLastPointIsMarkedAtEveryWidth) {
  // Where training stops, the last point is the one that is not finite.
  for (const std::size_t count : {2u, 47u, 201u, 1999u}) {
    History history;
    for (std::size_t i = 0; i + 1 < count; ++i) append(history, 1.0);
    append(history, kNaN);
    for (double width = 100.0; width < 1500.0; width += 1.37) {
      Axes axes = axes_for(count, 0.0, 2.0);
      axes.area.rect.width = width;
      Group markers;
      add_gap_markers(markers, history.view(), Series::loss, axes, palette(Theme::light), 12.0);
      ASSERT_EQ(markers.marks.size(), 2u) << count << " points, " << width << " wide";
    }
  }
}

TEST(Curve, ZeroHasNoPlaceOnALogarithmicAxis) {
  History history;
  for (const double value : {1.0, 10.0, 0.0, 100.0, 10.0}) append(history, value);
  Group group;
  const Axes axes = axes_for(5, 0.0, 2.0, true);
  add_curve(group, history.view(), Series::loss, axes, {});
  ASSERT_EQ(group.marks.size(), 2u);
  for (const Point& point : points_of(group)) EXPECT_TRUE(std::isfinite(point.y));
  EXPECT_EQ(smallest_positive(history.view(), Series::loss), 1.0);
}

TEST(Curve, RangesAreRoundAndHoldTheData) {
  for (const double high : {1e-9, 0.013, 0.7, 1.0, 3.3, 99.0, 1e7, 1e300}) {
    PlotArea area;
    set_y_range(area, 0.0, high, false);
    EXPECT_GE(area.y_max, high);
    EXPECT_LE(area.y_max, 2.2 * high);
    set_y_range(area, high / 50.0, high, true);
    EXPECT_LE(area.y_min, std::log10(high / 50.0));
    EXPECT_GE(area.y_max, std::log10(high));
    EXPECT_EQ(area.y_min, std::round(area.y_min));
  }
}

TEST(Curve, SparseValuesAreJoinedAtEveryLength) {
  for (const std::size_t points : {100u, 100'000u}) {
    History history;
    for (std::size_t i = 0; i < points; ++i)
      append(history, i % 20 == 3 ? static_cast<double>(i) : kNaN);
    Group group;
    const Axes axes = axes_for(points, 0.0, static_cast<double>(points) - 1.0);
    add_curve(group, history.view(), Series::loss, axes, {}, Gaps::joined);
    ASSERT_EQ(group.marks.size(), 1u) << points;
    // The values grow as the iterations do: every point lies on one straight line.
    for (const Point& point : points_of(group))
      EXPECT_NEAR(axes.area.rect.bottom() - point.y, 300.0 * point.x / 500.0, 1.5);
    EXPECT_GT(points_of(group).size(), 4u);
  }
}

TEST(Curve, FindsTheLastFiniteValue) {
  History history;
  for (int i = 0; i < 1000; ++i) append(history, i == 5 || i == 700 ? 1.0 : kNaN);
  EXPECT_EQ(last_finite(history.view(), Series::loss, 1000), 700u);
  EXPECT_EQ(last_finite(history.view(), Series::loss, 701), 700u);
  EXPECT_EQ(last_finite(history.view(), Series::loss, 700), 5u);
  EXPECT_EQ(last_finite(history.view(), Series::loss, 5), std::nullopt);
  EXPECT_EQ(last_finite(history.view(), Series::loss, 0), std::nullopt);
}

TEST(Curve, TheOnlyFiniteValueIsFoundWhereverItIs) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (const std::size_t size : {0u, 1u, 31u, 32u, 33u, 700u})
    for (const std::size_t at : {0u, 1u, 5u, 31u, 32u, 600u}) {
      training::History history;
      for (std::size_t i = 0; i < size; ++i) {
        training::HistoryPoint point{};
        point[static_cast<std::size_t>(Series::validation_loss)] = i == at ? 1.0 : kNone;
        history.append(point);
      }
      const auto found = last_finite(history.view(), Series::validation_loss, size);
      if (at < size)
        EXPECT_EQ(found, at) << size;
      else
        EXPECT_FALSE(found) << size << " " << at;
    }
}

}  // namespace
}  // namespace backflow::figure
