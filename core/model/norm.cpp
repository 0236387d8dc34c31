#include "core/model/norm.h"

#include <Eigen/Eigenvalues>

#include "core/model/matrix_product.h"

namespace backflow::model {

double spectral_norm(const Eigen::Ref<const Matrix>& x) {
  const double largest = x.size() == 0 ? 0.0 : x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  // σ₁² = λ_max(xᵀx): the largest eigenvalue of a Gram matrix keeps full relative precision (only
  // the small ones lose it). Scaled to a largest entry of 1, so that squaring cannot overflow.
  const Matrix scaled = x / largest;
  if (x.cols() == 1 || x.rows() == 1) return largest * scaled.norm();
  Matrix gram = Matrix::Zero(x.cols(), x.cols());
  add_product(scaled, Transpose::yes, scaled, Transpose::no, gram);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  return largest * std::sqrt(solver.eigenvalues()(gram.rows() - 1));
}

}  // namespace backflow::model
