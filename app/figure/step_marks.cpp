#include "app/figure/step_marks.h"

#include <algorithm>
#include <cmath>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using model::Index;

std::string number_in_unit(double value) {
  return std::abs(value) < 9.995 ? fixed(value, 2) : compact(value);
}

std::string order_of_magnitude(double log_value) {
  return std::isinf(log_value) ? "0" : "≈" + decade(static_cast<int>(std::lround(log_value)));
}

}  // namespace

void StepMarks::text(Point center, const std::string& markup, double size, Color color,
                     bool bold) const {
  if (layout_.shows(center.x, text_width(markup, size, bold)))
    group_.marks.push_back(TextMark{.anchor = center,
                                    .markup = markup,
                                    .size = size,
                                    .color = color,
                                    .h_align = HAlign::center,
                                    .v_align = VAlign::middle,
                                    .bold = bold});
}

void StepMarks::forward_arrow(Point from, Point to, double strength) const {
  const double thickness =
      f() * (0.06 + 0.34 * (std::isnan(strength) ? 1.0 : std::clamp(strength, 0.0, 1.0)));
  add_arrow(group_, from, to, thickness, colors_.forward, colors_.forward);
}

// A box of units with the state's name at its top.
void StepMarks::state_box(const Rect& box, const std::string& title, const Values& values,
                          double scale) const {
  group_.marks.push_back(RectMark{box, colors_.panel, Stroke{colors_.axis, 1.0}, 0.5 * f()});
  const Rect inside{box.x + 0.4 * f(), box.y + 1.4 * f(), box.width - 0.8 * f(),
                    box.height - 1.7 * f()};
  // A box too low for units is only as high as its name.
  const double y = std::min(box.y + 0.75 * f(), box.y + box.height / 2.0);
  text({box.x + box.width / 2.0, y}, title, f(), colors_.text);
  units(values, scale, inside);
}

// Units as pills with their values where those fit, else as dots.
void StepMarks::units(const Values& values, double scale, const Rect& room) const {
  if (room.height < 3.0 || room.width < 3.0) return;
  const Index n = values.size();
  Index columns = 1;
  // The most square cells win.
  const auto cell_height = [&](Index c) {
    return room.height / static_cast<double>((n + c - 1) / c);
  };
  const double wanted = n <= 24 ? 1.9 : 1.0;  // width to height of a cell
  while (columns < n &&
         room.width / static_cast<double>(columns + 1) > wanted * cell_height(columns + 1) * 0.8)
    ++columns;
  while (columns < n && cell_height(columns) < 1.4 * f() &&
         room.width / static_cast<double>(columns + 1) > 2.4 * f())
    ++columns;
  const double width = room.width / static_cast<double>(columns);
  const double height = std::min(cell_height(columns), 2.1 * f());
  const double size = 0.85 * f();
  const bool numbers = height >= 1.25 * f() && width >= 2.1 * f();
  for (Index i = 0; i < n; ++i) {
    const Point center{room.x + (static_cast<double>(i % columns) + 0.5) * width,
                       room.y + (static_cast<double>(i / columns) + 0.5) * height};
    unit(values[i], scale, center, width, height, numbers ? size : 0.0);
  }
}

void StepMarks::unit(double value, double scale, Point center, double width, double height,
                     double size) const {
  const Color fill = value_color(value, scale, colors_, style_);
  const double inset = std::min(width, height) * 0.07;
  const double w =
      size > 0.0 ? std::min(width, 4.4 * f()) - 2 * inset : std::min(width, height) - 2 * inset;
  const double h = size > 0.0 ? height - 2 * inset : w;
  const Rect pill{center.x - w / 2.0, center.y - h / 2.0, w, h};
  if (!std::isfinite(value)) {
    not_finite(pill, fill);
    return;
  }
  group_.marks.push_back(RectMark{pill, fill, std::nullopt, h / 2.0});
  if (size <= 0.0) return;
  // As many digits in every unit: two where the longest usual number fits.
  const bool two = text_width("−0.88", size) <= w - 0.2 * f();
  const std::string number = two ? number_in_unit(value) : fixed(value, 1);
  text(center, first_that_fits({number}, size, w), size, readable_on(fill));
}

