// Parts of the network that a formula's terms and the pictures' marks have in common: what lies
// under the mouse in one lights up in the other.
#pragma once

#include "core/model/types.h"

namespace backflow::figure {

enum class Part {
  input,              ///< x_t
  input_weights,      ///< W_xh
  state,              ///< h_t
  cell_state,         ///< c_t of an LSTM
  recurrent_weights,  ///< W_hh
  bias,               ///< b_h
  pre_activation,     ///< a_t, and of a gated cell its gates
  output,             ///< ŷ_t and z_t
  output_weights,     ///< W_hy and b_y
  loss,               ///< L_t
  target,             ///< y_t
  output_blame,       ///< ∂L_t/∂z_t, and what it brings to e_t
  blame,              ///< e_t = ∂L/∂h_t
  later_blame,        ///< ∂L_s/∂h_t of a later step s
  cell_blame,         ///< e^c_t of an LSTM
  delta,              ///< δ_t = ∂L/∂a_t
  factor,             ///< J_t = ∂h_t/∂h_{t−1}
  gradient            ///< ∂L/∂W, its terms and its sum
};

/// The part that the pictures of the network have for it: some parts stand in formulas alone.
constexpr Part drawn_part(Part part) {
  switch (part) {
    case Part::target:
      return Part::loss;
    case Part::later_blame:
    case Part::cell_blame:
    case Part::delta:
      return Part::blame;
    default:
      return part;
  }
}

struct Highlight {
  Part part = Part::state;
  model::Index t = 0;  ///< the step; −1 where the part belongs to all of them, such as W_hh
  bool operator==(const Highlight&) const = default;
};

}  // namespace backflow::figure
