// A first Jacobian map of networks that are too wide for their products to be formed at once: at
// every s-th step it is estimated from a few vectors that are sent back, in between it is
// interpolated. O(n²) operations for a vector and a step, where the products take O(n³).
//
// With u ~ N(0, I), ‖∂h_t/∂h_k‖_F² is the mean of ‖uᵀ ∂h_t/∂h_k‖² (Hutchinson 1990): of
// kVectors of them the estimate is off by a factor of about 1.4 (0.15 on the map's scale) where one
// direction carries all, and by less where there are more. For the spectral norm y = (uᵀ
// ∂h_t/∂h_k)ᵀ is sent forward again, and ‖(∂h_t/∂h_k) y‖ / ‖y‖ is a lower bound of it, one step of
// the power method: close where few directions carry it.
#pragma once

#include "core/gradient/jacobian_norms.h"

namespace backflow::gradient {

/// Vectors from each step for the Frobenius norm; one for the spectral norm.
inline constexpr model::Index kVectors = 4;

/// About how many floating-point operations the estimate takes for `nodes` + 1 steps of T.
double estimation_cost(const model::Model& model, model::Index steps, MatrixNorm norm,
                       model::Index nodes);

/// The map with JacobianNorms::stride = stride ≥ 1 and `estimated` set; the same for the same
/// record, as the vectors are drawn with one seed. Nothing when cancelled.
std::optional<JacobianNorms> estimated_jacobian_norms(
    const model::Model& model, const model::Trace& trace, model::Index sequence, MatrixNorm norm,
    model::Index stride, const CancelFunction& cancelled = {},
    StateBlock block = StateBlock::hidden);

}  // namespace backflow::gradient
