// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber
// & Cummins 2000), gates in PyTorch's order:
//
//   i = σ(a_i)  f = σ(a_f)  g = φ(a_g)  o = σ(a_o),   a = W_xh x_t + W_hh h_{t−1} + b_h
//   c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ φ(c_t)
//
// φ is the network's activation, tanh in the papers. The state is h above c.
#include "core/kernel/kernels.h"
#include "core/model/cell.h"

namespace backflow::model {
namespace {

constexpr Index kPrevious = GateUse::kPreviousState;
constexpr GateUse kGates[] = {{"input", 'i', "1 lets g_{t} into c_{t}", 0, kPrevious},
                              {"forget", 'f', "1 keeps c_{t−1}", 1, kPrevious, true},
                              {"cell", 'g', "", 2, kPrevious},
                              {"output", 'o', "1 lets c_{t} out into h_{t}", 3, kPrevious}};
enum Block : Index { kInput, kForget, kCandidate, kOutput };
constexpr std::string_view kFormula =
    "c_{t} = f_{t} ⊙ c_{t−1} + i_{t} ⊙ g_{t}, h_{t} = o_{t} ⊙ φ(c_{t})";
constexpr CellLayout kLayout{kGates, 4, 4, 2, kCandidate, kFormula};

// Values and slopes of the gates and of φ(c_t) of one step, as (n, B) blocks.
struct Gates {
  Eigen::Map<Matrix> values, slopes;
  Index n;
  auto i() { return values.middleRows(kInput * n, n).array(); }
  auto f() { return values.middleRows(kForget * n, n).array(); }
  auto g() { return values.middleRows(kCandidate * n, n).array(); }
  auto o() { return values.middleRows(kOutput * n, n).array(); }
  auto phi_c() { return values.bottomRows(n).array(); }
  auto slope(Index block) { return slopes.middleRows(block * n, n).array(); }
  auto phi_slope() { return slopes.bottomRows(n).array(); }
};

void gate(const ConstRef& a, MutableRef value, MutableRef slope) {
  sigmoid_with_complement(a, value, slope);
  slope.array() *= value.array();
}

Gates gates_of(const Activation& phi, const ConstRef& a, const ConstRef& c) {
  const Index n = c.rows(), B = c.cols();
  Gates gates{scratch(0, 5 * n, B), scratch(1, 5 * n, B), n};
  for (const Index block : {kInput, kForget, kOutput})
    gate(a.middleRows(block * n, n), gates.values.middleRows(block * n, n),
         gates.slopes.middleRows(block * n, n));
  apply_with_derivative(phi, a.middleRows(kCandidate * n, n),
                        gates.values.middleRows(kCandidate * n, n),
                        gates.slopes.middleRows(kCandidate * n, n));
  apply_with_derivative(phi, c, gates.values.bottomRows(n), gates.slopes.bottomRows(n));
  return gates;
}

class LstmCell final : public Cell {
public:
  const CellLayout& layout() const override { return kLayout; }

  void forward(const Activation& phi, const ForwardWeights& W, const ConstRef& x,
               const ConstRef& h_before, const ConstRef& c_before, MutableRef a, MutableRef h,
               MutableRef c) const override {
    W.pre_activations(0, 4, x, h_before, a);
    new_state(phi, a, c_before, c, h);
  }

  void vjp(const Activation& phi, const BackwardWeights& W, const CellStep& step, const ConstRef& u,
           const ConstRef& u_c, const ConstRef& dz_before, MutableRef delta, MutableRef u_before,
           MutableRef u_c_before) const override {
    gate_signals(phi, step, u, u_c, delta, u_c_before);
    W.blame(dz_before, {{0, 4, delta}}, u_before);
  }

  void jvp(const Activation& phi, const ForwardWeights& W, const CellStep& step, const ConstRef& v,
           MutableRef v_after) const override {
    const Index n = step.c.rows();
    Gates gates = gates_of(phi, step.a, step.c);
    auto da = scratch(2, 4 * n, v.cols());
    W.recurrent(0, 4, v.topRows(n), da);
    da.array() *= gates.slopes.topRows(4 * n).array();  // now the changes of i, f, g, o
    const auto change = [&](Index block) { return da.middleRows(block * n, n).array(); };
    auto dc = v_after.bottomRows(n);
    dc = (gates.f() * v.bottomRows(n).array() + change(kForget) * step.c_before.array() +
          change(kInput) * gates.g() + gates.i() * change(kCandidate))
             .matrix();
    v_after.topRows(n) =
        (change(kOutput) * gates.phi_c() + gates.o() * gates.phi_slope() * dc.array()).matrix();
  }

