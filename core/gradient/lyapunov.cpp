#include "core/gradient/lyapunov.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/gradient/graded_qr.h"
#include "core/model/random.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;

constexpr std::uint64_t kBasisSeed = 1980;

// The rows of `running` by falling last entry; what is not a number comes last.
LyapunovExponents sorted(const Matrix& running) {
  const Index q = running.rows(), last = running.cols() - 1;
  std::vector<Index> order(static_cast<std::size_t>(q));
  std::iota(order.begin(), order.end(), Index{0});
  const auto key = [&](Index i) {
    const double value = running(i, last);
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  };
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return key(a) > key(b); });
  LyapunovExponents result;
  result.running.resize(q, running.cols());
  for (Index i = 0; i < q; ++i) {
    result.running.row(i) = running.row(order[static_cast<std::size_t>(i)]);
    result.exponents.push_back(result.running(i, last));
  }
  return result;
}

}  // namespace

std::optional<LyapunovExponents> lyapunov_exponents(const std::vector<ScaledMatrix>& jacobians,
                                                    const LyapunovOptions& options,
                                                    const CancelFunction& cancelled) {
  const auto T = static_cast<Index>(jacobians.size());
  if (options.skip >= T) return LyapunovExponents{};
  const Index n = jacobians.front().mantissa.rows();
  const Index q = options.count <= 0 ? n : std::min(options.count, n);
  Matrix Q = graded_qr(model::Random(kBasisSeed).normal_matrix(n, q, 1.0)).Q;
  Vector sum = Vector::Zero(q);
  Matrix running(q, T - options.skip);
  for (Index t = 0; t < T; ++t) {
    if (cancelled && cancelled()) return std::nullopt;
    const ScaledMatrix& J = jacobians[static_cast<std::size_t>(t)];
    const Matrix moved = J.mantissa * Q;
    if (!moved.allFinite()) {
      const Index from = std::max<Index>(t - options.skip, 0);
      running.rightCols(running.cols() - from).setConstant(std::nan(""));
      break;
    }
    GradedQr qr = graded_qr(moved);
    Q = std::move(qr.Q);
    if (t < options.skip) continue;
    const double shift = static_cast<double>(J.exponent) * std::numbers::ln2;
    sum.array() += qr.R.diagonal().array().abs().log() + shift;
    running.col(t - options.skip) = sum / static_cast<double>(t - options.skip + 1);
  }
  return sorted(running);
}

}  // namespace backflow::gradient
