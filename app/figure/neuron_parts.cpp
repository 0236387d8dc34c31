#include "app/figure/neuron_parts.h"

#include <algorithm>
#include <cmath>

#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

constexpr double kSwatch = 2.4, kGap = 0.45, kBetween = 1.2;  // in font sizes

double width_of(const std::vector<MarkedItem>& items, double size) {
  double width = -kBetween * size;
  for (const MarkedItem& item : items)
    width += (kSwatch + kGap + kBetween) * size + text_width(item.label, size);
  return width;
}

// The share of the way from a to b at which it enters and leaves the rectangle (Liang & Barsky
// 1984); nothing when it misses it.
std::optional<std::pair<double, double>> inside(Point a, Point b, const Rect& r) {
  double from = 0.0, to = 1.0;
  const auto cut = [&](double start, double step, double low, double high) {
    if (step == 0.0) return start >= low && start <= high;
    const double one = (low - start) / step, other = (high - start) / step;
    from = std::max(from, std::min(one, other));
    to = std::min(to, std::max(one, other));
    return from <= to;
  };
  const bool meets = cut(a.x, b.x - a.x, r.x, r.right()) && cut(a.y, b.y - a.y, r.y, r.bottom());
  if (!meets) return std::nullopt;
  return std::pair(from, to);
}

bool is_finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

}  // namespace

std::string neuron_formula(lab::NeuronMap map) {
  return map == lab::NeuronMap::sigmoid ? "x_{t} = w σ(x_{t−1}) + b"
                                        : "x_{t} = tanh(w x_{t−1} + b)";
}

void add_marker(Group& group, Point at, Marker marker, double radius, Color color,
                Color background) {
  if (marker == Marker::disc)
    group.marks.push_back(CircleMark{at, radius, color, Stroke{background, 1.0}});
  if (marker == Marker::ring)
    group.marks.push_back(CircleMark{at, radius, background, Stroke{color, 1.6}});
  if (marker == Marker::square) {
    const double half = 0.9 * radius;
    group.marks.push_back(RectMark{
        {at.x - half, at.y - half, 2.0 * half, 2.0 * half}, background, Stroke{color, 1.5}, 0.0});
  }
}

double add_legend_row(Figure& figure, const FigureStyle& style, std::vector<MarkedItem> items,
                      Size figure_size, double top) {
  const double size = style.font_size, side = 0.75 * size;
  if (figure_size.height <= 18.0 * size) return top - 0.4 * size;
  while (!items.empty() && width_of(items, size) > figure_size.width - 2.0 * side) items.pop_back();
  Group group{"legend", std::nullopt, {}};
  const double middle = top + 0.1 * size;
  double x = side;
  for (const MarkedItem& item : items) {
    group.marks.push_back(PolylineMark{{{x, middle}, {x + kSwatch * size, middle}}, item.stroke});
    add_marker(group, {x + kSwatch * size / 2.0, middle}, item.marker, 0.27 * size,
               item.stroke.color, figure.background);
    x += (kSwatch + kGap) * size;
    group.marks.push_back(TextMark{.anchor = {x, middle},
                                   .markup = item.label,
                                   .size = size,
                                   .color = palette(style.theme).text,
                                   .v_align = VAlign::middle});
    x += text_width(item.label, size) + kBetween * size;
  }
  if (!items.empty()) figure.groups.push_back(std::move(group));
  return top + 0.9 * size;
}

std::vector<std::vector<Point>> clipped_line(const std::vector<Point>& points, const Rect& rect) {
  std::vector<std::vector<Point>> parts;
  bool goes_on = false;  // the last point of the last part is where the next piece begins
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Point a = points[i], b = points[i + 1];
    if (!is_finite(a) || !is_finite(b)) break;
    const auto shares = inside(a, b, rect);
    if (!shares) {
      goes_on = false;
      continue;
    }
    const auto at = [&](double share) {
      return Point{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
    };
    if (!goes_on) parts.push_back({at(shares->first)});
    parts.back().push_back(at(shares->second));
    goes_on = shares->second >= 1.0;
  }
  return parts;
}

}  // namespace backflow::figure
