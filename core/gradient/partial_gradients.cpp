#include "core/gradient/partial_gradients.h"

#include "core/gradient/weight_gradient.h"
#include "core/model/norm.h"

namespace backflow::gradient {

std::optional<std::array<std::vector<double>, kWalkTensors>> partial_gradient_norms(
    const model::Model& model, const model::Batch& batch, const model::Trace& trace,
    const ErrorSignals& signals, const CancelFunction& cancelled) {
  const Index T = trace.steps();
  const WeightGradients weights(model, batch, trace, signals);
  model::Parameters sum = model::zeros_like(model.parameters);
  std::array<std::vector<double>, kWalkTensors> norms;
  for (auto& each : norms) each.assign(static_cast<std::size_t>(T), 0.0);
  for (Index t = T; t >= 1; --t) {
    if (cancelled && cancelled()) return std::nullopt;
    weights.add(t, t, {0, trace.batch()}, sum);
    const auto index = static_cast<std::size_t>(t - 1);
    norms[0][index] = model::norm_of(sum.W_xh);
    norms[1][index] = model::norm_of(sum.W_hh);
    norms[2][index] = model::norm_of(sum.W_hy);
  }
  return norms;
}

}  // namespace backflow::gradient
