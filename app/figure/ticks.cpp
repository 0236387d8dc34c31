#include "app/figure/ticks.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

double pixels_per_unit(const AxisSpan& axis) { return axis.length / (axis.max - axis.min); }

// The room that a label takes along the axis, with the gap to the next one.
double extent(const AxisSpan& axis, const std::string& label) {
  return axis.vertical ? 1.9 * axis.font_size
                       : text_width(label, axis.font_size) + 1.2 * axis.font_size;
}

// The labels do not touch.
bool fits(const AxisSpan& axis, const std::vector<Tick>& ticks) {
  const double scale = pixels_per_unit(axis);
  double last_end = -1e300;
  for (const Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    const double center = (tick.position - axis.min) * scale;
    const double half = extent(axis, tick.label) / 2.0;
    if (center - half < last_end) return false;
    last_end = center + half;
  }
  return true;
}

std::string linear_label(double value, double step) {
  if (std::abs(value) < step * 1e-9) return "0";
  if (std::abs(value) >= 99999.5 && step < 1.0) return compact(value);
  if (std::abs(value) >= 1e7 || step < 9e-5) return compact(value);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  if (decimals == 0 && value >= 0.0)
    return grouped(static_cast<std::uint64_t>(std::llround(value)));
  return fixed(value, decimals);
}

std::vector<Tick> ticks_every(const AxisSpan& axis, double step) {
  std::vector<Tick> ticks;
  const double slack = 1e-9 * (axis.max - axis.min);
  const double first = std::ceil((axis.min - slack) / step);
  for (double i = first; i * step <= axis.max + slack; i += 1.0)
    ticks.push_back({i * step, linear_label(i * step, step)});
  return ticks;
}

// Decades that are multiples of `stride`.
std::vector<Tick> decade_ticks(const AxisSpan& axis, int stride) {
  std::vector<Tick> ticks;
  const double first = std::ceil((axis.min - 1e-9) / stride) * stride;
  for (double exponent = first; exponent <= axis.max + 1e-9; exponent += stride)
    ticks.push_back({exponent, decade(static_cast<int>(exponent))});
  return ticks;
}

void add_between_decades(const AxisSpan& axis, std::initializer_list<int> factors, bool labelled,
                         std::vector<Tick>& ticks) {
  for (double e = std::floor(axis.min); e <= std::floor(axis.max); e += 1.0)
    for (const int factor : factors) {
      const double position = e + std::log10(factor);
      if (position < axis.min || position > axis.max) continue;
      const bool known = std::any_of(ticks.begin(), ticks.end(), [&](const Tick& tick) {
        return std::abs(tick.position - position) < 1e-9;
      });
      if (!known) ticks.push_back({position, labelled ? compact_power(position) : std::string()});
    }
  std::sort(ticks.begin(), ticks.end(),
            [](const Tick& a, const Tick& b) { return a.position < b.position; });
}

}  // namespace

std::vector<Tick> linear_ticks(const AxisSpan& axis) {
  const double range = axis.max - axis.min;
  const double most = std::max(1.0, axis.length / axis.font_size);  // ticks that could ever fit
  double magnitude = std::pow(10.0, std::floor(std::log10(range / most)));
  for (;; magnitude *= 10.0)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = factor * magnitude;
      if (axis.integers && step < 1.0) continue;
      if (range / step > most) continue;
      std::vector<Tick> ticks = ticks_every(axis, step);
      if (ticks.size() <= 1 || fits(axis, ticks)) return ticks;
    }
}

// A part of a decade has no power of ten, or one: round numbers as on a linear axis. None where
// they do not fit.
std::vector<Tick> ticks_within_a_decade(const AxisSpan& axis) {
  AxisSpan plain = axis;
  plain.min = std::pow(10.0, axis.min);
  plain.max = std::pow(10.0, axis.max);
  // At the upper end they stand closer than on a linear axis.
  for (; plain.length > 2.0 * plain.font_size; plain.length *= 0.7) {
    std::vector<Tick> ticks = linear_ticks(plain);
    for (Tick& tick : ticks) tick.position = std::log10(tick.position);
    if (fits(axis, ticks)) return ticks;
  }
  return {};
}

std::vector<Tick> log_ticks(const AxisSpan& axis) {
  std::vector<Tick> ticks = decade_ticks(axis, 1);
  double magnitude = 1.0;
  for (int i = 0; !fits(axis, ticks); ++i) {
    constexpr double kFactors[] = {2.0, 3.0, 5.0, 10.0};
    ticks = decade_ticks(axis, static_cast<int>(kFactors[i % 4] * magnitude));
    if (i % 4 == 3) magnitude *= 10.0;
  }
  if (magnitude > 1.0 || axis.max - axis.min > 12.0) return ticks;
  if (ticks.size() < 3) {
    std::vector<Tick> finer = ticks;
    add_between_decades(axis, {2, 5}, true, finer);
    if (fits(axis, finer)) ticks = finer;
  }
  // Where such numbers are short.
  if (ticks.size() < 2 && axis.max - axis.min < 1.0 && std::abs(axis.min) < 4.0) {
    const std::vector<Tick> within = ticks_within_a_decade(axis);
    if (within.size() > ticks.size()) return within;
  }
  if (pixels_per_unit(axis) > 3.0 * axis.font_size)
    add_between_decades(axis, {2, 3, 4, 5, 6, 7, 8, 9}, false, ticks);
  return ticks;
}

double nice_ceiling(double value) {
  const double magnitude = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0})
    if (factor * magnitude >= value * (1.0 - 1e-12)) return factor * magnitude;
  return 10.0 * magnitude;
}

}  // namespace backflow::figure
