// One neuron: its gradient by finite differences and closed forms, where its wall stands and how
// steep it is, and the saddle-nodes of its fixed points.
#include "core/lab/one_neuron.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/lab/bifurcation.h"
#include "core/lab/contour.h"
#include "core/lab/study.h"
#include "tests/support/infinity.h"

namespace backflow::lab {
namespace {

using model::Index;

using support::kInf;

double plain_sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// The maps as they stand in the paper, written once more.
long double plain_error(const Neuron& neuron, long double w, long double b) {
  long double x = neuron.initial;
  for (Index t = 0; t < neuron.steps; ++t)
    x = neuron.map == NeuronMap::sigmoid ? w / (1.0L + std::exp(-x)) + b : std::tanh(w * x + b);
  return (x - neuron.target) * (x - neuron.target);
}

TEST(OneNeuron, ErrorAndGradientAgainstCentralDifferences) {
  for (const NeuronMap map : {NeuronMap::sigmoid, NeuronMap::tanh})
    for (const Index steps : {1, 2, 7, 50})
      for (const double w : {-6.0, -0.7, 0.0, 1.2, 4.1, 5.0})
        for (const double b : {-2.4, -0.3, 0.0, 1.1}) {
          const Neuron neuron{map, steps, 0.5, 0.7};
          const NeuronError found = error_at(neuron, {w, b});
          const auto exact = static_cast<double>(plain_error(neuron, w, b));
          EXPECT_NEAR(found.error, exact, 1e-10 * exact);
          constexpr long double h = 1e-7L;
          const auto dw = static_cast<double>(
              (plain_error(neuron, w + h, b) - plain_error(neuron, w - h, b)) / (2.0L * h));
          const auto db = static_cast<double>(
              (plain_error(neuron, w, b + h) - plain_error(neuron, w, b - h)) / (2.0L * h));
          const double norm = std::hypot(dw, db);
          EXPECT_NEAR(found.dw, dw, 1e-5 * norm) << steps << " " << w << " " << b;
          EXPECT_NEAR(found.db, db, 1e-5 * norm) << steps << " " << w << " " << b;
        }
}

TEST(OneNeuron, SlopeIsTheDerivativeOfTheMap) {
  for (const NeuronMap map : {NeuronMap::sigmoid, NeuronMap::tanh})
    for (const double x : {-3.0, -0.4, 0.0, 0.5, 2.0}) {
      const NeuronPoint at{-1.7, 0.3};
      const double h = 1e-6;
      const double difference = (next_state(map, at, x + h) - next_state(map, at, x - h)) / (2 * h);
      EXPECT_NEAR(slope(map, at, x), difference, 1e-8 * std::abs(difference) + 1e-10);
    }
  EXPECT_EQ(steepest(NeuronMap::sigmoid), slope(NeuronMap::sigmoid, {1.0, 0.0}, 0.0));
  EXPECT_EQ(steepest(NeuronMap::tanh), slope(NeuronMap::tanh, {1.0, 0.0}, 0.0));
}

TEST(OneNeuron, DoesNotOverflow) {
  const Neuron neuron{NeuronMap::sigmoid, 1000, 0.5, 0.7};
  for (const double w : {-1e300, -800.0, 800.0, 1e300}) {
    const NeuronError e = error_at(neuron, {w, 0.0});
    EXPECT_FALSE(std::isnan(e.state)) << w;
  }
  EXPECT_EQ(next_state(NeuronMap::sigmoid, {1.0, 0.0}, 1e6), 1.0);
  EXPECT_EQ(next_state(NeuronMap::sigmoid, {1.0, 0.0}, -1e6), 0.0);
}

// On the wall x_t = x_0 for all t, so the recursion is a geometric sum.
TEST(Wall, GradientOnItIsTheClosedForm) {
  for (const NeuronMap map : {NeuronMap::sigmoid, NeuronMap::tanh})
    for (const double w : {5.0, 6.0, -5.0})
      for (const Index steps : {1, 3, 20}) {
        const Neuron neuron{map, steps, 0.5, 0.7};
        const auto wall = wall_at(neuron, w);
        ASSERT_TRUE(wall) << w;
        EXPECT_NEAR(next_state(map, wall->at, 0.5), 0.5, 1e-15);
        EXPECT_NEAR(wall->slope, slope(map, wall->at, 0.5), 1e-14 * std::abs(wall->slope));
        const NeuronError e = error_at(neuron, wall->at);
        // x_0 is rounded, which λ^T stretches as it does every other change.
        const double rounding =
            1e-12 + 1e-14 * std::pow(std::abs(wall->slope), static_cast<double>(steps));
        EXPECT_NEAR(e.error, 0.2 * 0.2, rounding);
        EXPECT_NEAR(e.gradient_norm(), wall->gradient, rounding * wall->gradient);
      }
}

// x_T lies above x_0 on one side of the wall and below it on the other: halving the interval finds
// it without the closed form.
TEST(Wall, StandsWhereHalvingFindsIt) {
  for (const auto& [map, w, expected] :
       {std::tuple(NeuronMap::sigmoid, 5.0, 0.5 - 5.0 * plain_sigmoid(0.5)),
        std::tuple(NeuronMap::sigmoid, 6.0, 0.5 - 6.0 * plain_sigmoid(0.5)),
        std::tuple(NeuronMap::tanh, 2.0, std::atanh(0.5) - 1.0)}) {
    const Neuron neuron{map, 50, 0.5, 0.7};
    double low = -5.0, high = 2.0;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2.0;
      (final_state(neuron, {w, middle}) > 0.5 ? high : low) = middle;
    }
    const auto wall = wall_at(neuron, w);
    ASSERT_TRUE(wall);
    EXPECT_NEAR(wall->at.b, expected, 1e-14);
    EXPECT_NEAR(wall->at.b, low, 1e-13);
    EXPECT_GT(std::max(wall->below, wall->above), 5.0 * std::min(wall->below, wall->above));
  }
}

// The published picture: at w = 5 a step of 0.01 is enough to fall off, and at w = 6 it is steeper.
TEST(Wall, IsSteeperForALargerWeight) {
  const Neuron neuron;
  const auto five = wall_at(neuron, 5.0), six = wall_at(neuron, 6.0);
  ASSERT_TRUE(five && six);
  EXPECT_NEAR(five->at.b, -2.6122966, 1e-6);
  EXPECT_NEAR(six->at.b, -3.2347560, 1e-6);
  EXPECT_GT(six->gradient, 1000.0 * five->gradient);
  EXPECT_FALSE(wall_at(neuron, 4.2));
  EXPECT_NEAR(least_wall_weight(neuron), 4.2553, 1e-3);
  EXPECT_FALSE(wall_at({NeuronMap::tanh, 50, 1.5, 0.7}, 10.0));  // x_0 is no value of tanh
  EXPECT_EQ(least_wall_weight({NeuronMap::tanh, 50, 1.5, 0.7}), kInf);
}

TEST(Descend, FollowsTheGradientAndClipsIt) {
  const Neuron neuron;
  const Descent descent;
  const auto clipped = descend(neuron, descent);
  ASSERT_EQ(clipped.size(), 301u);
  EXPECT_EQ(clipped.front().at, descent.start);
  for (std::size_t i = 0; i + 1 < clipped.size(); ++i) {
    const NeuronError e = error_at(neuron, clipped[i].at);
    const double norm = e.gradient_norm();
    EXPECT_EQ(clipped[i].gradient_norm, norm);
    const double length =
        std::hypot(clipped[i + 1].at.w - clipped[i].at.w, clipped[i + 1].at.b - clipped[i].at.b);
    const double expected = 0.01 * std::min(norm, 2.0);
    EXPECT_NEAR(length, expected, 1e-12);
    // Against the gradient.
    EXPECT_LE((clipped[i + 1].at.w - clipped[i].at.w) * e.dw, 0.0);
  }
  Descent free = descent;
  free.threshold = kInf;
  const auto unclipped = descend(neuron, free);
  double longest = 0.0;
  for (std::size_t i = 1; i < unclipped.size(); ++i)
    longest = std::max(longest, std::hypot(unclipped[i].at.w - unclipped[i - 1].at.w,
                                           unclipped[i].at.b - unclipped[i - 1].at.b));
  EXPECT_GT(longest, 1.0);  // thrown off the wall, as in the paper
  EXPECT_LT(clipped.back().error, 0.1);
}

TEST(Descend, StopsAtWhatIsNotFinite) {
  Descent descent;
  descent.learning_rate = 1e200;
  descent.threshold = kInf;
  descent.iterations = 50;
  const auto path = descend({}, descent);
  ASSERT_LT(path.size(), 51u);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) EXPECT_TRUE(std::isfinite(path[i].error));
}

