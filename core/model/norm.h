// The 2-norm of many numbers: the plain sum of squares where its range is enough, which is nearly
// always, and Eigen's several times slower stableNorm() where it is not. And that of a matrix.
#pragma once

#include <cmath>

#include "core/model/types.h"

namespace backflow::model {

/// A sum of squares below this may have lost some of them to underflow.
inline constexpr double kLeastSquare = 1e-280;

/// True when √square is the norm to rounding; false for 0, NaN, infinity and tiny sums.
inline bool is_safe_square(double square) { return square > kLeastSquare && std::isfinite(square); }

/// ‖x‖₂ over all entries of x, without over- or underflow; NaN when an entry is NaN.
template <class Derived>
double norm_of(const Eigen::MatrixBase<Derived>& x) {
  const double square = x.squaredNorm();
  return is_safe_square(square) ? std::sqrt(square) : x.stableNorm();
}

/// ‖x‖₂ = σ₁, the largest singular value of a matrix of any shape, to rounding and without over- or
/// underflow. NaN when x has a NaN, infinite when it has an infinity, 0 when it has no entry.
double spectral_norm(const Eigen::Ref<const Matrix>& x);

}  // namespace backflow::model
