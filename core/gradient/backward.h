// Backpropagation through time (Rumelhart, Hinton & Williams 1986; Werbos 1990).
//
// With e_t = ∂L/∂h_t the error signal and δ_t = ∂L/∂a_t, for t = T..1:
//   e_t = W_hyᵀ ∂L_t/∂z_t + W_hhᵀ δ_{t+1}          (δ_{T+1} = 0; first term at loss steps only)
//   δ_t = f′(a_t) ⊙ e_t
// and e_0 = W_hhᵀ δ_1 is what reaches the initial state. The gradients are sums over all steps:
//   ∂L/∂W_xh = Σ_t δ_t x_tᵀ   ∂L/∂W_hh = Σ_t δ_t h_{t−1}ᵀ   ∂L/∂b_h = Σ_t δ_t 1
//   ∂L/∂W_hy = Σ_t ∂L_t/∂z_t h_tᵀ                      ∂L/∂b_y = Σ_t ∂L_t/∂z_t 1
// The batch mean's 1/B is inside ∂L_t/∂z_t, hence in everything below.
#pragma once

#include "core/model/network.h"

namespace backflow::gradient {

using model::Index;
using model::Matrix;
using model::Vector;

/// The signals of one backward pass.
struct ErrorSignals {
  model::StepMatrices dz;     ///< ∂L_t/∂z_t (m, B), at the steps with a loss
  model::StepMatrices e;      ///< ∂L/∂h_t (n, B), t = 0..T
  model::StepMatrices delta;  ///< ∂L/∂a_t (n, B), t = 1..T
};

/// Runs BPTT over the trace of forward(model, batch) and adds the gradients to `gradients`, which
/// must have the parameters' shapes (zero it first: model::zeros_like).
ErrorSignals backward(const model::Model& model, const model::Batch& batch,
                      const model::Trace& trace, model::Parameters& gradients);

}  // namespace backflow::gradient
