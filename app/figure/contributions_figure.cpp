#include "app/figure/contributions_figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/figure/contributions_terms.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"
#include "app/figure/waiting.h"

namespace backflow::figure {
namespace {

using gradient::RecurrentTensor;
using gradient::TensorContributions;
using model::Index;

constexpr std::array<RecurrentTensor, 3> kTensors{RecurrentTensor::W_hh, RecurrentTensor::W_xh,
                                                  RecurrentTensor::b_h};
constexpr std::array<const char*, 3> kNames{"W_hh", "W_xh", "b_h"};
constexpr std::array<const char*, 3> kSymbols{"W_{hh}", "W_{xh}", "b_{h}"};

std::size_t index_of(const View& view) {
  return static_cast<std::size_t>(view.contribution_tensor);
}

PlotArea range_of(const ContributionTerms& terms) {
  double high = 0.0;
  for (const Index t : terms.loss_steps) {
    if (!terms.finite(t)) continue;
    if (const double own = terms.gradient(t); std::isfinite(own)) high = std::max(high, own);
    high = std::max(high, terms.single() ? terms.largest(t) : terms.sum(t));
  }
  PlotArea area;
  const bool percent = terms.relative && !terms.single();
  area.y_max = percent ? 1.0 : high > 0.0 ? nice_ceiling(1.02 * high) : 1.0;
  const Index first =
      terms.single() ? terms.earliest(terms.loss_steps[0]) : terms.loss_steps.front();
  area.x_min = static_cast<double>(first) - 0.5;
  area.x_max = static_cast<double>(terms.loss_steps.back()) + 0.5;
  return area;
}

// Every so many loss steps, so that a bar is no narrower than it can be seen.
std::size_t stride_of(const ContributionTerms& terms, double plot_width) {
  const double each = plot_width / (static_cast<double>(terms.loss_steps.back()) -
                                    static_cast<double>(terms.loss_steps.front()) + 1.0);
  return terms.single() ? 1 : static_cast<std::size_t>(std::max(1.0, std::ceil(3.0 / each)));
}

struct Painter {
  Group& bars;
  Group& marks;
  const ContributionTerms& terms;
  const LagBins& bins;
  const Axes& axes;
  const Palette& colors;

  Rect bar(double x, double width, double from, double to) const {
    const double left = axes.x(x - width / 2.0), right = axes.x(x + width / 2.0);
    return {left, axes.y(to), right - left, axes.y(from) - axes.y(to)};
  }

  void hatch(double x, double width) const {
    bars.marks.push_back(
        HatchMark{bar(x, width, 0.0, axes.area.y_max), {colors.warning, 1.2}, 6.0});
  }

  // The norm of the true gradient across the bar.
  void mark(double from, double to, double value) const {
    if (!std::isfinite(value)) return;
    const double y = axes.y(value);
    const std::vector<Point> line{{axes.x(from), y}, {axes.x(to), y}};
    marks.marks.push_back(PolylineMark{line, {colors.background, 4.0}});
    marks.marks.push_back(PolylineMark{line, {colors.text, 2.0}});
  }

  void stack(Index t, double width) const {
    const auto x = static_cast<double>(t);
    if (!terms.finite(t)) return hatch(x, width);
    const double least = 0.4;
    double from = 0.0, to = 0.0;  // of the piece that grows until it can be seen
    for (Index k = t; k >= terms.earliest(t); --k) {
      to += terms.value(t, k);
      const std::size_t bin = bins.of(t - k);
      const bool last = k == terms.earliest(t) || bins.of(t - k + 1) != bin;
      if (!last) continue;
      const Rect piece = bar(x, width, from, to);
      if (piece.height < (k == terms.earliest(t) ? 0.05 : least)) continue;
      bars.marks.push_back(RectMark{piece, bins.color(bin), std::nullopt, 0.0});
      from = to;
    }
    if (!narrow()) mark(x - width / 2.0, x + width / 2.0, terms.gradient(t));
  }

