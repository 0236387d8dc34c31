// How fast the gradient falls or grows with the distance it travels, how far it reaches, and
// whether its vanishing is proven or only seen: the verdict in the status line.
//
// Proven: with γ = sup |f′| and σ₁ the largest singular value of W_hh, ‖∂h_t/∂h_k‖ ≤ (γσ₁)^(t−k)
// whatever the inputs, so that γσ₁ < 1 is sufficient for vanishing (Pascanu, Mikolov & Bengio 2013,
// section 2.1). ρ(W_hh) < 1 is not: σ₁ may be far above ρ, and is what every step can stretch by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/gradient/jacobian_norms.h"

namespace backflow::gradient {

struct DecayOptions {
  double epsilon = 1e-3;  ///< what has fallen to this share of its size at lag 0 does not reach
};

struct GradientDecay {
  /// Median over t of log10 ‖∂h_t/∂h_{t−lag}‖, for lag = 0..T, and the lower and upper quartile;
  /// −inf for exact zeros, NaN where no product was finite.
  std::vector<double> median_by_lag, lower_quartile, upper_quartile;
  /// log10 of the factor per step: slope of the least-squares line through the finite medians of
  /// the lags 0..T. NaN when there are fewer than two of them.
  double log10_factor = 0.0;
  double log10_start = 0.0;  ///< the line's value at lag 0; NaN as above
  /// The first lag whose median is an exact zero, if there is one.
  std::optional<model::Index> zero_from_lag;
  /// Some product was not finite.
  bool non_finite = false;
  double epsilon = DecayOptions().epsilon;  ///< the one that `reach` was found with
  /// The largest lag ≤ T whose median is above ε times the median at lag 0 (which is 1 for the
  /// spectral norm); T means "at least T". Medians that are not finite do not count.
  model::Index reach = 0;

  /// Steps in which the line falls by half; nothing when it does not fall.
  std::optional<double> half_life() const;
};

GradientDecay gradient_decay(const JacobianNorms& norms, const DecayOptions& options = {});

/// What bounds every product of the vanilla cell's Jacobians.
struct JacobianBound {
  double gamma = 1.0;  ///< sup |f′| (model::derivative_bound)
  double sigma_1 = 0.0;  ///< ‖W_hh‖₂ (gradient::spectral_norm); NaN or inf when W_hh is not finite

  double factor() const { return gamma * sigma_1; }
  /// log10 of (γσ₁)^lag, the bound of the spectral norm; −inf when σ₁ = 0 and lag > 0.
  double log10_at(double lag) const;
  /// γσ₁ < 1, by more than rounding can have made it.
  bool proves_vanishing() const { return factor() < 1.0 - 1e-12; }
};

/// One sentence, e.g. "gradient falls ×0.71 per step: half gone after 2 steps; proven: γσ₁ = 0.93 <
/// 1". Without a bound, as for gated cells, nothing is said about proof.
std::string verdict(const GradientDecay& decay,
                    const std::optional<JacobianBound>& bound = std::nullopt);

}  // namespace backflow::gradient
