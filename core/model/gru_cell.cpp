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
#include "core/kernel/kernels.h"
#include "core/model/cell.h"

namespace backflow::model {
namespace {

constexpr Index kPrevious = GateUse::kPreviousState;
constexpr GateUse kResetUse{"reset", 'r', "1 lets h_{t−1} into n_{t}", 0, kPrevious};
constexpr GateUse kUpdateUse{"update", 'z', "1 keeps h_{t−1}", 1, kPrevious};
constexpr GateUse kGatesAfter[] = {kResetUse, kUpdateUse, {"new", 'n', "", 3, kPrevious}};
constexpr GateUse kGatesOriginal[] = {kResetUse, kUpdateUse, {"new", 'n', "", 2, 3}};
constexpr std::string_view kFormula = "h_{t} = (1 − z_{t}) ⊙ n_{t} + z_{t} ⊙ h_{t−1}";
enum Block : Index { kReset, kUpdate, kNew, kExtra };
constexpr CellLayout kLayoutAfter{kGatesAfter, 4, 4, 1, kNew, kFormula};
constexpr CellLayout kLayoutOriginal{kGatesOriginal, 4, 3, 1, kNew, kFormula};

// r, z, 1 − z, the new state and their slopes, each (n, B), from the pre-activations of a step.
struct Gates {
  Eigen::Map<Matrix> all;
  Index n;
  auto part(Index i) { return all.middleRows(i * n, n); }
  auto r() { return part(0).array(); }
  auto r_slope() { return part(1).array(); }
  auto z() { return part(2).array(); }
  auto one_minus_z() { return part(3).array(); }
  auto candidate() { return part(4).array(); }
  auto candidate_slope() { return part(5).array(); }
};

Gates gates_of(const Activation& phi, const ConstRef& a, Index n) {
  Gates gates{scratch(0, 6 * n, a.cols()), n};
  sigmoid_with_complement(a.topRows(n), gates.part(0), gates.part(1));
  gates.part(1).array() *= gates.r();
  sigmoid_with_complement(a.middleRows(kUpdate * n, n), gates.part(2), gates.part(3));
  apply_with_derivative(phi, a.middleRows(kNew * n, n), gates.part(4), gates.part(5));
  return gates;
}

class GruCell final : public Cell {
public:
  enum class Form { reset_after, original };
  explicit GruCell(Form form) : form_(form) {}

  const CellLayout& layout() const override {
    return form_ == Form::reset_after ? kLayoutAfter : kLayoutOriginal;
  }

  void forward(const Activation& phi, const ForwardWeights& W, const ConstRef& x,
               const ConstRef& h_before, const ConstRef&, MutableRef a, MutableRef h,
               MutableRef) const override {
    const Index n = h.rows();
    auto extra = a.bottomRows(n);
    auto candidate = a.middleRows(kNew * n, n);
    W.pre_activations(0, 2, x, h_before, a.topRows(2 * n));
    if (form_ == Form::reset_after) {
      W.input_part(2, 1, x, candidate);
      W.recurrent_part(2, 1, h_before, extra);
    } else {
      sigmoid(a.topRows(n), extra);
      extra.array() *= h_before.array();
      W.pre_activations(2, 1, x, extra, candidate);
    }
    new_state(phi, h_before, a, h);
  }

  void vjp(const Activation& phi, const BackwardWeights& W, const CellStep& step, const ConstRef& u,
           const ConstRef&, const ConstRef& dz_before, MutableRef delta, MutableRef u_before,
           MutableRef) const override {
    const Index n = step.h_before.rows();
    gate_signals(phi, step, u, delta, u_before);
    if (form_ == Form::reset_after)
      return W.add_blame(dz_before, {{0, 2, delta.topRows(2 * n)}, {2, 1, delta.bottomRows(n)}},
                         u_before);
    auto reset_state = scratch(1, n, u.cols());  // ∂L/∂(r ⊙ h′)
    auto r = scratch(0, 2 * n, u.cols());        // and 1 − r
    W.blame(Matrix(0, u.cols()), {{2, 1, delta.middleRows(kNew * n, n)}}, reset_state);
    sigmoid_with_complement(step.a.topRows(n), r.topRows(n), r.bottomRows(n));
    reset_state.array() *= r.topRows(n).array();
    u_before += reset_state;
    delta.topRows(n) =
        (reset_state.array() * step.h_before.array() * r.bottomRows(n).array()).matrix();
    W.add_blame(dz_before, {{0, 2, delta.topRows(2 * n)}}, u_before);
  }

  void jvp(const Activation& phi, const ForwardWeights& W, const CellStep& step, const ConstRef& v,
           MutableRef v_after) const override {
    const Index n = step.h_before.rows();
    Gates gates = gates_of(phi, step.a, n);
    const auto h = step.h_before.array();
    auto da = scratch(1, 3 * n, v.cols());
    W.recurrent(0, 2, v, da.topRows(2 * n));
    const auto change = [&](Index i) { return da.middleRows(i * n, n); };
    change(kReset).array() *= gates.r_slope();
    if (form_ == Form::reset_after) {
      W.recurrent(2, 1, v, change(kNew));
      change(kNew) =
          (change(kNew).array() * gates.r() + step.a.bottomRows(n).array() * change(kReset).array())
              .matrix();
    } else {
      auto reset_state = scratch(2, n, v.cols());
      reset_state = (gates.r() * v.array() + h * change(kReset).array()).matrix();
      W.recurrent(2, 1, reset_state, change(kNew));
    }
    v_after = (gates.one_minus_z() * gates.candidate_slope() * change(kNew).array() +
               gates.z() * v.array() +
               (h - gates.candidate()) * gates.z() * gates.one_minus_z() * change(kUpdate).array())
                  .matrix();
  }

