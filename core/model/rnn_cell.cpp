#include "core/model/rnn_cell.h"

namespace backflow::model {
namespace {

constexpr GateUse kGates[] = {{"hidden", 0, GateUse::kPreviousState}};
constexpr CellLayout kLayout{kGates, 1, 1, 1, 0};

class RnnCell final : public Cell {
public:
  const CellLayout& layout() const override { return kLayout; }

  void forward(const Activation& f, const ForwardWeights& W, const ConstRef& x,
               const ConstRef& h_before, const ConstRef&, MutableRef a, MutableRef h,
               MutableRef) const override {
    W.pre_activations(0, 1, x, h_before, a);
    apply(f, a, h);
  }

  void vjp(const Activation& f, const BackwardWeights& W, const CellStep& step, const ConstRef& u,
           const ConstRef&, const ConstRef& dz_before, MutableRef delta, MutableRef u_before,
           MutableRef) const override {
    multiply_by_derivative(f, step.a, step.h, u, delta);
    W.blame(dz_before, {{0, 1, delta}}, u_before);
  }

  void jvp(const Activation& f, const ForwardWeights& W, const CellStep& step, const ConstRef& v,
           MutableRef v_after) const override {
    auto change = scratch(0, v.rows(), v.cols());
    W.recurrent(0, 1, v, change);
    multiply_by_derivative(f, step.a, step.h, change, v_after);
  }

  Matrix jacobian(const Activation& f, const Parameters& p, const CellStep& step) const override {
    Matrix slope(step.a.rows(), 1);
    derivative(f, step.a, slope);
    return slope.col(0).asDiagonal() * p.W_hh;
  }
};

}  // namespace

const Cell& rnn_cell() {
  static const RnnCell cell;
  return cell;
}

}  // namespace backflow::model
