#include "core/gradient/blame.h"

#include <cmath>

#include "core/gradient/scaled_matrix.h"

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

std::vector<double> log10_blame(const model::Model& model, const model::Trace& trace,
                                const ErrorSignals& signals, Index sequence) {
  const Index T = trace.steps();
  const auto batch = static_cast<double>(trace.batch());
  const model::Parameters& p = model.parameters;
  std::vector<double> logs(static_cast<std::size_t>(T + 1));
  ScaledMatrix e{Matrix::Zero(p.hidden_size(), 1), 0};
  Matrix slope(p.hidden_size(), 1);
  for (Index t = T; t >= 0; --t) {
    if (t < T) {
      const Matrix a = trace.a.step(t + 1).col(sequence);
      model::derivative(model.activation, a, slope);
      e.mantissa.array() *= slope.array();
      e.mantissa = p.W_hh.transpose() * e.mantissa;
    }
    if (signals.dz.contains(t))
      e = sum(std::move(e), {p.W_hy.transpose() * (batch * signals.dz.step(t).col(sequence)), 0});
    normalize(e);
    logs[static_cast<std::size_t>(t)] = log10_scaled(e.mantissa.norm(), e.exponent);
  }
  return logs;
}

}  // namespace backflow::gradient
