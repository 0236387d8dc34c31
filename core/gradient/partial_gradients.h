// How the gradients of the shared weights grow while the backward pass goes from t = T to 1: each
// step adds its own term to the sums of backward.h,
//   ∂L/∂W_xh += δ_t x_tᵀ   ∂L/∂W_hh += δ_t h_{t−1}ᵀ   ∂L/∂W_hy += ∂L_t/∂z_t h_tᵀ
// summed over the batch; of a gated cell, the gates' terms one below the other.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/gradient/backward.h"
#include "core/gradient/jacobian_norms.h"

namespace backflow::gradient {

/// The tensors, in this order everywhere.
enum class WalkTensor { W_xh, W_hh, W_hy };
inline constexpr std::size_t kWalkTensors = 3;

/// For each tensor the Frobenius norm of the sum of the terms of the steps t..T at index t − 1,
/// t = 1..T: the first entry is that of the whole gradient. Not finite where a term is not.
/// Nothing when cancelled. Cost O(T G n (n + d) B).
std::optional<std::array<std::vector<double>, kWalkTensors>> partial_gradient_norms(
    const model::Model& model, const model::Batch& batch, const model::Trace& trace,
    const ErrorSignals& signals, const CancelFunction& cancelled = {});

}  // namespace backflow::gradient
