#include "core/gradient/backward.h"

namespace backflow::gradient {

ErrorSignals backward(const model::Model& model, const model::Batch& batch,
                      const model::Trace& trace, model::Parameters& gradients) {
  const model::Parameters& p = model.parameters;
  const Index T = trace.steps();
  const Index B = trace.batch();
  const Index n = p.hidden_size();

  ErrorSignals signals;
  signals.dz = trace.z;
  signals.e = model::StepMatrices(n, B, 0, T);
  signals.delta = model::StepMatrices(n, B, 1, T);

  for (Index t = trace.z.first(); t <= trace.z.last(); ++t)
    model::loss_gradient(model.readout, model.loss, trace.z.step(t), trace.y_hat.step(t),
                         batch.targets.step(t), signals.dz.step(t));
  model::derivative(model.activation, trace.a.data(), signals.delta.data());  // f′(a_t) for all t

  for (Index t = T; t >= 1; --t) {
    auto e = signals.e.step(t);
    if (signals.dz.contains(t)) e.noalias() += p.W_hy.transpose() * signals.dz.step(t);
    if (t < T) e.noalias() += p.W_hh.transpose() * signals.delta.step(t + 1);
    signals.delta.step(t).array() *= e.array();
  }
  signals.e.step(0).noalias() = p.W_hh.transpose() * signals.delta.step(1);

  const Matrix& delta = signals.delta.data();                               // (n, T·B)
  const Matrix& dz = signals.dz.data();                                     // (m, loss steps·B)
  gradients.W_xh.noalias() += delta * batch.inputs.data().transpose();      // (n, d)
  gradients.W_hh.noalias() += delta * trace.h.steps(0, T - 1).transpose();  // (n, n)
  gradients.b_h += delta.rowwise().sum();                                   // (n)
  gradients.W_hy.noalias() +=
      dz * trace.h.steps(signals.dz.first(), signals.dz.last()).transpose();  // (m, n)
  gradients.b_y += dz.rowwise().sum();                                        // (m)
  return signals;
}

}  // namespace backflow::gradient
