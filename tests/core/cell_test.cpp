// The cells' Jacobians by independent roads, sequences of different length, truncation, and sums
// that do not depend on the number of threads.
#include <cmath>

#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "core/gradient/blame.h"
#include "core/gradient/contributions.h"
#include "core/gradient/gradient_check.h"
#include "core/gradient/jacobian.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/random.h"
#include "tests/support/cases.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/test_name.h"

namespace backflow::gradient {
namespace {

using model::CellKind;
using support::Case;
using support::Dual;
using support::ReferenceRnn;

Case case_of(CellKind cell, model::ActivationKind activation, bool every, std::uint64_t seed,
             Index steps = 6, bool different_lengths = false) {
  support::Shape shape;
  shape.cell = cell;
  shape.every_step = every;
  shape.random_state = true;
  shape.steps = steps;
  shape.different_lengths = different_lengths;
  return support::random_case(
      {activation, 0.2}, {model::Readout::identity, model::Loss::mean_squared_error}, shape, seed);
}

std::string name_of_cell(const ::testing::TestParamInfo<CellKind>& test) {
  return support::test_name(model::name_of(test.param));
}

class EveryCell : public ::testing::TestWithParam<CellKind> {
protected:
  std::vector<Case> cases(bool every = true, Index steps = 6) const {
    std::vector<Case> all;
    for (const auto& activation : model::EnumNames<model::ActivationKind>::kAll)
      all.push_back(case_of(GetParam(), activation.value, every, 31 + all.size(), steps));
    return all;
  }
  // The same with sequences of different length added.
  std::vector<Case> even_and_uneven_cases() const {
    std::vector<Case> all = cases();
    for (const auto& activation : model::EnumNames<model::ActivationKind>::kAll)
      all.push_back(case_of(GetParam(), activation.value, true, 51 + all.size(), 6, true));
    return all;
  }
};

TEST_P(EveryCell, JvpAndVjpAreAdjointAndAgreeWithTheJacobian) {
  model::Random random(3);
  for (const Case& c : even_and_uneven_cases()) {
    const model::Trace trace = model::forward(c.model, c.batch);
    const model::Cell& cell = model::cell_of(c.model.cell);
    const model::CellLayout& layout = cell.layout();
    const Index rows = c.batch.initial_state.rows(), B = trace.batch();
    const model::ForwardWeights forward(c.model.parameters, layout);
    const model::BackwardWeights backward(c.model.parameters, layout);
    for (Index t = 1; t <= trace.steps(); ++t) {
      const Matrix v = random.normal_matrix(rows, B, 1.0), u = random.normal_matrix(rows, B, 1.0);
      Matrix Jv(rows, B), JTu(rows, B), delta(layout.delta_blocks * 5, B);
      cell.jvp(c.model.activation, forward, trace.step(t), v, Jv);
      cell.vjp(c.model.activation, backward, trace.step(t), u, delta, JTu);
      for (Index s = 0; s < B; ++s) {
        if (t > trace.length(s)) continue;
        const Matrix J = step_jacobian(c.model, trace, s, t);
        EXPECT_NEAR(u.col(s).dot(Jv.col(s)), JTu.col(s).dot(v.col(s)),
                    1e-13 * u.col(s).norm() * J.norm() * v.col(s).norm())
            << c.name;
        EXPECT_LE((J * v.col(s) - Jv.col(s)).norm(), 1e-13 * (J.norm() * v.col(s).norm()));
        EXPECT_LE((J.transpose() * u.col(s) - JTu.col(s)).norm(),
                  1e-13 * (J.norm() * u.col(s).norm()));
      }
    }
  }
}

TEST_P(EveryCell, ChainsOfJvpAndVjpAreAdjointUpToEachSequencesEnd) {
  model::Random random(4);
  for (const Case& c : even_and_uneven_cases()) {
    const model::Trace trace = model::forward(c.model, c.batch);
    const model::Cell& cell = model::cell_of(c.model.cell);
    const Index rows = c.batch.initial_state.rows(), B = trace.batch(), T = trace.steps();
    const model::ForwardWeights forward(c.model.parameters, cell.layout());
    const model::BackwardWeights backward(c.model.parameters, cell.layout());
    const Matrix v = random.normal_matrix(rows, B, 1.0), u = random.normal_matrix(rows, B, 1.0);
    Matrix after = v, before = u, next(rows, B), delta(cell.layout().delta_blocks * 5, B);
    for (Index t = 1; t <= T; ++t) {
      cell.jvp(c.model.activation, forward, trace.step(t), after, next);
      for (Index s = 0; s < B; ++s)
        if (t <= trace.length(s)) after.col(s) = next.col(s);
    }
    for (Index t = T; t >= 1; --t) {
      cell.vjp(c.model.activation, backward, trace.step(t), before, delta, next);
      for (Index s = 0; s < B; ++s)
        if (t <= trace.length(s)) before.col(s) = next.col(s);
    }
    for (Index s = 0; s < B; ++s)
      EXPECT_NEAR(u.col(s).dot(after.col(s)), before.col(s).dot(v.col(s)),
                  1e-12 * u.col(s).norm() * after.col(s).norm())
          << c.name << " " << s;
  }
}

TEST_P(EveryCell, ProductsAreChainsOfJvpsOnTheColumnsOfTheIdentity) {
  for (const Case& c : even_and_uneven_cases()) {
    const model::Trace trace = model::forward(c.model, c.batch);
    const model::Cell& cell = model::cell_of(c.model.cell);
    const Index rows = c.batch.initial_state.rows(), B = trace.batch(), T = trace.steps();
    const model::ForwardWeights W(c.model.parameters, cell.layout());
    for (Index k = 0; k < T; ++k) {
      // Of unit j and sequence s in column j of chains[s], all sequences at once.
      std::vector<std::vector<Matrix>> chains(  // [t][s]
          static_cast<std::size_t>(T + 1),
          std::vector<Matrix>(static_cast<std::size_t>(B), Matrix(rows, rows)));
      for (Index j = 0; j < rows; ++j) {
        Matrix v = Matrix::Zero(rows, B), next(rows, B);
        v.row(j).setOnes();
        for (Index t = k + 1; t <= T; ++t) {
          cell.jvp(c.model.activation, W, trace.step(t), v, next);
          v.swap(next);
          for (Index s = 0; s < B; ++s)
            chains[static_cast<std::size_t>(t)][static_cast<std::size_t>(s)].col(j) = v.col(s);
        }
      }
      for (Index s = 0; s < B; ++s)
        for (Index t = k + 1; t <= trace.length(s); ++t) {
          const Matrix& chain = chains[static_cast<std::size_t>(t)][static_cast<std::size_t>(s)];
          const Matrix product =
              jacobian_product(c.model, trace, s, t, k, StateBlock::full).value();
          EXPECT_LE((product - chain).norm(), 1e-12 * chain.norm())
              << c.name << " " << t << " " << k << " " << s;
        }
    }
  }
}

TEST_P(EveryCell, ProductsAreDerivativesOfTheReferenceByTheState) {
  for (const Case& c : cases()) {
    const model::Trace trace = model::forward(c.model, c.batch);
    const Index rows = c.batch.initial_state.rows(), T = trace.steps(), s = 1;
    ReferenceRnn<Dual> reference(c.model, c.batch);
    reference.nudge = Dual(0.0, 1.0);
    reference.nudge_sequence = s;
    for (const Index k : {Index{0}, Index{2}, T - 1}) {
      Matrix expected(rows, rows);
      for (Index j = 0; j < rows; ++j) {
        reference.nudge_step = k;
        reference.nudge_unit = j;
        const auto states = reference.states(s);
        for (Index i = 0; i < rows; ++i)
          expected(i, j) = static_cast<double>(
              states[static_cast<std::size_t>(T)][static_cast<std::size_t>(i)].d);
      }
      const auto product = [&](StateBlock block) {
        return jacobian_product(c.model, trace, s, T, k, block).value();
      };
      EXPECT_LT((product(StateBlock::full) - expected).norm(), 1e-12 * expected.norm()) << c.name;
      const Matrix hh = expected.topLeftCorner(5, 5);
      EXPECT_LT((product(StateBlock::hidden) - hh).norm(), 1e-12 * hh.norm());
      if (rows == 10) {
        const Matrix cc = expected.bottomRightCorner(5, 5);
        EXPECT_LT((product(StateBlock::cell) - cc).norm(), 1e-12 * cc.norm());
      }
    }
  }
}

TEST_P(EveryCell, MapsOfEveryBlockAreNormsOfTheProducts) {
  const Case c = case_of(GetParam(), model::ActivationKind::tanh, true, 5, 23);
  const model::Trace trace = model::forward(c.model, c.batch);
  for (const StateBlock block : {StateBlock::hidden, StateBlock::cell, StateBlock::full}) {
    if (block == StateBlock::cell && trace.c.rows() == 0) continue;
    for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
      const auto map = jacobian_norms(c.model, trace, 2, norm, {}, block);
      ASSERT_TRUE(map);
      for (Index t = 0; t <= 23; ++t)
        for (Index k = 0; k <= t; ++k) {
          const ScaledMatrix product = jacobian_product(c.model, trace, 2, t, k, block);
          const double size = norm == MatrixNorm::spectral ? spectral_norm(product.mantissa)
                                                           : product.mantissa.norm();
          EXPECT_NEAR(map->log10_norm.at(t, k), log10_scaled(size, product.exponent), 1e-9)
              << t << " " << k;
        }
    }
  }
}

TEST_P(EveryCell, TruncatedGradientsAreThoseOfALossWithAConstantPast) {
  for (const bool every : {false, true})
    for (const Case& c : cases(every, 7))
      for (const TruncationKind kind : {TruncationKind::horizon, TruncationKind::chunks})
        for (const Index steps : {1, 3, 7}) {
          const Truncation truncation{kind, steps};
          const model::Trace trace = model::forward(c.model, c.batch);
          model::Parameters gradients = model::zeros_like(c.model.parameters);
          backward(c.model, c.batch, trace, gradients, truncation);
          const GradientCheck check = check_gradient(c.model, c.batch, gradients, {}, truncation);
          EXPECT_TRUE(check.passed) << c.name << " " << steps;
          model::Parameters full = model::zeros_like(c.model.parameters);
          const ErrorSignals signals = backward(c.model, c.batch, trace, full);
          if (steps == 7) {
            EXPECT_LT((full.W_hh - gradients.W_hh).norm(), 1e-13 * full.W_hh.norm()) << c.name;
            continue;
          }
          // The items that the truncation lets through, and no others.
          Matrix sum = Matrix::Zero(full.W_hh.rows(), full.W_hh.cols());
          for (Index t = 1; t <= 7; ++t)
            for (Index k = truncation.earliest(t); k <= t; ++k) {
              EXPECT_FALSE(truncation.cuts(t, k));
              sum += contribution(c.model, c.batch, trace, signals, t, k).W_hh;
            }
          EXPECT_LT((sum - gradients.W_hh).norm(), 1e-12 * sum.norm()) << c.name;
        }
}

TEST_P(EveryCell, SequencesOfDifferentLengthAreAsIfAlone) {
  support::Shape shape;
  shape.cell = GetParam();
  shape.different_lengths = true;
  shape.every_step = true;
  shape.random_state = true;
  shape.batch = 4;
  const Case c =
      support::random_case({model::ActivationKind::tanh, 0.0},
                           {model::Readout::identity, model::Loss::mean_squared_error}, shape, 77);
  const model::Trace trace = model::forward(c.model, c.batch);
  model::Parameters gradients = model::zeros_like(c.model.parameters);
  const ErrorSignals signals = backward(c.model, c.batch, trace, gradients);
  model::Parameters sum = model::zeros_like(c.model.parameters);
  double loss = 0.0;
  for (Index s = 0; s < 4; ++s) {
    const Index T = c.batch.length(s);
    EXPECT_EQ(T, 6 - s);
    model::Batch alone;
    alone.inputs = model::StepMatrices(3, 1, 1, T);
    alone.targets = model::StepMatrices(2, 1, 1, T);
    for (Index t = 1; t <= T; ++t) {
      alone.inputs.step(t) = c.batch.inputs.step(t).col(s);
      alone.targets.step(t) = c.batch.targets.step(t).col(s);
    }
    alone.initial_state = c.batch.initial_state.col(s);
    const model::Trace own = model::forward(c.model, alone);
    const ErrorSignals own_signals = backward(c.model, alone, own, sum);
    loss += own.loss / 4.0;
    EXPECT_LT((own.h.step(T) - trace.h.step(6).col(s)).norm(), 1e-14);
    EXPECT_LT((own_signals.e.step(0) / 4.0 - signals.e.step(0).col(s)).norm(),
              1e-14 * own_signals.e.step(0).norm());
    const auto map = jacobian_norms(c.model, trace, s, MatrixNorm::frobenius);
    EXPECT_EQ(map->log10_norm.steps(), T);
    const auto own_map = jacobian_norms(c.model, own, 0, MatrixNorm::frobenius);
    for (std::size_t i = 0; i < map->log10_norm.values().size(); ++i)
      EXPECT_NEAR(map->log10_norm.values()[i], own_map->log10_norm.values()[i], 1e-13);
    EXPECT_EQ(log10_blame(c.model, trace, signals, s).size(), static_cast<std::size_t>(T + 1));
  }
  EXPECT_NEAR(loss, trace.loss, 1e-14 * loss);
  EXPECT_LT((sum.W_hh / 4.0 - gradients.W_hh).norm(), 1e-13 * gradients.W_hh.norm());
  EXPECT_LT((sum.W_xh / 4.0 - gradients.W_xh).norm(), 1e-13 * gradients.W_xh.norm());
  EXPECT_LT((sum.b_h / 4.0 - gradients.b_h).norm(), 1e-13 * gradients.b_h.norm());
  EXPECT_LT((sum.W_hy / 4.0 - gradients.W_hy).norm(), 1e-13 * gradients.W_hy.norm());
}

INSTANTIATE_TEST_SUITE_P(Cells, EveryCell, ::testing::ValuesIn(support::all_cells()), name_of_cell);

TEST(Truncation, SaysWhatItCuts) {
  const Truncation horizon{TruncationKind::horizon, 3}, chunks{TruncationKind::chunks, 3};
  EXPECT_EQ(horizon.earliest(7), 5);
  EXPECT_EQ(horizon.earliest(2), 1);
  EXPECT_TRUE(horizon.cuts(7, 4));
  EXPECT_FALSE(horizon.cuts(7, 5));
  EXPECT_EQ(chunks.earliest(6), 4);
  EXPECT_EQ(chunks.earliest(7), 7);
  EXPECT_TRUE(chunks.cuts(7, 6));
  EXPECT_FALSE(chunks.cuts(6, 4));
  EXPECT_FALSE(chunks.cuts(2, 0));
  EXPECT_FALSE(Truncation{}.cuts(100, 0));
}

TEST(Lstm, AConstantErrorCarouselKeepsTheGradient) {
  // Forget gate 1, no input, no recurrence: ∂c_t/∂c_k is the identity to the last digit.
  Case c = case_of(CellKind::lstm, model::ActivationKind::tanh, false, 3, 50);
  c.model.parameters.W_hh.setZero();
  c.model.parameters.W_xh.setZero();
  c.model.parameters.b_h.setZero();
  c.model.parameters.b_h.segment(5, 5).setConstant(800.0);
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto map = jacobian_norms(c.model, trace, 0, MatrixNorm::spectral, {}, StateBlock::cell);
  for (const double value : map->log10_norm.values()) EXPECT_NEAR(value, 0.0, 1e-12);
}

}  // namespace
}  // namespace backflow::gradient
