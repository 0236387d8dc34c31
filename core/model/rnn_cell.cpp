#include "core/model/rnn_cell.h"

namespace backflow::model {
namespace {

constexpr GateUse kGates[] = {{"hidden", 0, GateUse::kPreviousState}};
constexpr CellLayout kLayout{kGates, 1, 1, 1, 0};

class RnnCell final : public Cell {
public:
  const CellLayout& layout() const override { return kLayout; }

  void forward(const Activation& f, const RecurrentWeights& W, const ConstRef& h_before,
               const ConstRef&, MutableRef a, MutableRef h, MutableRef) const override {
    W.add(0, 1, h_before, a);
    apply(f, a, h);
  }

  void vjp(const Activation& f, const RecurrentWeights& W, const CellStep& step, const ConstRef& u,
           const ConstRef&, MutableRef delta, MutableRef u_before, MutableRef) const override {
    derivative(f, step.a, step.h, delta);
    delta.array() *= u.array();
    W.add_transposed(0, 1, delta, u_before);
  }

  void jvp(const Activation& f, const RecurrentWeights& W, const CellStep& step, const ConstRef& v,
           MutableRef v_after) const override {
    auto slope = scratch(0, v.rows(), v.cols());
    derivative(f, step.a, step.h, slope);
    v_after.setZero();
    W.add(0, 1, v, v_after);
    v_after.array() *= slope.array();
  }

  Matrix jacobian(const Activation& f, const Parameters& p, const CellStep& step) const override {
    Matrix slope(step.a.rows(), 1);
    derivative(f, step.a, step.h, slope);
    return slope.col(0).asDiagonal() * p.W_hh;
  }
};

}  // namespace

const Cell& rnn_cell() {
  static const RnnCell cell;
  return cell;
}

}  // namespace backflow::model
