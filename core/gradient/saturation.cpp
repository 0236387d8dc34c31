#include "core/gradient/saturation.h"

#include <algorithm>
#include <cmath>

namespace backflow::gradient {

Saturation saturation(const Eigen::Ref<const model::Vector>& slopes, double gamma) {
  if (slopes.size() == 0 || !slopes.allFinite()) return {std::nan(""), std::nan("")};
  const auto relative = (slopes.array().abs() / gamma).eval();
  const auto saturated = (relative < kSaturated).count();
  return {relative.mean(), static_cast<double>(saturated) / static_cast<double>(slopes.size())};
}

FiveNumbers five_numbers(const Eigen::Ref<const model::Vector>& values) {
  FiveNumbers result;
  result.fill(std::nan(""));
  if (values.size() == 0 || !values.allFinite()) return result;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double last = static_cast<double>(sorted.size()) - 1.0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double position = last * static_cast<double>(i) / 4.0;
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double weight = position - static_cast<double>(below);
    result[i] = (1.0 - weight) * sorted[below] + weight * sorted[above];
  }
  return result;
}

GateOpening gate_opening(const Eigen::Ref<const model::Vector>& values) {
  GateOpening opening{std::nan(""), std::nan(""), std::nan(""), five_numbers(values)};
  if (std::isnan(opening.values[0])) return opening;
  const auto n = static_cast<double>(values.size());
  opening.mean = values.mean();
  opening.closed = static_cast<double>((values.array() < kClosed).count()) / n;
  opening.open = static_cast<double>((values.array() > kOpen).count()) / n;
  return opening;
}

Histogram histogram(const Eigen::Ref<const model::Matrix>& values, model::Index bins) {
  Histogram result{0.0, bins, std::vector<float>(static_cast<std::size_t>(values.cols() * bins))};
  for (const double value : values.reshaped())
    if (std::isfinite(value)) result.limit = std::max(result.limit, std::abs(value));
  if (result.limit == 0.0) result.limit = 1.0;
  const auto one = static_cast<float>(1.0 / static_cast<double>(values.rows()));
  for (model::Index t = 0; t < values.cols(); ++t)
    for (const double value : values.col(t)) {
      if (!std::isfinite(value)) continue;
      const double share = 0.5 + 0.5 * (value / result.limit);
      const auto bin =
          std::min(bins - 1, static_cast<model::Index>(share * static_cast<double>(bins)));
      result.share[static_cast<std::size_t>(t * bins + bin)] += one;
    }
  return result;
}

std::optional<double> saturation_edge(const model::Activation& f) {
  switch (f.kind) {
    case model::ActivationKind::tanh:  // 1 − tanh² = s
      return std::atanh(std::sqrt(1.0 - kSaturated));
    case model::ActivationKind::sigmoid:  // σ(a) = (1 + tanh(a/2))/2, so that 4 σ′ = 1 − tanh²(a/2)
      return 2.0 * std::atanh(std::sqrt(1.0 - kSaturated));
    case model::ActivationKind::relu:
      return 0.0;
    case model::ActivationKind::leaky_relu:
      if (std::abs(f.leaky_slope) < kSaturated * model::derivative_bound(f)) return 0.0;
      return std::nullopt;
    case model::ActivationKind::identity:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace backflow::gradient
