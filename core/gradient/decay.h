// How fast the gradient falls or grows with the distance it travels: the verdict in the status
// line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/gradient/jacobian_norms.h"

namespace backflow::gradient {

struct GradientDecay {
  /// Median over t of log10 ‖∂h_t/∂h_{t−lag}‖, for lag = 0..T.
  std::vector<double> median_by_lag;
  /// log10 of the factor per step: slope of the least-squares line through the finite medians of
  /// the lags 0..T. NaN when there are fewer than two of them.
  double log10_factor = 0.0;
  /// The first lag whose median is an exact zero, if there is one.
  std::optional<model::Index> zero_from_lag;
  /// Some product was not finite.
  bool non_finite = false;
};

GradientDecay gradient_decay(const JacobianNorms& norms);

/// One sentence, e.g. "gradient falls ×0.71 per step: half gone after 2 steps".
std::string verdict(const GradientDecay& decay);

}  // namespace backflow::gradient
