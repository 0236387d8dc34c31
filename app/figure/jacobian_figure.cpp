#include "app/figure/jacobian_figure.h"

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
#include "app/figure/truncation_marks.h"

namespace backflow::figure {
namespace {

using model::Index;
using session::Analysis;

static_assert(kNoCell == session::kNoCell);

const gradient::Truncation& truncation_of(const Analysis& analysis) {
  return analysis.record->options.truncation;
}

// "1st", "2nd", "8th".
std::string ordinal(Index number) {
  const Index last = number % 100 / 10 == 1 ? 0 : number % 10;
  return std::to_string(number) + (last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
}

// What the map belongs to, longest form first. That it is coarse is told before anything else.
std::vector<std::string> subtitles(const session::Snapshot& snapshot) {
  const Analysis& analysis = *snapshot.analysis;
  const gradient::JacobianNorms& norms = analysis.norms;
  const std::string iteration = fmt::format("iteration {}", grouped(analysis.record->iteration));
  const std::string sequence =
      sequence_name(analysis.record->trace, norms.sequence) + ", " + iteration;
  const std::string norm = std::string(model::title_of(norms.norm)) + " norm, " + sequence;
  const model::CellKind cell = analysis.record->model.cell;
  const std::string source = source_prefix(snapshot.config, cell);
  std::vector<std::string> texts{source + norm, cell_prefix(cell) + norm, norm, sequence,
                                 iteration};
  if (norms.is_exact()) return texts;
  const std::string word = norms.estimated ? "estimated" : "coarse";
  const std::string every = norms.stride == 1 ? "step" : ordinal(norms.stride) + " step";
  const std::string coarse = norms.estimated
                                 ? fmt::format("estimated at every {}", every)
                                 : fmt::format("coarse: every {} computed", every);
  for (std::string& text : texts) text = coarse + ", " + text;
  texts.insert(texts.end(), {coarse, word});
  return texts;
}

// The numbers of the steps. Below them the title of k, beside the legend of cells that are cut.
void add_step_axes(Group& group, const FigureStyle& style, const Analysis& analysis,
                   const PlotArea& cells) {
  const Palette& colors = palette(style.theme);
  const double size = style.font_size;
  const Rect& rect = cells.rect;
  const double steps = cells.x_max - 0.5;
  for (const Tick& tick : linear_ticks({-0.5, steps + 0.5, rect.width, size, false, true})) {
    const double x = rect.x + (tick.position + 0.5) / (steps + 1.0) * rect.width;
    group.marks.push_back(TextMark{.anchor = {x, rect.bottom() + 0.4 * size},
                                   .markup = tick.label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = HAlign::center,
                                   .v_align = VAlign::top});
  }
  for (const Tick& tick : linear_ticks({-0.5, steps + 0.5, rect.height, size, true, true})) {
    const double y = rect.y + (tick.position + 0.5) / (steps + 1.0) * rect.height;
    group.marks.push_back(TextMark{.anchor = {rect.x - 0.5 * size, y},
                                   .markup = tick.label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = HAlign::right,
                                   .v_align = VAlign::middle});
  }
  const double line_y = rect.bottom() + 2.9 * size, margin = 0.75 * size;
  double room = rect.right() - margin;
  if (cuts_any(truncation_of(analysis), analysis.norms.log10_norm.steps()))
    room -= size + add_cut_legend(group, style, truncation_of(analysis), {margin, line_y},
                                  room - text_width("k", size) - size);
  const std::string x_title = first_that_fits({"k: earlier step that the gradient flows back to",
                                               "k: step it flows back to", "step k", "k"},
                                              size, std::min(room, rect.width));
  group.marks.push_back(TextMark{.anchor = {rect.right(), line_y},
                                 .markup = x_title,
                                 .size = size,
                                 .color = colors.muted_text,
                                 .h_align = HAlign::right});
}

// Non-finite cells are hatched, each run of a row as one mark.
void add_hatching(Group& group, const FigureStyle& style, const Analysis& analysis,
                  const PlotArea& cells) {
  if (!analysis.range.non_finite) return;
  const auto& map = analysis.norms.log10_norm;
  const Stroke stroke{palette(style.theme).warning, 1.2, Dash::solid};
  const auto broken = [&](Index t, Index k) { return gradient::is_not_finite(map.at(t, k)); };
  // Rows thinner than this are hatched together with the ones below them.
  const Index stride = std::max<Index>(
      1, static_cast<Index>(3.0 * static_cast<double>(map.steps() + 1) / cells.rect.height));
  for (Index t = 0; t <= map.steps(); t += stride)
    for (Index k = 0; k <= t; ++k) {
      if (!broken(t, k)) continue;
      const Index first = k;
      while (k < t && broken(t, k + 1)) ++k;
      Rect run = cell_rect(cells, map.steps(), {t, first});
      run.width = cell_rect(cells, map.steps(), {t, k}).right() - run.x;
      run.height = std::min(run.height * static_cast<double>(stride), cells.rect.bottom() - run.y);
      group.marks.push_back(HatchMark{run, stroke, 6.0});
    }
}

// The edge of the map: cells near 10^0 are nearly as white as a light background.
void add_outline(Group& group, const FigureStyle& style, const PlotArea& cells, Index steps) {
  const Rect& rect = cells.rect;
  std::vector<Point> points{{rect.x, rect.y}};
  // Stairs that are too small to see are a straight line.
  const Index stride = rect.height / static_cast<double>(steps + 1) < 3.0 ? steps + 1 : 1;
  for (Index t = 0; t <= steps && stride == 1; ++t) {
    const Rect cell = cell_rect(cells, steps, {t, t});
    points.push_back({cell.right(), cell.y});
    points.push_back({cell.right(), cell.bottom()});
  }
  points.push_back({rect.right(), rect.bottom()});
  points.push_back({rect.x, rect.bottom()});
  points.push_back({rect.x, rect.y});
  group.marks.push_back(
      PolylineMark{std::move(points), {palette(style.theme).axis, 1.0, Dash::solid}});
}

// Numbers in the cells, where every one has room.
void add_values(Group& group, const FigureStyle& style, const Analysis& analysis,
                const ColorScale& scale, const PlotArea& cells) {
  const auto& map = analysis.norms.log10_norm;
  const Rect one = cell_rect(cells, map.steps(), {0, 0});
  const double size = style.font_size;
  if (map.steps() > 16 || one.height < 1.6 * size) return;
  std::vector<RectMark> plates;
  std::vector<TextMark> texts;
  for (Index t = 0; t <= map.steps(); ++t)
    for (Index k = 0; k <= t; ++k) {
      const double value = map.at(t, k);
      const Rect rect = cell_rect(cells, map.steps(), {t, k});
      const std::string text = gradient::is_not_finite(value) ? "?" : compact_power(value);
      Color below = color_of(scale, static_cast<float>(value));
      const double width = text_width(text, size);
      if (width > rect.width - 0.4 * size) return;
      if (truncation_of(analysis).cuts(t, k)) {
        below = cut_color(below, style);
        plates.push_back(
            RectMark{{rect.x + rect.width / 2.0 - width / 2.0 - 2.0,
                      rect.y + rect.height / 2.0 - 0.6 * size, width + 4.0, 1.2 * size},
                     below,
                     std::nullopt,
                     0.2 * size});
      }
      texts.push_back(TextMark{.anchor = {rect.x + rect.width / 2.0, rect.y + rect.height / 2.0},
                               .markup = text,
                               .size = size,
                               .color = readable_on(below),
                               .h_align = HAlign::center,
                               .v_align = VAlign::middle});
    }
  for (RectMark& plate : plates) group.marks.push_back(std::move(plate));  // on the hatching
  for (TextMark& text : texts) group.marks.push_back(std::move(text));
}

// The verdict stands in the triangle that has no cells.
void add_verdict(Group& group, const FigureStyle& style, const Analysis& analysis,
                 const PlotArea& cells) {
  const double size = style.font_size;
  const std::string verdict = gradient::verdict(analysis.decay, analysis.bound);
  std::vector<std::string> lines;  // one for each part of the sentence
  for (std::size_t begin = 0; begin < verdict.size();) {
    const std::size_t end = verdict.find_first_of(lines.empty() ? ":;" : ";", begin);
    lines.push_back(verdict.substr(begin, end - begin));
    begin = end == std::string::npos ? end : end + 2;
  }
  const Rect& rect = cells.rect;
  double width = 0.0;
  for (const std::string& line : lines) width = std::max(width, text_width(line, size));
  const Point corner{rect.right() - width - 1.25 * size,
                     rect.y + (0.6 + 1.4 * static_cast<double>(lines.size())) * size};
  // Every cell left of the corner's column in the corner's row belongs to the map when k ≤ t.
  const double cell_k = (corner.x - rect.x) / rect.width;
  const double cell_t = (corner.y - rect.y) / rect.height;
  const double one_cell = 1.0 / (cells.x_max + 0.5);
  if (verdict.empty() || corner.x < rect.x || cell_k < cell_t + one_cell) return;
  for (std::size_t i = 0; i < lines.size(); ++i)
    group.marks.push_back(TextMark{
        .anchor = {rect.right() - 0.5 * size, rect.y + (0.6 + 1.4 * static_cast<double>(i)) * size},
        .markup = lines[i],
        .size = size,
        .color = palette(style.theme).text,
        .h_align = HAlign::right,
        .v_align = VAlign::top});
}

bool is_in(const std::optional<Cell>& cell, Index steps) {
  return cell && cell->t <= steps && cell->k <= cell->t;
}

// A frame around the cell, as large as it takes to be seen.
void add_frame(Group& group, const PlotArea& cells, Index steps, Cell cell, const Stroke& stroke) {
  Rect rect = cell_rect(cells, steps, cell);
  const double grow = std::max(0.0, (5.0 - std::min(rect.width, rect.height)) / 2.0);
  rect = {rect.x - grow, rect.y - grow, rect.width + 2 * grow, rect.height + 2 * grow};
  group.marks.push_back(RectMark{rect, std::nullopt, stroke, 0.0});
}

void add_cursor(Group& group, const FigureStyle& style, const View& view, const PlotArea& cells,
                Index steps) {
  if (!is_in(view.cursor, steps)) return;
  add_frame(group, cells, steps, *view.cursor, {palette(style.theme).text, 2.0});
}

// The cell whose chain is shown, with the lines to its two steps.
void add_pinned(Group& group, const FigureStyle& style, const View& view, const PlotArea& cells,
                Index steps) {
  if (!is_in(view.pinned, steps)) return;
  const Color accent = palette(style.theme).accent;
  const Rect cell = cell_rect(cells, steps, *view.pinned);
  const double x = cell.x + cell.width / 2.0, y = cell.y + cell.height / 2.0;
  for (const auto& line : {std::vector<Point>{{cells.rect.x, y}, {cell.x, y}},
                           std::vector<Point>{{x, cell.bottom()}, {x, cells.rect.bottom()}}})
    group.marks.push_back(PolylineMark{line, {accent, 1.6, Dash::dashed}});
  add_frame(group, cells, steps, *view.pinned, {palette(style.theme).background, 5.0});
  add_frame(group, cells, steps, *view.pinned, {accent, 3.0});
}

// Neither interpolated (gradient::coarse_jacobian_norms) nor estimated.
bool is_computed(const gradient::JacobianNorms& norms, Cell cell) {
  const auto on_grid = [&](Index step) {
    return step % norms.stride == 0 || step == norms.log10_norm.steps();
  };
  return !norms.estimated && on_grid(cell.t) && on_grid(cell.k);
}

// What the steps from k to t do one by one, for the tooltip; k < t.
std::string factors_in_words(const Analysis& analysis, Cell cell) {
  const auto& map = analysis.norms.log10_norm;
  const auto [t, k] = cell;
  const auto name = [&](Index s) {
    return factor_symbol(analysis.record->model.cell, analysis.norms.block, std::to_string(s));
  };
  if (t - k == 1) return name(t).starts_with("‖J") ? " = " + name(t) + ", one step" : ", one step";
  std::string text;
  if (!analysis.norms.is_exact()) {
    // The factors of single steps are not known.
  } else if (t - k <= 5) {
    // Few enough to be told one by one.
    text += "\none-step factors";
    for (Index s = k + 1; s <= t; ++s)
      text += fmt::format("{} {} = {}", s == k + 1 ? "" : ",", name(s),
                          compact_power(map.at(s, s - 1)));
  } else {
    double smallest = map.at(k + 1, k), largest = smallest;
    for (Index s = k + 1; s <= t; ++s) {
      smallest = std::min(smallest, map.at(s, s - 1));
      largest = std::max(largest, map.at(s, s - 1));
    }
    text += fmt::format("\none-step factors {} … {}: {} to {}", name(k + 1), name(t),
                        compact_power(smallest), compact_power(largest));
  }
  return text + fmt::format("\n×{} per step on average over {} steps",
                            compact_power(map.at(t, k) / static_cast<double>(t - k)), t - k);
}

PlotArea cells_area(const Rect& rect, Index steps) {
  const double T = static_cast<double>(steps);
  return {rect, -0.5, T + 0.5, T + 0.5, -0.5, false};
}

}  // namespace

ColorScale map_scale(const session::Snapshot& snapshot, const View& view,
                     const FigureStyle& style) {
  double min = 0.0, max = 0.0;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (side->analysis) {
      min = std::min(min, side->analysis->range.min);
      max = std::max(max, side->analysis->range.max);
    }
  const ColorScale scale = norm_scale(min, max, style.colors);
  return color_scale(view.heatmap_low.value_or(scale.low), view.heatmap_high.value_or(scale.high),
                     style.colors);
}

double automatic_limit(const gradient::LogRange& range) {
  return nice_ceiling(std::max({1.0, -range.min, range.max}));
}

double automatic_limit(const session::Snapshot& snapshot) {
  double limit = 1.0;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (side->analysis) limit = std::max(limit, automatic_limit(side->analysis->range));
  return limit;
}

Rect cell_rect(const PlotArea& cells, Index steps, Cell cell) {
  const double count = static_cast<double>(steps + 1);
  const double width = cells.rect.width / count, height = cells.rect.height / count;
  return {cells.rect.x + width * static_cast<double>(cell.k),
          cells.rect.y + height * static_cast<double>(cell.t), width, height};
}

std::optional<Cell> cell_at(const Figure& figure, Point at) {
  if (!figure.plot || !figure.plot->rect.contains(at)) return std::nullopt;
  const Rect& rect = figure.plot->rect;
  const double count = figure.plot->x_max + 0.5;
  const Cell cell{static_cast<Index>((at.y - rect.y) / rect.height * count),
                  static_cast<Index>((at.x - rect.x) / rect.width * count)};
  if (cell.k > cell.t) return std::nullopt;
  return cell;
}

Figure build_jacobian_norms(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size) {
  const gradient::StateBlock block =
      snapshot.analysis ? snapshot.analysis->norms.block : snapshot.analysis_options.block;
  const std::string quantity = "‖" + jacobian_symbol(block, "t", "k") + "‖";
  Figure figure =
      blank_figure("jacobian-norms", "How far the gradient reaches: " + quantity, style, size);
  if (!snapshot.analysis) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height},
             "computing the Jacobian products …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  const Index steps = analysis.norms.log10_norm.steps();
  const double font = style.font_size;
  const double top = add_header(figure, style, {"t: step where the gradient starts", "step t"},
                                subtitles(snapshot));
  const ColorScale scale = map_scale(snapshot, view, style);
  const double left = text_width(std::to_string(steps), font) + 1.25 * font;
  const double bar_width = color_bar_width(scale, quantity, font);
  const Rect rect{left, top, std::max(figure.width - left - bar_width - 1.2 * font, font),
                  std::max(figure.height - top - 3.7 * font, font)};
  figure.plot = cells_area(rect, steps);

