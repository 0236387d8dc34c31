// Batches as large as real ones, whose work is cut over the cores and done by the wide kernels,
// against each of their sequences alone, which takes neither road.
#include <cmath>

#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "tests/support/cases.h"
#include "tests/support/test_name.h"

namespace backflow::gradient {
namespace {

constexpr Index kSteps = 40, kOut = 2;

// How large, and where the losses begin.
struct Size {
  Index B, n = 32, inputs = 3, first_target = 1;
};

model::Model model_of(model::CellKind cell, const Size& size) {
  model::Model model;
  model.cell = cell;
  model.readout = model::Readout::identity;
  model.loss = model::Loss::mean_squared_error;
  model.parameters = model::initial_parameters({size.inputs, size.n, kOut}, cell, {});
  model::Random random(6);
  model.parameters.b_h = random.normal_matrix(model.parameters.b_h.size(), 1, 0.3);
  return model;
}

// Every length from T down to the first target, a loss at every step from there on.
model::Batch batch_of(const model::Model& model, const Size& size) {
  const Index B = size.B, first = size.first_target;
  model::Random random(4);
  model::Batch batch;
  batch.inputs = model::StepMatrices(size.inputs, B, 1, kSteps);
  batch.targets = model::StepMatrices(kOut, B, first, kSteps);
  batch.weights = model::StepMatrices(1, B, first, kSteps);
  batch.targets.data() = random.normal_matrix(kOut, batch.targets.data().cols(), 1.0);
  for (Index b = 0; b < B; ++b) {
    batch.lengths.push_back(kSteps - b % (kSteps - first + 1));
    for (Index t = 1; t <= batch.lengths.back(); ++t) {
      batch.inputs.step(t).col(b) = random.normal_matrix(size.inputs, 1, 1.0);
      if (t >= first) batch.weights.step(t)(0, b) = 1.0;
    }
  }
  batch.initial_state =
      random.normal_matrix(model.parameters.hidden_size() * model::layout_of(model).states, B, 0.8);
  return batch;
}

model::Batch alone(const model::Batch& batch, Index s) {
  const Index T = batch.length(s), first = batch.targets.first();
  model::Batch own;
  own.inputs = model::StepMatrices(batch.inputs.rows(), 1, 1, T);
  own.targets = model::StepMatrices(kOut, 1, first, T);
  for (Index t = 1; t <= T; ++t) {
    own.inputs.step(t) = batch.inputs.step(t).col(s);
    if (t >= first) own.targets.step(t) = batch.targets.step(t).col(s);
  }
  own.initial_state = batch.initial_state.col(s);
  return own;
}

// Column s of all steps of `got` is `own` times `factor` up to the sequence's end.
void expect_column(const model::StepMatrices& got, Index s, const model::StepMatrices& own,
                   double factor, const char* name) {
  for (Index t = own.first(); t <= own.last(); ++t)
    ASSERT_LE((got.step(t).col(s) - factor * own.step(t)).norm(),
              1e-11 * factor * own.step(t).norm())
        << name << " of sequence " << s << " at " << t;
}

void expect_as_if_alone(model::CellKind cell, const Size& size, const Truncation& truncation = {}) {
  const Index B = size.B;
  SCOPED_TRACE(std::string(model::name_of(truncation.kind)) + " " + std::to_string(B) + " " +
               std::to_string(size.n) + " " + std::to_string(size.inputs));
  const model::Model model = model_of(cell, size);
  const model::Batch batch = batch_of(model, size);
  const model::Trace trace = model::forward(model, batch);
  model::Parameters gradients = model::zeros_like(model.parameters), sum = gradients;
  const ErrorSignals signals = backward(model, batch, trace, gradients, truncation);
  const double share = 1.0 / static_cast<double>(B);
  double loss = 0.0;
  for (Index s = 0; s < B; ++s) {
    const model::Batch own_batch = alone(batch, s);
    const model::Trace own = model::forward(model, own_batch);
    const ErrorSignals own_signals = backward(model, own_batch, own, sum, truncation);
    loss += share * own.loss;
    expect_column(trace.h, s, own.h, 1.0, "h");
    expect_column(trace.c, s, own.c, 1.0, "c");
    expect_column(trace.z, s, own.z, 1.0, "z");
    expect_column(signals.dz, s, own_signals.dz, share, "dz");
    expect_column(signals.e, s, own_signals.e, share, "e");
    expect_column(signals.e_c, s, own_signals.e_c, share, "e_c");
    expect_column(signals.delta, s, own_signals.delta, share, "delta");
    for (Index t = own.steps() + 1; t <= kSteps; ++t) {
      EXPECT_EQ(trace.h.step(t).col(s), trace.h.step(own.steps()).col(s));
      EXPECT_EQ(signals.e.step(t).col(s).norm(), 0.0);
      EXPECT_EQ(signals.delta.step(t).col(s).norm(), 0.0);
    }
  }
  EXPECT_NEAR(loss, trace.loss, 1e-12 * loss);
  const auto got = model::tensors(gradients), expected = model::tensors(sum);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_LE((got[i] - share * expected[i]).norm(), 1e-11 * got[i].norm())
        << model::kTensorNames[i];
}

class LargeBatch : public ::testing::TestWithParam<model::CellKind> {};

TEST_P(LargeBatch, ASequenceOfALargeBatchIsAsIfAlone) {
  const Truncation chunks{TruncationKind::chunks, 7}, horizon{TruncationKind::horizon, 6};
  expect_as_if_alone(GetParam(), {40});
  expect_as_if_alone(GetParam(), {40}, chunks);
  expect_as_if_alone(GetParam(), {40}, horizon);
  expect_as_if_alone(GetParam(), {131});  // cut into as many parts as there are
}

// So many weights that their gradients are summed on the way back; with products that need no
// rearranging, and with others.
TEST_P(LargeBatch, OfMoreWeightsToo) {
  const Index n = GetParam() == model::CellKind::lstm ? 64 : 96;
  const Index odd = GetParam() == model::CellKind::lstm ? 75 : 100;
  const Truncation chunks{TruncationKind::chunks, 7};
  expect_as_if_alone(GetParam(), {40, n});
  expect_as_if_alone(GetParam(), {40, n}, chunks);
  expect_as_if_alone(GetParam(), {131, n});
  expect_as_if_alone(GetParam(), {40, odd, 150}, chunks);
  expect_as_if_alone(GetParam(), {33, n, 3, 29});  // many steps have no loss
}
INSTANTIATE_TEST_SUITE_P(EveryCell, LargeBatch, ::testing::ValuesIn(support::all_cells()),
                         [](const auto& test) {
                           return support::test_name(model::name_of(test.param));
                         });

}  // namespace
}  // namespace backflow::gradient
