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

class GruCell final : public Cell {
public:
  enum class Form { reset_after, original };
  explicit GruCell(Form form) : form_(form) {}

  const CellLayout& layout() const override;
  void forward(const Activation& phi, const RecurrentWeights& W, const ConstRef& h_before,
               const ConstRef& c_before, MutableRef a, MutableRef h, MutableRef c) const override;
  void vjp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
           const ConstRef& u, const ConstRef& u_c, MutableRef delta, MutableRef u_before,
           MutableRef u_c_before) const override;
  void jvp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
           const ConstRef& v, MutableRef v_after) const override;
  Matrix jacobian(const Activation& phi, const Parameters& p, const CellStep& step) const override;
  ConstRef change_of_input(const GateUse& gate, const Parameters& p, const CellStep& step,
                           const ConstRef& v, Matrix& room) const override;

private:
  Form form_;
};

}  // namespace backflow::model
