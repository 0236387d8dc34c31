#include "core/gradient/decay.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace backflow::gradient {
namespace {

using model::Index;

// The value at `position` (0 … size − 1) of the sorted list, between two neighbours their weighted
// mean.
double quantile(std::vector<double>& values, double position) {
  const double floor = std::floor(position);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(floor);
  std::nth_element(values.begin(), at, values.end());
  const double weight = position - floor;
  if (weight == 0.0) return *at;
  const double below = *at, above = *std::min_element(at + 1, values.end());
  if (std::isinf(below)) return below;  // −inf + finite has no middle
  return below + weight * (above - below);
}

// As printf, but with a decimal point in every locale.
std::string written(double x, std::chars_format format, int digits) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, x, format, digits);
  return error == std::errc() ? std::string(text, end) : std::string();
}

// A factor or a count with about three significant digits and no exponent where avoidable.
std::string number(double x) {
  const double size = std::abs(x);
  if (size >= 100.0 && size < 1e6) return written(x, std::chars_format::fixed, 0);
  if (size >= 0.01 && size < 100.0)
    return written(x, std::chars_format::fixed, size < 9.95 ? 2 : 1);
  if (size >= 1e-4 && size < 0.01) return written(x, std::chars_format::general, 2);
  return written(x, std::chars_format::scientific, 1);
}

// `count` is at most 100: a slower change counts as none.
std::string steps(double count) {
  if (count < 9.95 && std::abs(count - std::round(count)) >= 0.05)
    return written(count, std::chars_format::fixed, 1) + " steps";
  return written(count, std::chars_format::fixed, 0) +
         (std::round(count) == 1.0 ? " step" : " steps");
}

// Where the line does not fall by half within the sequence: what was seen at its end, with the rate
// where there are enough lags for one.
std::string change_at_the_end(const GradientDecay& decay, double T) {
  const double seen = decay.median_by_lag.back() - decay.median_by_lag.front();
  const double change = std::isfinite(seen) ? seen : T * decay.log10_factor;
  const bool falls = change < 0.0;
  const bool has_rate = T >= 5.0 && falls == (decay.log10_factor < 0.0);
  const double percent = 100.0 * std::abs(std::pow(10.0, change) - 1.0);
  return std::string("gradient ") + (falls ? "falls" : "grows") +
         (has_rate ? " ×" + number(std::pow(10.0, decay.log10_factor)) + " per step" : "") + ": " +
         written(percent, std::chars_format::fixed, 0) + " % " + (falls ? "less" : "more") +
         " after all " + steps(T);
}

std::string change_in_words(const GradientDecay& decay) {
  const auto T = static_cast<double>(decay.median_by_lag.size()) - 1.0;
  const double doublings = decay.log10_factor / std::log10(2.0);  // per step, negative: it falls
  const double time = 1.0 / std::abs(doublings);
  const std::string factor = "×" + number(std::pow(10.0, decay.log10_factor)) + " per step";
  if (std::abs(doublings) < 0.01) return "gradient keeps its size: " + factor;
  // Not beyond the sequence: nothing was seen there.
  if (time > T && T >= 1.0) return change_at_the_end(decay, T);
  const bool falls = doublings < 0.0;
  const std::string done = falls ? "half gone" : "doubled";
  return std::string("gradient ") + (falls ? "falls " : "grows ") + factor + ": " +
         (time < 0.95 ? "more than " + done + " after 1 step" : done + " after " + steps(time));
}

// With as many digits as it takes to differ from 1.
std::string number_beside_one(double x) {
  std::string text = number(x);
  for (int digits = 3; digits <= 12 && x < 1.0 && text.front() != '0'; ++digits)
    text = written(x, std::chars_format::fixed, digits);
  return text;
}

std::string proof_in_words(const JacobianBound& bound, double log10_factor) {
  if (!std::isfinite(bound.factor())) return {};
  const bool keeps = std::abs(log10_factor) < 0.01 * std::log10(2.0);
  if (bound.proves_vanishing())
    return std::string(keeps ? "; yet vanishing is proven" : "; proven") +
           ": γσ₁ = " + number_beside_one(bound.factor()) + " < 1";
  if (keeps || log10_factor > 0.0) return {};
  return "; measured only: γσ₁ = " + number(bound.factor()) + " ≥ 1";
}

}  // namespace

std::optional<double> GradientDecay::half_life() const {
  if (!(log10_factor < 0.0)) return std::nullopt;
  return -std::log10(2.0) / log10_factor;
}

double JacobianBound::log10_at(double lag) const {
  return lag == 0.0 ? 0.0 : lag * std::log10(factor());
}

GradientDecay gradient_decay(const JacobianNorms& norms, const DecayOptions& options) {
  GradientDecay decay;
  decay.epsilon = options.epsilon;
  const Index T = norms.log10_norm.steps();
  std::vector<double> values;
  double n = 0.0, sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
  for (Index lag = 0; lag <= T; ++lag) {
    values.clear();
    for (Index t = lag; t <= T; ++t) {
      const double value = norms.log10_norm.at(t, t - lag);
      if (is_not_finite(value))
        decay.non_finite = true;
      else
        values.push_back(value);
    }
    const double last = static_cast<double>(values.size()) - 1.0;
    const auto part = [&](double share) {
      return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                            : quantile(values, share * last);
    };
    const double middle = part(0.5);
    decay.median_by_lag.push_back(middle);
    decay.lower_quartile.push_back(part(0.25));
    decay.upper_quartile.push_back(part(0.75));
    if (middle == -std::numeric_limits<double>::infinity() && !decay.zero_from_lag)
      decay.zero_from_lag = lag;
    if (!std::isfinite(middle)) continue;
    if (middle - decay.median_by_lag.front() > std::log10(options.epsilon)) decay.reach = lag;
    const double x = static_cast<double>(lag);
    n += 1.0;
    sum_x += x;
    sum_y += middle;
    sum_xx += x * x;
    sum_xy += x * middle;
  }
  const double spread = n * sum_xx - sum_x * sum_x;
  decay.log10_factor =
      n < 2.0 ? std::numeric_limits<double>::quiet_NaN() : (n * sum_xy - sum_x * sum_y) / spread;
  decay.log10_start = (sum_y - decay.log10_factor * sum_x) / n;
  return decay;
}

std::string verdict(const GradientDecay& decay, const std::optional<JacobianBound>& bound) {
  if (decay.non_finite) return "gradient is not finite: it has exploded";
  if (decay.zero_from_lag && *decay.zero_from_lag <= 1)
    return "gradient is exactly zero after 1 step";
  if (std::isnan(decay.log10_factor)) return {};
  std::string text = change_in_words(decay);
  if (decay.zero_from_lag)
    text += ", exactly zero from " + std::to_string(*decay.zero_from_lag) + " steps on";
  if (bound) text += proof_in_words(*bound, decay.log10_factor);
  return text;
}

}  // namespace backflow::gradient
