// Norms of all products J_t … J_{k+1} without forming them.
//
// For a step m in the middle, every product across it is ∂h_t/∂h_k = L_t R_k with L_t = ∂h_t/∂h_m
// and R_k = ∂h_m/∂h_k, and
//   ‖L_t R_k‖_F² = ⟨L_tᵀ L_t, R_k R_kᵀ⟩,     σ_max(L_t R_k)² = λ_max(L_tᵀL_t · R_k R_kᵀ):
// two symmetric Gram matrices per pair instead of a product. For the Frobenius norm all pairs
// across m are one matrix product of packed Gram matrices. The pairs on either side of m are found
// in the same way. Cost O(T² n² + T log T n³) where forming the products costs O(T² n³).
//
// A block of the product on the diagonal, such as ∂h_t/∂h_k of an LSTM, is (P L_t)(R_k Pᵀ) with P
// the rows of the block: the same with fewer rows of L_t and fewer columns of R_k.
//
// A Gram matrix squares cancellation: where the norm is small against ‖L_t‖ ‖R_k‖, the product is
// formed after all, step by step. Every factor carries its own power of two.
#pragma once

#include <functional>
#include <vector>

#include "core/gradient/matrix_norm.h"
#include "core/gradient/scaled_matrix.h"
#include "core/gradient/state_block.h"
#include "core/gradient/triangular_map.h"

namespace backflow::gradient {

/// Fills log10_norm.at(t, k) for 0 ≤ k < t ≤ T with the norms of J_t … J_{k+1}; jacobians[t − 1] is
/// J_t, (n, n), and `block` says which rows and columns of the products are meant. −inf for an
/// exact zero, NaN or +inf where a factor is not finite. Returns false when `cancelled` said so,
/// which must then go on saying it.
bool product_norms(const std::vector<ScaledMatrix>& jacobians, BlockRange block, MatrixNorm norm,
                   TriangularMap& log10_norm, const std::function<bool()>& cancelled);

}  // namespace backflow::gradient
