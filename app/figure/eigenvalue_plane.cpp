#include "app/figure/eigenvalue_plane.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "app/figure/comparison.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"

namespace backflow::figure {

using gradient::Eigenvalue;
using session::Spectra;

int plane_power(const Spectra& spectra) {
  const double log10_rho = spectra.recurrent.log10_spectral_radius();
  if (!spectra.product || !std::isfinite(log10_rho) || std::abs(log10_rho) < 2.0) return 0;
  return static_cast<int>(std::floor(log10_rho));
}

std::vector<const Spectra*> all_spectra(const session::Snapshot& snapshot) {
  std::vector<const Spectra*> all;
  for (const session::Snapshot* side : sharing_scales(snapshot))
    if (side->analysis && side->analysis->spectra) all.push_back(&*side->analysis->spectra);
  return all;
}

namespace {

std::complex<double> in_plane(const Eigenvalue& value, int power) {
  return Eigenvalue{value.log10_modulus - power, value.argument}.value();
}

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

// The spectral radius in units of 10^power, at least 1 where the unit circle is shown.
double plane_extent(const Spectra& spectra, int power) {
  const double rho = std::pow(10.0, spectra.recurrent.log10_spectral_radius() - power);
  return std::max(power == 0 ? 1.0 : 0.0, rho);
}

}  // namespace

Figure eigenvalue_plane(const session::Snapshot& snapshot, const std::string& W, const View& view,
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
  options.y_title = first_that_fits({"eigenvalues of " + W + ": Im λ", "Im λ of " + W, "Im λ"},
                                    style.font_size, size.width - 1.5 * style.font_size);
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

}  // namespace backflow::figure
