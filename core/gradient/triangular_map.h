// One number for each pair 0 ≤ k ≤ t ≤ T, packed row by row.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/model/types.h"

namespace backflow::gradient {

class TriangularMap {
public:
  TriangularMap() = default;
  /// Every pair 0 ≤ k ≤ t ≤ steps holds `value`.
  TriangularMap(model::Index steps, double value)
      : steps_(steps), values_(static_cast<std::size_t>((steps + 1) * (steps + 2) / 2), value) {}

  model::Index steps() const { return steps_; }
  bool empty() const { return values_.empty(); }
  double& at(model::Index t, model::Index k) { return values_[offset(t, k)]; }
  double at(model::Index t, model::Index k) const { return values_[offset(t, k)]; }
  const std::vector<double>& values() const { return values_; }

private:
  static std::size_t offset(model::Index t, model::Index k) {
    return static_cast<std::size_t>(t * (t + 1) / 2 + k);
  }

  model::Index steps_ = -1;
  std::vector<double> values_;
};

/// NaN or +inf; −inf is the logarithm of an exact zero.
inline bool is_not_finite(double log10_value) {
  return std::isnan(log10_value) || log10_value == std::numeric_limits<double>::infinity();
}

/// What a map of logarithms holds.
struct LogRange {
  double min = 0.0, max = 0.0;  ///< over the finite values; both 0 when there are none
  bool zeros = false;           ///< some value is −inf
  bool non_finite = false;      ///< some value is NaN or +inf
};

inline LogRange log_range(const TriangularMap& map) {
  LogRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : map.values()) {
    if (std::isfinite(value)) {
      range.min = std::min(range.min, value);
      range.max = std::max(range.max, value);
    } else if (std::isinf(value) && value < 0.0) {
      range.zeros = true;
    } else {
      range.non_finite = true;
    }
  }
  if (range.min > range.max) range.min = range.max = 0.0;
  return range;
}

/// The map as (T + 1)² floats, row t after row t − 1, `absent` where k > t.
inline std::vector<float> square_cells(const TriangularMap& map, float absent) {
  const auto side = static_cast<std::size_t>(map.steps() + 1);
  std::vector<float> cells(side * side, absent);
  for (model::Index t = 0; t <= map.steps(); ++t)
    for (model::Index k = 0; k <= t; ++k)
      cells[static_cast<std::size_t>(t) * side + static_cast<std::size_t>(k)] =
          static_cast<float>(map.at(t, k));
  return cells;
}

}  // namespace backflow::gradient