  // Where bars are too narrow for a mark on each, a line joins what the marks would show.
  bool narrow() const { return axes.x(1.0) - axes.x(0.0) < 7.0; }
  void join(std::size_t stride) const {
    std::vector<Point> points;
    for (std::size_t i = 0; i < terms.loss_steps.size(); i += stride) {
      const Index t = terms.loss_steps[i];
      const double value = terms.finite(t) ? terms.gradient(t) : std::nan("");
      points.push_back({axes.x(static_cast<double>(t)), axes.y(value)});
    }
    add_line(marks, points, {colors.background, 3.6});
    add_line(marks, points, {colors.text, 1.8});
  }

  void sources(Index t, double width) const {
    for (Index k = terms.earliest(t); k <= t; ++k) {
      const double value = terms.value(t, k);
      if (!std::isfinite(value)) {
        hatch(static_cast<double>(k), width);
        continue;
      }
      const Rect piece = bar(static_cast<double>(k), width, 0.0, value);
      if (piece.height >= 0.05)
        bars.marks.push_back(RectMark{piece, bins.color(bins.of(t - k)), std::nullopt, 0.0});
    }
    mark(axes.area.x_min, axes.area.x_max, terms.gradient(t));
  }
};

// "lag t − k: 0 ▮▮▮▮ 19" at the lower left; returns where it ends.
double add_lag_legend(Group& group, const LagBins& bins, Index longest, const Palette& colors,
                      double size, Point at, double room) {
  const auto text = [&](const std::string& markup, double x, Color color) {
    group.marks.push_back(
        TextMark{.anchor = {x, at.y}, .markup = markup, .size = size, .color = color});
    return x + text_width(markup, size);
  };
  const std::string last = std::to_string(longest);
  const std::string title = first_that_fits({"lag t − k:", "lag:"}, size, 0.4 * room);
  const double strip = std::min(0.9 * size * static_cast<double>(bins.first.size()), 11.0 * size);
  if (text_width(title + "0" + last, size) + strip + 1.6 * size > room) return at.x;
  double x = text(title, at.x, colors.muted_text) + 0.5 * size;
  x = text("0", x, colors.text) + 0.4 * size;
  const double each = strip / static_cast<double>(bins.first.size());
  for (std::size_t bin = 0; bin < bins.first.size(); ++bin)
    group.marks.push_back(
        RectMark{{x + each * static_cast<double>(bin), at.y - 0.78 * size, each + 0.2, 0.85 * size},
                 bins.color(bin),
                 std::nullopt,
                 0.0});
  return longest == 0 ? x + strip : text(last, x + strip + 0.4 * size, colors.text);
}

// Longest form first.
std::vector<std::string> titles(const ContributionTerms& terms, const char* symbol) {
  const std::string unit = terms.exponent == 0.0 || terms.relative
                               ? ""
                               : ", in units of " + decade(static_cast<int>(terms.exponent));
  const std::string of = std::string(" of ") + symbol;
  const std::string share = terms.relative ? "share of " : "";
  if (terms.single())
    return {share + fmt::format("‖C({}, k)‖", terms.loss_steps[0]) + of +
                ": what the loss says about step k" + unit,
            share + fmt::format("‖C({}, k)‖", terms.loss_steps[0]) + of + unit,
            share + "‖C(t, k)‖" + unit};
  return {share + "‖C(t, k)‖" + of + ", stacked over the steps k ≤ t" + unit,
          share + "‖C(t, k)‖" + of + unit, share + "‖C(t, k)‖" + unit};
}

std::string gradient_name(const ContributionTerms& terms, const char* symbol, Index t) {
  return terms.single() ? std::string("‖∂L/∂") + symbol + "‖"
                        : fmt::format("‖∂L_{{{}}}/∂{}‖", t, symbol);
}

// NaN where there is none.
double cursor_step(const View& view, const ContributionTerms& terms) {
  if (!view.cursor) return std::nan("");
  return static_cast<double>(terms.single() ? view.cursor->k : view.cursor->t);
}

}  // namespace

Figure build_contributions(const session::Snapshot& snapshot, const View& view,
                           const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  const double em = style.font_size;
  Figure figure = blank_figure("contributions", "The gradient, term by term", style, size);
  const Rect everything{0.0, 0.0, size.width, size.height};
  if (!snapshot.analysis || !snapshot.analysis->contributions) {
    add_waiting(figure, style, everything, snapshot, "computing a term for every pair of steps …");
    return figure;
  }
  const ContributionTerms terms = shown_terms(snapshot, view);
  if (terms.loss_steps.empty()) {
    add_hint(figure, style, everything, "no step has a loss");
    return figure;
  }
  const char* symbol = kSymbols[index_of(view)];
  const LagBins bins(longest_lag(terms) + 1, style);
  AxesOptions options;
  options.title = figure.title;
  options.x_title = terms.single() ? "source step k" : "loss step t";
  options.range = range_of(terms);
  if (auto other = other_terms(snapshot, view); other && !other->loss_steps.empty()) {
    other->exponent = terms.exponent;
    options.range.y_max = std::max(options.range.y_max, range_of(*other).y_max);
  }
  std::string name = terms.single() ? gradient_name(terms, symbol, 0) + ", the norm of the sum"
                                    : "‖∂L_{t}/∂" + std::string(symbol) + "‖, the norm of the sum";
  const double legend_room = 0.5 * size.width - 4.0 * em;
  if (text_width(name, em) > legend_room) name = name.substr(0, name.find(','));
  options.legend = {{name, {colors.text, 2.0}}};
  options.y_title =
      first_that_fits(titles(terms, symbol), em, size.width - text_width(name, em) - 6.5 * em);
  if (options.y_title.empty())
    options.y_title = first_that_fits(titles(terms, symbol), em, size.width - 1.5 * em);
  const Axes axes = add_axes(figure, style, options);
  const Rect& plot = axes.area.rect;
  Group bars{"bars", Rect{plot.x, plot.y - 1.0, plot.width, plot.height + 1.0}, {}};
  Group marks{"gradient", std::nullopt, {}};
  const Painter painter{bars, marks, terms, bins, axes, colors};
  const std::size_t stride = stride_of(terms, plot.width);
  const double pixels = (axes.x(1.0) - axes.x(0.0)) * static_cast<double>(stride);
  const double width = static_cast<double>(stride) * (pixels < 5.0 ? 1.0 : 0.82);
  if (terms.single())
    painter.sources(terms.loss_steps[0], width);
  else
    for (std::size_t i = 0; i < terms.loss_steps.size(); i += stride)
      painter.stack(terms.loss_steps[i], width);
  if (!terms.single() && painter.narrow()) painter.join(stride);
  if (const double step = cursor_step(view, terms);
      step >= axes.area.x_min && step <= axes.area.x_max) {
    const double x = axes.x(step);
    marks.marks.push_back(
        PolylineMark{{{x, plot.y}, {x, plot.bottom()}}, {colors.text, 1.0, Dash::dotted}});
  }
  figure.groups.push_back(std::move(bars));
  figure.groups.push_back(std::move(marks));
  Group legend{"lags", std::nullopt, {}};
  const double y = plot.bottom() + 2.9 * em, right = plot.right() - text_width(options.x_title, em);
  const double end = add_lag_legend(legend, bins, longest_lag(terms), colors, em, {0.75 * em, y},
                                    right - 2.0 * em);
  std::vector<std::string> notes;
  const std::string truncation = truncation_name(*terms.truncation);
  if (!truncation.empty()) notes = {"older terms are cut: " + truncation, "cut: " + truncation};
  if (stride > 1) {
    const std::string thin = fmt::format("every {} loss steps", stride);
    for (std::string& note : notes) note = thin + "; " + note;
    notes.push_back(thin);
  }
  legend.marks.push_back(TextMark{.anchor = {end + 1.5 * em, y},
                                  .markup = first_that_fits(notes, em, right - end - 3.0 * em),
                                  .size = em,
                                  .color = colors.text});
  figure.groups.push_back(std::move(legend));
  return figure;
}

void write_contributions_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("t,k,tensor,log10_norm,log10_gradient\n");
  if (!snapshot.analysis || !snapshot.analysis->contributions) return;
  const ContributionTerms terms = shown_terms(snapshot, {});
  for (const Index t : terms.loss_steps)
    for (Index k = terms.earliest(t); k <= t; ++k)
      for (std::size_t i = 0; i < kTensors.size(); ++i) {
        const TensorContributions& of = snapshot.analysis->contributions->of(kTensors[i]);
        sink(fmt::format("{},{},{},{},{}\n", t, k, kNames[i], csv_number(of.log10_norm.at(t, k)),
                         csv_number(of.log10_gradient[static_cast<std::size_t>(t)])));
      }
}