  Group map{"map", std::nullopt, {}};
  const int side = static_cast<int>(steps) + 1;
  map.marks.push_back(HeatmapMark{rect, side, side, analysis.cells, scale});
  add_hatching(map, style, analysis, *figure.plot);
  add_cut_cells(map, style, truncation_of(analysis), rect, steps);
  add_outline(map, style, *figure.plot, steps);
  add_values(map, style, analysis, scale, *figure.plot);
  add_verdict(map, style, analysis, *figure.plot);
  add_pinned(map, style, view, *figure.plot, steps);
  add_cursor(map, style, view, *figure.plot, steps);
  figure.groups.push_back(std::move(map));

  Group axes{"axes", std::nullopt, {}};
  add_step_axes(axes, style, analysis, *figure.plot);
  figure.groups.push_back(std::move(axes));
  add_color_bar(figure, style, scale, analysis.range, quantity,
                {figure.width - bar_width, top, bar_width, rect.height + 3.2 * font});
  return figure;
}

void write_jacobian_norms_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  const gradient::StateBlock block =
      snapshot.analysis ? snapshot.analysis->norms.block : snapshot.analysis_options.block;
  const std::string part = block == gradient::StateBlock::hidden
                               ? std::string()
                               : "_" + std::string(model::name_of(block));
  sink(fmt::format("t,k,log10_norm{}\n", part));
  if (!snapshot.analysis) return;
  const auto& map = snapshot.analysis->norms.log10_norm;
  for (Index t = 0; t <= map.steps(); ++t)
    for (Index k = 0; k <= t; ++k)
      if (is_computed(snapshot.analysis->norms, {t, k}))
        sink(fmt::format("{},{},{}\n", t, k, csv_number(map.at(t, k))));
}

