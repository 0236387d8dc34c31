// Losses, gradients and Jacobian products against PyTorch's autograd, recorded in tests/golden.
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "core/gradient/jacobian.h"
#include "tests/support/golden.h"

namespace backflow::gradient {
namespace {

using model::Matrix;

using support::Fixture;

model::Model model_of(const std::string& name, const Fixture& f) {
  model::Model model;
  model.activation.kind =
      name.starts_with("relu") ? model::ActivationKind::relu : model::ActivationKind::tanh;
  if (name.starts_with("gru")) model.cell = model::CellKind::gru;
  if (name.starts_with("lstm")) model.cell = model::CellKind::lstm;
  model.readout = model::Readout::identity;
  model.loss = model::Loss::mean_squared_error;
  if (name.ends_with("bce")) {
    model.readout = model::Readout::sigmoid;
    model.loss = model::Loss::binary_cross_entropy;
  } else if (name.ends_with("cce")) {
    model.readout = model::Readout::softmax;
    model.loss = model::Loss::categorical_cross_entropy;
  }
  model.parameters = {f.at("W_xh"), f.at("W_hh"), f.at("b_h"), f.at("W_hy"), f.at("b_y")};
  return model;
}

model::Batch batch_of(const Fixture& f) {
  model::Batch batch;
  batch.initial_state = f.at("h0");
  const Index B = batch.initial_state.cols(), T = f.at("x").cols() / B;
  batch.inputs = model::StepMatrices(f.at("x").rows(), B, 1, T);
  batch.inputs.data() = f.at("x");
  const Index losses = f.at("y").cols() / B;
  batch.targets = model::StepMatrices(f.at("y").rows(), B, T - losses + 1, T);
  batch.targets.data() = f.at("y");
  if (f.contains("weight")) {
    batch.weights = model::StepMatrices(1, B, 1, T);
    batch.weights.data() = f.at("weight");
    for (Index b = 0; b < B; ++b)
      batch.lengths.push_back(static_cast<Index>(f.at("lengths")(0, b)));
  }
  return batch;
}

TEST(TorchReference, LossGradientsAndProductsAgree) {
  const auto cases = support::read_golden("torch_rnn.txt");
  ASSERT_EQ(cases.size(), 14u);
  for (const auto& [name, fixture] : cases) {
    SCOPED_TRACE(name);
    const model::Model model = model_of(name, fixture);
    const model::Batch batch = batch_of(fixture);
    const model::Trace trace = model::forward(model, batch);
    const double loss = fixture.at("loss")(0, 0);
    EXPECT_NEAR(trace.loss, loss, 1e-13 * std::abs(loss));
    model::Parameters gradients = model::zeros_like(model.parameters);
    backward(model, batch, trace, gradients);
    const auto tensors = model::tensors(gradients);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const Matrix& expected = fixture.at("d" + std::string(model::kTensorNames[i]));
      ASSERT_GT(expected.norm(), 0.0);
      EXPECT_LT((tensors[i] - expected).norm(), 1e-12 * expected.norm()) << model::kTensorNames[i];
    }
    for (Index k = 0; k < trace.steps(); ++k) {
      const Matrix& expected = fixture.at("J" + std::to_string(k));
      const auto product = [&](StateBlock block) {
        return jacobian_product(model, trace, 0, trace.steps(), k, block).value();
      };
      EXPECT_LE((product(StateBlock::full) - expected).norm(), 1e-12 * expected.norm()) << k;
      const Index n = model.parameters.hidden_size();
      const Matrix by_h = expected.topLeftCorner(n, n), by_c = expected.bottomRightCorner(n, n);
      EXPECT_LE((product(StateBlock::hidden) - by_h).norm(), 1e-12 * by_h.norm()) << k;
      if (model.cell == model::CellKind::lstm) {
        EXPECT_LE((product(StateBlock::cell) - by_c).norm(), 1e-12 * by_c.norm()) << k;
      }
    }
  }
}

}  // namespace
}  // namespace backflow::gradient
