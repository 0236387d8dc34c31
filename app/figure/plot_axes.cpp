#include "app/figure/plot_axes.h"

#include <algorithm>
#include <cmath>

#include "app/figure/header.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

constexpr double kSwatch = 1.8;  // length of a legend line, in font sizes

double legend_width(const std::vector<LegendItem>& legend, double size) {
  double width = 0.0;
  for (const LegendItem& item : legend)
    width += (kSwatch + 0.4 + 1.2) * size + text_width(item.label, size);
  return width;
}

void add_legend(Group& group, const std::vector<LegendItem>& legend, const Palette& colors,
                double size, Point right_middle) {
  double x = right_middle.x - legend_width(legend, size) + 1.2 * size;
  for (const LegendItem& item : legend) {
    group.marks.push_back(
        PolylineMark{{{x, right_middle.y}, {x + kSwatch * size, right_middle.y}}, item.stroke});
    x += (kSwatch + 0.4) * size;
    group.marks.push_back(TextMark{.anchor = {x, right_middle.y},
                                   .markup = item.label,
                                   .size = size,
                                   .color = colors.text,
                                   .v_align = VAlign::middle});
    x += text_width(item.label, size) + 1.2 * size;
  }
}

void add_grid(Group& group, const Palette& colors, double size, const Axes& axes,
              const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks) {
  const Rect& plot = axes.area.rect;
  const auto line = [&](Point a, Point b, Color color) {
    group.marks.push_back(PolylineMark{{a, b}, {color, 1.0, Dash::solid}});
  };
  const double y_scale = plot.height / (axes.area.y_max - axes.area.y_min);
  for (const Tick& tick : y_ticks) {
    const double y = plot.bottom() - (tick.position - axes.area.y_min) * y_scale;
    line({plot.x, y}, {plot.right(), y}, tick.label.empty() ? colors.minor_grid : colors.grid);
    if (!tick.label.empty())
      group.marks.push_back(TextMark{.anchor = {plot.x - 0.5 * size, y},
                                     .markup = tick.label,
                                     .size = size,
                                     .color = colors.text,
                                     .h_align = HAlign::right,
                                     .v_align = VAlign::middle});
  }
  for (const Tick& tick : x_ticks) {
    const double x = axes.x(tick.position);
    line({x, plot.bottom()}, {x, plot.bottom() + 0.35 * size}, colors.axis);
    group.marks.push_back(TextMark{.anchor = {x, plot.bottom() + 0.6 * size},
                                   .markup = tick.label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = HAlign::center,
                                   .v_align = VAlign::top});
  }
  line({plot.x, plot.bottom()}, {plot.right(), plot.bottom()}, colors.axis);
}

double widest_label(const std::vector<Tick>& ticks, double size) {
  double width = 0.0;
  for (const Tick& tick : ticks) width = std::max(width, text_width(tick.label, size));
  return width;
}

// Title, y title and legend, which takes a line of its own where it does not fit beside. Returns
// the y below them.
double add_header_and_legend(Figure& figure, const FigureStyle& style, const AxesOptions& options) {
  const double size = style.font_size, room = figure.width - 1.5 * size;
  double below = add_header(figure, style, {options.y_title}, {});
  std::vector<LegendItem> items = options.legend;
  while (!items.empty() && legend_width(items, size) >= room) items.pop_back();
  if (items.empty()) return below;
  const double width = legend_width(items, size);
  if (text_width(options.y_title, size) + 2.0 * size + width >= room) below += 1.5 * size;
  Group legend{"legend", std::nullopt, {}};
  add_legend(legend, items, palette(style.theme), size,
             {figure.width - 0.75 * size, below - 1.8 * size + kCapHeight * size / 2.0});
  figure.groups.push_back(std::move(legend));
  return below;
}

}  // namespace

double Axes::x(double value) const {
  return area.rect.x + (value - area.x_min) / (area.x_max - area.x_min) * area.rect.width;
}

double Axes::y(double value) const { return y_at(area.log_y ? std::log10(value) : value); }

double Axes::y_at(double position) const {
  return area.rect.bottom() -
         (position - area.y_min) / (area.y_max - area.y_min) * area.rect.height;
}

double x_value_at(const PlotArea& area, double x) {
  return area.x_min + (x - area.rect.x) / area.rect.width * (area.x_max - area.x_min);
}

double y_position_at(const PlotArea& area, double y) {
  return area.y_min + (area.rect.bottom() - y) / area.rect.height * (area.y_max - area.y_min);
}

Figure blank_figure(std::string_view name, std::string_view title, const FigureStyle& style,
                    Size size) {
  Figure figure;
  figure.name = name;
  figure.title = title;
  figure.width = size.width;
  figure.height = size.height;
  figure.background = palette(style.theme).background;
  return figure;
}

FigureStyle untitled(FigureStyle style) {
  style.title = false;
  return style;
}

Axes add_axes(Figure& figure, const FigureStyle& style, const AxesOptions& options) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size;
  const double top = add_header_and_legend(figure, style, options);
  const double bottom = figure.height - 3.7 * size;
  Axes axes{options.range};
  const PlotArea& range = options.range;
  const double height = std::max(bottom - top, 2.0 * size);
  const AxisSpan y_axis{range.y_min, range.y_max, height, size, true, false};
  const auto y_ticks = range.log_y ? log_ticks(y_axis) : linear_ticks(y_axis);
  const double left = widest_label(y_ticks, size) + 1.25 * size;
  const double right = figure.width - 1.5 * size;
  axes.area.rect = {left, top, std::max(right - left, size), height};
  AxisSpan x_axis{range.x_min, range.x_max, axes.area.rect.width, size, false, options.x_integers};
  auto x_ticks = linear_ticks(x_axis);
  // A last label that would stick out of the figure goes without a word.
  while (!x_ticks.empty() &&
         axes.x(x_ticks.back().position) + text_width(x_ticks.back().label, size) / 2.0 >
             figure.width)
    x_ticks.pop_back();
  Group frame{"axes", std::nullopt, {}};
  add_grid(frame, colors, size, axes, x_ticks, y_ticks);
  const double x_title_width = text_width(options.x_title, size);
  const double line_y = axes.area.rect.bottom() + 2.9 * size;
  frame.marks.push_back(TextMark{.anchor = {axes.area.rect.right(), line_y},
                                 .markup = options.x_title,
                                 .size = size,
                                 .color = colors.muted_text,
                                 .h_align = HAlign::right});
  const double note_room = axes.area.rect.right() - x_title_width - 1.75 * size;
  if (const std::string note = first_that_fits(options.note, size, note_room); !note.empty())
    frame.marks.push_back(TextMark{
        .anchor = {0.75 * size, line_y}, .markup = note, .size = size, .color = colors.text});
  figure.groups.push_back(std::move(frame));
  figure.plot = axes.area;
  return axes;
}

}  // namespace backflow::figure
