#include "app/figure/contributions_terms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "app/figure/comparison.h"

namespace backflow::figure {

using model::Index;

namespace {

bool has_loss(const model::Batch& batch, Index t) {
  for (Index s = 0; s < batch.size(); ++s)
    if (batch.weight(t, s) != 0.0) return true;
  return false;
}

ContributionTerms terms_of(const session::Analysis& analysis, const View& view) {
  const auto& all = *analysis.contributions;
  ContributionTerms terms{
      &all.of(view.contribution_tensor), &all.truncation, {}, view.contribution_relative};
  double largest = -std::numeric_limits<double>::infinity();
  for (Index t = 1; t <= terms.norms->log10_norm.steps(); ++t) {
    if (!has_loss(analysis.record->batch, t)) continue;
    terms.loss_steps.push_back(t);
    largest = std::max(largest, terms.norms->log10_largest[static_cast<std::size_t>(t)]);
  }
  // A size that is written without a power of ten stays as it is.
  if (std::isfinite(largest) && (largest < -2.5 || largest > 3.5))
    terms.exponent = std::floor(largest);
  return terms;
}

}  // namespace

double ContributionTerms::in_units(double log10_value, Index t) const {
  if (gradient::is_not_finite(log10_value)) return std::nan("");
  if (!relative) return std::pow(10.0, log10_value - exponent);
  return std::isfinite(log10_sum(t)) ? std::pow(10.0, log10_value - log10_sum(t)) : 0.0;
}

std::optional<ContributionTerms> other_terms(const session::Snapshot& snapshot, const View& view) {
  if (sharing_scales(snapshot).size() < 2 || !snapshot.other->analysis ||
      !snapshot.other->analysis->contributions)
    return std::nullopt;
  return terms_of(*snapshot.other->analysis, view);
}

ContributionTerms shown_terms(const session::Snapshot& snapshot, const View& view) {
  ContributionTerms terms = terms_of(*snapshot.analysis, view);
  if (const auto other = other_terms(snapshot, view))
    terms.exponent = std::max(terms.exponent, other->exponent);
  return terms;
}

Index longest_lag(const ContributionTerms& terms) {
  Index longest = 0;
  for (const Index t : terms.loss_steps) longest = std::max(longest, t - terms.earliest(t));
  return longest;
}

LagBins::LagBins(Index lags, const FigureStyle& s) : style(s) {
  if (lags <= 12) {
    for (Index lag = 0; lag < std::max<Index>(lags, 1); ++lag) first.push_back(lag);
    return;
  }
  for (Index lag = 0; lag < lags;) {
    first.push_back(lag);
    Index power = 1;
    while (2 * power <= lag) power *= 2;
    lag += lag < 4 ? 1 : power / 2;
  }
}

std::size_t LagBins::of(Index lag) const {
  return static_cast<std::size_t>(std::upper_bound(first.begin(), first.end(), lag) -
                                  first.begin() - 1);
}

Color LagBins::color(std::size_t bin) const {
  return lag_color(
      first.size() < 2 ? 0.0 : static_cast<double>(bin) / static_cast<double>(first.size() - 1),
      style);
}

Color lag_color(double share, const FigureStyle& style) {
  // Neither end is lost in the background.
  const bool light = style.theme == Theme::light;
  const float near = light ? 0.9f : 1.0f, far = light ? 0.0f : 0.3f;
  const float at = near + (far - near) * static_cast<float>(std::clamp(share, 0.0, 1.0));
  return color_of(color_scale(0.0, 1.0, sequential_colors(style)), at);
}

}  // namespace backflow::figure
