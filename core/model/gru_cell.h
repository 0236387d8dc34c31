// The gated recurrent unit in its two forms, gates in PyTorch's order (reset, update, new):
//
//   r = σ(W_xr x + W_hr h′ + b_r)   z = σ(W_xz x + W_hz h′ + b_z),   h′ = h_{t−1}
//   reset after (PyTorch, cuDNN):     n = φ(W_xn x + b_n + r ⊙ (W_hn h′ + b_hn))
//   original (Cho et al. 2014):       n = φ(W_xn x + b_n + W_hn (r ⊙ h′))
//   h_t = (1 − z) ⊙ n + z ⊙ h′
//
// φ is the network's activation, tanh in the papers. Blocks of a: r, z, n, and a fourth one,
// q = W_hn h′ + b_hn after the reset form and r ⊙ h′ in the original; b_h has b_hn as a fourth
// block in the first form only.
#pragma once

#include "core/model/cell.h"

namespace backflow::model {

const Cell& gru_cell();           ///< the reset-after form
const Cell& gru_original_cell();  ///< the original form

}  // namespace backflow::model
