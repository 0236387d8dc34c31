// The signals of truncated BPTT, by adding up what full BPTT says of each loss alone.
#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "tests/support/cases.h"

namespace backflow::gradient {
namespace {

using support::Case;

Case case_of(model::CellKind cell) {
  support::Shape shape;
  shape.cell = cell;
  shape.every_step = true;
  shape.random_state = true;
  shape.steps = 6;
  return support::random_case({model::ActivationKind::tanh, 0.2},
                              {model::Readout::identity, model::Loss::mean_squared_error}, shape,
                              7);
}

struct Signals {
  Matrix e, e_c, delta;  // all steps side by side
};

// Of the loss at step t alone, not truncated.
ErrorSignals of_one_loss(const Case& c, Index t) {
  model::Batch batch = c.batch;
  batch.targets = model::StepMatrices(c.batch.targets.rows(), c.batch.size(), t, t);
  batch.targets.step(t) = c.batch.targets.step(t);
  model::Parameters gradients = model::zeros_like(c.model.parameters);
  return backward(c.model, batch, model::forward(c.model, batch), gradients);
}

class TruncatedSignals : public ::testing::TestWithParam<model::CellKind> {};

TEST_P(TruncatedSignals, AreTheSumsOverTheLossesThatReachTheStep) {
  const Case c = case_of(GetParam());
  const model::Trace trace = model::forward(c.model, c.batch);
  const Index T = trace.steps(), B = trace.batch();
  for (const TruncationKind kind :
       {TruncationKind::none, TruncationKind::horizon, TruncationKind::chunks})
    for (Index tau = 1; tau <= T + 1; ++tau) {
      const Truncation truncation{kind, tau};
      model::Parameters gradients = model::zeros_like(c.model.parameters);
      const ErrorSignals found = backward(c.model, c.batch, trace, gradients, truncation);
      Signals expected{0.0 * found.e.data(), 0.0 * found.e_c.data(), 0.0 * found.delta.data()};
      for (Index t = 1; t <= T; ++t) {
        const ErrorSignals own = of_one_loss(c, t);
        for (Index k = 0; k <= t; ++k) {
          if (truncation.cuts(t, k)) continue;
          expected.e.middleCols(k * B, B) += own.e.step(k);
          expected.e_c.middleCols(k * B, B) += own.e_c.step(k);
          if (k > 0) expected.delta.middleCols((k - 1) * B, B) += own.delta.step(k);
        }
      }
      SCOPED_TRACE(std::string(model::name_of(kind)) + " " + std::to_string(tau));
      EXPECT_LT((found.e.data() - expected.e).norm(), 1e-13 * expected.e.norm());
      EXPECT_LT((found.delta.data() - expected.delta).norm(), 1e-13 * expected.delta.norm());
      EXPECT_LE((found.e_c.data() - expected.e_c).norm(), 1e-13 * expected.e_c.norm());
    }
}

INSTANTIATE_TEST_SUITE_P(Cells, TruncatedSignals, ::testing::ValuesIn(support::all_cells()));

}  // namespace
}  // namespace backflow::gradient
