#include "app/figure/spectrum_figure.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/vanishing_condition.h"

namespace backflow::figure {
namespace {

using gradient::Eigenvalue;
using session::Spectra;

FigureStyle untitled(FigureStyle style) {
  style.title = false;
  return style;
}

std::string fitting(const std::vector<std::string>& texts, const FigureStyle& style, Size size) {
  return first_that_fits(texts, style.font_size, size.width - 1.5 * style.font_size);
}

// --- the complex plane -------------------------------------------------------------------------

void add_circle(Group& group, const Axes& axes, double radius, const Stroke& stroke) {
  constexpr int kPieces = 180;
  PolylineMark circle{{}, stroke};
  for (int i = 0; i <= kPieces; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / kPieces;
    circle.points.push_back({axes.x(radius * std::cos(angle)), axes.y(radius * std::sin(angle))});
  }
  group.marks.push_back(std::move(circle));
}

// Axes with the same units along x and y that show at least ±radius.
Axes add_plane_axes(Figure& figure, const FigureStyle& style, AxesOptions options, double radius) {
  options.range = {{}, -radius, radius, -radius, radius, false};
  // What the labels leave does not depend on the range of x; that of y changes them little.
  for (int pass = 0; pass < 2; ++pass) {
    Figure trial = figure;
    const Rect plot = add_axes(trial, style, options).area.rect;
    const double per_unit = std::min(plot.width, plot.height) / (2.0 * radius);
    if (pass == 0) options.range.y_max = plot.height / 2.0 / per_unit;
    options.range.y_min = -options.range.y_max;
    options.range.x_max = plot.width / plot.height * options.range.y_max;
    options.range.x_min = -options.range.x_max;
  }
  return add_axes(figure, style, options);
}

// A Jacobian product may be of any size: the power of ten by which its eigenvalues are divided in
// the plane. 0 for W_hh, and where the unit circle is worth seeing.
int plane_power(const Spectra& spectra) {
  const double log10_rho = spectra.recurrent.log10_spectral_radius();
  if (!spectra.product || !std::isfinite(log10_rho) || std::abs(log10_rho) < 2.0) return 0;
  return static_cast<int>(std::floor(log10_rho));
}

std::complex<double> in_plane(const Eigenvalue& value, int power) {
  return Eigenvalue{value.log10_modulus - power, value.argument}.value();
}

// What the spectrum is of: "W_{hh}", "∂h_{20}/∂h_{3}".
std::string matrix_name(const session::Analysis& analysis) {
  const model::CellKind cell = analysis.record->model.cell;
  const auto& product = analysis.spectra->product;
  if (!product) return new_state_weights(cell);
  return jacobian_symbol(
      cell == model::CellKind::lstm ? gradient::StateBlock::full : gradient::StateBlock::hidden,
      std::to_string(product->t), std::to_string(product->k));
}

// The spectra of the snapshot, and of the other network where there are any yet.
std::vector<const Spectra*> all_spectra(const session::Snapshot& snapshot) {
  std::vector<const Spectra*> all;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (side->analysis && side->analysis->spectra) all.push_back(&*side->analysis->spectra);
  return all;
}

// The spectral radius in units of 10^power, at least 1 where the unit circle is shown.
double plane_extent(const Spectra& spectra, int power) {
  const double rho = std::pow(10.0, spectra.recurrent.log10_spectral_radius() - power);
  return std::max(power == 0 ? 1.0 : 0.0, rho);
}

Figure plane(const session::Snapshot& snapshot, const std::string& W, const View& view,
             const FigureStyle& style, Size size) {
  const Spectra& spectra = *snapshot.analysis->spectra;
  const Palette& colors = palette(style.theme);
  const auto& list = spectra.recurrent.eigenvalues;
  const int power = plane_power(spectra);
  const double rho = std::pow(10.0, spectra.recurrent.log10_spectral_radius() - power);
  // Two networks on one scale, unless they are too different to be seen on it.
  double extent = plane_extent(spectra, power);
  for (const Spectra* other : all_spectra(snapshot))
    if (const double wider = plane_extent(*other, power);
        plane_power(*other) == power && std::isfinite(wider))
      extent = std::max(extent, wider);
  Figure figure = blank_figure("plane", "", style, size);
  AxesOptions options;
  options.y_title =
      fitting({"eigenvalues of " + W + ": Im λ", "Im λ of " + W, "Im λ"}, style, size);
  options.x_title = "Re λ";
  options.note = {"solid: |λ| = 1, dashed: |λ| = ρ", "dashed: |λ| = ρ"};
  if (power != 0) {
    options.x_title += ", in units of " + compact_power(power);
    options.note = {"dashed: |λ| = ρ"};
  }
  options.x_integers = false;
  const double radius_shown = power == 0 && view.plane_radius ? *view.plane_radius : 1.12 * extent;
  const Axes axes = add_plane_axes(figure, untitled(style), options, radius_shown);
  Group group{"eigenvalues", axes.area.rect, {}};
  for (const bool along_x : {true, false}) {
    const Point a = along_x ? Point{axes.area.x_min, 0.0} : Point{0.0, axes.area.y_min};
    group.marks.push_back(PolylineMark{{{axes.x(a.x), axes.y(a.y)}, {axes.x(-a.x), axes.y(-a.y)}},
                                       {colors.axis, 1.0}});
  }
  if (power == 0) add_circle(group, axes, 1.0, {colors.text, 1.4});
  add_circle(group, axes, rho, {colors.accent, 1.4, Dash::dashed});
  const double crowd = 8.0 * std::sqrt(static_cast<double>(list.size()));
  const double radius =
      std::clamp(axes.area.rect.width / crowd, 0.14 * style.font_size, 0.3 * style.font_size);
  for (const Eigenvalue& value : list) {
    if (std::isnan(value.log10_modulus)) continue;
    // Outside by more than rounding.
    const Color color = value.log10_modulus > 1e-12 ? colors.threshold : colors.accent;
    const auto point = in_plane(value, power);
    group.marks.push_back(CircleMark{{axes.x(point.real()), axes.y(point.imag())},
                                     radius,
                                     color,
                                     Stroke{colors.background, 0.8}});
  }
  figure.groups.push_back(std::move(group));
  return figure;
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
  double largest = -std::numeric_limits<double>::infinity(), smallest = -largest;
  std::size_t count = 0;
  for (const Spectra* side : all_spectra(snapshot)) {
    for (const double value : side->recurrent.log10_singular_values)
      if (std::isfinite(value)) {
        largest = std::max(largest, value);
        smallest = std::min(smallest, value);
      }
    count = std::max(count, side->recurrent.log10_singular_values.size());
  }
  const bool any = std::isfinite(largest), log_axis = any && largest - smallest > 2.0;
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
  double low = 0.0, high = 0.0;
  std::size_t count = 0;
  for (const Spectra* side : all_spectra(snapshot)) {
    for (const double value : side->lyapunov.exponents)
      if (std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
    count = std::max(count, side->lyapunov.exponents.size());
  }
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

const Eigenvalue* eigenvalue_at(const session::Snapshot& snapshot, const Figure& figure, Point at,
                                double reach) {
  if (!snapshot.analysis || !snapshot.analysis->spectra || !figure.plot) return nullptr;
  if (!figure.plot->rect.contains(at)) return nullptr;
  const Spectra& spectra = *snapshot.analysis->spectra;
  const Axes axes{*figure.plot};
  const Eigenvalue* nearest = nullptr;
  for (const Eigenvalue& value : spectra.recurrent.eigenvalues) {
    const auto z = in_plane(value, plane_power(spectra));
    const double distance = std::hypot(axes.x(z.real()) - at.x, axes.y(z.imag()) - at.y);
    if (distance < reach) nearest = &value, reach = distance;
  }
  return nearest;
}

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
    add_hint(figure, style, everything, "computing the spectrum …");
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
  place(figure, plane(snapshot, W, view, style, {first, height}), {0.0, top});
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
