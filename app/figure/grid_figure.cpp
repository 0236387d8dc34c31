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
  for (const GridPicture::Panel& panel : picture.panels)
    for (const double value : panel.values) {
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

// One panel with its labels, in its part of the figure.
class PanelWriter {
public:
  PanelWriter(const GridPicture& picture, const FigureStyle& style, const Range& range)
      : picture_(picture),
        style_(style),
        colors_(palette(style.theme)),
        scale_(color_scale(range.low, range.high, map_of(style))) {}

  void write(const GridPicture::Panel& panel, const Rect& room) {
    const double font = style_.font_size;
    double left = 12.0;
    for (const std::string& label : picture_.y_values)
      left = std::max(left, 18.0 + text_width(label, font));
    const double head = picture_.y_values.empty() ? 8.0 : 1.8 * font;
    const double title = panel.title.empty() ? 0.0 : 1.5 * font;
    const double top = room.y + title + head;
    if (!panel.title.empty())
      text({room.x + room.width / 2.0, room.y + 0.7 * font}, panel.title, HAlign::center,
           VAlign::middle, colors_.text);
    const Rect area{room.x + left, top, room.width - left - 6.0, room.bottom() - top - 3.8 * font};
    if (area.width <= 0.0 || area.height <= 0.0) return;
    write_cells(panel, area);
    write_labels(room, area);
  }

  Group cells{"cells", {}, {}}, labels{"labels", {}, {}};

private:
  void text(Point at, const std::string& markup, HAlign h, VAlign v, Color color) {
    labels.marks.push_back(TextMark{at, markup, style_.font_size, color, h, v});
  }

  void write_cells(const GridPicture::Panel& panel, const Rect& area) {
    const std::size_t columns = picture_.x_values.size();
    const std::size_t rows = std::max<std::size_t>(1, picture_.y_values.size());
    const double width = area.width / static_cast<double>(columns);
    const double height = area.height / static_cast<double>(rows);
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column) {
        const Rect cell{area.x + static_cast<double>(column) * width,
                        area.bottom() - static_cast<double>(row + 1) * height, width, height};
        const double at = position(panel.values[row * columns + column], picture_.logarithmic);
        if (std::isfinite(at))
          cells.marks.push_back(RectMark{cell, color_of(scale_, static_cast<float>(at)),
                                         Stroke{colors_.background, 0.5}, 0.0});
        else
          cells.marks.push_back(HatchMark{cell, Stroke{colors_.muted_text, 1.0}, 6.0});
      }
    cells.marks.push_back(RectMark{area, {}, Stroke{colors_.axis, 1.0}, 0.0});
  }

  void write_labels(const Rect& room, const Rect& area) {
    const double font = style_.font_size;
    const std::size_t columns = picture_.x_values.size();
    const double width = area.width / static_cast<double>(columns);
    const double height =
        area.height / static_cast<double>(std::max<std::size_t>(1, picture_.y_values.size()));
    double widest = 0.0;
    for (const std::string& label : picture_.x_values)
      widest = std::max(widest, text_width(label, font));
    const std::size_t x_step = every(picture_.x_values, width, widest + 8.0);
    for (std::size_t i = 0; i < columns; i += x_step)
      text({area.x + (static_cast<double>(i) + 0.5) * width, area.bottom() + 6.0},
           picture_.x_values[i], HAlign::center, VAlign::top, colors_.text);
    const std::size_t y_step = every(picture_.y_values, height, 1.3 * font);
    for (std::size_t i = 0; i < picture_.y_values.size(); i += y_step)
      text({area.x - 6.0, area.bottom() - (static_cast<double>(i) + 0.5) * height},
           picture_.y_values[i], HAlign::right, VAlign::middle, colors_.text);
    text({area.right(), room.bottom() - 0.6 * font}, picture_.x_title, HAlign::right,
         VAlign::baseline, colors_.muted_text);
    if (!picture_.y_title.empty())
      text({room.x + 8.0, area.y - 0.9 * font}, picture_.y_title, HAlign::left, VAlign::middle,
           colors_.muted_text);
  }

  const GridPicture& picture_;
  const FigureStyle& style_;
  const Palette& colors_;
  ColorScale scale_;
};

// Panels side by side, up to three of them; then the next row.
std::size_t across(const GridPicture& picture) {
  return std::clamp<std::size_t>(picture.panels.size(), 1, 3);
}
std::size_t down(const GridPicture& picture) {
  return (picture.panels.size() + across(picture) - 1) / across(picture);
}

}  // namespace

Size usual_size(const GridPicture& picture) {
  const auto columns = static_cast<double>(across(picture)),
             rows = static_cast<double>(down(picture));
  const double one = picture.y_values.empty() ? 140.0 : 380.0;
  if (picture.panels.size() == 1) return {640.0, 60.0 + one};
  return {kBarRoom + 320.0 * columns, 60.0 + 0.75 * one * rows};
}

Figure build_grid(const GridPicture& picture, const FigureStyle& style, Size size) {
  Figure figure = blank_figure("grid", picture.title, style, size);
  const double top = add_header(figure, style, {picture.note}, {});
  const Range range = range_of(picture);
  PanelWriter writer(picture, style, range);
  const double width = (size.width - kBarRoom + 6.0) / static_cast<double>(across(picture));
  const double height = (size.height - top) / static_cast<double>(down(picture));
  for (std::size_t i = 0; i < picture.panels.size(); ++i)
    writer.write(picture.panels[i],
                 {static_cast<double>(i % across(picture)) * width,
                  top + static_cast<double>(i / across(picture)) * height, width, height});
  if (range.any) {
    const double font = style.font_size;
    const double head = (picture.y_values.empty() ? 8.0 : 1.8 * font) +
                        (picture.panels.front().title.empty() ? 0.0 : 1.5 * font);
    add_bar(writer.labels, style, picture, range,
            {size.width - kBarRoom + 18.0, top + head, kBarThick,
             size.height - top - head - 3.8 * font});
  }
  figure.groups.push_back(std::move(writer.cells));
  figure.groups.push_back(std::move(writer.labels));
  return figure;
}

}  // namespace backflow::figure
