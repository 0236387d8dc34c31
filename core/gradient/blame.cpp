#include "core/gradient/blame.h"

#include <cmath>

#include "core/gradient/scaled_matrix.h"
#include "core/model/norm.h"

namespace backflow::gradient {
namespace {

// a + b; a part more than 2^2000 times smaller than the other is below its last digit anyway.
ScaledMatrix sum(ScaledMatrix a, ScaledMatrix b) {
  normalize(a);
  normalize(b);
  if (a.mantissa.isZero(0.0)) return b;
  if (b.mantissa.isZero(0.0)) return a;
  if (a.exponent < b.exponent) std::swap(a, b);
  const auto shift = std::max<std::int64_t>(b.exponent - a.exponent, -2000);
  a.mantissa +=
      b.mantissa.unaryExpr([shift](double x) { return std::ldexp(x, static_cast<int>(shift)); });
  return a;
}

}  // namespace

double log10_recorded_blame(const ErrorSignals& signals, Index sequence, Index t) {
  const auto e = signals.e.step(t).col(sequence);
  const double largest = e.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (largest == 0.0 || !std::isfinite(largest)) return std::log10(largest);
  return std::log10(static_cast<double>(signals.e.batch())) + std::log10(largest) +
         std::log10((e / largest).norm());
}

std::vector<double> log10_blame(const model::Model& model, const model::Trace& trace,
                                const ErrorSignals& signals, Index sequence,
                                const Truncation& truncation) {
  const Index T = trace.length(sequence);
  const auto batch = static_cast<double>(trace.batch());
  const model::Parameters& p = model.parameters;
  const model::Cell& cell = model::cell_of(model.cell);
  const Index n = p.hidden_size(), states = cell.layout().states;
  const model::BackwardWeights W(p, cell.layout());
  std::vector<double> logs(static_cast<std::size_t>(T + 1));
  if (truncation.kind == TruncationKind::horizon) {
    for (Index t = 0; t <= T; ++t)
      logs[static_cast<std::size_t>(t)] = log10_recorded_blame(signals, sequence, t);
    return logs;
  }
  ScaledMatrix u{Matrix::Zero(states * n, 1), 0};
  Matrix delta(cell.layout().delta_blocks * n, 1), before(states * n, 1);
  for (Index t = T; t >= 0; --t) {
    if (t < T) {
      if (truncation.cuts(t + 1, t))
        before.setZero();
      else
        cell.vjp(model.activation, W, trace.step(t + 1, sequence, 1), u.mantissa, delta, before);
      u.mantissa = before;
    }
    if (signals.dz.contains(t)) {
      Matrix own = Matrix::Zero(states * n, 1);
      own.topRows(n) = p.W_hy.transpose() * (batch * signals.dz.step(t).col(sequence));
      u = sum(std::move(u), {std::move(own), 0});
    }
    normalize(u);  // by the larger of h and c: the other may be as small as double goes
    logs[static_cast<std::size_t>(t)] =
        log10_scaled(model::norm_of(u.mantissa.topRows(n)), u.exponent);
  }
  return logs;
}

}  // namespace backflow::gradient
