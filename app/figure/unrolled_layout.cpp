#include "app/figure/unrolled_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/figure/colormap.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {

double UnrolledLayout::x(double step) const {
  return area.rect.x + (step - area.x_min) / (area.x_max - area.x_min) * area.rect.width;
}

double UnrolledLayout::box() const {
  return detail == Detail::full ? std::min(0.57 * column, 10.5 * font) : column;
}

model::Index UnrolledLayout::steps_per_cell() const {
  constexpr double kNarrowest = 3.0;  // figure units
  return std::max<model::Index>(1, static_cast<model::Index>(std::ceil(kNarrowest / column)));
}

double UnrolledLayout::word_size(const std::string& word) const {
  const double most = 0.9 * font, least = 0.7 * font;
  // Where only the narrowest letters would fit, cells say more.
  if (column < 0.8 * font) return 0.0;
  const double size = std::min(most, most * (column - 1.0) / text_width(word, most));
  return size >= least ? size : 0.0;
}

bool UnrolledLayout::shows(double center, double width) const {
  return center - width / 2.0 >= area.rect.x - 1.0 &&
         center + width / 2.0 <= area.rect.right() + 1.0;
}

namespace {

// Of the factors; 0 where the lines of labels at its left would run into one another.
double strip_height(double f, double unit) {
  const double height = std::min(1.1 * f, 1.1 * unit);
  return height >= 0.6 * f ? height : 0.0;
}

}  // namespace

Bands bands_of(model::Index units, double height) {
  constexpr double kMost = 16.0, kLowest = 1.5;  // figure units
  const auto most = static_cast<model::Index>(std::clamp(height / kLowest, 1.0, kMost));
  Bands bands;
  bands.units = (units + most - 1) / most;
  bands.count = (units + bands.units - 1) / bands.units;
  return bands;
}

void add_plain_color_bar(Group& group, const ColorScale& scale, const Rect& bar, Color outline) {
  constexpr int kSamples = 64;
  auto values = std::make_shared<std::vector<float>>();
  for (int i = 0; i < kSamples; ++i)
    values->push_back(
        static_cast<float>(scale.low + (scale.high - scale.low) * (i + 0.5) / kSamples));
  group.marks.push_back(HeatmapMark{bar, 1, kSamples, values, scale});
  group.marks.push_back(RectMark{bar, std::nullopt, Stroke{outline, 1.0}, 0.0});
}

HatchMark not_finite_hatch(const Rect& rect, const FigureStyle& style) {
  return {rect, {palette(style.theme).warning, 1.2}, 6.0};
}

UnrolledLayout unrolled_layout(const FigureStyle& style, const View& view, const UnrolledData& data,
                               double top, Size size) {
  UnrolledLayout layout;
  const double f = style.font_size, T = static_cast<double>(data.steps);
  layout.font = f;
  const double left = (size.width > 46.0 * f ? 8.8 : 4.4) * f;
  const double first = std::clamp(view.first_step.value_or(0.0), 0.0, T);
  const double last = std::clamp(view.last_step.value_or(T), first, T);
  layout.area = {{left, top, std::max(size.width - left - 0.75 * f, f), 0.0},
                 first - 0.5,
                 last + 0.5,
                 0.0,
                 1.0,
                 false};
  layout.column = layout.area.rect.width / (last - first + 1.0);
  layout.detail = layout.column >= 6.4 * f ? Detail::full : Detail::compact;
  layout.first = static_cast<model::Index>(std::floor(first + 0.5));
  layout.last = std::min(data.steps, static_cast<model::Index>(std::ceil(last - 0.5 + 1e-9)));

  layout.legend.height = size.height > 24.0 * f ? 3.6 * f : size.height > 15.0 * f ? 1.6 * f : 0.0;
  layout.legend.top = size.height - layout.legend.height - 0.3 * f;
  double bottom = layout.legend.top;
  if (view.playhead) {
    // The legend gives up its second line for them.
    layout.legend.height = std::min(layout.legend.height, 1.6 * f);
    layout.legend.top = size.height - layout.legend.height - 0.3 * f;
    layout.gradients = {layout.legend.top - 1.9 * f, 1.5 * f};
    bottom = layout.gradients.top - 0.2 * f;
  }
  layout.axis = {bottom - 1.9 * f, 1.6 * f};
  const double room = layout.axis.top - 0.4 * f - top;
  const double gap =
      layout.detail == Detail::full ? std::clamp(0.06 * room, 0.8 * f, 1.3 * f) : 0.7 * f;
  const double rows = room - 4.0 * gap;
  // Shares of the height that remains: the hidden states get the most.
  const double unit = rows / 19.0;
  // In low figures rather room for a number than for units.
  const double small = std::min(std::max(2.1 * unit, std::min(1.35 * f, rows / 6.0)), 2.2 * f);
  double y = top;
  const auto place = [&](Row& row, double height) {
    row = {y, height};
    y += height + gap;
  };
  place(layout.loss, small);
  place(layout.output, small);
  place(layout.blame, small);
  // Boxes have the factors written above their arrows, strips as a band of their own below.
  double band = 0.0;
  if (layout.detail == Detail::full) {
    layout.factor = {layout.blame.middle() - 1.65 * f, f};
  } else {
    band = strip_height(f, unit);
    if (band > 0.0) layout.factor = {layout.blame.bottom() + 1.0, band};
    y += band;
  }
  const double state = rows - 3.0 * small - band - std::min(2.6 * unit, 2.8 * f);
  if (data.has_cell_state()) {
    place(layout.hidden, (state - gap) / 2.0);
    place(layout.cell, (state - gap) / 2.0);
  } else {
    place(layout.hidden, state);
  }
  place(layout.input, std::min(2.6 * unit, 2.8 * f));
  layout.area.rect.height = layout.axis.top - top;
  return layout;
}

Color value_color(double value, double scale, const Palette& colors, const FigureStyle& style) {
  if (!std::isfinite(value) || style.colors != Colormap::diverging)
    return color_of(color_scale(-1.0, 1.0, style.colors),
                    std::isfinite(value) ? static_cast<float>(std::clamp(value / scale, -1.0, 1.0))
                                         : std::numeric_limits<float>::quiet_NaN());
  const Color neutral =
      mix(colors.background, colors.text, style.theme == Theme::light ? 0.05 : 0.12);
  const double share = std::clamp(std::abs(value) / scale, 0.0, 1.0);
  return mix(neutral, value < 0.0 ? colors.negative : colors.positive, share);
}

void add_arrow(Group& group, Point from, Point to, double thickness, Color fill, Color outline) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double length = std::hypot(dx, dy);
  if (length <= 0.0) return;
  const Point along{dx / length, dy / length}, across{-along.y, along.x};
  const double half = thickness / 2.0, head_half = half + 2.6;
  const double head = std::min(length, 1.7 * head_half);
  const auto at = [&](double distance, double side) {
    return Point{from.x + along.x * distance + across.x * side,
                 from.y + along.y * distance + across.y * side};
  };
  const double neck = length - head;
  if (neck > 0.0)
    group.marks.push_back(
        PolygonMark{{at(0, half), at(neck, half), at(neck, -half), at(0, -half)}, fill});
  group.marks.push_back(
      PolygonMark{{at(neck, head_half), at(length, 0.0), at(neck, -head_half)}, fill});
  group.marks.push_back(
      PolylineMark{{at(0, half), at(neck, half), at(neck, head_half), at(length, 0.0),
                    at(neck, -head_half), at(neck, -half), at(0, -half), at(0, half)},
                   {outline, 0.8, Dash::solid}});
}

}  // namespace backflow::figure
