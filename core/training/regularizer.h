// Two terms that training can add to the loss.
//
// L2: λ/2 Σ ‖W‖² over the weight matrices, not the biases; its gradient is λ W.
//
// Ω of Pascanu, Mikolov & Bengio (2013, section 3.3, equations 9 and 10), which asks the blame to
// keep its size from step to step where it travels:
//   Ω = Σ_k (‖u_{k+1}‖ / ‖e_{k+1}‖ − 1)²,   u_{k+1} = J_{k+1}ᵀ e_{k+1},   k = 0..T − 1,
// for each sequence, then the mean over the batch. e is the blame of the whole state, for an LSTM
// that of h and of c. Only the immediate gradient by W_hh is taken, with e and the trace held
// constant, as the authors do. For the vanilla cell u = W_hhᵀ δ, so that
//   ∂⁺‖u‖/∂W_hh = δ uᵀ / ‖u‖,
// and for gated cells the same holds gate by gate for the part of u that comes through W_hh.
// Under truncated backpropagation e is the blame that the truncation lets through (ErrorSignals);
// the steps themselves are not cut: J_{k+1} counts at the beginning of a chunk too.
// (The authors' program compares squared norms and averages over the steps; this is the paper's
// text.)
#pragma once

#include "core/gradient/backward.h"

namespace backflow::training {

struct RegularizerOptions {
  double l2 = 0.0;     ///< λ ≥ 0; 0 = off
  double omega = 0.0;  ///< weight of Ω ≥ 0; 0 = off
};

/// Returns λ/2 Σ ‖W‖² and adds λ W to `gradients`, which has the parameters' shapes.
double add_l2(double lambda, const model::Parameters& parameters, model::Parameters& gradients);

/// Returns Ω, and adds weight · ∂⁺Ω/∂W_hh to W_hh_gradient (G·n, n). Steps of a sequence whose ‖e‖
/// is 0 or not finite are left out. Costs about as much as the backward pass.
double add_omega(double weight, const model::Model& model, const model::Trace& trace,
                 const gradient::ErrorSignals& signals, model::Matrix& W_hh_gradient);

}  // namespace backflow::training
