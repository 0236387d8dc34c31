#include "core/gradient/decay.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace backflow::gradient {
namespace {

using model::Index;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  if (std::isinf(below) || std::isinf(*middle)) return below;  // −inf + finite has no middle
  return 0.5 * (below + *middle);
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

}  // namespace

GradientDecay gradient_decay(const JacobianNorms& norms) {
  GradientDecay decay;
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
    const double middle =
        values.empty() ? std::numeric_limits<double>::quiet_NaN() : median(values);
    decay.median_by_lag.push_back(middle);
    if (middle == -std::numeric_limits<double>::infinity() && !decay.zero_from_lag)
      decay.zero_from_lag = lag;
    if (!std::isfinite(middle)) continue;
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
  return decay;
}

std::string verdict(const GradientDecay& decay) {
  if (decay.non_finite) return "gradient is not finite: it has exploded";
  if (decay.zero_from_lag && *decay.zero_from_lag <= 1)
    return "gradient is exactly zero after 1 step";
  if (std::isnan(decay.log10_factor)) return {};
  const double factor = std::pow(10.0, decay.log10_factor);
  const double doublings =
      decay.log10_factor / std::log10(2.0);  // per step, negative when it falls
  const auto T = static_cast<double>(decay.median_by_lag.size()) - 1.0;
  std::string text;
  if (std::abs(doublings) >= 0.01 && 1.0 / std::abs(doublings) > T && T >= 1.0) {
    // No step count beyond the sequence: nothing was seen there.
    const double change = 100.0 * (std::pow(factor, T) - 1.0);
    text = std::string("gradient ") + (doublings < 0.0 ? "falls" : "grows") + " ×" +
           number(factor) + " per step: " + written(std::abs(change), std::chars_format::fixed, 0) +
           " % " + (doublings < 0.0 ? "less" : "more") + " after all " + steps(T);
  } else if (std::abs(doublings) < 0.01) {
    text = "gradient keeps its size: ×" + number(factor) + " per step";
  } else if (doublings < 0.0) {
    const double half_life = -1.0 / doublings;
    text = "gradient falls ×" + number(factor) + " per step: " +
           (half_life < 0.95 ? "more than half gone after 1 step"
                             : "half gone after " + steps(half_life));
  } else {
    const double time = 1.0 / doublings;
    text = "gradient grows ×" + number(factor) + " per step: " +
           (time < 0.95 ? "more than doubled after 1 step" : "doubled after " + steps(time));
  }
  if (decay.zero_from_lag)
    text += ", exactly zero from " + std::to_string(*decay.zero_from_lag) + " steps on";
  return text;
}

}  // namespace backflow::gradient
