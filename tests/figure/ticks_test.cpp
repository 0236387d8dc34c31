// Axis ticks: inside, in order, never touching, never too few.
#include "app/figure/ticks.h"

#include <cmath>

#include <gtest/gtest.h>

#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

void expect_sound(const AxisSpan& axis, const std::vector<Tick>& ticks) {
  double last_end = -1e300, last = -1e300;
  for (const Tick& tick : ticks) {
    EXPECT_GT(tick.position, last);
    last = tick.position;
    EXPECT_GE(tick.position, axis.min - 1e-6 * (axis.max - axis.min));
    EXPECT_LE(tick.position, axis.max + 1e-6 * (axis.max - axis.min));
    if (tick.label.empty()) continue;
    const double center = (tick.position - axis.min) / (axis.max - axis.min) * axis.length;
    const double half =
        (axis.vertical ? axis.font_size : text_width(tick.label, axis.font_size)) / 2.0;
    EXPECT_GE(center - half, last_end) << tick.label;
    last_end = center + half;
  }
}

std::size_t labels(const std::vector<Tick>& ticks) {
  std::size_t count = 0;
  for (const Tick& tick : ticks) count += tick.label.empty() ? 0 : 1;
  return count;
}

TEST(LinearTicks, AreSoundOverManyRanges) {
  for (const double length : {120.0, 300.0, 700.0, 4000.0})
    for (const bool vertical : {false, true})
      for (const double min : {0.0, -1.0, 0.37, -2e5})
        for (const double range : {1e-7, 0.003, 1.0, 19.0, 730.0, 1e6, 3e9, 1e250}) {
          if (std::abs(min) > 1e6 * range) continue;  // beyond what labels can tell apart
          SCOPED_TRACE(std::to_string(min) + " + " + std::to_string(range));
          const AxisSpan axis{min, min + range, length, 12.0, vertical, false};
          const auto ticks = linear_ticks(axis);
          expect_sound(axis, ticks);
          if (length >= 300.0) {
            EXPECT_GE(labels(ticks), 2u);
          }
        }
}

TEST(LinearTicks, OfCountsAreWhole) {
  for (const double max : {1.0, 3.0, 20.0, 1234567.0}) {
    const auto ticks = linear_ticks({0.0, max, 600.0, 12.0, false, true});
    for (const Tick& tick : ticks) EXPECT_EQ(tick.position, std::round(tick.position));
    EXPECT_EQ(ticks.front().label, "0");
  }
}

TEST(LinearTicks, ReadWell) {
  const auto ticks = linear_ticks({-0.2, 0.4, 400.0, 12.0, true, false});
  ASSERT_EQ(ticks.size(), 13u);
  EXPECT_EQ(ticks.front().label, "−0.20");
  EXPECT_EQ(ticks[4].label, "0");
  EXPECT_EQ(ticks.back().label, "0.40");
}

TEST(LogTicks, AreSoundOverManyRanges) {
  for (const double length : {100.0, 260.0, 900.0, 4000.0})
    for (const bool vertical : {false, true})
      for (const double min : {-5000.0, -300.0, -31.0, -6.0, -1.0, 0.0})
        for (const double range : {1.0, 2.0, 7.0, 40.0, 600.0, 10000.0}) {
          const AxisSpan axis{min, min + range, length, 12.0, vertical, false};
          const auto ticks = log_ticks(axis);
          expect_sound(axis, ticks);
          if (length >= 260.0) {
            EXPECT_GE(labels(ticks), 2u) << min << " + " << range << " on " << length;
          }
        }
}

TEST(LogTicks, HaveRoundNumbersWithinADecade) {
  for (const double length : {100.0, 260.0, 900.0, 4000.0})
    for (const bool vertical : {false, true})
      for (const double min : {-3.4, -0.9, -0.02, 0.03, 0.4, 2.31})
        for (const double range : {0.05, 0.1, 0.3, 0.7}) {
          const AxisSpan axis{min, min + range, length, 12.0, vertical, false};
          const auto ticks = log_ticks(axis);
          expect_sound(axis, ticks);
          if (length >= 260.0) {
            EXPECT_GE(labels(ticks), 2u) << min << " + " << range << " on " << length;
          }
        }
  const auto ticks = log_ticks({std::log10(0.9), std::log10(1.32), 300.0, 12.0, true, false});
  ASSERT_GE(ticks.size(), 4u);
  EXPECT_EQ(ticks.front().label, "0.90");
  EXPECT_NEAR(ticks.front().position, std::log10(0.9), 1e-12);
}

TEST(LogTicks, LabelDecades) {
  const auto ticks = log_ticks({-3.0, 1.0, 300.0, 12.0, true, false});
  EXPECT_EQ(ticks.front().label, "10^{−3}");
  EXPECT_EQ(ticks.back().label, "10");
}

TEST(NiceCeiling, IsTheNextRoundNumber) {
  EXPECT_DOUBLE_EQ(nice_ceiling(1.0), 1.0);
  EXPECT_DOUBLE_EQ(nice_ceiling(1.01), 1.5);
  EXPECT_DOUBLE_EQ(nice_ceiling(31.0), 40.0);
  EXPECT_DOUBLE_EQ(nice_ceiling(0.0083), 0.01);
  EXPECT_DOUBLE_EQ(nice_ceiling(8.0), 8.0);
}

}  // namespace
}  // namespace backflow::figure
