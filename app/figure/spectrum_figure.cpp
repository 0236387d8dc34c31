#include "app/figure/spectrum_figure.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/eigenvalue_plane.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/vanishing_condition.h"
#include "app/figure/waiting.h"

namespace backflow::figure {
namespace {

using gradient::Eigenvalue;
using session::Spectra;

std::string fitting(const std::vector<std::string>& texts, const FigureStyle& style, Size size) {
  return first_that_fits(texts, style.font_size, size.width - 1.5 * style.font_size);
}

// What the spectrum is of: "W_{hh}", "∂h_{20}/∂h_{3}".
std::string matrix_name(const session::Analysis& analysis) {
  const model::CellKind cell = analysis.record->model.cell;
  const auto& product = analysis.spectra->product;
  if (!product) return new_state_weights(cell);
  return jacobian_symbol(analysis.spectra->block, std::to_string(product->t),
                         std::to_string(product->k));
}

// --- sorted lists ------------------------------------------------------------------------------

// Dots at i = 1, 2, … with a line through them; values that are not finite are left out.
void add_sorted(Group& group, const std::vector<double>& positions, const Axes& axes, Color color,
                double font) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (std::isfinite(positions[i]))
      points.push_back({axes.x(static_cast<double>(i + 1)), axes.y_at(positions[i])});
  add_line(group, points, {color, 1.2});
  const double spacing = axes.area.rect.width / static_cast<double>(positions.size());
  const double radius = std::min(0.28 * font, 0.4 * spacing);
  if (radius >= 1.0)
    for (const Point& point : points)
      group.marks.push_back(CircleMark{point, radius, color, std::nullopt});
}

void add_level(Group& group, const Axes& axes, double position, const Stroke& stroke) {
  if (position < axes.area.y_min || position > axes.area.y_max) return;
  const double y = axes.y_at(position);
  group.marks.push_back(PolylineMark{{{axes.area.rect.x, y}, {axes.area.rect.right(), y}}, stroke});
}

// What all that share the scale have of one kind: its range, and how long the longest list is.
template <class ValuesOf>
std::pair<Extent, std::size_t> drawn(const session::Snapshot& snapshot, ValuesOf values_of) {
  Extent extent;
  std::size_t count = 0;
  for (const Spectra* side : all_spectra(snapshot)) {
    const std::vector<double>& values = values_of(*side);
    for (const double value : values) extent.include(value);
    count = std::max(count, values.size());
  }
  return {extent, count};
}

PlotArea index_range(std::size_t count) {
  PlotArea area;
  area.x_min = 0.5;
  area.x_max = static_cast<double>(count) + 0.5;
  return area;
}

// "3 of 8 are 0", longest form first; empty when none is.
std::vector<std::string> missing(const std::vector<double>& values, const std::string& what) {
  const auto count = std::count_if(values.begin(), values.end(),
                                   [](double value) { return !std::isfinite(value); });
  if (count == 0) return {};
  return {fmt::format("{} of {} are {}", count, values.size(), what),
          fmt::format("{} × {}", count, what)};
}

Figure singular_values(const session::Snapshot& snapshot, const std::string& W,
                       const FigureStyle& style, Size size) {
  const session::Analysis& analysis = *snapshot.analysis;
  // The bound speaks of W_hh.
  const auto bound = analysis.spectra->product ? std::nullopt : analysis.bound;
  const Palette& colors = palette(style.theme);
  const std::vector<double>& logs = analysis.spectra->recurrent.log10_singular_values;
  const auto [extent, count] = drawn(
      snapshot,
      [](const Spectra& side) -> const auto& { return side.recurrent.log10_singular_values; });
  const double smallest = extent.low, largest = extent.high;
  const bool any = !extent.empty(), log_axis = any && largest - smallest > 2.0;
  const auto position = [log_axis](double log10_value) {
    return log_axis || !std::isfinite(log10_value) ? log10_value : std::pow(10.0, log10_value);
  };
  std::vector<double> positions;
  for (const double value : logs) positions.push_back(position(value));
  Figure figure = blank_figure("singular-values", "", style, size);
  AxesOptions options;
  options.y_title = fitting({"singular values σ_{i} of " + W, "σ_{i} of " + W}, style, size);
  options.x_title = "index i";
  options.range = index_range(count);
  options.range.log_y = log_axis;
  if (log_axis) {
    const double room = 0.05 * (largest - smallest);
    options.range.y_min = smallest - room;
    options.range.y_max = largest + room;
  } else if (any) {
    options.range.y_max = 1.06 * position(largest);
  }
  // Below the line γσ₁ < 1, and the gradient must vanish.
  const double level = bound ? position(-std::log10(bound->gamma)) : std::nan("");
  const bool level_shown = level >= options.range.y_min && level <= options.range.y_max;
  options.note = missing(logs, "0");
  if (level_shown && options.note.empty()) options.note = {"dashed: 1/γ"};
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"curve", axes.area.rect, {}};
  if (level_shown) add_level(group, axes, level, {colors.warning, 1.4, Dash::dashed});
  add_sorted(group, positions, axes, colors.norm_before, style.font_size);
  figure.groups.push_back(std::move(group));
  return figure;
}

