#include "app/figure/colormap.h"

#include <algorithm>
#include <cmath>

namespace backflow::figure {
namespace {

std::uint8_t mix(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
}

}  // namespace

Color mix(const Color& a, const Color& b, double share) {
  return {mix(a.r, b.r, share), mix(a.g, b.g, share), mix(a.b, b.b, share), mix(a.a, b.a, share)};
}

ColorScale color_scale(double low, double high) {
  ColorScale scale;
  scale.low = low;
  scale.high = high;
  scale.below = {30, 12, 52, 255};        // near-black violet, darker than the last blue
  scale.above = {48, 6, 10, 255};         // near-black red, darker than the last red
  scale.zero = {150, 156, 150, 255};      // the only grey
  scale.not_finite = {255, 214, 0, 255};  // the only yellow, hatched besides
  return scale;
}

Color color_of(const ColorScale& scale, float log10_value) {
  if (log10_value == kNoCell) return {0, 0, 0, 0};
  if (std::isnan(log10_value) || log10_value == std::numeric_limits<float>::infinity())
    return scale.not_finite;
  if (std::isinf(log10_value)) return scale.zero;
  // In single precision throughout, as the shader computes.
  const auto low = static_cast<float>(scale.low), high = static_cast<float>(scale.high);
  if (log10_value < low) return scale.below;
  if (log10_value > high) return scale.above;
  constexpr float kHalf = (kColormapSize - 1) / 2;
  const float position =
      log10_value < 0.0f ? kHalf * (1.0f - log10_value / low) : kHalf * (1.0f + log10_value / high);
  const float clamped = std::clamp(position, 0.0f, 2.0f * kHalf);
  const int index = std::min(static_cast<int>(clamped), kColormapSize - 2);
  const auto& table = diverging_colormap();
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
