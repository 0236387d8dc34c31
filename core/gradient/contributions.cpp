#include "core/gradient/contributions.h"

#include <cmath>
#include <limits>

#include "core/gradient/scaled_matrix.h"

namespace backflow::gradient {
namespace {

// ‖u vᵀ‖_F for u, v (n, B), through the (B, B) Gram matrices where they are smaller than (n, n).
double outer_product_norm(const Matrix& u, const Eigen::Ref<const Matrix>& v) {
  if (u.cols() >= u.rows()) return (u * v.transpose()).norm();
  const double squared = (u.transpose() * u).cwiseProduct(v.transpose() * v).sum();
  return std::sqrt(std::max(squared, 0.0));
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
  for (Index t = signals.dz.first(); t <= signals.dz.last(); ++t) {
    ScaledMatrix blame{p.W_hy.transpose() * signals.dz.step(t), 0};
    for (Index k = t; k >= 1; --k) {
      normalize(blame);
      blame.mantissa.array() *= slopes.step(k).array();  // now ∂L_t/∂a_k
      norms.at(t, k) =
          log10_scaled(outer_product_norm(blame.mantissa, trace.h.step(k - 1)), blame.exponent);
      blame.mantissa = p.W_hh.transpose() * blame.mantissa;
    }
  }
  return norms;
}

}  // namespace backflow::gradient