Figure lyapunov(const session::Snapshot& snapshot, const FigureStyle& style, Size size) {
  const Spectra& spectra = *snapshot.analysis->spectra;
  const Palette& colors = palette(style.theme);
  const std::vector<double>& exponents = spectra.lyapunov.exponents;
  auto [extent, count] = drawn(
      snapshot, [](const Spectra& side) -> const auto& { return side.lyapunov.exponents; });
  extent.include(0.0);
  const auto [low, high] = extent;
  Figure figure = blank_figure("lyapunov", "", style, size);
  AxesOptions options;
  options.y_title =
      fitting({"Lyapunov exponents, nats per step", "Lyapunov exponents"}, style, size);
  options.x_title = "index i";
  options.range = index_range(count);
  const double room = high > low ? 0.06 * (high - low) : 1.0;
  options.range.y_min = low - room;
  options.range.y_max = high + room;
  const bool broken = std::any_of(exponents.begin(), exponents.end(),
                                  [](double value) { return std::isnan(value); });
  options.note = broken ? std::vector<std::string>{"not finite"} : missing(exponents, "−∞");
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"curve", axes.area.rect, {}};
  add_level(group, axes, 0.0, {colors.axis, 1.2});
  add_sorted(group, exponents, axes, colors.norm_after, style.font_size);
  figure.groups.push_back(std::move(group));
  return figure;
}

// --- the whole ---------------------------------------------------------------------------------

// Longest form first. Of a gated cell they say which block of W_hh they are of.
std::vector<std::string> numbers(const session::Analysis& analysis) {
  const model::CellKind cell = analysis.record->model.cell;
  const gradient::Spectrum& s = analysis.spectra->recurrent;
  const bool of_W_hh = cell == model::CellKind::rnn && !analysis.spectra->product;
  const std::string of = of_W_hh ? "" : "(" + matrix_name(analysis) + ")";
  const std::string rho = "ρ" + of + " = " + compact_power(s.log10_spectral_radius());
  const std::string sigma = rho + ", σ_{1} = " + compact_power(s.log10_sigma_1());
  const std::string condition = sigma + ", σ_{1}/σ_{n} = " + compact_power(s.log10_condition());
  return {cell_prefix(cell) + condition +
              fmt::format(", iteration {}", grouped(analysis.record->iteration)),
          condition, sigma, rho};
}

// What W_hh says about vanishing, below the header where there is room. Returns its height.
double add_condition(Figure& figure, const FigureStyle& style, const session::Analysis& analysis,
                     double top, Size size) {
  const double em = style.font_size, step = 1.4 * em;
  if (analysis.spectra->product || size.height < 20.0 * em) return 0.0;
  Group group{"condition", std::nullopt, {}};
  double y = top + 0.6 * em;
  for (const auto& wordings : vanishing_condition(analysis)) {
    const std::string line = first_that_fits(wordings, em, size.width - 1.5 * em);
    if (line.empty()) continue;
    group.marks.push_back(TextMark{
        .anchor = {0.75 * em, y}, .markup = line, .size = em, .color = palette(style.theme).text});
    y += step;
  }
  const double used = step * static_cast<double>(group.marks.size());
  figure.groups.push_back(std::move(group));
  return used;
}

}  // namespace