std::optional<Cell> contributions_cell(const session::Snapshot& snapshot, const View& view,
                                       const Figure& figure, Point at) {
  if (!snapshot.analysis || !snapshot.analysis->contributions || !figure.plot ||
      !figure.plot->rect.contains(at))
    return std::nullopt;
  const ContributionTerms terms = shown_terms(snapshot, view);
  if (terms.loss_steps.empty()) return std::nullopt;
  const auto step = static_cast<Index>(std::lround(x_value_at(*figure.plot, at.x)));
  if (terms.single()) {
    const Index t = terms.loss_steps[0];
    return Cell{t, std::clamp(step, terms.earliest(t), t)};
  }
  // The bar that is drawn there.
  const std::size_t stride = stride_of(terms, figure.plot->rect.width);
  Index t = terms.loss_steps.front();
  for (std::size_t i = 0; i < terms.loss_steps.size(); i += stride)
    if (std::abs(terms.loss_steps[i] - step) < std::abs(t - step)) t = terms.loss_steps[i];
  const PlotArea& area = *figure.plot;
  const double value = area.y_max * (area.rect.bottom() - at.y) / area.rect.height;
  double top = 0.0;
  for (Index k = t; k >= terms.earliest(t); --k) {
    top += terms.value(t, k);
    if (top >= value) return Cell{t, k};
  }
  return Cell{t, t};  // above the bar: its step
}

