#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/step_marks.h"
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
        parts_(group, style, layout),
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
      if (t >= 1) parts_.input(data_, t, column_box(t, layout_.input, box_));
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

  Rect column_box(Index t, const Row& row, double width) const {
    return {layout_.x(static_cast<double>(t)) - width / 2.0, row.top, width, row.height};
  }

  // The edges between step t − 1 and step t, and from the input of step t.
  void edges_into(Index t) {
    if (t == 0) return;
    const double pad = 0.25 * f();
    const double left = layout_.x(static_cast<double>(t - 1)) + box_ / 2.0 + pad;
    const double right = layout_.x(static_cast<double>(t)) - box_ / 2.0 - pad;
    const double y = layout_.hidden.middle();
    parts_.forward_arrow({left, y}, {right, y}, at(hidden_strength_, t - 1));
    const double x = layout_.x(static_cast<double>(t));
    if (layout_.cell.height > 0.0) {
      const double y_cell = layout_.cell.middle();
      parts_.forward_arrow({left, y_cell}, {right, y_cell}, at(cell_strength_, t - 1));
      parts_.forward_arrow({x, layout_.cell.top - pad}, {x, layout_.hidden.bottom() + pad},
                           at(cell_strength_, t));
    }
    const double input = data_.rec().batch.inputs.step(t).col(data_.sequence).norm();
    parts_.forward_arrow({x, layout_.input.top - pad}, {x, layout_.state_bottom().bottom() + pad},
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
    parts_.text({(left + right) / 2.0, layout_.factor.middle()}, "cut", kFactorSize * f(),
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
    add_arrow(group_, {right, y}, {left, y}, thickness, data_.blame_color(t - 1), colors_.axis);
    if (!known) return;
    parts_.text({(left + right) / 2.0, layout_.factor.middle()}, factor_label(t, name_factors_),
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
    parts_.state_box(column_box(t, layout_.hidden, box_), named_cell("h" + step),
                     trace.h.step(t).col(data_.sequence), data_.hidden_scale);
    if (layout_.cell.height > 0.0)
      parts_.state_box(column_box(t, layout_.cell, box_), named_cell("c" + step),
                       trace.c.step(t).col(data_.sequence), data_.cell_scale);
  }

  // With the cell's name before it where every box has room for that.
  std::string named_cell(const std::string& name) const {
    const std::string cell = short_cell_name(data_.rec().model.cell);
    const std::string widest = cell + "  h_{" + std::to_string(layout_.last) + "}";
    if (cell.empty() || text_width(widest, f()) > box_ - 0.4 * f()) return name;
    return cell + "  " + name;
  }

  void draw_blame(Index t) {
    Rect pill = column_box(t, layout_.blame, box_);
    // At the right of a step with an output the forward arrow passes.
    if (data_.has_output(t)) pill.width -= 1.3 * f();
    parts_.blame_pill(data_, t, pill);
  }

  void draw_output(Index t) {
    const auto& record = data_.rec();
    const double x = layout_.x(static_cast<double>(t)), pad = 0.2 * f();
    // Forward goes up on the right of the column, blame comes down on its left.
    const double up = x + box_ / 2.0 - 0.5 * f(), down = x - 0.3 * box_;
    parts_.forward_arrow({up, layout_.hidden.top - pad}, {up, layout_.output.bottom() + pad},
                         at(hidden_strength_, t));
    const Color blame = data_.own_blame_color(t);
    add_arrow(group_, {down, layout_.output.bottom() + pad}, {down, layout_.blame.top - pad},
              0.35 * f(), blame, colors_.axis);
    const Rect box = column_box(t, layout_.output, box_);
    parts_.answer(data_, t, box);
    const double output = record.trace.y_hat.step(t).col(data_.sequence).norm();
    parts_.forward_arrow({up, layout_.output.top - pad}, {up, layout_.loss.bottom() + pad},
                         output / data_.output_scale);
    add_arrow(group_, {down, layout_.loss.bottom() + pad}, {down, layout_.output.top - pad},
              0.35 * f(), blame, colors_.axis);
    const double loss = data_.loss[static_cast<std::size_t>(t - 1)];
    const std::string named = std::isnan(loss) ? "L is not a number" : "L = " + compact(loss);
    const std::string label = first_that_fits(
        {data_.target_text(t) + ",  " + named, named, compact(loss)}, f(), layout_.column);
    // Shifted inwards at the last column, where the text could run over the edge; in the window
    // letters lie on whole pixels, and the text is a little wider than it is measured.
    const double half = text_width(label, f()) / 2.0, rounding = 0.5 * f();
    const double limit = layout_.area.rect.right() - rounding - half;
    parts_.text({std::min(x, limit), layout_.loss.middle()}, label, f(), colors_.text);
  }

  Group& group_;
  StepMarks parts_;
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
