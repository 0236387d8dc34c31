#include "core/gradient/contributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/gradient/scaled_matrix.h"
#include "core/gradient/weight_gradient.h"

namespace backflow::gradient {
namespace {

// ‖u vᵀ‖_F for normalised u, v (n, B), through the (B, B) Gram matrices where they are smaller than
// (n, n), unless the sequences cancel each other, which costs the squares their digits.
double outer_product_norm(const Matrix& u, const Matrix& v) {
  if (u.cols() < u.rows()) {
    const Matrix squares = (u.transpose() * u).cwiseProduct(v.transpose() * v);
    const double squared = squares.sum();
    if (squared > 1e-2 * squares.trace()) return std::sqrt(squared);
  }
  return (u * v.transpose()).norm();
}

// log10 √(10^2a + 10^2b).
double log10_hypot(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  const double top = std::max(a, b), low = std::min(a, b);
  if (!std::isfinite(top) || low == -std::numeric_limits<double>::infinity()) return top;
  return top + 0.5 * std::log10(1.0 + std::pow(10.0, 2.0 * (low - top)));
}

ScaledMatrix normalized(const Eigen::Ref<const Matrix>& x) {
  ScaledMatrix scaled{x, 0};
  normalize(scaled);
  return scaled;
}

}  // namespace

Matrix contribution(const model::Model& model, const model::Trace& trace,
                    const ErrorSignals& signals, Index t, Index k) {
  const model::Parameters& p = model.parameters;
  const model::Cell& cell = model::cell_of(model.cell);
  const model::CellLayout& layout = cell.layout();
  const Index n = p.hidden_size(), B = trace.batch();
  if (!signals.dz.contains(t)) return Matrix::Zero(p.W_hh.rows(), n);
  const model::RecurrentWeights W(p, layout, model::RecurrentWeights::Use::backward);
  Matrix u = Matrix::Zero(layout.states * n, B), before = u, delta(layout.delta_blocks * n, B);
  u.topRows(n) = p.W_hy.transpose() * signals.dz.step(t);  // ∂L_t/∂h_t
  for (Index step = t; step >= k; --step) {
    before.setZero();
    cell.vjp(model.activation, W, trace.step(step), u, delta, before);
    u.swap(before);
  }
  return recurrent_gradient(model, trace, k, delta);
}

TriangularMap contribution_norms(const model::Model& model, const model::Trace& trace,
                                 const ErrorSignals& signals) {
  const model::Parameters& p = model.parameters;
  const model::Cell& cell = model::cell_of(model.cell);
  const model::CellLayout& layout = cell.layout();
  const Index T = trace.steps(), n = p.hidden_size(), B = trace.batch();
  const model::RecurrentWeights W(p, layout, model::RecurrentWeights::Use::backward);
  TriangularMap norms(T, -std::numeric_limits<double>::infinity());
  std::vector<std::vector<ScaledMatrix>> inputs;  // of each gate, at steps 1..T
  for (const model::GateUse& gate : layout.gates) {
    auto& own = inputs.emplace_back();
    for (Index k = 1; k <= T; ++k)
      own.push_back(normalized(model::recurrent_input(trace, gate, k, k)));
  }
  ScaledMatrix u;
  Matrix delta(layout.delta_blocks * n, B), before(layout.states * n, B);
  for (Index t = signals.dz.first(); t <= signals.dz.last(); ++t) {
    u = {Matrix::Zero(layout.states * n, B), 0};
    u.mantissa.topRows(n) = p.W_hy.transpose() * signals.dz.step(t);
    for (Index k = t; k >= 1; --k) {
      normalize(u);
      before.setZero();
      cell.vjp(model.activation, W, trace.step(k), u.mantissa, delta, before);
      // The gates' parts are orthogonal: their squares add up.
      double log10_norm = -std::numeric_limits<double>::infinity();
      for (std::size_t g = 0; g < inputs.size(); ++g) {
        // Slopes of saturated units are tiny, and their squares out of range.
        const ScaledMatrix own = normalized(delta.middleRows(layout.gates[g].delta_block * n, n));
        const ScaledMatrix& input = inputs[g][static_cast<std::size_t>(k - 1)];
        log10_norm =
            log10_hypot(log10_norm, log10_scaled(outer_product_norm(own.mantissa, input.mantissa),
                                                 u.exponent + own.exponent + input.exponent));
      }
      norms.at(t, k) = log10_norm;
      u.mantissa.swap(before);
    }
  }
  return norms;
}

}  // namespace backflow::gradient
