// λ_max(A_i B_j) for all pairs of two lists of symmetric positive semidefinite matrices.
//
// A B is self-adjoint in the inner product ⟨x, y⟩_B = xᵀ B y, so Lanczos (1950) applies: a few
// products with A and with B per pair. What lies in the kernel of B is not seen by that inner
// product, but where the eigenvalues lie close to each other it grows from step to step until its
// rounding errors drown all else. That is noticed, and such pairs are done again with B = X Xᵀ, for
// Xᵀ A X has the same eigenvalues and is symmetric: three products instead of two.
// Tiles of pairs advance together, so that every product is one of a matrix with many vectors.
#pragma once

#include <functional>
#include <span>

#include "core/gradient/semidefinite.h"

namespace backflow::gradient {

/// Makes Semidefinite::square(X_j) with X_j X_jᵀ = B_j; any thread may ask for it.
using RootOfB = std::function<Semidefinite(model::Index j)>;

/// values(i, j) (a, b) becomes λ_max(A_i B_j), for one size n of all matrices, to a relative error
/// of about 1e-12 where the largest eigenvalue is separated by more than 1e-3 and below 1e-9 in
/// practice (of some that lie closer together than 1e-6 it may be any, unless `close`, which takes
/// longer, says that there will be such); NaN where the iteration did
/// not converge or a matrix is not finite, and, without `root_of_B`, where it lost its digits.
/// Where all B have roots of one size, those are used from the start. Returns false when
/// `cancelled` said so.
bool largest_eigenvalues(std::span<const Semidefinite> A, std::span<const Semidefinite> B,
                         const std::function<bool()>& cancelled, model::Matrix& values,
                         const RootOfB& root_of_B = {}, bool close = false);

}  // namespace backflow::gradient
