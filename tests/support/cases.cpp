#include "tests/support/cases.h"

#include <algorithm>
#include <cmath>

#include "core/model/initialization.h"
#include "core/model/random.h"

namespace backflow::support {
namespace {

using model::Index;
using model::Matrix;

// Targets that suit the read-out: a distribution for softmax, probabilities for sigmoid.
Matrix targets(const OutputStage& output, bool soft, Index m, Index count, model::Random& random) {
  Matrix y = Matrix::Zero(m, count);
  const bool bounded =
      output.readout == model::Readout::softmax || output.readout == model::Readout::sigmoid;
  for (Index c = 0; c < count; ++c) {
    if (soft && bounded) {
      for (Index i = 0; i < m; ++i) y(i, c) = random.uniform();
      if (output.readout == model::Readout::softmax) y.col(c) /= y.col(c).sum();
    } else if (output.readout == model::Readout::softmax)
      y(static_cast<Index>(random.below(static_cast<std::uint64_t>(m))), c) = 1.0;
    else
      for (Index i = 0; i < m; ++i)
        y(i, c) = output.readout == model::Readout::sigmoid ? static_cast<double>(random.below(2))
                                                            : random.normal();
  }
  return y;
}

Case draw(const model::Activation& activation, const OutputStage& output, const Shape& shape,
          model::Random& random) {
  Case c;
  c.model.activation = activation;
  c.model.readout = output.readout;
  c.model.loss = output.loss;
  c.model.cell = shape.cell;
  const model::CellLayout& layout = model::layout_of(c.model);
  const Index rows = layout.gate_count() * shape.n;
  c.model.parameters = {
      random.normal_matrix(rows, shape.d, 0.6), random.normal_matrix(rows, shape.n, 0.5),
      random.normal_matrix(layout.delta_blocks * shape.n, 1, 0.3),
      random.normal_matrix(shape.m, shape.n, 0.7), random.normal_matrix(shape.m, 1, 0.3)};
  c.batch.inputs = model::StepMatrices(shape.d, shape.batch, 1, shape.steps);
  c.batch.inputs.data() = random.normal_matrix(shape.d, shape.steps * shape.batch, 1.0);
  if (shape.one_input) c.batch.inputs.data().rightCols((shape.steps - 1) * shape.batch).setZero();
  Index first = shape.every_step ? shape.first_target : shape.steps;
  if (shape.different_lengths) {
    for (Index b = 0; b < shape.batch; ++b)
      c.batch.lengths.push_back(std::max<Index>(1, shape.steps - b));
    if (!shape.every_step) first = c.batch.lengths.back();
    c.batch.weights = model::StepMatrices(1, shape.batch, first, shape.steps);
    for (Index t = first; t <= shape.steps; ++t)
      for (Index b = 0; b < shape.batch; ++b) {
        const Index end = c.batch.length(b);
        c.batch.weights.step(t)(0, b) = (shape.every_step ? t <= end : t == end) ? 1.0 : 0.0;
      }
  }
  c.batch.targets = model::StepMatrices(shape.m, shape.batch, first, shape.steps);
  c.batch.targets.data() =
      targets(output, shape.soft_targets, shape.m, c.batch.targets.data().cols(), random);
  const Index states = layout.states * shape.n;
  c.batch.initial_state = shape.random_state ? random.normal_matrix(states, shape.batch, 0.8)
                                             : Matrix::Zero(states, shape.batch);
  return c;
}

// Finite differences must not step over a kink of ReLU: in a pre-activation, a logit, or an LSTM's
// φ(c).
bool near_a_kink(const Case& drawn, const model::Trace& trace) {
  constexpr double kNear = 1e-3;
  const Index blocks = trace.a.rows() / drawn.model.parameters.hidden_size();
  const Index candidate = blocks == 1 ? 0 : 2;
  const Index n = drawn.model.parameters.hidden_size();
  for (Index b = 0; b < trace.batch(); ++b)
    for (Index t = 1; t <= trace.length(b); ++t) {
      const auto a = trace.a.step(t).col(b).segment(candidate * n, n);
      if (a.cwiseAbs().minCoeff() < kNear) return true;
      // A c that is 0 because its candidates are dead stays 0 for a small step.
      for (Index i = 0; i < trace.c.rows(); ++i) {
        const double c = std::abs(trace.c.step(t)(i, b));
        if (c != 0.0 && c < kNear) return true;
      }
    }
  return trace.z.data().cwiseAbs().minCoeff() < kNear;
}

// A read-out that is dead or saturated everywhere has no gradient to compare.
bool hardly_learns(const Case& c, const model::Trace& trace) {
  bool alive = false;
  for (Index t = trace.z.first(); t <= trace.z.last(); ++t)
    for (Index b = 0; b < trace.batch(); ++b) {
      if (c.batch.weight(t, b) == 0.0) continue;
      if (trace.z.step(t).col(b).cwiseAbs().maxCoeff() > 8.0) return true;
      alive = alive || c.model.readout != model::Readout::relu ||
              trace.z.step(t).col(b).maxCoeff() > 0.0;
    }
  return !alive;
}

}  // namespace

std::vector<model::CellKind> all_cells() {
  std::vector<model::CellKind> all;
  for (const auto& entry : model::EnumNames<model::CellKind>::kAll) all.push_back(entry.value);
  return all;
}

std::vector<model::Activation> all_activations() {
  std::vector<model::Activation> all;
  for (const auto& entry : model::EnumNames<model::ActivationKind>::kAll)
    all.push_back({entry.value, 0.2});
  return all;
}

std::vector<OutputStage> all_output_stages() {
  std::vector<OutputStage> all;
  for (const auto& readout : model::EnumNames<model::Readout>::kAll)
    for (const auto& loss : model::EnumNames<model::Loss>::kAll)
      if (model::incompatibility(readout.value, loss.value).empty())
        all.push_back({readout.value, loss.value});
  return all;
}

Case random_case(const model::Activation& activation, const OutputStage& output, const Shape& shape,
                 std::uint64_t seed) {
  model::Random random(seed, 77);
  for (;;) {
    Case c = draw(activation, output, shape, random);
    const model::Trace trace = model::forward(c.model, c.batch);
    if (near_a_kink(c, trace) || hardly_learns(c, trace)) continue;
    c.name = std::string(model::name_of(shape.cell)) + " " +
             std::string(model::name_of(activation.kind)) + " " +
             std::string(model::name_of(output.readout)) + " " +
             std::string(model::name_of(output.loss)) + (shape.every_step ? " every" : " last") +
             (shape.random_state ? " random h_0" : " zero h_0") +
             (shape.different_lengths ? " lengths" : "");
    return c;
  }
}

}  // namespace backflow::support