  Matrix jacobian(const Activation& phi, const Parameters& p, const CellStep& step) const override {
    const Index n = step.c.rows();
    Gates gates = gates_of(phi, step.a, step.c);
    const auto rows = [&](Index block, const auto& factor) {
      return factor.matrix().col(0).asDiagonal() * p.W_hh.middleRows(block * n, n);
    };
    Matrix J(2 * n, 2 * n);
    auto h_by_h = J.topLeftCorner(n, n), h_by_c = J.topRightCorner(n, n);
    auto c_by_h = J.bottomLeftCorner(n, n), c_by_c = J.bottomRightCorner(n, n);
    c_by_h = rows(kInput, (gates.g() * gates.slope(kInput)).eval());
    c_by_h += rows(kForget, (step.c_before.array() * gates.slope(kForget)).eval());
    c_by_h += rows(kCandidate, (gates.i() * gates.slope(kCandidate)).eval());
    c_by_c = gates.f().matrix().col(0).asDiagonal();
    const Vector through_c = (gates.o() * gates.phi_slope()).matrix().col(0);
    h_by_h = rows(kOutput, (gates.phi_c() * gates.slope(kOutput)).eval());
    h_by_h += through_c.asDiagonal() * c_by_h;
    h_by_c = through_c.asDiagonal() * c_by_c;
    return J;
  }

private:
  // c and h from the pre-activations.
  static void new_state(const Activation& phi, const ConstRef& a, const ConstRef& c_before,
                        MutableRef c, MutableRef h) {
    const Index n = h.rows();
    if (phi.kind == ActivationKind::tanh) {
      for (Index b = 0; b < h.cols(); ++b)
        kernel::kernels().lstm(a.col(b).data(), c_before.col(b).data(), c.col(b).data(),
                               h.col(b).data(), n);
      return;
    }
    for_column_blocks(n, h.cols(), [&](Index first, Index count) {
      const auto own = [&](auto& of) { return of.middleCols(first, count); };
      const auto gates = own(a);
      auto values = scratch(0, 4 * n, count);
      sigmoid(gates.topRows(2 * n), values.topRows(2 * n));
      apply(phi, gates.middleRows(kCandidate * n, n), values.middleRows(kCandidate * n, n));
      sigmoid(gates.bottomRows(n), values.bottomRows(n));
      own(c) = values.middleRows(kForget * n, n).cwiseProduct(own(c_before)) +
               values.topRows(n).cwiseProduct(values.middleRows(kCandidate * n, n));
      apply(phi, own(c), own(h));
      own(h).array() *= values.bottomRows(n).array();
    });
  }

  // δ and what goes back to c.
  static void gate_signals(const Activation& phi, const CellStep& step, const ConstRef& u,
                           const ConstRef& u_c, MutableRef delta, MutableRef u_c_before) {
    const Index n = step.c.rows();
    if (phi.kind == ActivationKind::tanh) {
      for (Index b = 0; b < u.cols(); ++b)
        kernel::kernels().lstm_vjp({step.a.col(b).data(), step.c_before.col(b).data(),
                                    step.c.col(b).data(), step.h.col(b).data()},
                                   u.col(b).data(), u_c.col(b).data(), delta.col(b).data(),
                                   u_c_before.col(b).data(), n);
      return;
    }
    for_column_blocks(n, u.cols(), [&](Index first, Index count) {
      const auto own = [&](auto& x) { return x.middleCols(first, count).array(); };
      Gates gates = gates_of(phi, step.a.middleCols(first, count), step.c.middleCols(first, count));
      auto through = scratch(2, n, count);  // ∂L/∂c_t, what comes through h_t included
      auto block = [&](Index i) { return delta.block(i * n, first, n, count).array(); };
      through.array() = own(u_c) + own(u) * gates.o() * gates.phi_slope();
      block(kInput) = through.array() * gates.g() * gates.slope(kInput);
      block(kForget) = through.array() * own(step.c_before) * gates.slope(kForget);
      block(kCandidate) = through.array() * gates.i() * gates.slope(kCandidate);
      block(kOutput) = own(u) * gates.phi_c() * gates.slope(kOutput);
      own(u_c_before) = through.array() * gates.f();
    });
  }
};

}  // namespace

const Cell& lstm_cell() {
  static const LstmCell cell;
  return cell;
}

}  // namespace backflow::model
