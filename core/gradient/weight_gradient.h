// From the signals δ and ∂L_t/∂z_t of a backward pass to the gradients of all weights and biases,
// the read-out's as well: sums of outer products over steps and sequences, as a few large matrix
// products.
#pragma once

#include "core/gradient/backward.h"

namespace backflow::gradient {

/// Adds the gradients of all weights and biases to `gradients`, from the trace and the signals dz
/// and delta: Σ δ x_tᵀ, Σ δ (recurrent input)ᵀ, Σ δ, Σ ∂L_t/∂z_t h_tᵀ and Σ ∂L_t/∂z_t over all
/// steps and sequences. Split over the cores by time.
void add_weight_gradients(const model::Model& model, const model::Batch& batch,
                          const model::Trace& trace, const ErrorSignals& signals,
                          model::Parameters& gradients);

/// The share of step t alone, 1 ≤ t ≤ T.
void add_weight_gradients_of_step(const model::Model& model, const model::Batch& batch,
                                  const model::Trace& trace, const ErrorSignals& signals, Index t,
                                  model::Parameters& gradients);

/// Σ δ (recurrent input)ᵀ (G·n, n) of one step: what the use of W_hh at step k is blamed for, when
/// δ (delta_blocks·n, B) is.
Matrix recurrent_gradient(const model::Model& model, const model::Trace& trace, Index k,
                          const Eigen::Ref<const Matrix>& delta);

}  // namespace backflow::gradient
