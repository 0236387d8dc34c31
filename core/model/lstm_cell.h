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

class LstmCell final : public Cell {
public:
  const CellLayout& layout() const override;
  void forward(const Activation& phi, const RecurrentWeights& W, const ConstRef& h_before,
               const ConstRef& c_before, MutableRef a, MutableRef h, MutableRef c) const override;
  void vjp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
           const ConstRef& u, const ConstRef& u_c, MutableRef delta, MutableRef u_before,
           MutableRef u_c_before) const override;
  void jvp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
           const ConstRef& v, MutableRef v_after) const override;
  Matrix jacobian(const Activation& phi, const Parameters& p, const CellStep& step) const override;
};

}  // namespace backflow::model