Figure build_spectrum(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size) {
  const bool of_product = snapshot.analysis && snapshot.analysis->spectra &&
                          snapshot.analysis->spectra->product.has_value();
  Figure figure = blank_figure(
      "spectrum",
      of_product ? "The Jacobian product as a linear map" : "The recurrent weights as a linear map",
      style, size);
  const Rect everything{0.0, 0.0, size.width, size.height};
  if (!snapshot.analysis || !snapshot.analysis->spectra) {
    add_waiting(figure, style, everything, snapshot, "computing the spectrum …");
    return figure;
  }
  const Spectra& spectra = *snapshot.analysis->spectra;
  const std::string W = matrix_name(*snapshot.analysis);
  if (std::isnan(spectra.recurrent.log10_sigma_1())) {
    add_hint(figure, style, everything, W + " is not finite");
    return figure;
  }
  const double em = style.font_size;
  double top = add_header(figure, style, numbers(*snapshot.analysis), {}) - 0.3 * em;
  top += add_condition(figure, style, *snapshot.analysis, top, size);
  const double height = size.height - top;
  int panels = std::clamp(static_cast<int>(size.width / (13.5 * em)), 1, 3);
  if (spectra.lyapunov.exponents.empty()) panels = std::min(panels, 2);
  // The plane wants to be square.
  const double share = size.width / panels;
  const double first = panels == 1 ? size.width : std::clamp(height, share, 1.25 * share);
  const double other = panels == 1 ? 0.0 : (size.width - first) / (panels - 1);
  place(figure, eigenvalue_plane(snapshot, W, view, style, {first, height}), {0.0, top});
  if (panels > 1) place(figure, singular_values(snapshot, W, style, {other, height}), {first, top});
  if (panels > 2) place(figure, lyapunov(snapshot, style, {other, height}), {first + other, top});
  return figure;
}

void write_spectrum_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("quantity,index,value\n");
  if (!snapshot.analysis || !snapshot.analysis->spectra) return;
  const Spectra& spectra = *snapshot.analysis->spectra;
  const auto row = [&](const char* quantity, std::size_t i, double value) {
    sink(fmt::format("{},{},{}\n", quantity, i + 1, csv_number(value)));
  };
  const gradient::Spectrum& s = spectra.recurrent;
  for (std::size_t i = 0; i < s.eigenvalues.size(); ++i) {
    row("eigenvalue_re", i, s.eigenvalues[i].value().real());
    row("eigenvalue_im", i, s.eigenvalues[i].value().imag());
  }
  for (std::size_t i = 0; i < s.log10_singular_values.size(); ++i)
    row("log10_singular_value", i, s.log10_singular_values[i]);
  for (std::size_t i = 0; i < spectra.lyapunov.exponents.size(); ++i)
    row("lyapunov_exponent", i, spectra.lyapunov.exponents[i]);
}

std::string spectrum_tooltip(const session::Snapshot& snapshot, const View&, const Figure& figure,
                             Point at) {
  if (!snapshot.analysis || !snapshot.analysis->spectra || !figure.plot) return {};
  const Spectra& spectra = *snapshot.analysis->spectra;
  if (figure.plot->rect.contains(at)) {
    const Eigenvalue* nearest = eigenvalue_at(snapshot, figure, at);
    if (nearest == nullptr) return {};
    const auto z = nearest->value();
    if (plane_power(spectra) != 0) return "|λ| = " + compact_power(nearest->log10_modulus);
    return eigenvalue_text(z) + "\n|λ| = " + compact_power(nearest->log10_modulus);
  }
  for (std::size_t panel = 0; panel < figure.side_plots.size(); ++panel) {
    const PlotArea& area = figure.side_plots[panel];
    if (!area.rect.contains(at)) continue;
    const bool singular = panel == 0;
    const auto& values =
        singular ? spectra.recurrent.log10_singular_values : spectra.lyapunov.exponents;
    const long i = std::lround(x_value_at(area, at.x));
    if (i < 1 || i > static_cast<long>(values.size())) return {};
    const double value = values[static_cast<std::size_t>(i - 1)];
    if (singular) return fmt::format("σ_{{{}}} = {}", i, compact_power(value));
    return fmt::format("exponent {}: {} nats per step\n×{} per step", i, compact(value),
                       compact_power(value / std::numbers::ln10));
  }
  return {};
}

}  // namespace backflow::figure
