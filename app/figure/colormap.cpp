#include "app/figure/colormap.h"

#include <algorithm>
#include <cmath>

#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

std::uint8_t mix(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
}

}  // namespace

Color mix(const Color& a, const Color& b, double share) {
  return {mix(a.r, b.r, share), mix(a.g, b.g, share), mix(a.b, b.b, share), mix(a.a, b.a, share)};
}

const ColorTable& color_table(Colormap map) {
  switch (map) {
    case Colormap::diverging:
      return diverging_table();
    case Colormap::cividis:
      return cividis_table();
    case Colormap::viridis:
      return viridis_table();
    case Colormap::magma:
      break;
  }
  return magma_table();
}

ColorScale color_scale(double low, double high, Colormap map) {
  ColorScale scale;
  scale.map = map;
  scale.low = low;
  scale.high = high;
  if (map != Colormap::diverging) {
    // Found in none of the sequential maps, whatever the kind of sight.
    scale.center = 0.5 * (low + high);
    scale.below = {0, 64, 32, 255};
    scale.above = {255, 214, 240, 255};
    scale.zero = {170, 205, 255, 255};
    scale.not_finite = {255, 64, 255, 255};  // hatched besides
    return scale;
  }
  scale.below = {30, 12, 52, 255};        // near-black violet, darker than the last blue
  scale.above = {48, 6, 10, 255};         // near-black red, darker than the last red
  scale.zero = {150, 156, 150, 255};      // the only grey
  scale.not_finite = {255, 214, 0, 255};  // the only yellow, hatched besides
  return scale;
}

ColorScale norm_scale(double min, double max, Colormap map) {
  // What is smaller is rounding, and stays within the limits.
  constexpr double kSome = 1e-3;
  const double below = min < -kSome ? nice_ceiling(std::max(1.0, -min)) : kSome;
  const double above = max > kSome ? nice_ceiling(std::max(1.0, max)) : kSome;
  if (map == Colormap::diverging) {
    const double limit = std::max({1.0, below, above});
    return color_scale(-limit, limit);
  }
  return color_scale(above > kSome ? -below : -std::max(1.0, below), above, map);
}

Color color_of(const ColorScale& scale, float log10_value) {
  if (log10_value == kNoCell) return {0, 0, 0, 0};
  if (std::isnan(log10_value) || log10_value == std::numeric_limits<float>::infinity())
    return scale.not_finite;
  if (std::isinf(log10_value)) return scale.zero;
  // In single precision throughout, as the shader computes.
  const auto low = static_cast<float>(scale.low), high = static_cast<float>(scale.high);
  const auto center = static_cast<float>(scale.center);
  if (log10_value < low) return scale.below;
  if (log10_value > high) return scale.above;
  constexpr float kHalf = (kColormapSize - 1) / 2;
  const float from = log10_value - center;
  const float position =
      kHalf * (from < 0.0f ? 1.0f - from / (low - center) : 1.0f + from / (high - center));
  const float clamped = std::clamp(position, 0.0f, 2.0f * kHalf);
  const int index = std::min(static_cast<int>(clamped), kColormapSize - 2);
  const auto& table = color_table(scale.map);
  const auto at = static_cast<std::size_t>(index);
  return mix(table[at], table[at + 1], clamped - static_cast<float>(index));
}

double relative_luminance(const Color& color) {
  const auto linear = [](std::uint8_t level) {
    const double v = level / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

Color readable_on(const Color& background) {
  constexpr Color kDark{20, 22, 28, 255}, kLight{245, 246, 248, 255};
  // Whichever has the higher contrast (L₁ + 0.05)/(L₂ + 0.05).
  const double y = relative_luminance(background) + 0.05;
  const double dark = relative_luminance(kDark) + 0.05, light = relative_luminance(kLight) + 0.05;
  return y / dark > light / y ? kDark : kLight;
}

}  // namespace backflow::figure
