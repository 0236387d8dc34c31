#include "core/gradient/saturation.h"

#include <cmath>

namespace backflow::gradient {

Saturation saturation(const Eigen::Ref<const model::Vector>& slopes, double gamma) {
  if (slopes.size() == 0 || !slopes.allFinite()) return {std::nan(""), std::nan("")};
  const auto relative = (slopes.array().abs() / gamma).eval();
  const auto saturated = (relative < kSaturated).count();
  return {relative.mean(), static_cast<double>(saturated) / static_cast<double>(slopes.size())};
}

}  // namespace backflow::gradient
