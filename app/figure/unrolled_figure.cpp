#include "app/figure/unrolled_figure.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "app/figure/folded_figure.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/source.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"
#include "app/figure/unrolled_parts.h"
#include "app/figure/walk_text.h"

namespace backflow::figure {
namespace {

using model::Index;

// What is shown, longest form first. Truncation is told before the iteration.
std::vector<std::string> subtitles(const UnrolledData& data) {
  const std::string sequence = sequence_name(data.rec().trace, data.sequence);
  const std::string iteration = fmt::format(", iteration {}", grouped(data.rec().iteration));
  const std::string cut = truncation_name(data.rec().options.truncation);
  if (cut.empty()) return {sequence + iteration, sequence};
  return {sequence + iteration + ", blame cut: " + cut, sequence + ", blame cut: " + cut,
          "blame cut: " + cut, sequence};
}

// The cell's formula, longest form first.
std::vector<std::string> formulas(model::CellKind cell) {
  const std::string formula(model::cell_of(cell).layout().formula);
  if (cell == model::CellKind::rnn) return {formula};
  const std::string name(model::title_of(cell));
  return {name + ": " + formula, name, short_cell_name(cell)};
}

// The formula where there is room for it beside the rest.
std::string formula_for(const UnrolledData& data, const FigureStyle& style, double width,
                        const std::string& beside) {
  return first_that_fits(formulas(data.rec().model.cell), style.font_size,
                         width - text_width(beside, style.font_size) - 3.0 * style.font_size);
}

// Bands behind the two steps of the cell under the mouse in the heatmap.
void add_cursor(Figure& figure, const FigureStyle& style, const View& view,
                const UnrolledLayout& layout, Index steps) {
  if (!view.cursor || view.cursor->t > steps) return;
  Group group{"cursor", layout.area.rect, {}};
  Color color = palette(style.theme).accent;
  color.a = 56;
  for (const Index step : {view.cursor->k, view.cursor->t}) {
    const double width = std::max(layout.column, 2.0);
    group.marks.push_back(RectMark{{layout.x(static_cast<double>(step)) - width / 2.0,
                                    layout.area.rect.y, width, layout.area.rect.height},
                                   color,
                                   std::nullopt,
                                   0.0});
    if (view.cursor->k == view.cursor->t) break;
  }
  figure.groups.push_back(std::move(group));
}

template <class Values>
std::string few_values(const Values& values) {
  std::string text;
  for (Index i = 0; i < values.size() && i < 6; ++i)
    text += (i > 0 ? ", " : "") + compact(values[i]);
  return values.size() > 6 ? text + ", …" : text;
}

// What a walk says is read more often than a formula.
void brighten(Group& header, const FigureStyle& style) {
  for (Mark& mark : header.marks)
    if (auto* text = std::get_if<TextMark>(&mark); text != nullptr && text->h_align == HAlign::left)
      text->color = palette(style.theme).text;
}

// The rows of the one step that the folded cell shows.
UnrolledLayout folded_layout(const FigureStyle& style, const View& view, const UnrolledData& data,
                             double top, Size size) {
  View one = view;
  one.first_step = one.last_step = static_cast<double>(std::max<Index>(1, folded_step(view, data)));
  UnrolledLayout layout = unrolled_layout(style, one, data, top, size);
  layout.detail = Detail::full;
  return layout;
}

double smooth(double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  return s * s * (3.0 - 2.0 * s);
}

void fade(Group& group, double opacity) {
  const auto thin = [opacity](Color& color) {
    color.a = static_cast<std::uint8_t>(std::lround(color.a * opacity));
  };
  for (Mark& mark : group.marks)
    std::visit(
        [&](auto& m) {
          if constexpr (requires { m.color; }) thin(m.color);
          if constexpr (requires { m.stroke.color; }) thin(m.stroke.color);
          if constexpr (requires { m.stroke->color; })
            if (m.stroke) thin(m.stroke->color);
          if constexpr (std::is_same_v<decltype(m), PolygonMark&>) thin(m.fill);
          if constexpr (requires { m.fill->a; })
            if (m.fill) thin(*m.fill);
        },
        mark);
  // Bands of colours have no opacity of their own.
  std::erase_if(group.marks, [opacity](const Mark& mark) {
    return opacity < 0.5 && std::holds_alternative<HeatmapMark>(mark);
  });
}

// The columns slide together, and the cell they become comes up in their place.
void add_fold(Figure& figure, const FigureStyle& style, const View& view, const UnrolledData& data,
              const UnrolledLayout& unrolled, const UnrolledLayout& folded) {
  const double slid = smooth(view.fold), shown = smooth((view.fold - 0.55) / 0.45);
  if (view.fold < 1.0) {
    UnrolledLayout layout = unrolled;
    Rect& area = layout.area.rect;
    const double target = layout.detail == Detail::full ? 0.02 * area.width : folded.box();
    const double width = area.width + slid * (target - area.width);
    area.x += (area.width - width) / 2.0;
    area.width = width;
    Group network{"network", unrolled.area.rect, {}};
    if (layout.detail == Detail::full)
      add_unrolled_boxes(network, style, data, layout);
    else
      add_unrolled_strips(network, style, data, layout);
    fade(network, 1.0 - shown);
    figure.groups.push_back(std::move(network));
  }
  Group cell{"cell", std::nullopt, {}};
  add_folded_cell(cell, figure, style, view, data, folded);
  fade(cell, shown);
  if (shown > 0.0) figure.groups.push_back(std::move(cell));
}

Figure build_network(const char* name, const session::Snapshot& snapshot, const View& view,
                     const FigureStyle& style, Size size) {
  const UnrolledData data = unrolled_data(snapshot, view, style.colors);
  const bool folded = view.fold >= 1.0;
  Figure figure = blank_figure(
      name, folded ? "The network, folded into one cell" : "The network, unrolled through time",
      style, size);
  auto about = subtitles(data);
  const std::vector<std::string> left =
      view.playhead ? walk_sentences(data, *view.playhead)
                    : std::vector{formula_for(data, style, size.width, about.front())};
  if (const std::string source = source_name(snapshot.config); !source.empty())
    about.insert(about.begin(), source + ": " + about.front());
  const double top = add_header(figure, style, left, about);
  if (view.playhead) brighten(figure.groups.back(), style);
  const UnrolledLayout unrolled = unrolled_layout(style, view, data, top, size);
  const UnrolledLayout layout = folded ? folded_layout(style, view, data, top, size) : unrolled;
  if (view.fold > 0.0) {
    add_fold(figure, style, view, data, unrolled, folded_layout(style, view, data, top, size));
  } else {
    figure.plot = layout.area;
    add_cursor(figure, style, view, layout, data.steps);
    Group network{"network", layout.area.rect, {}};
    if (layout.detail == Detail::full)
      add_unrolled_boxes(network, style, data, layout);
    else
      add_unrolled_strips(network, style, data, layout);
    figure.groups.push_back(std::move(network));
    add_unrolled_spots(figure, data, layout);
    add_unrolled_reveal(figure, style, view, data, layout);
    add_unrolled_steps(figure, style, data, layout);
    if (data.rec().batch.targets.count() == 0)
      add_hint(figure, style,
               {layout.area.rect.x, layout.loss.top, layout.area.rect.width,
                layout.output.bottom() - layout.loss.top},
               "no targets, so there is no loss, and all blame is 0");
  }
  add_unrolled_labels(figure, style, data, layout);
  add_gradient_bars(figure, style, view, snapshot, data, layout);
  add_unrolled_legend(figure, style, data, layout);
  add_highlight(figure, style, view);
  return figure;
}

}  // namespace

Figure build_unrolled(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size) {
  return build_network("unrolled", snapshot, view, style, size);
}

Figure build_folded(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                    Size size) {
  View folded = view;
  folded.fold = 1.0;
  return build_network("folded", snapshot, folded, style, size);
}

void write_unrolled_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink) {
  const UnrolledData data = unrolled_data(snapshot, view);
  const auto& record = data.rec();
  const Index s = data.sequence;
  const auto row = [&](Index t, const char* quantity, Index index, double value) {
    sink(fmt::format("{},{},{},{}\n", t, quantity, index, csv_number(value)));
  };
  const auto rows = [&](Index t, const char* quantity, const model::StepMatrices& values) {
    if (!values.contains(t)) return;
    for (Index i = 0; i < values.rows(); ++i) row(t, quantity, i, values.step(t)(i, s));
  };
  sink("t,quantity,index,value\n");
  for (Index t = 0; t <= data.steps; ++t) {
    rows(t, "x", record.batch.inputs);
    rows(t, "h", record.trace.h);
    rows(t, "c", record.trace.c);
    if (data.has_output(t)) {
      rows(t, "y_hat", record.trace.y_hat);
      rows(t, "y", record.batch.targets);
      row(t, "loss", 0, data.loss[static_cast<std::size_t>(t - 1)]);
    }
    row(t, "log10_error_norm", 0, data.log10_blame[static_cast<std::size_t>(t)]);
    if (t >= 1 && !data.log10_factor.empty())
      row(t, "log10_factor", 0, data.log10_factor[static_cast<std::size_t>(t)]);
  }
}