TEST(Turns, OfTheSigmoidAreTheClosedForm) {
  for (const double w : {4.001, 4.5, 5.0, 6.0, 12.0, -4.5, -9.0}) {
    const auto found = turns(NeuronMap::sigmoid, w);
    ASSERT_EQ(found.size(), 2u) << w;
    const double root = std::sqrt(1.0 - 4.0 / std::abs(w));
    std::vector<std::pair<double, double>> expected;  // b, x
    for (const double s : {0.5 * (1.0 - root), 0.5 * (1.0 + root)}) {
      const double x = std::log(s / (1.0 - s));
      expected.push_back({x - w * s, x});
    }
    std::ranges::sort(expected);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_NEAR(found[i].b, expected[i].first, 1e-10) << w;
      EXPECT_NEAR(found[i].x, expected[i].second, 1e-7 / root) << w;
      EXPECT_EQ(found[i].flip, w < 0.0);
      // A fixed point of slope ±1.
      EXPECT_NEAR(next_state(NeuronMap::sigmoid, {w, found[i].b}, found[i].x), found[i].x, 1e-13);
      EXPECT_NEAR(slope(NeuronMap::sigmoid, {w, found[i].b}, found[i].x), w < 0.0 ? -1.0 : 1.0,
                  1e-10);
    }
  }
  for (const double w : {-4.0, -1.0, 0.0, 3.0, 4.0})
    EXPECT_TRUE(turns(NeuronMap::sigmoid, w).empty()) << w;
}

