// Geometry of marks that every canvas draws alike: dashes and hatching as plain lengths and lines.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "app/figure/figure.h"

namespace backflow::figure {

/// Lengths of dash and gap in figure units; nothing for a solid line. Ends are butt.
inline std::optional<std::array<double, 2>> dash_lengths(Dash dash) {
  if (dash == Dash::dashed) return std::array{6.0, 4.0};
  if (dash == Dash::dotted) return std::array{1.5, 3.0};
  return std::nullopt;
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
