#include "app/figure/grid_figure.h"

#include <algorithm>
#include <cmath>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

constexpr double kBarRoom = 104.0, kBarThick = 14.0;

// The present numbers' limits, as they are coloured.
struct Range {
  double low = 0.0, high = 1.0;
  bool any = false;
};

double position(double value, bool logarithmic) {
  if (!logarithmic) return value;
  return value > 0.0 ? std::log10(value) : std::nan("");
}

Range range_of(const GridPicture& picture) {
  Range range;
  for (const double value : picture.values) {
    const double at = position(value, picture.logarithmic);
    if (!std::isfinite(at)) continue;
    range.low = range.any ? std::min(range.low, at) : at;
    range.high = range.any ? std::max(range.high, at) : at;
    range.any = true;
  }
  if (range.low == range.high) range.high = range.low + 1.0;
  return range;
}

Colormap map_of(const FigureStyle& style) {
  return style.colors == Colormap::diverging ? Colormap::viridis : style.colors;
}

// Labels of one axis: all of them, or every second, third … that has room.
std::size_t every(const std::vector<std::string>& labels, double cell, double most) {
  std::size_t step = 1;
  while (static_cast<double>(step) * cell < most && step < labels.size()) ++step;
  return step;
}

void add_bar(Group& group, const FigureStyle& style, const GridPicture& picture, const Range& range,
             const Rect& bar) {
  const ColorScale scale = color_scale(range.low, range.high, map_of(style));
  const Palette& colors = palette(style.theme);
  constexpr int kPieces = 64, kLabels = 5;
  for (int i = 0; i < kPieces; ++i) {
    const double share = (i + 0.5) / kPieces;
    const double height = bar.height / kPieces;
    group.marks.push_back(
        RectMark{{bar.x, bar.bottom() - (i + 1) * height, bar.width, height + 0.5},
                 color_of(scale, static_cast<float>(range.low + share * (range.high - range.low))),
                 {},
                 0.0});
  }
  for (int i = 0; i < kLabels; ++i) {
    const double share = static_cast<double>(i) / (kLabels - 1);
    const double at = range.low + share * (range.high - range.low);
    group.marks.push_back(TextMark{{bar.right() + 6.0, bar.bottom() - share * bar.height},
                                   picture.logarithmic ? compact_power(at) : compact(at),
                                   style.font_size,
                                   colors.text,
                                   HAlign::left,
                                   VAlign::middle});
  }
}

}  // namespace

Figure build_grid(const GridPicture& picture, const FigureStyle& style, Size size) {
  Figure figure = blank_figure("grid", picture.title, style, size);
  const Palette& colors = palette(style.theme);
  const double font = style.font_size, top = add_header(figure, style, {picture.note}, {});
  const std::size_t columns = picture.x_values.size();
  const std::size_t rows = std::max<std::size_t>(1, picture.y_values.size());
  double left = 12.0;
  for (const std::string& label : picture.y_values)
    left = std::max(left, 18.0 + text_width(label, font));
  const double head = picture.y_values.empty() ? 8.0 : 1.8 * font;
  const Rect area{left, top + head, size.width - left - kBarRoom,
                  size.height - top - head - 3.8 * font};
  const double width = area.width / static_cast<double>(columns);
  const double height = area.height / static_cast<double>(rows);
  const Range range = range_of(picture);
  const ColorScale scale = color_scale(range.low, range.high, map_of(style));
  Group cells{"cells", {}, {}}, labels{"labels", {}, {}};
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column) {
      const Rect cell{area.x + static_cast<double>(column) * width,
                      area.bottom() - static_cast<double>(row + 1) * height, width, height};
      const double at = position(picture.values[row * columns + column], picture.logarithmic);
      if (std::isfinite(at))
        cells.marks.push_back(RectMark{cell, color_of(scale, static_cast<float>(at)),
                                       Stroke{colors.background, 0.5}, 0.0});
      else
        cells.marks.push_back(HatchMark{cell, Stroke{colors.muted_text, 1.0}, 6.0});
    }
  cells.marks.push_back(RectMark{area, {}, Stroke{colors.axis, 1.0}, 0.0});
  double widest = 0.0;
  for (const std::string& label : picture.x_values)
    widest = std::max(widest, text_width(label, font));
  const std::size_t x_step = every(picture.x_values, width, widest + 8.0);
  for (std::size_t i = 0; i < columns; i += x_step)
    labels.marks.push_back(
        TextMark{{area.x + (static_cast<double>(i) + 0.5) * width, area.bottom() + 6.0},
                 picture.x_values[i],
                 font,
                 colors.text,
                 HAlign::center,
                 VAlign::top});
  const std::size_t y_step = every(picture.y_values, height, 1.3 * font);
  for (std::size_t i = 0; i < picture.y_values.size(); i += y_step)
    labels.marks.push_back(
        TextMark{{area.x - 6.0, area.bottom() - (static_cast<double>(i) + 0.5) * height},
                 picture.y_values[i],
                 font,
                 colors.text,
                 HAlign::right,
                 VAlign::middle});
  labels.marks.push_back(TextMark{{area.right(), size.height - 0.6 * font},
                                  picture.x_title,
                                  font,
                                  colors.muted_text,
                                  HAlign::right,
                                  VAlign::baseline});
  if (!picture.y_title.empty())
    labels.marks.push_back(TextMark{{8.0, top + 0.9 * font},
                                    picture.y_title,
                                    font,
                                    colors.muted_text,
                                    HAlign::left,
                                    VAlign::middle});
  if (range.any)
    add_bar(labels, style, picture, range, {area.right() + 18.0, area.y, kBarThick, area.height});
  figure.groups.push_back(std::move(cells));
  figure.groups.push_back(std::move(labels));
  return figure;
}

}  // namespace backflow::figure
