#include "core/model/network.h"

namespace backflow::model {

Trace forward(const Model& model, const Batch& batch) {
  const Parameters& p = model.parameters;
  const Index T = batch.steps();
  const Index B = batch.size();
  eigen_assert(p.input_size() == batch.inputs.rows());
  eigen_assert(p.output_size() == batch.targets.rows());
  eigen_assert(p.hidden_size() == batch.initial_state.rows() && B == batch.initial_state.cols());

  Trace trace;
  trace.a = StepMatrices(p.hidden_size(), B, 1, T);
  trace.h = StepMatrices(p.hidden_size(), B, 0, T);
  trace.z = StepMatrices(p.output_size(), B, batch.targets.first(), batch.targets.last());
  trace.y_hat = trace.z;
  trace.loss_per_step = Vector::Zero(T);

  trace.a.data().noalias() = p.W_xh * batch.inputs.data();  // all steps in one product
  trace.a.data().colwise() += p.b_h;
  trace.h.step(0) = batch.initial_state;
  for (Index t = 1; t <= T; ++t) {
    trace.a.step(t).noalias() += p.W_hh * trace.h.step(t - 1);
    apply(model.activation, trace.a.step(t), trace.h.step(t));
  }

  trace.z.data().noalias() = p.W_hy * trace.h.steps(trace.z.first(), trace.z.last());
  trace.z.data().colwise() += p.b_y;
  apply(model.readout, trace.z.data(), trace.y_hat.data());
  for (Index t = trace.z.first(); t <= trace.z.last(); ++t)
    trace.loss_per_step(t - 1) = loss_value(model.readout, model.loss, trace.z.step(t),
                                            trace.y_hat.step(t), batch.targets.step(t));
  trace.loss = trace.loss_per_step.sum();
  return trace;
}

}  // namespace backflow::model
