#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

class BoxDrawer {
public:
  BoxDrawer(Group& group, const FigureStyle& style, const UnrolledData& data,
            const UnrolledLayout& layout)
      : group_(group),
        style_(style),
        colors_(palette(style.theme)),
        data_(data),
        layout_(layout),
        box_(layout.box()) {}

  void draw() {
    measure_signals();
    name_factors_ = !data_.log10_factor.empty() && names_fit();
    for (Index t = layout_.first; t <= layout_.last; ++t) {
      edges_into(t);
      draw_state(t);
      draw_blame(t);
      if (t >= 1) draw_input(t);
      if (data_.has_output(t)) draw_output(t);
    }
  }

private:
  double f() const { return layout_.font; }

  void measure_signals() {
    const auto& trace = data_.rec().trace;
    hidden_strength_ = strengths(trace.h);
    if (data_.has_cell_state()) cell_strength_ = strengths(trace.c);
  }

  // The norm at each step relative to the largest; index t.
  std::vector<double> strengths(const model::StepMatrices& values) const {
    std::vector<double> norms;
    double largest = 0.0;
    for (Index t = 0; t <= data_.steps; ++t) {
      norms.push_back(values.step(t).col(data_.sequence).norm());
      if (std::isfinite(norms.back())) largest = std::max(largest, norms.back());
    }
    for (double& norm : norms) norm = largest > 0.0 ? norm / largest : 0.0;
    return norms;
  }

  static double at(const std::vector<double>& values, Index t) {
    return values[static_cast<std::size_t>(t)];
  }

  void text(Point center, const std::string& markup, double size, Color color, bool bold = false) {
    if (layout_.shows(center.x, text_width(markup, size, bold)))
      group_.marks.push_back(TextMark{.anchor = center,
                                      .markup = markup,
                                      .size = size,
                                      .color = color,
                                      .h_align = HAlign::center,
                                      .v_align = VAlign::middle,
                                      .bold = bold});
  }

  Rect column_box(Index t, const Row& row, double width) const {
    return {layout_.x(static_cast<double>(t)) - width / 2.0, row.top, width, row.height};
  }

  void forward_arrow(Point from, Point to, double strength) {
    const double thickness = f() * (0.06 + 0.34 * std::clamp(strength, 0.0, 1.0));
    add_arrow(group_, from, to, thickness, colors_.forward, colors_.forward);
  }

  Color blame_color(Index t) const {
    return color_of(data_.blame_scale,
                    static_cast<float>(data_.relative_blame[static_cast<std::size_t>(t)]));
  }

  // Of what the loss of step t itself says, without the blame that comes from later steps.
  Color own_blame_color(Index t) const {
    const auto& record = data_.rec();
    const double norm =
        (record.model.parameters.W_hy.transpose() * record.signals.dz.step(t).col(data_.sequence))
            .norm() *
        static_cast<double>(record.trace.batch());
    return color_of(data_.blame_scale,
                    static_cast<float>(std::log10(norm) - data_.log10_reference));
  }

  // The edges between step t − 1 and step t, and from the input of step t.
  void edges_into(Index t) {
    if (t == 0) return;
    const double pad = 0.25 * f();
    const double left = layout_.x(static_cast<double>(t - 1)) + box_ / 2.0 + pad;
    const double right = layout_.x(static_cast<double>(t)) - box_ / 2.0 - pad;
    const double y = layout_.hidden.middle();
    forward_arrow({left, y}, {right, y}, at(hidden_strength_, t - 1));
    const double x = layout_.x(static_cast<double>(t));
    if (layout_.cell.height > 0.0) {
      const double y_cell = layout_.cell.middle();
      forward_arrow({left, y_cell}, {right, y_cell}, at(cell_strength_, t - 1));
      forward_arrow({x, layout_.cell.top - pad}, {x, layout_.hidden.bottom() + pad},
                    at(cell_strength_, t));
    }
    const double input = data_.rec().batch.inputs.step(t).col(data_.sequence).norm();
    forward_arrow({x, layout_.input.top - pad}, {x, layout_.state_bottom().bottom() + pad},
                  input / data_.input_scale);
    if (data_.is_cut(t))
      cut_arrow(left, right);
    else
      blame_arrow(t, left, right);
  }

  // Where truncation lets nothing pass there is no arrow, only the place where it would be.
  void cut_arrow(double left, double right) {
    const double y = layout_.blame.middle();
    group_.marks.push_back(
        PolylineMark{{{left, y}, {right, y}}, {colors_.muted_text, 1.4, Dash::dashed}});
    text({(left + right) / 2.0, layout_.factor.middle()}, "cut", kFactorSize * f(),
         colors_.muted_text);
  }

