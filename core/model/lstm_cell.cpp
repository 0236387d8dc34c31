#include "core/model/lstm_cell.h"

namespace backflow::model {
namespace {

constexpr Index kPrevious = GateUse::kPreviousState;
constexpr GateUse kGates[] = {{"input", 0, kPrevious},
                              {"forget", 1, kPrevious},
                              {"cell", 2, kPrevious},
                              {"output", 3, kPrevious}};
constexpr CellLayout kLayout{kGates, 4, 4, 2};
enum Block : Index { kInput, kForget, kCandidate, kOutput };

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

Gates gates_of(const Activation& phi, const CellStep& step) {
  const Index n = step.c.rows(), B = step.c.cols();
  Gates gates{scratch(0, 5 * n, B), scratch(1, 5 * n, B), n};
  for (const Index block : {kInput, kForget, kOutput})
    gate(step.a.middleRows(block * n, n), gates.values.middleRows(block * n, n),
         gates.slopes.middleRows(block * n, n));
  apply_with_derivative(phi, step.a.middleRows(kCandidate * n, n),
                        gates.values.middleRows(kCandidate * n, n),
                        gates.slopes.middleRows(kCandidate * n, n));
  apply_with_derivative(phi, step.c, gates.values.bottomRows(n), gates.slopes.bottomRows(n));
  return gates;
}

}  // namespace

const CellLayout& LstmCell::layout() const { return kLayout; }

void LstmCell::forward(const Activation& phi, const RecurrentWeights& W, const ConstRef& h_before,
                       const ConstRef& c_before, MutableRef a, MutableRef h, MutableRef c) const {
  const Index n = h.rows();
  W.add(0, 4, h_before, a);
  auto values = scratch(0, 4 * n, h.cols());
  sigmoid(a.topRows(2 * n), values.topRows(2 * n));
  apply(phi, a.middleRows(kCandidate * n, n), values.middleRows(kCandidate * n, n));
  sigmoid(a.bottomRows(n), values.bottomRows(n));
  c = values.middleRows(kForget * n, n).cwiseProduct(c_before) +
      values.topRows(n).cwiseProduct(values.middleRows(kCandidate * n, n));
  apply(phi, c, h);
  h.array() *= values.bottomRows(n).array();
}

void LstmCell::vjp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
                   const ConstRef& u, MutableRef delta, MutableRef u_before) const {
  const Index n = step.c.rows();
  Gates gates = gates_of(phi, step);
  const auto u_h = u.topRows(n).array();
  auto u_c = scratch(2, n, u.cols());  // ∂L/∂c_t, what comes through h_t included
  u_c = (u.bottomRows(n).array() + u_h * gates.o() * gates.phi_slope()).matrix();
  delta.middleRows(kInput * n, n) = (u_c.array() * gates.g() * gates.slope(kInput)).matrix();
  delta.middleRows(kForget * n, n) =
      (u_c.array() * step.c_before.array() * gates.slope(kForget)).matrix();
  delta.middleRows(kCandidate * n, n) =
      (u_c.array() * gates.i() * gates.slope(kCandidate)).matrix();
  delta.middleRows(kOutput * n, n) = (u_h * gates.phi_c() * gates.slope(kOutput)).matrix();
  u_before.bottomRows(n).array() += u_c.array() * gates.f();
  W.add_transposed(0, 4, delta, u_before.topRows(n));
}

void LstmCell::jvp(const Activation& phi, const RecurrentWeights& W, const CellStep& step,
                   const ConstRef& v, MutableRef v_after) const {
  const Index n = step.c.rows();
  Gates gates = gates_of(phi, step);
  auto da = scratch(2, 4 * n, v.cols());
  da.setZero();
  W.add(0, 4, v.topRows(n), da);
  da.array() *= gates.slopes.topRows(4 * n).array();  // now the changes of i, f, g, o
  const auto change = [&](Index block) { return da.middleRows(block * n, n).array(); };
  auto dc = v_after.bottomRows(n);
  dc = (gates.f() * v.bottomRows(n).array() + change(kForget) * step.c_before.array() +
        change(kInput) * gates.g() + gates.i() * change(kCandidate))
           .matrix();
  v_after.topRows(n) =
      (change(kOutput) * gates.phi_c() + gates.o() * gates.phi_slope() * dc.array()).matrix();
}

Matrix LstmCell::jacobian(const Activation& phi, const Parameters& p, const CellStep& step) const {
  const Index n = step.c.rows();
  Gates gates = gates_of(phi, step);
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

}  // namespace backflow::model
