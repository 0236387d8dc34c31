// One number for each pair 0 ≤ k ≤ t ≤ T, packed row by row.
#pragma once

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

}  // namespace backflow::gradient
