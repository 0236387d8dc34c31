#include "tests/support/cases.h"

#include "core/model/initialization.h"
#include "core/model/random.h"

namespace backflow::support {
namespace {

using model::Index;
using model::Matrix;

// Targets that suit the read-out: a distribution for softmax, probabilities for sigmoid.
Matrix targets(const OutputStage& output, Index m, Index count, model::Random& random) {
  Matrix y = Matrix::Zero(m, count);
  for (Index c = 0; c < count; ++c) {
    if (output.readout == model::Readout::softmax)
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
  c.model.parameters = {
      random.normal_matrix(shape.n, shape.d, 0.6), random.normal_matrix(shape.n, shape.n, 0.5),
      random.normal_matrix(shape.n, 1, 0.3), random.normal_matrix(shape.m, shape.n, 0.7),
      random.normal_matrix(shape.m, 1, 0.3)};
  c.batch.inputs = model::StepMatrices(shape.d, shape.batch, 1, shape.steps);
  c.batch.inputs.data() = random.normal_matrix(shape.d, shape.steps * shape.batch, 1.0);
  c.batch.targets =
      model::StepMatrices(shape.m, shape.batch, shape.every_step ? 1 : shape.steps, shape.steps);
  c.batch.targets.data() = targets(output, shape.m, c.batch.targets.data().cols(), random);
  c.batch.initial_state = shape.random_state ? random.normal_matrix(shape.n, shape.batch, 0.8)
                                             : Matrix::Zero(shape.n, shape.batch);
  return c;
}

}  // namespace

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
    if (trace.a.data().cwiseAbs().minCoeff() < 1e-3) continue;
    if (trace.z.data().cwiseAbs().minCoeff() < 1e-3) continue;
    c.name = std::string(model::name_of(activation.kind)) + " " +
             std::string(model::name_of(output.readout)) + " " +
             std::string(model::name_of(output.loss)) + (shape.every_step ? " every" : " last") +
             (shape.random_state ? " random h_0" : " zero h_0");
    return c;
  }
}

}  // namespace backflow::support
