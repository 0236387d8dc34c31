// Moving one eigenvalue of a real matrix while the others and all eigenvectors stay.
//
// With λ an eigenvalue, v its right and u its left eigenvector, uᴴ v = 1,
//   W′ = W + (μ − λ) v uᴴ
// has μ in the place of λ and everything else as before: a change of rank one (Brauer 1952; Golub &
// Van Loan, Matrix Computations, section 7.1). W stays real when the conjugate goes along,
//   W′ = W + 2 Re((μ − λ) v uᴴ),
// so a pair moves together, and a real eigenvalue along the real axis only. A pair may come to lie
// on the axis, two real eigenvalues at one place. Two real ones at one place, with their
// eigenvectors v₁, v₂ and u₁, u₂, may leave the axis as a pair α ± iβ:
//   W′ = W + [v₁ v₂] ([α β; −β α] − λ I) [u₁ u₂]ᵀ.
//
// The relative error is about ε κ, κ = ‖u‖ ‖v‖ being the condition number of the eigenvalue. Where
// eigenvectors nearly coincide it is so large that nothing can be moved alone.
//
// Cost: up to n = 64 all eigenvectors, about 4 ms. Beyond that inverse iteration finds the one that
// is wanted (Golub & Van Loan, section 7.6.1), one factorisation; where it does not converge, all
// of them after all.
#pragma once

#include <complex>
#include <string>

#include "core/model/types.h"

namespace backflow::model {

/// Two real eigenvalues count as one where they differ by less than this times the largest entry
/// of W, or the eigenvalue itself.
inline constexpr double kSameEigenvalue = 1e-6;

/// Moves the eigenvalue of W (n, n) that is nearest to `from` to `to`; its conjugate goes along. Of
/// a real eigenvalue that is apart from all others only the real part of `to` counts. Returns an
/// empty string, or one sentence with W as it was: when a number is not finite, or the eigenvectors
/// are too nearly dependent, as those of a defective matrix.
std::string move_eigenvalue(Matrix& W, std::complex<double> from, std::complex<double> to);

}  // namespace backflow::model
