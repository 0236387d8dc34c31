// How flat the activation is where the units are: f′(a_t) beside its largest possible value γ. A
// saturated unit passes (almost) no gradient; for ReLU the share counts the units that are off.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/model/activation.h"

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

/// The smallest value, the lower quartile, the median, the upper quartile, the largest value.
using FiveNumbers = std::array<double, 5>;

/// Of a step's units, values (n); between two of them a quartile is their weighted mean. NaN
/// throughout when one is not finite or n = 0.
FiveNumbers five_numbers(const Eigen::Ref<const model::Vector>& values);

/// A gate's units, values σ(a) in (0, 1), count as closed below kClosed and as open above kOpen
/// (Karpathy, Johnson & Li 2015, section 4.3): they are saturated there.
inline constexpr double kClosed = 0.1, kOpen = 0.9;

struct GateOpening {
  double mean = 0.0, closed = 0.0, open = 0.0;  ///< of the units: mean value, and shares in [0, 1]
  FiveNumbers values{};
};

/// Of one step: values (n) of a gate. NaN throughout when one is not finite or n = 0.
GateOpening gate_opening(const Eigen::Ref<const model::Vector>& values);

/// How the units' values lie at every step, for a picture.
struct Histogram {
  double limit = 1.0;  ///< the bins part the range −limit … limit evenly; > 0
  model::Index bins = 0;
  std::vector<float> share;  ///< of the units, (T, bins) row by row, from −limit up

  float at(model::Index row, model::Index bin) const {
    return share[static_cast<std::size_t>(row * bins + bin)];
  }
};

/// Of values (n, T), with the largest finite size as the limit; what is not finite is in no bin.
Histogram histogram(const Eigen::Ref<const model::Matrix>& values, model::Index bins);

/// Where f saturates: |f′(a)| < kSaturated γ beyond ±a for tanh and sigmoid (above 0), below a for
/// ReLU and leaky ReLU (0); nothing for an f that never does.
std::optional<double> saturation_edge(const model::Activation& f);

}  // namespace backflow::gradient
