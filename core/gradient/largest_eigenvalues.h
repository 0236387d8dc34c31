// λ_max(A_i B_j) for all pairs of two lists of symmetric positive semidefinite matrices.
//
// A B is self-adjoint in the inner product ⟨x, y⟩_B = xᵀ B y, so Lanczos (1950) applies: a few
// products with A and with B per pair. Tiles of pairs advance together, so that every product is
// one of a matrix with many vectors.
#pragma once

#include <functional>
#include <span>

#include "core/gradient/semidefinite.h"

namespace backflow::gradient {

/// values(i, j) (a, b) becomes λ_max(A_i B_j), for one size n of all matrices, to a relative error
/// of about 1e-12 where the largest eigenvalue is separated by more than 1e-3 and below 1e-9 in
/// practice; NaN where the iteration did not converge or a matrix is not finite. Returns false when
/// `cancelled` said so.
bool largest_eigenvalues(std::span<const Semidefinite> A, std::span<const Semidefinite> B,
                         const std::function<bool()>& cancelled, model::Matrix& values);

}  // namespace backflow::gradient
