#include "core/gradient/partial_gradients.h"

#include "core/gradient/weight_gradient.h"
#include "core/model/norm.h"

namespace backflow::gradient {

using model::Transpose;

std::optional<std::array<std::vector<double>, kWalkTensors>> partial_gradient_norms(
    const model::Model& model, const model::Batch& batch, const model::Trace& trace,
    const ErrorSignals& signals, const CancelFunction& cancelled) {
  const model::CellLayout& layout = model::layout_of(model);
  const Index T = trace.steps(), n = model.parameters.hidden_size();
  model::Parameters sum = model::zeros_like(model.parameters);
  std::array<std::vector<double>, kWalkTensors> norms;
  for (auto& each : norms) each.assign(static_cast<std::size_t>(T), 0.0);
  for (Index t = T; t >= 1; --t) {
    if (cancelled && cancelled()) return std::nullopt;
    const auto delta = signals.delta.step(t);
    for (const model::GateRun& run : model::gate_runs(layout)) {
      const model::GateUse& gate = layout.gates[static_cast<std::size_t>(run.first)];
      model::add_product(delta.middleRows(gate.delta_block * n, run.count * n), Transpose::no,
                         model::recurrent_input(trace, gate, t, t), Transpose::yes,
                         sum.W_hh.middleRows(run.first * n, run.count * n));
    }
    model::add_product(delta.topRows(sum.W_xh.rows()), Transpose::no, batch.inputs.step(t),
                       Transpose::yes, sum.W_xh);
    if (signals.dz.contains(t))
      model::add_product(signals.dz.step(t), Transpose::no, trace.h.step(t), Transpose::yes,
                         sum.W_hy);
    const auto index = static_cast<std::size_t>(t - 1);
    norms[0][index] = model::norm_of(sum.W_xh);
    norms[1][index] = model::norm_of(sum.W_hh);
    norms[2][index] = model::norm_of(sum.W_hy);
  }
  return norms;
}

}  // namespace backflow::gradient