  Matrix jacobian(const Activation& phi, const Parameters& p, const CellStep& step) const override {
    const Index n = step.h_before.rows();
    Gates gates = gates_of(phi, step.a, n);
    const auto h = step.h_before.array();
    const auto rows = [&](Index block) { return p.W_hh.middleRows(block * n, n); };
    const auto diagonal = [](const auto& x) { return Vector(x.matrix().col(0)); };
    Matrix candidate(n, n);  // ∂(pre-activation of the new state)/∂h′
    if (form_ == Form::reset_after) {
      candidate = diagonal(gates.r()).asDiagonal() * rows(kNew);
      candidate +=
          diagonal(step.a.bottomRows(n).array() * gates.r_slope()).asDiagonal() * rows(kReset);
    } else {
      Matrix reset_state = diagonal(h * gates.r_slope()).asDiagonal() * rows(kReset);
      reset_state.diagonal() += diagonal(gates.r());
      candidate.setZero();
      add_product(rows(kNew), Transpose::no, reset_state, Transpose::no, candidate);
    }
    Matrix J = diagonal(gates.one_minus_z() * gates.candidate_slope()).asDiagonal() * candidate;
    J += diagonal((h - gates.candidate()) * gates.z() * gates.one_minus_z()).asDiagonal() *
         rows(kUpdate);
    J.diagonal() += diagonal(gates.z());
    return J;
  }

  // Of r ⊙ h′ in the original form: it depends on h′ through the reset gate as well.
  ConstRef change_of_input(const GateUse& gate, const Parameters& p, const CellStep& step,
                           const ConstRef& v, Matrix& room) const override {
    if (gate.input_block == kPrevious) return v;
    const Index n = v.rows();
    Matrix r(n, v.cols()), slope(n, v.cols());
    sigmoid_with_complement(step.a.topRows(n), r, slope);
    slope.array() *= r.array();
    room.setZero(n, v.cols());
    add_product(p.W_hh.topRows(n), Transpose::no, v, Transpose::no, room);
    room.array() *= slope.array() * step.h_before.array();
    room += r.cwiseProduct(v);
    return room;
  }

private:
  // h from the pre-activations; in the reset-after form r ⊙ extra joins the candidate first.
  void new_state(const Activation& phi, const ConstRef& h_before, MutableRef a,
                 MutableRef h) const {
    const Index n = h.rows();
    if (phi.kind == ActivationKind::tanh) {
      for (Index b = 0; b < h.cols(); ++b)
        kernel::kernels().gru[form_ == Form::reset_after](a.col(b).data(), h_before.col(b).data(),
                                                          h.col(b).data(), n);
      return;
    }
    auto extra = a.bottomRows(n);
    auto candidate = a.middleRows(kNew * n, n);
    for_column_blocks(n, h.cols(), [&](Index first, Index count) {
      const auto own = [&](auto& of) { return of.middleCols(first, count); };
      auto values = scratch(0, 3 * n, count);  // r, z, 1 − z
      if (form_ == Form::reset_after) {
        sigmoid(own(a).topRows(n), values.topRows(n));
        own(candidate) += values.topRows(n).cwiseProduct(own(extra));
      }
      sigmoid_with_complement(own(a).middleRows(kUpdate * n, n), values.middleRows(n, n),
                              values.bottomRows(n));
      apply(phi, own(candidate), own(h));
      own(h) = own(h).cwiseProduct(values.bottomRows(n)) +
               values.middleRows(n, n).cwiseProduct(own(h_before));
    });
  }

  // δ of the gates, in the original form all but the reset gate's, and what goes back through z.
  void gate_signals(const Activation& phi, const CellStep& step, const ConstRef& u,
                    MutableRef delta, MutableRef u_before) const {
    const Index n = step.h_before.rows();
    const bool reset_after = form_ == Form::reset_after;
    if (phi.kind == ActivationKind::tanh) {
      for (Index b = 0; b < u.cols(); ++b)
        kernel::kernels().gru_vjp[reset_after](step.a.col(b).data(), step.h_before.col(b).data(),
                                               u.col(b).data(), delta.col(b).data(),
                                               u_before.col(b).data(), n);
      return;
    }
    for_column_blocks(n, u.cols(), [&](Index first, Index count) {
      const auto own = [&](auto& x) { return x.middleCols(first, count).array(); };
      const auto block = [&](Index i) { return delta.block(i * n, first, n, count).array(); };
      Gates gates = gates_of(phi, step.a.middleCols(first, count), n);
      block(kNew) = own(u) * gates.one_minus_z() * gates.candidate_slope();
      block(kUpdate) =
          own(u) * (own(step.h_before) - gates.candidate()) * gates.z() * gates.one_minus_z();
      own(u_before) = own(u) * gates.z();
      if (!reset_after) return;
      block(kReset) =
          block(kNew) * step.a.bottomRows(n).middleCols(first, count).array() * gates.r_slope();
      block(kExtra) = block(kNew) * gates.r();
    });
  }

  Form form_;
};

}  // namespace

const Cell& gru_cell() {
  static const GruCell cell(GruCell::Form::reset_after);
  return cell;
}

const Cell& gru_original_cell() {
  static const GruCell cell(GruCell::Form::original);
  return cell;
}

}  // namespace backflow::model