TEST(Turns, OfTanhAreTheClosedForm) {
  for (const double w : {1.01, 1.5, 4.0, -2.0}) {
    const auto found = turns(NeuronMap::tanh, w);
    ASSERT_EQ(found.size(), 2u);
    const double h = std::sqrt(1.0 - 1.0 / std::abs(w));
    const double b = std::atanh(h) - w * h;
    EXPECT_NEAR(found[0].b, -std::abs(b), 1e-10);
    EXPECT_NEAR(found[1].b, std::abs(b), 1e-10);
    EXPECT_NEAR(std::abs(found[0].x), h, 1e-7 / h);
  }
  EXPECT_TRUE(turns(NeuronMap::tanh, 1.0).empty());
  EXPECT_EQ(least_turning_weight(NeuronMap::tanh), 1.0);
  EXPECT_EQ(least_turning_weight(NeuronMap::sigmoid), 4.0);
}

// Every stable state is reached from a state beside it, and no unstable one is.
TEST(Bifurcation, BranchesAreWhatIterationFinds) {
  for (const auto& [map, w] : {std::pair(NeuronMap::sigmoid, 5.0),
                               {NeuronMap::tanh, 2.0},
                               {NeuronMap::sigmoid, -7.0},
                               {NeuronMap::tanh, 0.5}}) {
    const Bifurcation diagram = bifurcation(map, w);
    int stable = 0, unstable = 0;
    for (const Branch& branch : diagram.branches)
      for (const LongRunState& state : branch.states) {
        const NeuronPoint at{w, state.b};
        if (branch.kind == BranchKind::cycle) {
          const double other = next_state(map, at, state.x);
          EXPECT_NEAR(next_state(map, at, other), state.x, 1e-6);
          continue;
        }
        EXPECT_NEAR(next_state(map, at, state.x), state.x, 1e-12);
        const double s = std::abs(slope(map, at, state.x));
        if (std::abs(s - 1.0) < 0.02) continue;  // beside a turn everything is slow
        (branch.kind == BranchKind::stable ? stable : unstable) += 1;
        EXPECT_EQ(branch.kind == BranchKind::stable, s < 1.0) << state.b;
        double x = state.x + 1e-6;
        for (int i = 0; i < 3000; ++i) x = next_state(map, at, x);
        if (branch.kind == BranchKind::stable)
          EXPECT_NEAR(x, state.x, 1e-9);
        else
          EXPECT_GT(std::abs(x - state.x), 1e-3);
      }
    EXPECT_GT(stable, 100);
    EXPECT_EQ(unstable > 0, std::abs(w) > least_turning_weight(map));
  }
}

TEST(Bifurcation, HasTwoStableStatesBetweenTheSaddleNodesOnly) {
  const Bifurcation diagram = bifurcation(NeuronMap::sigmoid, 5.0);
  ASSERT_EQ(diagram.turns.size(), 2u);
  for (const double b : {-2.9, -2.5, -2.2}) {
    int crossings = 0;
    for (const Branch& branch : diagram.branches)
      for (std::size_t i = 0; i + 1 < branch.states.size(); ++i)
        if (branch.kind == BranchKind::stable &&
            (branch.states[i].b - b) * (branch.states[i + 1].b - b) < 0.0)
          ++crossings;
    EXPECT_EQ(crossings, b == -2.5 ? 2 : 1) << b;
  }
}

TEST(Contours, LieWhereAPlaneHasTheLevel) {
  model::Matrix values(7, 9);
  for (Index i = 0; i < 7; ++i)
    for (Index j = 0; j < 9; ++j)
      values(i, j) = 0.3 * static_cast<double>(i) - 0.7 * static_cast<double>(j);
  const auto lines = contour_lines(values, -1.13);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(lines[0].size(), 7u);
  for (const GridPoint& point : lines[0])
    EXPECT_NEAR(0.3 * point.row - 0.7 * point.column, -1.13, 1e-13);
  EXPECT_TRUE(contour_lines(values, 99.0).empty());
}

