#include "app/figure/color_bar.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

constexpr int kSamples = 256;
constexpr double kGap = 1.1, kBar = 1.1, kLabelGap = 0.45;  // in font sizes
constexpr double kMargin = 0.4, kTitle = 1.9;

struct Swatch {
  Color color;
  std::string label;
};

std::vector<Swatch> swatches(const ColorScale& scale, const gradient::LogRange& range) {
  std::vector<Swatch> list;
  if (range.max > scale.high) list.push_back({scale.above, "> " + compact_power(scale.high)});
  if (range.min < scale.low) list.push_back({scale.below, "< " + compact_power(scale.low)});
  if (range.zeros) list.push_back({scale.zero, "exact 0"});
  if (range.non_finite) list.push_back({scale.not_finite, "not finite"});
  return list;
}

// Values from `high` down to `low`, or the other way round.
std::shared_ptr<const std::vector<float>> samples(const ColorScale& scale, bool downwards) {
  auto values = std::make_shared<std::vector<float>>();
  for (int i = 0; i < kSamples; ++i) {
    const double share = (i + 0.5) / kSamples;
    values->push_back(static_cast<float>(downwards ? scale.high + (scale.low - scale.high) * share
                                                   : scale.low + (scale.high - scale.low) * share));
  }
  return values;
}

// The title and the bar with its outline; ticks at the values' positions in the scale.
void add_upright_bar(Group& group, const FigureStyle& style, const ColorScale& scale,
                     const std::string& title, const Rect& column, const Rect& bar,
                     const std::vector<Tick>& ticks) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size;
  // Above the bar; a long title begins further to the left.
  const double title_x = column.right() - kMargin * size - text_width(title, size);
  group.marks.push_back(TextMark{.anchor = {std::min(bar.x, title_x), column.y},
                                 .markup = title,
                                 .size = size,
                                 .color = colors.muted_text,
                                 .v_align = VAlign::top});
  group.marks.push_back(HeatmapMark{bar, kSamples, 1, samples(scale, true), scale});
  group.marks.push_back(RectMark{bar, std::nullopt, Stroke{colors.axis, 1.0, Dash::solid}, 0.0});
  for (const Tick& tick : ticks) {
    if (tick.label.empty()) continue;
    const double y = bar.y + (scale.high - tick.position) / (scale.high - scale.low) * bar.height;
    group.marks.push_back(
        PolylineMark{{{bar.right(), y}, {bar.right() + 0.25 * size, y}}, {colors.axis, 1.0}});
    group.marks.push_back(TextMark{.anchor = {bar.right() + kLabelGap * size, y},
                                   .markup = tick.label,
                                   .size = size,
                                   .color = colors.text,
                                   .v_align = VAlign::middle});
  }
}

// Halves of the limit where they have room.
std::vector<Tick> symmetric_ticks(double limit, double height, double font_size) {
  std::vector<Tick> ticks;
  const bool halves = height > 9.0 * font_size;
  for (const double share : {-1.0, -0.5, 0.0, 0.5, 1.0})
    if (halves || share == std::round(share)) ticks.push_back({share, compact(share * limit)});
  return ticks;
}

}  // namespace

ColorScale symmetric_scale(const FigureStyle& style) {
  return color_scale(-1.0, 1.0, style.colors);
}

double symmetric_bar_width(double limit, const std::string& title, double font_size) {
  double labels = 0.0;
  for (const double value : {-limit, -0.5 * limit})
    labels = std::max(labels, text_width(compact(value), font_size));
  return std::max((kGap + kBar + kLabelGap + kMargin) * font_size + labels,
                  2.0 * kMargin * font_size + text_width(title, font_size));
}

void add_symmetric_bar(Figure& figure, const FigureStyle& style, double limit,
                       const std::string& title, const Rect& column) {
  const double size = style.font_size, top = column.y + kTitle * size;
  const Rect bar{column.x + kGap * size, top, kBar * size, std::max(column.bottom() - top, size)};
  Group group{"color-bar", std::nullopt, {}};
  add_upright_bar(group, style, symmetric_scale(style), title, column, bar,
                  symmetric_ticks(limit, bar.height, size));
  figure.groups.push_back(std::move(group));
}

double color_bar_width(const ColorScale& scale, const std::string& title, double font_size) {
  double labels = text_width("not finite", font_size);
  for (const double limit : {scale.low, scale.high})
    labels = std::max(labels, text_width("> " + compact_power(limit), font_size));
  return std::max((kGap + kBar + kLabelGap + kMargin) * font_size + labels,
                  2.0 * kMargin * font_size + text_width(title, font_size));
}

void add_color_bar(Figure& figure, const FigureStyle& style, const ColorScale& scale,
                   const gradient::LogRange& range, const std::string& title, const Rect& column) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size;
  const double x = column.x + kGap * size, label_x = x + (kBar + kLabelGap) * size;
  const std::vector<Swatch> special = swatches(scale, range);
  const double special_height = 1.55 * size * static_cast<double>(special.size());
  const double bottom =
      std::min(column.bottom() - special_height - 0.6 * size, column.bottom() - 3.2 * size);
  const double top = column.y + kTitle * size;
  const Rect bar{x, top, kBar * size, std::max(bottom - top, size)};
  Group group{"color-bar", std::nullopt, {}};
  add_upright_bar(group, style, scale, title, column, bar,
                  log_ticks({scale.low, scale.high, bar.height, size, true, true}));
  double y = column.bottom() - special_height;
  for (const Swatch& swatch : special) {
    const Rect box{x, y, kBar * size, 1.1 * size};
    group.marks.push_back(RectMark{box, swatch.color, Stroke{colors.axis, 1.0}, 0.0});
    group.marks.push_back(TextMark{.anchor = {label_x, y + 0.55 * size},
                                   .markup = swatch.label,
                                   .size = size,
                                   .color = colors.text,
                                   .v_align = VAlign::middle});
    if (swatch.label == "not finite")
      group.marks.push_back(HatchMark{box, {colors.warning, 1.2}, 6.0});
    y += 1.55 * size;
  }
  figure.groups.push_back(std::move(group));
}

void add_horizontal_color_bar(Group& group, const FigureStyle& style, const ColorScale& scale,
                              const Rect& bar) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size;
  group.marks.push_back(HeatmapMark{bar, 1, kSamples, samples(scale, false), scale});
  group.marks.push_back(RectMark{bar, std::nullopt, Stroke{colors.axis, 1.0, Dash::solid}, 0.0});
  // Room is short: both ends, and 10^0 where it is between them.
  double first_end = bar.x, last_start = bar.right();
  for (const double position : {scale.low, scale.high, 0.0}) {
    const double x = bar.x + (position - scale.low) / (scale.high - scale.low) * bar.width;
    const std::string label = position == std::round(position) ? decade(static_cast<int>(position))
                                                               : compact_power(position);
    const double half = text_width(label, size) / 2.0 + 0.3 * size;
    if (position == 0.0 && (x - half < first_end || x + half > last_start)) continue;
    if (position == scale.low) first_end = x + half;
    if (position == scale.high) last_start = x - half;
    group.marks.push_back(TextMark{.anchor = {x, bar.bottom() + 0.35 * size},
                                   .markup = label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = HAlign::center,
                                   .v_align = VAlign::top});
  }
}

}  // namespace backflow::figure
