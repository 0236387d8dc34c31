// How flat the activation is where the units are: f′(a_t) beside its largest possible value γ. A
// saturated unit passes (almost) no gradient; for ReLU the share counts the units that are off.
#pragma once

#include "core/model/types.h"

namespace backflow::gradient {

/// A unit with |f′(a)| below this share of γ counts as saturated.
inline constexpr double kSaturated = 0.1;

struct Saturation {
  double mean_slope = 0.0;  ///< mean over the units of |f′(a_t)| / γ, in [0, 1]
  double share = 0.0;       ///< share of the units with |f′(a_t)| < kSaturated γ, in [0, 1]
};

/// Of one step: slopes f′(a_t) (n), of a layer or of a gate; γ = sup |f′| > 0
/// (model::derivative_bound). NaN in both when a slope is not finite or n = 0.
Saturation saturation(const Eigen::Ref<const model::Vector>& slopes, double gamma);

}  // namespace backflow::gradient
