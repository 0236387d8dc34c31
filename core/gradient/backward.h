// Backpropagation through time (Rumelhart, Hinton & Williams 1986; Werbos 1990), for every cell.
//
// With u_t = ∂L/∂state_t, for t = T..1 (state is h, for an LSTM h above c):
//   u_t = [W_hyᵀ ∂L_t/∂z_t; 0] + (∂state_{t+1}/∂state_t)ᵀ u_{t+1}
// by the cell's vector-Jacobian product (core/model/cell.h), which also gives δ_t, the derivatives
// by the pre-activations. For the vanilla cell, where u is e_t = ∂L/∂h_t,
//   e_t = W_hyᵀ ∂L_t/∂z_t + W_hhᵀ δ_{t+1}          (δ_{T+1} = 0; first term at loss steps only)
//   δ_t = f′(a_t) ⊙ e_t
// and e_0 = W_hhᵀ δ_1 is what reaches the initial state. The gradients are sums over all steps:
//   ∂L/∂W_xh = Σ_t δ_t x_tᵀ   ∂L/∂W_hh = Σ_t δ_t h_{t−1}ᵀ   ∂L/∂b_h = Σ_t δ_t 1
//   ∂L/∂W_hy = Σ_t ∂L_t/∂z_t h_tᵀ                      ∂L/∂b_y = Σ_t ∂L_t/∂z_t 1
// The batch mean's 1/B is inside ∂L_t/∂z_t, hence in everything below.
#pragma once

#include "core/gradient/truncation.h"
#include "core/model/network.h"

namespace backflow::gradient {

using model::Index;
using model::Matrix;
using model::Vector;

/// The signals of one backward pass.
struct ErrorSignals {
  model::StepMatrices dz;     ///< ∂L_t/∂z_t (m, B), at the steps with targets
  model::StepMatrices e;      ///< ∂L/∂h_t (n, B), t = 0..T
  model::StepMatrices e_c;    ///< ∂L/∂c_t of an LSTM, h_t held (n, B), t = 0..T; else no rows
  model::StepMatrices delta;  ///< ∂L/∂(block of pre-activations) (delta_blocks·n, B), t = 1..T
};

/// Runs BPTT over the trace of forward(model, batch) and adds the gradients to `gradients`, which
/// must have the parameters' shapes (zero it first: model::zeros_like). With a truncation every
/// signal and the gradients of the recurrent layer hold only what it lets through.
ErrorSignals backward(const model::Model& model, const model::Batch& batch,
                      const model::Trace& trace, model::Parameters& gradients,
                      const Truncation& truncation = {});

/// The same into signals whose memory is used again where it fits.
void backward(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
              const Truncation& truncation, ErrorSignals& signals, model::Parameters& gradients);

}  // namespace backflow::gradient
