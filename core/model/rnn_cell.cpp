// The vanilla cell (Elman 1990): a_t = W_xh x_t + W_hh h_{t−1} + b_h, h_t = f(a_t).
#include "core/kernel/kernels.h"
#include "core/model/cell.h"

namespace backflow::model {
namespace {

constexpr GateUse kGates[] = {{"hidden", 'h', "", 0, GateUse::kPreviousState}};
constexpr std::string_view kFormula = "h_{t} = f(W_{xh} x_{t} + W_{hh} h_{t−1} + b_{h})";
constexpr CellLayout kLayout{kGates, 1, 1, 1, 0, kFormula};

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

  bool has_loops(const Activation& f) const override { return f.kind == ActivationKind::tanh; }

  void forward_steps(const ForwardWeights& W, const StepMatrices& x, StepMatrices& a,
                     StepMatrices& h) const override {
    W.input_part(0, 1, x.data(), a.data());
    kernel::kernels().tanh_steps(steps(W.recurrent_matrix(0, 1), a), a.data().data(),
                                 h.data().data());
  }

  void vjp_steps(const BackwardWeights& W, const StepMatrices& a, const StepMatrices& h,
                 StepMatrices& e, StepMatrices& delta) const override {
    kernel::kernels().tanh_steps_vjp(steps(W.recurrent_matrix(0, 1), a), a.data().data(),
                                     h.data().data(), e.data().data(), delta.data().data());
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

private:
  static kernel::Steps steps(const PackedMatrix& W, const StepMatrices& a) {
    return {W.data(), a.rows(), a.batch(), a.count()};
  }
};

}  // namespace

const Cell& rnn_cell() {
  static const RnnCell cell;
  return cell;
}

}  // namespace backflow::model
