#include "core/gradient/jacobian_norms.h"

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Eigenvalues>

#include "core/gradient/jacobian.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;

double norm_of(MatrixNorm norm, const Eigen::Ref<const Matrix>& x) {
  return norm == MatrixNorm::spectral ? spectral_norm(x) : x.norm();
}

}  // namespace

double spectral_norm(const Eigen::Ref<const Matrix>& x) {
  const double largest = x.size() == 0 ? 0.0 : x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  // σ₁² = λ_max(xᵀx): the largest eigenvalue of a Gram matrix keeps full relative precision (only
  // the small ones lose it). Scaled to a largest entry of 1, so that squaring cannot overflow.
  const Matrix scaled = x / largest;
  if (x.cols() == 1 || x.rows() == 1) return largest * scaled.norm();
  const Matrix gram = scaled.transpose() * scaled;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  return largest * std::sqrt(solver.eigenvalues()(gram.rows() - 1));
}

std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled) {
  const Index T = trace.steps();
  const Index n = model.parameters.hidden_size();
  JacobianNorms result{norm, sequence, n, TriangularMap(T, 0.0)};
  const double identity = norm == MatrixNorm::spectral ? 0.0 : 0.5 * std::log10(double(n));

  Matrix products(n, n * T);  // ∂h_t/∂h_k in columns k·n .. (k + 1)·n, without their exponents
  Matrix next(n, n * T);
  std::vector<std::int64_t> exponents(static_cast<std::size_t>(T), 0);

  result.log10_norm.at(0, 0) = identity;
  for (Index t = 1; t <= T; ++t) {
    if (cancelled && cancelled()) return std::nullopt;
    products.middleCols((t - 1) * n, n).setIdentity();  // ∂h_{t−1}/∂h_{t−1}
    ScaledMatrix jacobian{step_jacobian(model, trace, sequence, t), 0};
    normalize(jacobian);
    next.leftCols(t * n).noalias() = jacobian.mantissa * products.leftCols(t * n);
    products.swap(next);
    for (Index k = 0; k < t; ++k) {
      auto block = products.middleCols(k * n, n);
      std::int64_t& exponent = exponents[static_cast<std::size_t>(k)];
      exponent += jacobian.exponent;
      const int shift = binary_exponent(block);
      if (shift < -64 || shift > 64) {
        block *= std::ldexp(1.0, -shift / 2);  // in two halves: 2^−shift may be out of range
        block *= std::ldexp(1.0, -shift + shift / 2);
        exponent += shift;
      }
      result.log10_norm.at(t, k) = log10_scaled(norm_of(norm, block), exponent);
    }
    result.log10_norm.at(t, t) = identity;
  }
  return result;
}

}  // namespace backflow::gradient