TEST(Contours, CloseAroundAPeakAndPartAtASaddle) {
  model::Matrix hill(41, 41), saddle(40, 40);
  for (int i = 0; i < 41; ++i)
    for (int j = 0; j < 41; ++j) hill(i, j) = std::hypot(i - 20.0, j - 20.0);
  const auto ring = contour_lines(hill, 11.5);
  ASSERT_EQ(ring.size(), 1u);
  EXPECT_EQ(ring[0].front().row, ring[0].back().row);
  EXPECT_EQ(ring[0].front().column, ring[0].back().column);
  for (const GridPoint& point : ring[0])
    EXPECT_NEAR(std::hypot(point.row - 20.0, point.column - 20.0), 11.5, 0.02);
  for (int i = 0; i < 40; ++i)
    for (int j = 0; j < 40; ++j) saddle(i, j) = (i - 19.5) * (j - 19.5);
  EXPECT_EQ(contour_lines(saddle, 1.0).size(), 2u);
  EXPECT_EQ(contour_lines(saddle, -1.0).size(), 2u);
  hill(20, 9) = std::nan("");  // a hole, not a wrong line
  const auto broken = contour_lines(hill, 11.5);
  for (const auto& line : broken)
    for (const GridPoint& point : line)
      EXPECT_FALSE(std::abs(point.row - 20.0) < 1.0 && std::abs(point.column - 9.0) < 1.0);
}

TEST(ErrorSurface, HoldsTheErrorsAndTheirContours) {
  const Neuron neuron{NeuronMap::sigmoid, 20, 0.5, 0.7};
  const auto surface = error_surface(neuron, {3.0, 6.5, -4.5, -0.5}, 60, 80);
  ASSERT_TRUE(surface);
  EXPECT_EQ(surface->w(0.0), 3.0 + 0.5 * 3.5 / 80);
  EXPECT_EQ(surface->b(0.0), -0.5 - 0.5 * 4.0 / 60);
  for (const auto& [i, j] : {std::pair(0, 0), {59, 79}, {31, 17}}) {
    const double error = error_at(neuron, {surface->w(j), surface->b(i)}).error;
    EXPECT_NEAR(surface->log10_error(i, j), std::log10(error), 1e-12);
    EXPECT_EQ((*surface->cells)[static_cast<std::size_t>(i * 80 + j)],
              static_cast<float>(surface->log10_error(i, j)));
  }
  EXPECT_FALSE(surface->contours.empty());
  // Within a cell of the line the error crosses its level, on the wall too; where there is none,
  // the line is right to a small part of the cell.
  const double dw = 3.5 / 80, db = 4.0 / 60;
  int seen = 0;
  for (const Contour& contour : surface->contours)
    for (const NeuronPoint& at : contour.points) {
      double low = kInf, high = -kInf;
      for (const auto& [w, b] :
           {std::pair(0.0, 0.0), {dw, 0.0}, {-dw, 0.0}, {0.0, db}, {0.0, -db}}) {
        const double x = final_state(neuron, {at.w + w, at.b + b});
        low = std::min(low, x);
        high = std::max(high, x);
      }
      const double miss = std::pow(10.0, contour.log10_error / 2.0);
      EXPECT_TRUE((low < 0.7 + miss && 0.7 + miss < high) ||
                  (low < 0.7 - miss && 0.7 - miss < high))
          << at.w << " " << at.b;
      if (at.w > 3.7 || contour.log10_error < 0.0) continue;
      ++seen;
      EXPECT_NEAR(std::log10(error_at(neuron, at).error), contour.log10_error, 0.05);
    }
  EXPECT_FALSE(error_surface(neuron, {0, 1, 0, 1}, 4, 4, [] { return true; }));
}

TEST(NeuronStudy, KeepsTheSurfaceWhereItIsTheSame) {
  const auto first = study({});
  NeuronOptions moved;
  moved.descent.start = {4.6, -3.0};
  const auto second = study(moved, {}, first.get());
  EXPECT_EQ(second->surface, first->surface);
  EXPECT_EQ(second->bifurcation.w, 4.6);
  EXPECT_EQ(second->unclipped.front().at, moved.descent.start);
  moved.neuron.steps = 10;
  const auto third = study(moved, {}, second.get());
  EXPECT_NE(third->surface, first->surface);
  moved.descent.start.w = -9.0;  // beyond the usual picture
  const auto fourth = study(moved, {}, third.get());
  EXPECT_LT(fourth->surface->range.w_min, -9.0);
  EXPECT_EQ(study({}, [] { return true; }), nullptr);
}

}  // namespace
}  // namespace backflow::lab
