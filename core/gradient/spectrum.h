// Eigenvalues and singular values of a square matrix or of a product J_T … J_2 J_1 given factor by
// factor, such as W_hh or ∂h_t/∂h_k.
//
// The product itself is never formed: a thousand factors leave the range of double, and rounding
// the product would bury its small singular values under those of the large ones. Singular values:
// QR factorisations run through the chain, once from each end (Stewart 1995; Golub, Sølna & Van
// Dooren 2000), leave one triangular matrix whose rows carry a power of two each; one-sided Jacobi
// rotations (Demmel & Veselić 1992) find all its singular values with the relative accuracy of its
// rows. Each one is as accurate as the factors allow: its relative error is of the order
// T ε max_t κ(D_t J_t), with D_t the scaling of rows that makes this least, and not ε κ(product).
//
// Eigenvalues of a product: orthogonal iteration through the chain until groups of eigenvalues with
// different moduli have come apart, then the eigenvalues of each group's block. Where the iteration
// cannot part two moduli (they differ by little), the smaller one is accurate relative to the
// larger; so are all eigenvalues of a single matrix, relative to its norm.
//
// Cost: 8 n³ flops per factor and pass; two passes and about ten Jacobi sweeps of 6 n³ for singular
// values; for the eigenvalues of a product up to as many passes as visit 2000 factors, but at least
// 4 and at most 200; 25 n³ for those of one matrix. On one core of 2020 both together take 0.5 ms
// for one matrix of n = 32, 25 ms for n = 128 and 4 s for n = 512; the singular values of 100
// factors 5 ms (n = 32), 0.2 s (n = 128), 10 s (n = 512).
#pragma once

#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "core/gradient/jacobian_norms.h"
#include "core/gradient/scaled_matrix.h"
#include "core/gradient/state_block.h"

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
std::optional<std::vector<double>> log10_singular_values(std::span<const ScaledMatrix> factors,
                                                         const CancelFunction& cancelled = {});

/// The same of a block of the product: of those rows and columns.
std::optional<std::vector<double>> log10_singular_values(std::span<const ScaledMatrix> factors,
                                                         BlockRange block,
                                                         const CancelFunction& cancelled = {});

/// The eigenvalues of the same product, by falling modulus, of a conjugate pair the upper one
/// first. NaN throughout when a factor is not finite; nothing when cancelled (asked once per factor
/// and pass; those of a single matrix are found in one go).
std::optional<std::vector<Eigenvalue>> eigenvalues(std::span<const ScaledMatrix> factors,
                                                   const CancelFunction& cancelled = {});

/// Both, for a product.
std::optional<Spectrum> spectrum(std::span<const ScaledMatrix> factors,
                                 const CancelFunction& cancelled = {});

/// Both, for a block of a product: of those rows and columns. Singular values as above; eigenvalues
/// are those of the block that is formed, accurate relative to its norm.
std::optional<Spectrum> spectrum(std::span<const ScaledMatrix> factors, BlockRange block,
                                 const CancelFunction& cancelled = {});

/// Both, for one square matrix such as W_hh or a gate's block of it.
std::optional<Spectrum> spectrum(const model::Matrix& W, const CancelFunction& cancelled = {});

}  // namespace backflow::gradient