std::string contributions_tooltip(const session::Snapshot& snapshot, const View& view,
                                  const Figure& figure, Point at) {
  const auto cell = contributions_cell(snapshot, view, figure, at);
  if (!cell) return {};
  const ContributionTerms terms = shown_terms(snapshot, view);
  const auto [t, k] = *cell;
  const char* symbol = kSymbols[index_of(view)];
  const double one = terms.norms->log10_norm.at(t, k);
  std::string text = fmt::format("loss step t = {}, source step k = {} (lag {})\n‖C({}, {})‖ = {}",
                                 t, k, t - k, t, k, compact_power(one));
  const double log10_sum = terms.log10_sum(t);
  if (!std::isfinite(log10_sum)) return text;
  const double log10_gradient = terms.norms->log10_gradient[static_cast<std::size_t>(t)];
  const auto percent = [&](double log10_part) {
    return 100.0 * std::pow(10.0, log10_part - log10_sum);
  };
  text += fmt::format(", {:.3g} % of the sum of norms", percent(one));
  text +=
      fmt::format("\nsum of the {} norms: {}", t - terms.earliest(t) + 1, compact_power(log10_sum));
  text += "\nnorm of the sum, " + gradient_name(terms, symbol, t) + " = " +
          compact_power(log10_gradient);
  return text + fmt::format("\n{:.0f} % of it: where terms point apart, they cancel",
                            percent(log10_gradient));
}

}  // namespace backflow::figure