// Without round corners, which hatching does not have.
void StepMarks::not_finite(const Rect& rect, Color fill) const {
  group_.marks.push_back(RectMark{rect, fill, std::nullopt, 0.0});
  group_.marks.push_back(not_finite_hatch(rect, style_));
}

// A row of small cells with their values where those fit.
void StepMarks::cells(const Values& values, double scale, const Rect& room) const {
  const double count = static_cast<double>(values.size());
  const double width = std::min(room.width / count, 3.6 * f());
  const double left = room.x + (room.width - width * count) / 2.0;
  const double size = std::min(0.9 * f(), 0.85 * room.height);
  for (Index i = 0; i < values.size(); ++i) {
    const Rect cell{left + width * static_cast<double>(i) + 0.75, room.y, width - 1.5, room.height};
    const Color fill = value_color(values[i], scale, colors_, style_);
    if (!std::isfinite(values[i])) {
      not_finite(cell, fill);
      continue;
    }
    group_.marks.push_back(RectMark{cell, fill, std::nullopt, 0.2 * f()});
    const std::string number =
        values[i] == std::round(values[i]) ? fixed(values[i], 0) : number_in_unit(values[i]);
    if (text_width(number, size) <= cell.width - 2.0)
      text({cell.x + cell.width / 2.0, cell.y + cell.height / 2.0}, number, size,
           readable_on(fill));
  }
}

void StepMarks::blame_pill(const UnrolledData& data, Index t, const Rect& pill) const {
  const Color fill = data.blame_color(t);
  const double log_norm = data.log10_blame[static_cast<std::size_t>(t)];
  if (is_not_finite(log_norm)) {
    not_finite(pill, fill);
    return;
  }
  group_.marks.push_back(
      RectMark{pill, fill, Stroke{colors_.axis, 1.0}, std::min(pill.height, f()) / 2.0});
  const double room = pill.width - 0.4 * f();
  const std::string number = compact_power(log_norm);
  const double size = text_width(number, f()) <= room ? f() : 0.8 * f();
  const std::string label = first_that_fits({number, order_of_magnitude(log_norm)}, size, room);
  text({pill.x + pill.width / 2.0, pill.y + pill.height / 2.0}, label, size, readable_on(fill));
}

void StepMarks::input(const UnrolledData& data, Index t, const Rect& box) const {
  const auto& batch = data.rec().batch;
  const auto values = batch.inputs.step(t).col(data.sequence);
  const double x = box.x + box.width / 2.0;
  if (batch.input_words.empty()) {
    cells(values, data.input_scale, box);
    return;
  }
  const std::string word = batch.input_word(t, data.sequence);
  const bool both = box.height > 2.4 * f() && values.size() > 1;
  text({x, box.y + (both ? 0.7 * f() : box.height / 2.0)}, word, 1.08 * f(), colors_.text, true);
  if (both)
    cells(values, data.input_scale, {box.x, box.y + 1.5 * f(), box.width, box.height - 1.5 * f()});
}

// The word of the class with the largest ŷ, where there are words, in the colour of a warning
// where it is wrong; else the values.
void StepMarks::answer(const UnrolledData& data, Index t, const Rect& box) const {
  const auto values = data.rec().trace.y_hat.step(t).col(data.sequence);
  if (!data.has_words(t)) {
    cells(values, data.output_scale, box);
    return;
  }
  const std::string& word = data.word(data.predicted(t));
  const bool right = data.predicted(t) == data.target(t);
  text({box.x + box.width / 2.0 - 0.4 * f(), box.y + box.height / 2.0},
       first_that_fits({"“" + word + "” " + fixed(values.maxCoeff(), 2), word}, f(), box.width),
       f(), right ? colors_.text : colors_.warning, true);
}

}  // namespace backflow::figure