std::optional<Cell> jacobian_norms_cell(const session::Snapshot&, const View&, const Figure& figure,
                                        Point at) {
  return cell_at(figure, at);
}

std::string jacobian_norms_tooltip(const session::Snapshot& snapshot, const View& view,
                                   const Figure& figure, Point at) {
  const std::optional<Cell> cell = cell_at(figure, at);
  if (!cell || !snapshot.analysis) return {};
  const Analysis& analysis = *snapshot.analysis;
  const gradient::JacobianNorms& norms = analysis.norms;
  const auto [t, k] = *cell;
  if (t > norms.log10_norm.steps()) return {};
  std::string text = fmt::format("t = {}, k = {}\n‖{}‖ = {}", t, k,
                                 jacobian_symbol(norms.block, std::to_string(t), std::to_string(k)),
                                 compact_power(norms.log10_norm.at(t, k)));
  if (t == k) return text + "\nthe identity: nothing travelled yet";
  text += is_computed(norms, *cell) ? factors_in_words(analysis, *cell)
          : norms.estimated         ? ", estimated"
                                    : ", interpolated";
  if (truncation_of(analysis).cuts(t, k))
    text += "\nno blame passes: cut (" + truncation_name(truncation_of(analysis)) + ")";
  return view.pinned == cell ? text + "\nclick: release it" : text + "\nclick: see its factors";
}

}  // namespace backflow::figure
