// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber
// & Cummins 2000), gates in PyTorch's order:
//
//   i = σ(a_i)  f = σ(a_f)  g = φ(a_g)  o = σ(a_o),   a = W_xh x_t + W_hh h_{t−1} + b_h
//   c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ φ(c_t)
//
// φ is the network's activation, tanh in the papers. The state is h above c.
#pragma once

#include "core/model/cell.h"

namespace backflow::model {

const Cell& lstm_cell();

}  // namespace backflow::model
