// QR factorisation for chains of Jacobians, where the rows of a factor may differ by many orders of
// magnitude: f′(a_t) multiplies the rows of J_t, and saturated units have tiny ones, dead ones 0.
//
// The rows are sorted by size before Householder's reflections, so that each row keeps its own
// relative precision (Cox & Higham 1998, "Stability of Householder QR factorization for weighted
// least squares problems"), and rows of zeros are left out, so that a rank lost to dead units shows
// as exact zeros in R and not as rounding noise. What lies below 10^-150 of its column's largest
// entry is lost.
#pragma once

#include "core/model/types.h"

namespace backflow::gradient {

/// M = Q R.
struct GradedQr {
  model::Matrix Q;  ///< (n, q), orthonormal columns
  model::Matrix R;  ///< (q, q), upper triangular; its diagonal may have either sign
};

/// M (n, q) with finite entries, n ≥ q ≥ 1. With p < q non-zero rows in M, the last q − p rows of
/// R are exactly zero, and the last columns of Q are unit vectors of zero rows.
GradedQr graded_qr(const model::Matrix& M);

}  // namespace backflow::gradient