namespace {

// The step under a mouse that is on the network; −1 where there is none. The folded cell has one.
Index step_at(const Figure& figure, const View& view, const UnrolledData& data, Point at) {
  if (figure.plot) return static_cast<Index>(std::lround(x_value_at(*figure.plot, at.x)));
  const Index t = folded_step(view, data);
  return t > 0 ? t : -1;
}

}  // namespace

std::string unrolled_tooltip(const session::Snapshot& snapshot, const View& view,
                             const Figure& figure, Point at) {
  // The data are not looked up for nothing.
  if (figure.plot ? !figure.plot->rect.contains(at) : !highlight_at(figure, at)) return {};
  const UnrolledData data = unrolled_data(snapshot, view);
  const auto t = step_at(figure, view, data, at);
  if (t < 0 || t > data.steps) return {};
  const auto& record = data.rec();
  const Index s = data.sequence;
  std::string text = fmt::format("step t = {}", t);
  if (record.batch.inputs.contains(t)) {
    const bool word = !record.batch.input_words.empty();
    text += fmt::format("\nx_{{{}}} = {}{}", t,
                        word ? "“" + record.batch.input_word(t, s) + "” = " : "",
                        few_values(record.batch.inputs.step(t).col(s)));
  }
  text += fmt::format("\nh_{{{}}} = {}", t, few_values(record.trace.h.step(t).col(s)));
  if (data.has_cell_state())
    text += fmt::format("\nc_{{{}}} = {}", t, few_values(record.trace.c.step(t).col(s)));
  if (data.has_output(t))
    text += fmt::format("\nŷ_{{{}}} = {}, target {}, L_{{{}}} = {}", t,
                        few_values(record.trace.y_hat.step(t).col(s)),
                        few_values(record.batch.targets.step(t).col(s)), t,
                        compact(data.loss[static_cast<std::size_t>(t - 1)]));
  const auto index = static_cast<std::size_t>(t);
  text += fmt::format("\nblame ‖∂L/∂h_{{{}}}‖ = {}: ×{} of the last step's", t,
                      compact_power(data.log10_blame[index]),
                      compact_power(data.relative_blame[index]));
  if (data.has_cell_state())
    text += fmt::format("\nblame of the cell state ‖∂L/∂c_{{{}}}‖ = {}", t,
                        compact(static_cast<double>(record.trace.batch()) *
                                record.signals.e_c.step(t).col(s).norm()));
  if (t >= 1 && !data.log10_factor.empty())
    text += fmt::format("\none step back: {} = {}",
                        factor_symbol(record.model.cell, data.block, std::to_string(t)),
                        compact_power(data.log10_factor[index]));
  if (t >= 1 && data.is_cut(t))
    text +=
        "\nno blame passes further back: cut (" + truncation_name(record.options.truncation) + ")";
  return text;
}

}  // namespace backflow::figure
