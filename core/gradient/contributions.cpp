#include "core/gradient/contributions.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/gradient/scaled_matrix.h"

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

ScaledMatrix normalized(const Eigen::Ref<const Matrix>& x) {
  ScaledMatrix scaled{x, 0};
  normalize(scaled);
  return scaled;
}

}  // namespace

Matrix contribution(const model::Model& model, const model::Trace& trace,
                    const ErrorSignals& signals, Index t, Index k) {
  const model::Parameters& p = model.parameters;
  if (!signals.dz.contains(t)) return Matrix::Zero(p.hidden_size(), p.hidden_size());
  Matrix slope(p.hidden_size(), trace.batch());
  Matrix blame = p.W_hy.transpose() * signals.dz.step(t);  // ∂L_t/∂h_step (n, B)
  for (Index step = t; step > k; --step) {
    model::derivative(model.activation, trace.a.step(step), slope);
    blame = p.W_hh.transpose() * slope.cwiseProduct(blame);
  }
  model::derivative(model.activation, trace.a.step(k), slope);
  return slope.cwiseProduct(blame) * trace.h.step(k - 1).transpose();
}

TriangularMap contribution_norms(const model::Model& model, const model::Trace& trace,
                                 const ErrorSignals& signals) {
  const model::Parameters& p = model.parameters;
  const Index T = trace.steps();
  TriangularMap norms(T, -std::numeric_limits<double>::infinity());
  model::StepMatrices slopes(p.hidden_size(), trace.batch(), 1, T);
  model::derivative(model.activation, trace.a.data(), slopes.data());
  std::vector<ScaledMatrix> states;  // h_{k−1} at index k − 1
  for (Index k = 1; k <= T; ++k) states.push_back(normalized(trace.h.step(k - 1)));
  for (Index t = signals.dz.first(); t <= signals.dz.last(); ++t) {
    ScaledMatrix blame = normalized(p.W_hy.transpose() * signals.dz.step(t));
    for (Index k = t; k >= 1; --k) {
      const ScaledMatrix& h = states[static_cast<std::size_t>(k - 1)];
      normalize(blame);
      blame.mantissa.array() *= slopes.step(k).array();  // now ∂L_t/∂a_k
      normalize(blame);  // slopes of saturated units are tiny, and their squares out of range
      norms.at(t, k) =
          log10_scaled(outer_product_norm(blame.mantissa, h.mantissa), blame.exponent + h.exponent);
      blame.mantissa = p.W_hh.transpose() * blame.mantissa;
    }
  }
  return norms;
}

}  // namespace backflow::gradient
