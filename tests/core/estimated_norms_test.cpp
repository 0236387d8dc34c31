// The estimated map against the exact one.
#include "core/gradient/estimated_norms.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/model/initialization.h"
#include "core/parallel/parallel.h"
#include "tests/support/cases.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

support::Case random_chain(model::CellKind cell, Index n, Index steps) {
  support::Shape shape;
  shape.n = n;
  shape.steps = steps;
  shape.batch = 2;
  shape.cell = cell;
  return support::random_case({model::ActivationKind::tanh, 0.0},
                              support::all_output_stages().front(), shape, 8);
}

// Calls compare(estimate, exact) at all nodes k < t.
template <class Compare>
void at_nodes(const JacobianNorms& estimate, const JacobianNorms& exact, const Compare& compare) {
  const Index T = exact.log10_norm.steps();
  const auto is_node = [&](Index step) { return step % estimate.stride == 0 || step == T; };
  for (Index t = 1; t <= T; ++t)
    for (Index k = 0; k < t; ++k)
      if (is_node(t) && is_node(k)) {
        SCOPED_TRACE(std::to_string(t) + " " + std::to_string(k));
        compare(estimate.log10_norm.at(t, k), exact.log10_norm.at(t, k));
      }
}

TEST(EstimatedNorms, OfAMultipleOfAnOrthogonalMatrixAreThePowers) {
  // Every vector is stretched alike: the spectral norm is exact, at every pair of steps. 10^−1900
  // is far below what a double holds.
  constexpr double kRho = 0.02;
  constexpr Index kT = 1120;
  support::Shape shape;
  shape.n = 64;
  shape.steps = kT;
  shape.batch = 1;
  support::Case c = support::random_case({model::ActivationKind::identity, 0.0},
                                         support::all_output_stages().front(), shape, 8);
  c.model.parameters.W_hh =
      model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 64, kRho, 5);
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto spectral = estimated_jacobian_norms(c.model, trace, 0, MatrixNorm::spectral, 90);
  const auto frobenius = estimated_jacobian_norms(c.model, trace, 0, MatrixNorm::frobenius, 90);
  ASSERT_TRUE(spectral && frobenius);
  EXPECT_TRUE(spectral->estimated);
  EXPECT_FALSE(spectral->is_exact());
  EXPECT_EQ(spectral->stride, 90);
  for (Index t = 1; t <= kT; ++t)
    for (Index k = 0; k < t; ++k) {
      const double want = static_cast<double>(t - k) * std::log10(kRho);
      ASSERT_NEAR(spectral->log10_norm.at(t, k), want, 1e-9) << t << " " << k;
      // Of 256 squares of normal numbers the mean is 1 ± 0.09.
      ASSERT_NEAR(frobenius->log10_norm.at(t, k), want + 0.5 * std::log10(64.0), 0.1)
          << t << " " << k;
    }
}

TEST(EstimatedNorms, AreNearTheExactOnesForEveryCellAndState) {
  for (const model::CellKind cell : support::all_cells())
    for (const StateBlock block : {StateBlock::hidden, StateBlock::cell, StateBlock::full})
      for (const Index steps : {40, 43}) {
        const support::Case c = random_chain(cell, 24, steps);
        const model::Trace trace = model::forward(c.model, c.batch);
        SCOPED_TRACE(c.name);
        for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
          const auto exact = jacobian_norms(c.model, trace, 1, norm, {}, block);
          const auto estimate = estimated_jacobian_norms(c.model, trace, 1, norm, 5, {}, block);
          ASSERT_TRUE(exact && estimate);
          EXPECT_EQ(estimate->block, exact->block);
          double squares = 0.0;
          int pairs = 0;
          at_nodes(*estimate, *exact, [&](double got, double want) {
            if (norm == MatrixNorm::spectral) {
              EXPECT_LE(got, want + 1e-9 * (1.0 + std::abs(want)));
              EXPECT_GT(got, want - 0.7);
            } else {
              EXPECT_NEAR(got, want, 0.7);
            }
            squares += (got - want) * (got - want);
            ++pairs;
          });
          EXPECT_LT(std::sqrt(squares / pairs), 0.25);
          for (Index t = 0; t <= steps; ++t)
            EXPECT_EQ(estimate->log10_norm.at(t, t), exact->log10_norm.at(t, t));
        }
      }
}

TEST(EstimatedNorms, AreTheSameAgainAndWithOneThread) {
  const support::Case c = random_chain(model::CellKind::lstm, 16, 30);
  const model::Trace trace = model::forward(c.model, c.batch);
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    const auto once = estimated_jacobian_norms(c.model, trace, 0, norm, 4);
    parallel::limit_threads(1);
    const auto again = estimated_jacobian_norms(c.model, trace, 0, norm, 4);
    parallel::limit_threads(0);
    EXPECT_EQ(once->log10_norm.values(), again->log10_norm.values());
  }
}

TEST(EstimatedNorms, KeepZerosAndWhatIsNotFiniteAndCanBeCancelled) {
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    support::Case c = random_chain(model::CellKind::rnn, 6, 20);
    c.model.parameters.W_hh.setZero();
    const model::Trace dead = model::forward(c.model, c.batch);
    const auto zeros = estimated_jacobian_norms(c.model, dead, 0, norm, 5);
    EXPECT_EQ(zeros->log10_norm.at(20, 10), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(zeros->log10_norm.at(5, 0), -std::numeric_limits<double>::infinity());
    EXPECT_FALSE(estimated_jacobian_norms(c.model, dead, 0, norm, 5, [] { return true; }));
    c.model.parameters.W_hh.setConstant(std::nan(""));
    const auto lost = estimated_jacobian_norms(c.model, dead, 0, norm, 5);
    EXPECT_TRUE(is_not_finite(lost->log10_norm.at(20, 0)));
  }
}

TEST(EstimatedNorms, TheCostGrowsWithTheNodesAndWithTheSquareOfTheUnits) {
  const support::Case small = random_chain(model::CellKind::lstm, 8, 4);
  const support::Case wide = random_chain(model::CellKind::lstm, 16, 4);
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    EXPECT_GT(estimation_cost(small.model, 100, norm, 20),
              1.2 * estimation_cost(small.model, 100, norm, 10));
    EXPECT_NEAR(estimation_cost(wide.model, 100, norm, 10),
                4.0 * estimation_cost(small.model, 100, norm, 10), 1.0);
  }
}

}  // namespace
}  // namespace backflow::gradient
