// Eigenvalues and singular values of a square matrix or of a product J_T … J_2 J_1 given factor by
// factor, such as W_hh or ∂h_t/∂h_k.
//
// The product itself is never formed: a thousand factors leave the range of double, and rounding
// the product would bury its small singular values under those of the large ones. Singular values:
// QR factorisations run through the chain, once from each end (Stewart 1995; Golub, Sølna & Van
// Dooren 2000), leave one triangular matrix whose rows carry a power of two each; one-sided Jacobi
// rotations (Demmel & Veselić 1992) find all its singular values with the relative accuracy of its
// rows. Each one is as accurate as the factors allow: its relative error is of the order
// T ε max_t κ(J_t D_t), D_t the best scaling of rows, not ε κ(product). The same small eigenvalues
// of a single matrix are accurate relative to its norm only, as is usual.
//
// Eigenvalues of a product: orthogonal iteration through the chain until groups of eigenvalues with
// different moduli have come apart, then the eigenvalues of each group's block. Where two moduli
// differ by less than the iteration can part, the smaller one is accurate relative to the larger.
//
// Cost: a factor takes about 8 n³ flops per pass; passes: two for singular values, then Jacobi
// sweeps of 6 n³ each, about ten; a few up to kMaxCycles for eigenvalues of products, 25 n³ for
// those of one matrix.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "core/gradient/jacobian_norms.h"
#include "core/gradient/scaled_matrix.h"

namespace backflow::gradient {

/// λ = 10^log10_modulus · e^(i argument).
struct Eigenvalue {
  double log10_modulus = 0.0;  ///< −inf for an exact zero
  double argument = 0.0;       ///< in (−π, π]

  /// λ as it comes out in double: 0 or infinite where that is out of range.
  std::complex<double> value() const;
};

struct Spectrum {
  std::vector<Eigenvalue> eigenvalues;        ///< (n) by falling modulus
  std::vector<double> log10_singular_values;  ///< (n) falling; −inf for an exact zero

  /// log10 ρ, log10 σ₁ and log10 (σ₁/σ_n); the last is +inf when σ_n = 0. NaN when n = 0 or when a
  /// factor was not finite.
  double log10_spectral_radius() const;
  double log10_sigma_1() const;
  double log10_condition() const;
};

/// log10 of the singular values of factors.back() · … · factors.front(), falling. All factors are
/// (n, n), at least one. NaN throughout when a factor is not finite; nothing when cancelled (asked
/// once per factor and once per Jacobi sweep).
std::optional<std::vector<double>> log10_singular_values(const std::vector<ScaledMatrix>& factors,
                                                         const CancelFunction& cancelled = {});

/// The eigenvalues of the same product, by falling modulus, of a conjugate pair the upper one
/// first. NaN throughout when a factor is not finite; nothing when cancelled.
std::optional<std::vector<Eigenvalue>> eigenvalues(const std::vector<ScaledMatrix>& factors,
                                                   const CancelFunction& cancelled = {});

/// Both, for a product.
std::optional<Spectrum> spectrum(const std::vector<ScaledMatrix>& factors,
                                 const CancelFunction& cancelled = {});

/// Both, for one square matrix such as W_hh or a gate's block of it.
std::optional<Spectrum> spectrum(const model::Matrix& W, const CancelFunction& cancelled = {});

}  // namespace backflow::gradient
