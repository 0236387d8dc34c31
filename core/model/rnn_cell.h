// The vanilla cell (Elman 1990): a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = f(a_t).
#pragma once

#include "core/model/cell.h"

namespace backflow::model {

class RnnCell final : public Cell {
public:
  const CellLayout& layout() const override;
  void forward(const Activation& f, const RecurrentWeights& W, const ConstRef& h_before,
               const ConstRef& c_before, MutableRef a, MutableRef h, MutableRef c) const override;
  /// δ_t = f′(a_t) ⊙ u, u_before += W_hhᵀ δ_t.
  void vjp(const Activation& f, const RecurrentWeights& W, const CellStep& step, const ConstRef& u,
           const ConstRef& u_c, MutableRef delta, MutableRef u_before,
           MutableRef u_c_before) const override;
  void jvp(const Activation& f, const RecurrentWeights& W, const CellStep& step, const ConstRef& v,
           MutableRef v_after) const override;
  /// diag(f′(a_t)) W_hh.
  Matrix jacobian(const Activation& f, const Parameters& p, const CellStep& step) const override;
};

}  // namespace backflow::model
