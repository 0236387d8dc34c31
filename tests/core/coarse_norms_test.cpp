// The coarse map: exact on its grid, a straight line in the lag in between.
#include "core/gradient/coarse_norms.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/gradient/jacobian.h"
#include "core/gradient/product_tree.h"
#include "core/model/initialization.h"
#include "tests/support/cases.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

support::Case random_chain(const model::Activation& activation, Index n, Index steps) {
  support::Shape shape;
  shape.n = n;
  shape.steps = steps;
  shape.batch = 1;
  return support::random_case(activation, support::all_output_stages().front(), shape, 8);
}

TEST(CoarseNorms, AreExactEverywhereWhereTheLogarithmIsAStraightLine) {
  // W = ρQ with the identity: log10 ‖∂h_t/∂h_k‖ is (t − k) log10 ρ at every pair, with strides that
  // divide T and such that leave a remainder, and one as long as T or longer.
  constexpr double kRho = 0.7;
  for (const Index T : {42, 43, 44, 86}) {
    support::Case c = random_chain({model::ActivationKind::identity, 0.0}, 4, T);
    c.model.parameters.W_hh =
        model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 4, kRho, 5);
    const model::Trace trace = model::forward(c.model, c.batch);
    for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
      const double identity = norm == MatrixNorm::spectral ? 0.0 : std::log10(2.0);
      for (const Index stride : {1, 4, 7, 43, 100}) {
        const auto coarse = coarse_jacobian_norms(c.model, trace, 0, norm, stride);
        ASSERT_TRUE(coarse);
        EXPECT_EQ(coarse->stride, stride);
        for (Index t = 0; t <= T; ++t)
          for (Index k = 0; k <= t; ++k)
            ASSERT_NEAR(coarse->log10_norm.at(t, k),
                        static_cast<double>(t - k) * std::log10(kRho) + identity, 1e-12)
                << T << " " << t << " " << k << " " << stride;
      }
    }
  }
}

TEST(CoarseNorms, AreExactAtTheirStepsAndNearInBetween) {
  // Like ρQ but for the slopes, which differ from step to step and from unit to unit.
  support::Case c = random_chain({model::ActivationKind::tanh, 0.0}, 12, 43);
  c.model.parameters.W_hh =
      model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 12, 0.9, 5);
  c.model.parameters.W_xh *= 0.3;
  const model::Trace trace = model::forward(c.model, c.batch);
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    const auto exact = jacobian_norms(c.model, trace, 0, norm);
    for (const Index stride : {1, 4, 7, 43, 100}) {
      const auto coarse = coarse_jacobian_norms(c.model, trace, 0, norm, stride);
      ASSERT_TRUE(coarse);
      const auto on_the_grid = [&](Index step) { return step % stride == 0 || step == 43; };
      for (Index t = 0; t <= 43; ++t)
        for (Index k = 0; k <= t; ++k) {
          const double got = coarse->log10_norm.at(t, k), want = exact->log10_norm.at(t, k);
          if (on_the_grid(t) && on_the_grid(k)) {
            EXPECT_NEAR(got, want, 1e-12 * (1.0 + std::abs(want)))
                << t << " " << k << " " << stride;
          } else if (stride < 10) {
            EXPECT_NEAR(got, want, 0.2) << t << " " << k << " " << stride;
          }
        }
    }
  }
}

TEST(CoarseNorms, TheLastStretchEndsWithItsOwnValueToTheLastBit) {
  // Beyond the last whole stride T lies on the grid as well: what stands there is the norm of the
  // strides' product, no rounded way to it.
  for (const Index steps : {43, 58, 99}) {
    const support::Case c = random_chain({model::ActivationKind::tanh, 0.0}, 6, steps);
    const model::Trace trace = model::forward(c.model, c.batch);
    const auto jacobians = step_jacobians(c.model, trace, 0);
    constexpr Index kStride = 5;
    std::vector<ScaledMatrix> strides;
    for (Index t = 0; t < steps; ++t) {
      const ScaledMatrix& J = jacobians[static_cast<std::size_t>(t)];
      if (t % kStride == 0) {
        strides.push_back(J);
        continue;
      }
      Matrix next = Matrix::Zero(6, 6);
      model::add_product(J.mantissa, model::Transpose::no, strides.back().mantissa,
                         model::Transpose::no, next);
      strides.back() = {next, strides.back().exponent + J.exponent};
      normalize(strides.back());
    }
    for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
      const auto last = static_cast<Index>(strides.size());
      TriangularMap grid(last, 0.0);
      ASSERT_TRUE(product_norms(strides, {0, 6}, norm, grid, {}));
      const auto coarse = coarse_jacobian_norms(c.model, trace, 0, norm, kStride);
      for (Index node = 0; node < last; ++node)
        EXPECT_EQ(coarse->log10_norm.at(steps, node * kStride), grid.at(last, node))
            << steps << " " << node;
    }
  }
}

TEST(CoarseNorms, KeepZerosAndCanBeCancelled) {
  const Matrix dead = Matrix::Zero(3, 3);
  support::Shape shape;
  shape.n = 3;
  shape.steps = 20;
  support::Case c = support::random_case({model::ActivationKind::tanh, 0.0},
                                         support::all_output_stages().front(), shape, 8);
  c.model.parameters.W_hh = dead;
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto coarse = coarse_jacobian_norms(c.model, trace, 0, MatrixNorm::frobenius, 5);
  EXPECT_EQ(coarse->log10_norm.at(20, 10), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(coarse->log10_norm.at(5, 0), -std::numeric_limits<double>::infinity());
  EXPECT_FALSE(
      coarse_jacobian_norms(c.model, trace, 0, MatrixNorm::frobenius, 5, [] { return true; }));
}

TEST(CoarseNorms, TheEstimateFallsWithTheStrideAndGrowsWithTheSizes) {
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    EXPECT_LT(estimated_cost(200, 64, norm, 8), 0.2 * estimated_cost(200, 64, norm));
    EXPECT_GT(estimated_cost(400, 64, norm), 2.0 * estimated_cost(200, 64, norm));
    EXPECT_GT(estimated_cost(200, 128, norm), 3.0 * estimated_cost(200, 64, norm));
  }
}

}  // namespace
}  // namespace backflow::gradient
