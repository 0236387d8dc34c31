#include "app/figure/preset.h"

#include <algorithm>
#include <variant>

#include "app/figure/style.h"

namespace backflow::figure {
namespace {

constexpr double mm(double length) { return length * 96.0 / 25.4; }
constexpr double pt(double size) { return size * 96.0 / 72.0; }

// A slide is 13.33 × 7.5 inches in all common programs.
constexpr Preset kPresets[] = {
    {"slide", "a whole slide, 16:9, 338.7 × 190.5 mm, 18 pt", 1280.0, 720.0, pt(18.0)},
    {"slide-half", "beside text on a slide, 160 × 150 mm, 16 pt", mm(160.0), mm(150.0), pt(16.0)},
    {"paper-one-column", "85 mm wide, 8 pt", mm(85.0), 0.0, pt(8.0)},
    {"paper-two-columns", "178 mm wide, 8 pt", mm(178.0), 0.0, pt(8.0)},
    {"poster", "500 mm wide, 24 pt", mm(500.0), 0.0, pt(24.0)},
};

constexpr double kHighest = 0.8;  // of the width

}  // namespace

Size Preset::size(Size own) const {
  if (height > 0.0) return {width, height};
  return {width, std::min(own.height * font_size / FigureStyle().font_size, kHighest * width)};
}

std::span<const Preset> presets() { return kPresets; }

void scale_strokes(Figure& figure, double factor) {
  const auto scale = [factor](Stroke& stroke) {
    stroke.width *= factor;
    stroke.dash_scale *= factor;
  };
  const auto of_mark = [&](auto& mark) {
    if constexpr (requires { mark.stroke.width; })
      scale(mark.stroke);
    else if constexpr (requires { mark.stroke->width; })
      if (mark.stroke) scale(*mark.stroke);
  };
  for (Group& group : figure.groups)
    for (Mark& mark : group.marks) std::visit(of_mark, mark);
}

const Preset* find_preset(std::string_view name) {
  for (const Preset& preset : presets())
    if (preset.name == name) return &preset;
  return nullptr;
}

}  // namespace backflow::figure
