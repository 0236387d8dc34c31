// The gradient itemised: what the loss at step t says about the use of the weights at step k ≤ t,
//
//   C(t, k) = ∂L_t/∂h_t · ∂h_t/∂h_k · ∂⁺h_k/∂W
//           = δ_k h_{k−1}ᵀ  for W_hh,  δ_k x_kᵀ  for W_xh,  δ_k 1  for b_h,  where
//       δ_k = f′(a_k) ⊙ (J_t … J_{k+1})ᵀ W_hyᵀ ∂L_t/∂z_t              for the vanilla cell
//
// summed over the batch, with ∂⁺ the immediate derivative that holds h_{k−1} constant (Pascanu,
// Mikolov & Bengio 2013, equation 4). The sum over k is the gradient of the loss step, the sum over
// all t and k the gradient. Norms of terms do not add up to the norm of their sum, which is at most
// as large: ‖Σ_k C(t, k)‖ ≤ Σ_k ‖C(t, k)‖.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/gradient/backward.h"
#include "core/gradient/jacobian_norms.h"
#include "core/gradient/triangular_map.h"

namespace backflow::gradient {

/// C(t, k) for a loss step t and 1 ≤ k ≤ t, as W_xh (G·n, d), W_hh (G·n, n) and b_h; the read-out's
/// tensors are zero, and so is all of it when t has no loss. Entries below 1e-308 come out as 0;
/// contributions() keeps their size.
model::Parameters contribution(const model::Model& model, const model::Batch& batch,
                               const model::Trace& trace, const ErrorSignals& signals, Index t,
                               Index k);

/// The tensors that every step uses, in the order of Contributions.
enum class RecurrentTensor { W_hh, W_xh, b_h };
inline constexpr std::size_t kRecurrentTensors = 3;

struct TensorContributions {
  /// log10 ‖C(t, k)‖_F for 1 ≤ k ≤ t ≤ T: −inf at k = 0, at steps without a loss, for exact zeros
  /// and for what truncation cuts; NaN or +inf where it is not finite.
  TriangularMap log10_norm;
  /// (T + 1) at index t: log10 ‖Σ_k C(t, k)‖_F, the gradient of loss step t alone; −inf without a
  /// loss, and at index 0.
  std::vector<double> log10_gradient;
  /// (T + 1) likewise: log10 Σ_k ‖C(t, k)‖_F, NaN where a term is not finite; and log10 of the
  /// largest finite term.
  std::vector<double> log10_sum, log10_largest;
};
struct Contributions {
  std::array<TensorContributions, kRecurrentTensors> tensors;
  Truncation truncation;

  const TensorContributions& of(RecurrentTensor tensor) const {
    return tensors[static_cast<std::size_t>(tensor)];
  }
};

/// All of them. Carries exponents as the Jacobian map does. Split over the cores by loss steps.
/// Cost O(T² G n² B) when every step has a loss, O(T G n² B) when one has; nothing when cancelled.
std::optional<Contributions> contributions(const model::Model& model, const model::Batch& batch,
                                           const model::Trace& trace, const ErrorSignals& signals,
                                           const Truncation& truncation = {},
                                           const CancelFunction& cancelled = {});

/// About how many floating-point operations that takes.
double contributions_cost(const model::Model& model, const model::Trace& trace,
                          const ErrorSignals& signals);

}  // namespace backflow::gradient
