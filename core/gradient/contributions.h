// ∂L/∂W_hh itemised: what the loss at step t says about the use of W_hh at step k ≤ t,
//
//   C(t, k) = ∂L_t/∂h_t · ∂h_t/∂h_k · ∂⁺h_k/∂W_hh
//           = [f′(a_k) ⊙ (J_t … J_{k+1})ᵀ W_hyᵀ ∂L_t/∂z_t] h_{k−1}ᵀ      for the vanilla cell
//
// summed over the batch, with ∂⁺ the immediate derivative that holds h_{k−1} constant (Pascanu,
// Mikolov & Bengio 2013, equation 4). The sum over all t and k is the gradient.
#pragma once

#include "core/gradient/backward.h"
#include "core/gradient/triangular_map.h"

namespace backflow::gradient {

/// C(t, k) (G·n, n) for a loss step t and 1 ≤ k ≤ t; zero when t has no loss. Entries below 1e-308
/// come out as 0; contribution_norms keeps their size.
Matrix contribution(const model::Model& model, const model::Trace& trace,
                    const ErrorSignals& signals, Index t, Index k);

/// log10 ‖C(t, k)‖_F for 1 ≤ k ≤ t ≤ T (−inf at k = 0, at steps without a loss and for exact
/// zeros). Carries exponents as the Jacobian map does. Cost O(T² G n² B).
TriangularMap contribution_norms(const model::Model& model, const model::Trace& trace,
                                 const ErrorSignals& signals);

}  // namespace backflow::gradient
