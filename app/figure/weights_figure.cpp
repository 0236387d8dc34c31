#include "app/figure/weights_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/color_bar.h"
#include "app/figure/comparison.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/source.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"
#include "app/figure/vanishing_condition.h"

namespace backflow::figure {
namespace {

using model::Index;
using model::Matrix;

constexpr double kLineStep = 1.45;  // of the lines below the matrix, in font sizes

// W_hh of all gates.
const Matrix& all_weights(const session::Snapshot& snapshot, const View& view) {
  return view.playhead ? snapshot.record->model.parameters.W_hh
                       : session::present_weights(snapshot).W_hh;
}

// The numbers of an analysis are of the block that makes the new state.
std::vector<std::string> numbers(const session::Snapshot& snapshot, const View& view) {
  if (!snapshot.analysis) return {};
  const session::Analysis& analysis = *snapshot.analysis;
  const model::CellKind cell = analysis.record->model.cell;
  const Index gate = model::layout_of(analysis.record->model).new_state_block;
  if (shown_gate(snapshot, view) != gate || cell != snapshot.record->model.cell) return {};
  const std::string rho = "ρ = " + compact(analysis.spectral_radius);
  const std::string sigma = "σ_{1} = " + compact(analysis.largest_singular_value);
  // An analysis that has to be there at once comes without ρ.
  const bool known = !std::isnan(analysis.spectral_radius) || analysis.norms.is_exact();
  const std::string both = (known ? rho + ", " : std::string()) + sigma;
  return {source_prefix(snapshot.config, cell) + both +
              fmt::format(", iteration {}", grouped(analysis.record->iteration)),
          cell_prefix(cell) + both, both, known ? rho : sigma};
}

// The condition for vanishing, as many lines as there is room for.
std::vector<std::string> lines_below(const session::Snapshot& snapshot, const FigureStyle& style,
                                     Size size) {
  std::vector<std::string> lines;
  if (!snapshot.analysis || size.height < 17.0 * style.font_size) return lines;
  for (const auto& wordings : vanishing_condition(*snapshot.analysis)) {
    const std::string line =
        first_that_fits(wordings, style.font_size, size.width - 1.5 * style.font_size);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::shared_ptr<const std::vector<float>> shares(const Eigen::Ref<const Matrix>& W, double limit) {
  auto values = std::make_shared<std::vector<float>>();
  values->reserve(static_cast<std::size_t>(W.size()));
  for (Index i = 0; i < W.rows(); ++i)
    for (Index j = 0; j < W.cols(); ++j)
      values->push_back(std::isfinite(W(i, j)) ? static_cast<float>(W(i, j) / limit)
                                               : std::numeric_limits<float>::quiet_NaN());
  return values;
}

std::string entry_text(double value, double limit, int decimals) {
  return limit >= 0.1 && limit < 100.0 ? fixed(value, decimals) : compact(value);
}

// Every entry's number, in the largest form that has room in all cells; else none.
void add_values(Group& group, const FigureStyle& style, const Eigen::Ref<const Matrix>& W,
                double limit, const Figure& figure) {
  constexpr Index kMostRows = 32;
  if (W.rows() > kMostRows) return;
  const Rect cell = entry_rect(figure, {0, 0});
  const auto fits = [&](double size, int decimals) {
    if (cell.height < 1.3 * size) return false;
    for (const double value : W.reshaped())
      if (text_width(entry_text(value, limit, decimals), size) > cell.width - 0.3 * size)
        return false;
    return true;
  };
  double size = style.font_size;
  int decimals = 2;
  if (!fits(size, decimals)) size *= 0.8;
  if (!fits(size, decimals)) decimals = 1;
  if (!fits(size, decimals)) return;
  const ColorScale scale = symmetric_scale(style);
  for (Index i = 0; i < W.rows(); ++i)
    for (Index j = 0; j < W.cols(); ++j) {
      const Rect rect = entry_rect(figure, {i, j});
      const Color below = color_of(scale, static_cast<float>(W(i, j) / limit));
      group.marks.push_back(
          TextMark{.anchor = {rect.x + rect.width / 2.0, rect.y + rect.height / 2.0},
                   .markup = entry_text(W(i, j), limit, decimals),
                   .size = size,
                   .color = readable_on(below),
                   .h_align = HAlign::center,
                   .v_align = VAlign::middle});
    }
}

void add_labels(Group& group, const FigureStyle& style, const Figure& figure, Index n,
                std::optional<Index> selected) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size, last = static_cast<double>(n) + 0.5;
  const Rect& rect = figure.plot->rect;
  for (const Tick& tick : linear_ticks({0.5, last, rect.width, size, false, true}))
    group.marks.push_back(
        TextMark{.anchor = {rect.x + (tick.position - 0.5) / static_cast<double>(n) * rect.width,
                            rect.bottom() + 0.4 * size},
                 .markup = tick.label,
                 .size = size,
                 .color = colors.text,
                 .h_align = HAlign::center,
                 .v_align = VAlign::top});
  const auto row_label = [&](const std::string& text, double position, bool chosen) {
    group.marks.push_back(
        TextMark{.anchor = {rect.x - 0.5 * size,
                            rect.y + (position - 0.5) / static_cast<double>(n) * rect.height},
                 .markup = text,
                 .size = size,
                 .color = chosen ? colors.accent : colors.text,
                 .h_align = HAlign::right,
                 .v_align = VAlign::middle,
                 .bold = chosen});
  };
  const double chosen = selected ? static_cast<double>(*selected) + 1.0 : -1.0;
  const double least = 1.3 * size * static_cast<double>(n) / rect.height;  // labels apart, in rows
  for (const Tick& tick : linear_ticks({0.5, last, rect.height, size, true, true}))
    if (!selected || std::abs(tick.position - chosen) >= least)
      row_label(tick.label, tick.position, false);
  if (selected) row_label(fmt::format("{:.0f}", chosen), chosen, true);
}

void add_frame(Group& group, const FigureStyle& style, const Figure& figure, Index n,
               std::optional<Index> selected) {
  const Palette& colors = palette(style.theme);
  const Rect& rect = figure.plot->rect;
  group.marks.push_back(RectMark{rect, std::nullopt, Stroke{colors.axis, 1.0}, 0.0});
  if (!selected) return;
  Rect row = entry_rect(figure, {*selected, 0});
  row.width *= static_cast<double>(n);
  const double grow = std::max(0.0, (4.0 - row.height) / 2.0);
  row = {row.x, row.y - grow, row.width, row.height + 2.0 * grow};
  group.marks.push_back(RectMark{row, std::nullopt, Stroke{colors.accent, 2.0}, 0.0});
}

// Square cells, in the middle of the width with the colour bar; where they are few, wider ones, for
// their numbers.
PlotArea matrix_area(const Figure& figure, Index n, double top, double bottom, double left,
                     double bar_width, double font) {
  const double width = std::max(figure.width - left - bar_width - 0.5 * font, font);
  const double height = std::max(bottom - top, font);
  const double widest = n <= 16 ? 1.5 : 1.0;
  const double side = std::min(width, widest * height);
  const double end = static_cast<double>(n) + 0.5;
  return {
      {left + (width - side) / 2.0, top, side, std::min(side, height)}, 0.5, end, end, 0.5, false};
}

}  // namespace

Index shown_gate(const session::Snapshot& snapshot, const View& view) {
  const model::CellLayout& layout = model::layout_of(snapshot.record->model);
  const Index gate = view.weight_gate.value_or(layout.new_state_block);
  return gate < layout.gate_count() ? gate : layout.new_state_block;
}

Eigen::Ref<const Matrix> shown_weights(const session::Snapshot& snapshot, const View& view) {
  const Matrix& W_hh = all_weights(snapshot, view);
  return W_hh.middleRows(shown_gate(snapshot, view) * W_hh.cols(), W_hh.cols());
}

double weight_limit(const Eigen::Ref<const Matrix>& W) {
  const double largest = largest_size(W.reshaped());
  // Far beyond any weight that works, the round number could not be written.
  return largest == 0.0                        ? 1.0
         : largest > 1e300 || largest < 1e-300 ? largest
                                               : nice_ceiling(largest);
}

double weight_limit(const session::Snapshot& snapshot, const View& view) {
  double limit = 0.0;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    limit = std::max(limit, weight_limit(shown_weights(*side, view)));
  return limit;
}

std::optional<Entry> entry_at(const Figure& figure, Point at) {
  if (!figure.plot || !figure.plot->rect.contains(at)) return std::nullopt;
  const Rect& rect = figure.plot->rect;
  const double n = figure.plot->x_max - 0.5;
  const auto last = static_cast<Index>(n) - 1;
  return Entry{std::min(last, static_cast<Index>((at.y - rect.y) / rect.height * n)),
               std::min(last, static_cast<Index>((at.x - rect.x) / rect.width * n))};
}

std::optional<Index> row_label_at(const Figure& figure, Point at) {
  if (!figure.plot || at.x >= figure.plot->rect.x || at.x < figure.plot->rect.x - 45.0)
    return std::nullopt;
  const auto entry = entry_at(figure, {figure.plot->rect.x, at.y});
  return entry ? std::optional(entry->row) : std::nullopt;
}

Rect entry_rect(const Figure& figure, Entry entry) {
  const Rect& rect = figure.plot->rect;
  const double n = figure.plot->x_max - 0.5;
  return {rect.x + rect.width / n * static_cast<double>(entry.col),
          rect.y + rect.height / n * static_cast<double>(entry.row), rect.width / n,
          rect.height / n};
}

Figure build_weights(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                     Size size) {
  const model::CellKind cell = snapshot.record->model.cell;
  const std::string W_name = gate_weights(cell, shown_gate(snapshot, view));
  Figure figure = blank_figure("weights", "Recurrent weights " + W_name, style, size);
  const Eigen::Ref<const Matrix> W = shown_weights(snapshot, view);
  const Index n = W.rows();
  const double limit = weight_limit(snapshot, view), font = style.font_size;
  const double top =
      add_header(figure, style, {W_name + ": row i, column j", W_name}, numbers(snapshot, view));
  const std::vector<std::string> lines = lines_below(snapshot, style, size);
  const double below = (1.9 + kLineStep * static_cast<double>(lines.size())) * font;
  const double left = text_width(std::to_string(n), font, true) + 1.25 * font;
  const double bar_width = symmetric_bar_width(limit, "w_{ij}", font);
  figure.plot =
      matrix_area(figure, n, top, figure.height - below - 0.3 * font, left, bar_width, font);
  const Rect& rect = figure.plot->rect;
  const auto selected = view.weight_row && *view.weight_row < n ? view.weight_row : std::nullopt;

  Group matrix{"matrix", std::nullopt, {}};
  const int side = static_cast<int>(n);
  matrix.marks.push_back(HeatmapMark{rect, side, side, shares(W, limit), symmetric_scale(style)});
  add_values(matrix, style, W, limit, figure);
  add_frame(matrix, style, figure, n, selected);
  figure.groups.push_back(std::move(matrix));

  Group labels{"labels", std::nullopt, {}};
  add_labels(labels, style, figure, n, selected);
  double y =
      figure.height - 0.6 * font - kLineStep * font * (static_cast<double>(lines.size()) - 1.0);
  for (const std::string& line : lines) {
    labels.marks.push_back(TextMark{.anchor = {0.75 * font, y},
                                    .markup = line,
                                    .size = font,
                                    .color = palette(style.theme).text});
    y += kLineStep * font;
  }
  figure.groups.push_back(std::move(labels));
  add_symmetric_bar(figure, style, limit, "w_{ij}", {rect.right(), top, bar_width, rect.height});
  return figure;
}

void write_weights_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink) {
  sink("row,column,value\n");
  const Matrix& W = all_weights(snapshot, view);
  for (Index i = 0; i < W.rows(); ++i)
    for (Index j = 0; j < W.cols(); ++j)
      sink(fmt::format("{},{},{}\n", i + 1, j + 1, csv_number(W(i, j))));
}

std::string weights_tooltip(const session::Snapshot& snapshot, const View& view,
                            const Figure& figure, Point at) {
  const auto entry = entry_at(figure, at);
  const Eigen::Ref<const Matrix> W = shown_weights(snapshot, view);
  if (!entry || entry->row >= W.rows() || entry->col >= W.cols()) return {};
  const model::CellLayout& layout = model::layout_of(snapshot.record->model);
  const Index gate = shown_gate(snapshot, view);
  const std::string to =
      layout.gate_count() == 1
          ? fmt::format("to unit {} of h_{{t}}", entry->row + 1)
          : fmt::format("to the gate “{}” of unit {}",
                        layout.gates[static_cast<std::size_t>(gate)].name, entry->row + 1);
  return fmt::format("w_{{{},{}}} = {}\nfrom unit {} of h_{{t−1}} {}", entry->row + 1,
                     entry->col + 1, compact(W(entry->row, entry->col)), entry->col + 1, to);
}

}  // namespace backflow::figure
