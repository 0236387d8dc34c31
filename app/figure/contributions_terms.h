// What the contributions figure draws: the terms of the loss steps in the units of its axis, and
// the colours of their lags. A part of contributions_figure.cpp.
#pragma once

#include <optional>
#include <vector>

#include "app/figure/colormap.h"
#include "app/figure/style.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// The terms of loss steps, or of the only loss step. Nothing here goes through all pairs of steps:
/// what belongs to a whole loss step the analysis knows.
struct ContributionTerms {
  const gradient::TensorContributions* norms;
  const gradient::Truncation* truncation;
  std::vector<model::Index> loss_steps;
  bool relative;          ///< to the sum of the loss step's norms
  double exponent = 0.0;  ///< else values are in units of 10^exponent

  bool single() const { return loss_steps.size() == 1; }
  model::Index earliest(model::Index t) const { return truncation->earliest(t); }
  double log10_sum(model::Index t) const { return at(norms->log10_sum, t); }
  bool finite(model::Index t) const { return !gradient::is_not_finite(log10_sum(t)); }
  // In the units of the axis: ‖C(t, k)‖, the largest of them, their sum, and ‖Σ_k C(t, k)‖.
  double value(model::Index t, model::Index k) const {
    return in_units(norms->log10_norm.at(t, k), t);
  }
  double largest(model::Index t) const { return in_units(at(norms->log10_largest, t), t); }
  double sum(model::Index t) const { return in_units(log10_sum(t), t); }
  double gradient(model::Index t) const { return in_units(at(norms->log10_gradient, t), t); }

private:
  static double at(const std::vector<double>& values, model::Index t) {
    return values[static_cast<std::size_t>(t)];
  }
  double in_units(double log10_value, model::Index t) const;
};

/// Of the snapshot's network, in units that hold for both networks of a comparison. Precondition:
/// the analysis has contributions.
ContributionTerms shown_terms(const session::Snapshot& snapshot, const View& view);
/// Of the other network of a comparison; nothing when there is none, or not yet.
std::optional<ContributionTerms> other_terms(const session::Snapshot& snapshot, const View& view);

model::Index longest_lag(const ContributionTerms& terms);

/// The lags that share a colour, each bin from `first` on: each its own while there are few, then
/// ever more.
struct LagBins {
  std::vector<model::Index> first;
  FigureStyle style;

  LagBins(model::Index lags, const FigureStyle& style);
  std::size_t of(model::Index lag) const;
  Color color(std::size_t bin) const;
};

/// Colour of a lag's share of the way from the nearest (0) to the farthest (1): its luminance
/// falls all the way, so that the order shows with any colour vision.
Color lag_color(double share, const FigureStyle& style = {});

}  // namespace backflow::figure