  void blame_arrow(Index t, double left, double right) {
    const double y = layout_.blame.middle();
    const bool known = !data_.log10_factor.empty();
    const double log_factor = known ? data_.log10_factor[static_cast<std::size_t>(t)] : 0.0;
    const double factor = std::pow(10.0, std::clamp(log_factor, -2.0, 1.0));
    const double thickness =
        f() * (std::isnan(log_factor) ? 0.1 : std::clamp(0.4 * std::sqrt(factor), 0.08, 0.8));
    // What arrives at step t − 1 gives the arrow its colour.
    add_arrow(group_, {right, y}, {left, y}, thickness, blame_color(t - 1), colors_.axis);
    if (!known) return;
    text({(left + right) / 2.0, layout_.factor.middle()}, factor_label(t, name_factors_),
         kFactorSize * f(), colors_.text);
  }

  static constexpr double kFactorSize = 0.92;

  std::string factor_label(Index t, bool with_name) const {
    const std::string value = compact_power(data_.log10_factor[static_cast<std::size_t>(t)]);
    if (!with_name) return value;
    return factor_symbol(data_.rec().model.cell, data_.block, std::to_string(t)) + " = " + value;
  }

  // All arrows are labelled alike: with the factor's name where every one of them has room for it.
  bool names_fit() const {
    const bool every = !data_.has_one_output();  // forward arrows stand in the way
    const double room = layout_.column - box_ + (every ? -0.9 : 0.3) * f();
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t)
      if (!data_.is_cut(t) && text_width(factor_label(t, true), kFactorSize * f()) > room)
        return false;
    return true;
  }

  void draw_state(Index t) {
    const auto& trace = data_.rec().trace;
    const std::string step = "_{" + std::to_string(t) + "}";
    draw_state_box(column_box(t, layout_.hidden, box_), "h" + step,
                   trace.h.step(t).col(data_.sequence), data_.hidden_scale);
    if (layout_.cell.height > 0.0)
      draw_state_box(column_box(t, layout_.cell, box_), "c" + step,
                     trace.c.step(t).col(data_.sequence), data_.cell_scale);
  }

  // With the cell's name before it where every box has room for that.
  std::string named_cell(const std::string& name) const {
    const std::string cell = short_cell_name(data_.rec().model.cell);
    const std::string widest = cell + "  h_{" + std::to_string(layout_.last) + "}";
    if (cell.empty() || text_width(widest, f()) > box_ - 0.4 * f()) return name;
    return cell + "  " + name;
  }

  // A box of units with the state's name at its top.
  template <class Values>
  void draw_state_box(const Rect& box, const std::string& name, const Values& values,
                      double scale) {
    group_.marks.push_back(RectMark{box, colors_.panel, Stroke{colors_.axis, 1.0}, 0.5 * f()});
    const Rect inside{box.x + 0.4 * f(), box.y + 1.4 * f(), box.width - 0.8 * f(),
                      box.height - 1.7 * f()};
    const std::string title = named_cell(name);
    // A box too low for units is only as high as its name.
    const double y = std::min(box.y + 0.75 * f(), box.y + box.height / 2.0);
    text({box.x + box.width / 2.0, y}, title, f(), colors_.text);
    draw_units(values, scale, inside);
  }

  // Units as pills with their values where those fit, else as dots.
  template <class Values>
  void draw_units(const Values& values, double scale, const Rect& room) {
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

  void unit(double value, double scale, Point center, double width, double height, double size) {
    const Color fill = value_color(value, scale, colors_, style_);
    const double inset = std::min(width, height) * 0.07;
    const double w =
        size > 0.0 ? std::min(width, 4.4 * f()) - 2 * inset : std::min(width, height) - 2 * inset;
    const double h = size > 0.0 ? height - 2 * inset : w;
    const Rect pill{center.x - w / 2.0, center.y - h / 2.0, w, h};
    if (!std::isfinite(value)) {
      add_not_finite(pill, fill);
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
  void add_not_finite(const Rect& rect, Color fill) {
    group_.marks.push_back(RectMark{rect, fill, std::nullopt, 0.0});
    group_.marks.push_back(not_finite_hatch(rect, style_));
  }

  static std::string number_in_unit(double value) {
    return std::abs(value) < 9.995 ? fixed(value, 2) : compact(value);
  }

  static std::string order_of_magnitude(double log_value) {
    return std::isinf(log_value) ? "0" : "≈" + decade(static_cast<int>(std::lround(log_value)));
  }

  void draw_blame(Index t) {
    Rect pill = column_box(t, layout_.blame, box_);
    // At the right of a step with an output the forward arrow passes.
    if (data_.has_output(t)) pill.width -= 1.3 * f();
    const Color fill = blame_color(t);
    const double log_norm = data_.log10_blame[static_cast<std::size_t>(t)];
    if (is_not_finite(log_norm)) {
      add_not_finite(pill, fill);
      return;
    }
    group_.marks.push_back(
        RectMark{pill, fill, Stroke{colors_.axis, 1.0}, std::min(pill.height, f()) / 2.0});
    const double room = pill.width - 0.4 * f();
    const std::string number = compact_power(log_norm);
    const double size = text_width(number, f()) <= room ? f() : 0.8 * f();
    const std::string label = first_that_fits({number, order_of_magnitude(log_norm)}, size, room);
    text({pill.x + pill.width / 2.0, layout_.blame.middle()}, label, size, readable_on(fill));
  }

  void draw_input(Index t) {
    const auto& batch = data_.rec().batch;
    const Rect box = column_box(t, layout_.input, box_);
    const auto values = batch.inputs.step(t).col(data_.sequence);
    const double x = box.x + box.width / 2.0;
    if (batch.input_words.empty()) {
      draw_cells(values, data_.input_scale, box);
      return;
    }
    const std::string word = batch.input_word(t, data_.sequence);
    const bool both = layout_.input.height > 2.4 * f() && values.size() > 1;
    text({x, box.y + (both ? 0.7 * f() : box.height / 2.0)}, word, 1.08 * f(), colors_.text, true);
    if (both)
      draw_cells(values, data_.input_scale,
                 {box.x, box.y + 1.5 * f(), box.width, box.height - 1.5 * f()});
  }

  // A row of small cells with their values where those fit.
  template <class Values>
  void draw_cells(const Values& values, double scale, const Rect& room) {
    const double count = static_cast<double>(values.size());
    const double width = std::min(room.width / count, 3.6 * f());
    const double left = room.x + (room.width - width * count) / 2.0;
    const double size = std::min(0.9 * f(), 0.85 * room.height);
    for (Index i = 0; i < values.size(); ++i) {
      const Rect cell{left + width * static_cast<double>(i) + 0.75, room.y, width - 1.5,
                      room.height};
      const Color fill = value_color(values[i], scale, colors_, style_);
      if (!std::isfinite(values[i])) {
        add_not_finite(cell, fill);
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

  // The word of the class with the largest ŷ, where there are words, in the colour of a warning
  // where it is wrong; else the values.
  void draw_answer(Index t, const Rect& box) {
    const auto values = data_.rec().trace.y_hat.step(t).col(data_.sequence);
    if (!data_.has_words(t)) {
      draw_cells(values, data_.output_scale, box);
      return;
    }
    const std::string& word = data_.word(data_.predicted(t));
    const bool right = data_.predicted(t) == data_.target(t);
    text({box.x + box.width / 2.0 - 0.4 * f(), box.y + box.height / 2.0},
         first_that_fits({"“" + word + "” " + fixed(values.maxCoeff(), 2), word}, f(), box.width),
         f(), right ? colors_.text : colors_.warning, true);
  }

  void draw_output(Index t) {
    const auto& record = data_.rec();
    const double x = layout_.x(static_cast<double>(t)), pad = 0.2 * f();
    // Forward goes up on the right of the column, blame comes down on its left.
    const double up = x + box_ / 2.0 - 0.5 * f(), down = x - 0.3 * box_;
    forward_arrow({up, layout_.hidden.top - pad}, {up, layout_.output.bottom() + pad},
                  at(hidden_strength_, t));
    const Color blame = own_blame_color(t);
    add_arrow(group_, {down, layout_.output.bottom() + pad}, {down, layout_.blame.top - pad},
              0.35 * f(), blame, colors_.axis);
    const Rect box = column_box(t, layout_.output, box_);
    draw_answer(t, box);
    const double output = record.trace.y_hat.step(t).col(data_.sequence).norm();
    forward_arrow({up, layout_.output.top - pad}, {up, layout_.loss.bottom() + pad},
                  output / data_.output_scale);
    add_arrow(group_, {down, layout_.loss.bottom() + pad}, {down, layout_.output.top - pad},
              0.35 * f(), blame, colors_.axis);
    const double loss = data_.loss[static_cast<std::size_t>(t - 1)];
    const std::string named = std::isnan(loss) ? "L is not a number" : "L = " + compact(loss);
    const std::string label = first_that_fits(
        {data_.target_text(t) + ",  " + named, named, compact(loss)}, f(), layout_.column);
    // Shifted inwards at the last column, where the text could run over the edge.
    const double half = text_width(label, f()) / 2.0;
    const double limit = layout_.area.rect.right() - half;
    text({std::min(x, limit), layout_.loss.middle()}, label, f(), colors_.text);
  }

  Group& group_;
  const FigureStyle& style_;
  const Palette& colors_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
  double box_;  // width of the boxes
  std::vector<double> hidden_strength_, cell_strength_;
  bool name_factors_ = false;
};

}  // namespace

void add_unrolled_boxes(Group& group, const FigureStyle& style, const UnrolledData& data,
                        const UnrolledLayout& layout) {
  BoxDrawer(group, style, data, layout).draw();
}

}  // namespace backflow::figure
