// Geometry of marks that every canvas draws alike: dashes and hatching as plain lengths and lines.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "app/figure/figure.h"

namespace backflow::figure {

/// Lengths of dashes and gaps in turn, for a scale of 1; none for a solid line.
inline std::span<const double> usual_dash_lengths(Dash dash) {
  static constexpr double kDashed[] = {6.0, 4.0}, kDotted[] = {1.5, 3.0};
  static constexpr double kDashDot[] = {8.0, 3.0, 1.5, 3.0};
  static constexpr double kDashDotDot[] = {8.0, 3.0, 1.5, 3.0, 1.5, 3.0};
  static constexpr double kLongDash[] = {14.0, 5.0};
  switch (dash) {
    case Dash::solid:
      break;
    case Dash::dashed:
      return kDashed;
    case Dash::dotted:
      return kDotted;
    case Dash::dash_dot:
      return kDashDot;
    case Dash::dash_dot_dot:
      return kDashDotDot;
    case Dash::long_dash:
      return kLongDash;
  }
  return {};
}

/// The same of a line, in figure units. Ends are butt.
inline std::vector<double> dash_lengths(const Stroke& stroke) {
  const std::span<const double> usual = usual_dash_lengths(stroke.dash);
  std::vector<double> lengths(usual.begin(), usual.end());
  for (double& length : lengths) length *= stroke.dash_scale;
  return lengths;
}

/// The lines x + y = n · spacing, cut to the mark's rectangle (without their width).
inline std::vector<std::pair<Point, Point>> hatch_lines(const HatchMark& mark) {
  std::vector<std::pair<Point, Point>> lines;
  const Rect& r = mark.rect;
  if (!(mark.spacing > 0.0 && r.width > 0.0 && r.height > 0.0)) return lines;
  const double first = std::ceil((r.x + r.y) / mark.spacing);
  const double last = std::floor((r.right() + r.bottom()) / mark.spacing);
  for (double n = first; n <= last; n += 1.0) {
    const double sum = n * mark.spacing;
    const double left = std::max(r.x, sum - r.bottom());
    const double right = std::min(r.right(), sum - r.y);
    if (left < right) lines.push_back({{left, sum - left}, {right, sum - right}});
  }
  return lines;
}

}  // namespace backflow::figure
