#include "core/training/regularizer.h"

#include <cmath>

#include "core/model/norm.h"

namespace backflow::training {

using model::Index;
using model::Matrix;

double add_l2(double lambda, const model::Parameters& parameters, model::Parameters& gradients) {
  const auto values = model::tensors(parameters);
  const auto sums = model::tensors(gradients);
  double penalty = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!model::kTensorNames[i].starts_with("W_")) continue;
    penalty += 0.5 * lambda * values[i].squaredNorm();
    model::TensorView sum = sums[i];
    sum += lambda * values[i];
  }
  return penalty;
}

namespace {

// The blame of the whole state at steps 1..T side by side, (S·n, T·B).
Matrix state_blame(const gradient::ErrorSignals& signals) {
  const Index n = signals.e.rows(), T = signals.e.last();
  Matrix e(n + signals.e_c.rows(), T * signals.e.batch());
  e.topRows(n) = signals.e.steps(1, T);
  e.bottomRows(signals.e_c.rows()) = signals.e_c.steps(1, T);
  return e;
}

}  // namespace

double add_omega(double weight, const model::Model& model, const model::Trace& trace,
                 const gradient::ErrorSignals& signals, Matrix& W_hh_gradient) {
  const model::Cell& cell = model::cell_of(model.cell);
  const model::CellLayout& layout = cell.layout();
  const Index n = trace.h.rows(), B = trace.batch(), T = trace.steps();
  const Matrix e = state_blame(signals);
  Matrix delta(layout.delta_blocks * n, e.cols()), u(e.rows(), e.cols());
  const model::BackwardWeights W(model.parameters, layout);
  const model::CellStep steps{trace.a.data(), trace.h.steps(0, T - 1), trace.c.steps(0, T - 1),
                              trace.h.steps(1, T), trace.c.steps(1, T)};
  cell.vjp(model.activation, W, steps, e, delta, u);
  // Each column adds 2 (‖u‖/‖e‖ − 1) (δ/‖e‖) (u/‖u‖)ᵀ, so all together are one product. The
  // quotients first: blame may be as small as 1e-300.
  double sum = 0.0;
  for (Index column = 0; column < e.cols(); ++column) {
    const double e_norm = model::norm_of(e.col(column));
    const bool ended = column / B + 1 > trace.length(column % B);
    const bool counts = !ended && e_norm > 0.0 && std::isfinite(e_norm);
    const double u_norm = counts ? model::norm_of(u.col(column)) : 0.0;
    const double excess = u_norm / e_norm - 1.0;
    if (counts) sum += excess * excess;
    if (u_norm == 0.0) {  // ‖u‖ has no gradient at 0
      delta.col(column).setZero();
      u.col(column).setZero();
      continue;
    }
    const double factor = 2.0 * weight * excess / static_cast<double>(B);
    delta.col(column) = delta.col(column) / e_norm * factor;
    u.col(column) /= u_norm;
  }
  // u came back on every way: what a gate multiplies in place of h′ changes with it as well.
  Matrix room;
  for (Index g = 0; g < layout.gate_count(); ++g) {
    const model::GateUse& gate = layout.gates[static_cast<std::size_t>(g)];
    const auto own = delta.middleRows(gate.delta_block * n, n);
    auto out = W_hh_gradient.middleRows(g * n, n);
    const model::ConstRef change =
        cell.change_of_input(gate, model.parameters, steps, u.topRows(n), room);
    model::add_product(own, model::Transpose::no, change, model::Transpose::yes, out);
  }
  return sum / static_cast<double>(B);
}

}  // namespace backflow::training
