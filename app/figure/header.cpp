#include "app/figure/header.h"

#include <algorithm>
#include <string_view>

#include "app/figure/text_markup.h"

namespace backflow::figure {

std::string first_that_fits(const std::vector<std::string>& texts, double size, double width) {
  for (const std::string& text : texts)
    if (text_width(text, size) <= width) return text;
  return {};
}

std::string shortened(const std::string& text, double size, double width, bool bold) {
  if (text_width(text, size, bold) <= width) return text;
  std::string shown = text;
  for (std::size_t blank; (blank = shown.rfind(' ')) != std::string::npos;) {
    shown.resize(blank);
    while (!shown.empty() && std::string_view(",:; ").find(shown.back()) != std::string_view::npos)
      shown.pop_back();
    if (text_width(shown + " …", size, bold) <= width) return shown + " …";
  }
  return {};
}

double add_header(Figure& figure, const FigureStyle& style, const std::vector<std::string>& left,
                  const std::vector<std::string>& right) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size, margin = 0.75 * size, room = figure.width - 2 * margin;
  Group group{"header", std::nullopt, {}};
  double y = 0.6 * size;
  // A little smaller rather than cut short.
  const double whole = text_width(figure.title, size, true);
  const double title_size = std::clamp(room / std::max(whole, 1.0), 1.0, 1.2) * size;
  const std::string title =
      style.title ? shortened(figure.title, title_size, room + 0.1, true) : std::string();
  if (!title.empty()) {
    group.marks.push_back(TextMark{.anchor = {margin, y},
                                   .markup = title,
                                   .size = title_size,
                                   .color = colors.text,
                                   .v_align = VAlign::top,
                                   .bold = true});
    y += kTitleHeight * size;
  }
  const std::string first = first_that_fits(left, size, room);
  const double rest = room - text_width(first, size) - 1.5 * size;
  const auto write = [&](const std::string& text, double x, HAlign align) {
    if (text.empty()) return;
    group.marks.push_back(TextMark{.anchor = {x, y},
                                   .markup = text,
                                   .size = size,
                                   .color = colors.muted_text,
                                   .h_align = align,
                                   .v_align = VAlign::top});
  };
  write(first, margin, HAlign::left);
  write(first_that_fits(right, size, rest), figure.width - margin, HAlign::right);
  figure.groups.push_back(std::move(group));
  return y + 1.8 * size;
}

void add_hint(Figure& figure, const FigureStyle& style, const Rect& area, const std::string& hint) {
  const std::string shown = first_that_fits({hint}, style.font_size, area.width);
  if (shown.empty()) return;
  const Point middle{area.x + area.width / 2.0, area.y + area.height / 2.0};
  // Grid lines do not run through it.
  const double width = text_width(shown, style.font_size) + style.font_size;
  const double height = 1.6 * style.font_size;
  figure.groups.push_back(
      {"hint",
       std::nullopt,
       {RectMark{{middle.x - width / 2.0, middle.y - height / 2.0, width, height},
                 figure.background,
                 std::nullopt,
                 0.0},
        TextMark{.anchor = middle,
                 .markup = shown,
                 .size = style.font_size,
                 .color = palette(style.theme).muted_text,
                 .h_align = HAlign::center,
                 .v_align = VAlign::middle}}});
}

}  // namespace backflow::figure
