// A Jacobian product taken apart into its chain: the one-step Jacobians of
//
//   ∂state_t/∂state_k = J_t J_{t−1} … J_{k+1}          (Pascanu, Mikolov & Bengio 2013, equation 5)
//
// the running products J_t … J_i that BPTT passes on its way back from t to k, and the singular
// values of the whole. Products carry a power of two of their own, so that a chain of a thousand
// factors neither under- nor overflows. Matrices are kept for pictures only: those at the two ends
// of the chain, thinned out where they are wide, so that T = 1000 and n = 512 take a few megabytes.
//
// Cost: 2 n³ flops per factor for the products, and what log10_singular_values (spectrum.h) says.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/gradient/jacobian_norms.h"
#include "core/gradient/scaled_matrix.h"

namespace backflow::gradient {

/// The matrix with at most `side` rows and columns: where it has more, each entry stands for a
/// block of the matrix and is its largest entry by size, with its sign (NaN where one is NaN).
ScaledMatrix thinned_out(const ScaledMatrix& x, model::Index side);

/// Calls visit(i, J_t … J_i) for i = t, t − 1, …, k + 1, each product normalised; jacobians[i − 1]
/// is J_i, (n, n). Returns false when `cancelled` said so (asked once per factor).
bool for_each_running_product(const std::vector<ScaledMatrix>& jacobians, model::Index t,
                              model::Index k,
                              const std::function<void(model::Index, const ScaledMatrix&)>& visit,
                              const CancelFunction& cancelled = {});

/// Step i of the chain.
struct ChainLink {
  model::Index step = 0;
  double log10_norm = 0.0;  ///< ‖J_i‖ of the block: −inf for a zero, NaN or +inf not finite
  double log10_product = 0.0;  ///< ‖∂state_t/∂state_{i−1}‖ = ‖J_t … J_i‖ of the block likewise
  /// The block of J_i and of J_t … J_i, thinned out; no rows except at the ends of the chain.
  ScaledMatrix jacobian, product;
};

struct Chain {
  model::Index t = 0, k = 0;
  model::Index size = 0;  ///< rows of the block
  StateBlock block = StateBlock::hidden;
  MatrixNorm norm = MatrixNorm::spectral;
  std::vector<ChainLink> links;  ///< i = t, t − 1, …, k + 1; empty for t = k
  /// Of the whole product's block, falling (size); −inf for an exact zero, NaN when a factor is not
  /// finite.
  std::vector<double> log10_singular_values;
};

struct ChainOptions {
  model::Index side = 64;  ///< of the pictures, at most
  model::Index most = 16;  ///< pictures at either end, at most
};

/// The chain from 0 ≤ k ≤ t ≤ T; `block` says which rows and columns of the products are meant.
/// Norms are taken from `known`, if given: the map of the same sequence, block and norm. Nothing
/// when cancelled.
std::optional<Chain> chain(const std::vector<ScaledMatrix>& jacobians, model::Index t,
                           model::Index k, const MappedBlock& block, MatrixNorm norm,
                           const TriangularMap* known = nullptr, const ChainOptions& options = {},
                           const CancelFunction& cancelled = {});

}  // namespace backflow::gradient
