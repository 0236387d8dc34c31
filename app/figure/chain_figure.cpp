#include "app/figure/chain_figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/plot_axes.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using gradient::Chain;
using gradient::ChainLink;
using gradient::ScaledMatrix;
using gradient::StateBlock;
using model::Index;
using session::Analysis;

// --- names and numbers -------------------------------------------------------------------------

// J_i is all of what passes a step, except for a part of an LSTM's state.
bool is_part(const Analysis& analysis) {
  return analysis.record->model.cell == model::CellKind::lstm &&
         analysis.chain->block != StateBlock::full;
}

std::string factor_name(const Analysis& analysis, Index i) {
  if (!is_part(analysis)) return fmt::format("J_{{{}}}", i);
  return jacobian_symbol(analysis.chain->block, std::to_string(i), std::to_string(i - 1));
}

std::string product_name(const Chain& chain, Index k) {
  return jacobian_symbol(chain.block, std::to_string(chain.t), std::to_string(k));
}

// "J_{7} J_{6} J_{5} J_{4}", or with the middle left out.
std::string factors(Index t, Index k, bool all) {
  std::string text;
  for (Index i = t; i > k; --i) {
    if (!all && i < t - 1 && i > k + 1) {
      text += " …";
      i = k + 2;
      continue;
    }
    text += fmt::format("{}J_{{{}}}", i == t ? "" : " ", i);
  }
  return text;
}

// Longest form first.
std::vector<std::string> formulas(const Analysis& analysis) {
  const Chain& chain = *analysis.chain;
  const std::string name = product_name(chain, chain.k);
  const bool part = is_part(analysis);
  const std::string is =
      part ? fmt::format(": the {} part of ", chain.block == StateBlock::cell ? "c" : "h") : " = ";
  const std::string whole = cell_prefix(analysis.record->model.cell) + name + is;
  std::vector<std::string> texts;
  if (chain.t - chain.k <= 8) texts.push_back(whole + factors(chain.t, chain.k, true));
  texts.push_back(whole + factors(chain.t, chain.k, false));
  texts.push_back(name + is + factors(chain.t, chain.k, false));
  texts.push_back(name);
  return texts;
}

// log10 of the bound of the norm over that many steps; NaN where nothing is proven.
double bound_at(const Analysis& analysis, Index lag) {
  if (!analysis.bound || !std::isfinite(analysis.bound->factor())) return std::nan("");
  const Chain& chain = *analysis.chain;
  const double identity = chain.norm == gradient::MatrixNorm::spectral
                              ? 0.0
                              : 0.5 * std::log10(static_cast<double>(chain.size));
  return identity + analysis.bound->log10_at(static_cast<double>(lag));
}

std::string norm_text(double log10_norm) {
  return gradient::is_not_finite(log10_norm) ? "not finite" : compact_power(log10_norm);
}

// What came of the product, and what was bound to; longest form first.
std::vector<std::string> results(const Analysis& analysis) {
  const Chain& chain = *analysis.chain;
  const Index lag = chain.t - chain.k;
  const std::string value = norm_text(chain.links.back().log10_product);
  const std::string own = "‖" + product_name(chain, chain.k) + "‖ = " + value;
  const std::string when = ", " + sequence_name(analysis.record->trace, analysis.norms.sequence) +
                           ", iteration " + grouped(analysis.record->iteration);
  const double bound = bound_at(analysis, lag);
  if (std::isnan(bound)) return {own + when, own, "‖·‖ = " + value};
  const bool spectral = chain.norm == gradient::MatrixNorm::spectral;
  const std::string power =
      (spectral ? "" : "√n ") + fmt::format("(γσ_{{1}})^{{{}}} = ", lag) + compact_power(bound);
  return {own + " ≤ " + power + when, own + " ≤ " + power, "‖·‖ = " + value + " ≤ " + power, own,
          "‖·‖ = " + value};
}

// --- the columns -------------------------------------------------------------------------------

// Which links are shown when there is room for so many pictures: all, or the first and last ones.
std::vector<std::size_t> shown_links(const Chain& chain, std::size_t pictures) {
  const std::size_t all = chain.links.size();
  std::vector<std::size_t> shown;
  if (pictures >= all) {
    for (std::size_t j = 0; j < all; ++j) shown.push_back(j);
    return shown;
  }
  for (std::size_t j = 0; j < (pictures + 1) / 2; ++j) shown.push_back(j);
  for (std::size_t j = all - pictures / 2; j < all; ++j) shown.push_back(j);
  return shown;
}

struct Columns {
  double side = 0.0, pitch = 0.0, strip = 0.0;  // of a picture, of a column, of the slopes' strip
  double gap = 0.0;                             // where links are left out
  std::vector<std::size_t> shown;
  double width() const { return pitch * static_cast<double>(shown.size()) + gap; }
};

// Lines of text above and below a picture, in font sizes.
constexpr double kName = 1.45, kChip = 1.6, kBelow = 0.55, kSlope = 1.35;

double widest_text(const Analysis& analysis, double font) {
  const Chain& chain = *analysis.chain;
  double width = text_width("not finite", font);
  // Names of the last column are the longest ones, or those of the first.
  for (const ChainLink* link : {&chain.links.front(), &chain.links.back()})
    width = std::max({width, text_width(product_name(chain, link->step - 1), font),
                      text_width(factor_name(analysis, link->step), font)});
  for (const ChainLink& link : chain.links)
    if (link.jacobian.mantissa.size() > 0)
      width = std::max({width, text_width(norm_text(link.log10_norm), font),
                        text_width(norm_text(link.log10_product), font)});
  return width;
}

Columns columns_for(const Analysis& analysis, double font, double side, double room) {
  const Chain& chain = *analysis.chain;
  Columns columns;
  columns.side = side;
  const bool vanilla = analysis.record->model.cell == model::CellKind::rnn;
  columns.strip = vanilla ? std::max(5.0, 0.09 * side) : 0.0;
  columns.pitch =
      std::max(side + columns.strip + 3.0, widest_text(analysis, font) + 0.4 * font) + 0.8 * font;
  std::size_t pictures = 0;
  for (const ChainLink& link : chain.links) pictures += link.jacobian.mantissa.size() > 0 ? 1 : 0;
  const auto fits = [&](double width) {
    return static_cast<std::size_t>(std::max(1.0, std::floor(width / columns.pitch)));
  };
  std::size_t count = std::min(pictures, fits(room));
  if (count < chain.links.size()) {
    columns.gap = 4.2 * font;
    count = std::min(pictures, fits(room - columns.gap));
  }
  columns.shown = shown_links(chain, count);
  return columns;
}

// --- one picture -------------------------------------------------------------------------------

double largest_entry(const ScaledMatrix& x) {
  double largest = 0.0;
  for (const double value : x.mantissa.reshaped())
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

// log10 of the largest entry's size.
double log10_largest(const ScaledMatrix& x) {
  return gradient::log10_scaled(largest_entry(x), x.exponent);
}

struct Frame {
  Color color;
  double width;
};

// Entries as colours, each divided by 10^log10_scale; with numbers where all of them fit.
void add_matrix(Group& group, const ScaledMatrix& x, double log10_scale, const Rect& rect,
                const Frame& frame, double font) {
  const Index n = x.mantissa.rows();
  const double power = static_cast<double>(x.exponent) * std::log10(2.0) - log10_scale;
  const double factor = std::isfinite(power) ? std::pow(10.0, power) : 0.0;
  auto values = std::make_shared<std::vector<float>>();
  values->reserve(static_cast<std::size_t>(n * n));
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      values->push_back(std::isfinite(x.mantissa(i, j))
                            ? static_cast<float>(std::clamp(factor * x.mantissa(i, j), -1.0, 1.0))
                            : std::numeric_limits<float>::quiet_NaN());
  const ColorScale scale = color_scale(-1.0, 1.0);
  std::vector<TextMark> numbers;
  const double cell = rect.width / static_cast<double>(n), size = 0.83 * font;
  bool fit = n <= 6 && cell > 1.5 * size;
  for (Index i = 0; i < n && fit; ++i)
    for (Index j = 0; j < n && fit; ++j) {
      const std::string text = compact(std::ldexp(
          x.mantissa(i, j), static_cast<int>(std::clamp<std::int64_t>(x.exponent, -1000, 1000))));
      fit = text_width(text, size) < cell - 2.0;
      const auto value = (*values)[static_cast<std::size_t>(i * n + j)];
      numbers.push_back(TextMark{.anchor = {rect.x + (static_cast<double>(j) + 0.5) * cell,
                                            rect.y + (static_cast<double>(i) + 0.5) * cell},
                                 .markup = text,
                                 .size = size,
                                 .color = readable_on(color_of(scale, value)),
                                 .h_align = HAlign::center,
                                 .v_align = VAlign::middle});
    }
  group.marks.push_back(
      HeatmapMark{rect, static_cast<int>(n), static_cast<int>(n), std::move(values), scale});
  if (fit)
    for (TextMark& number : numbers) group.marks.push_back(std::move(number));
  group.marks.push_back(
      RectMark{rect, std::nullopt, Stroke{frame.color, frame.width, Dash::solid}, 0.0});
}

// f′(a_i)/γ of every unit beside the row of J_i that it multiplies.
void add_slopes(Group& group, const Analysis& analysis, Index i, const Rect& rect,
                const Palette& colors) {
  const training::IterationRecord& record = *analysis.record;
  const model::Activation& f = record.model.activation;
  const auto a = record.trace.a.step(i).col(analysis.norms.sequence);
  model::Matrix slopes(a.rows(), 1);
  model::derivative(f, a, slopes);
  slopes = slopes.cwiseAbs() / model::derivative_bound(f);
  const Index n = slopes.rows(), rows = std::min<Index>(n, 32);
  for (Index row = 0; row < rows; ++row) {
    const Index first = row * n / rows, last = (row + 1) * n / rows;
    const double mean = slopes.col(0).segment(first, last - first).mean();
    const double y = rect.y + rect.height * static_cast<double>(row) / static_cast<double>(rows);
    const Color color = std::isnan(mean)
                            ? color_scale(-1.0, 1.0).not_finite
                            : mix(colors.panel, colors.accent, std::clamp(mean, 0.0, 1.0));
    group.marks.push_back(
        RectMark{{rect.x, y, rect.width, rect.height / static_cast<double>(rows) + 0.2},
                 color,
                 std::nullopt,
                 0.0});
  }
  group.marks.push_back(RectMark{rect, std::nullopt, Stroke{colors.axis, 1.0}, 0.0});
}

// The norm on the colour that the map gives it.
void add_chip(Group& group, double log10_norm, const ColorScale& scale, const Rect& rect,
              double font) {
  const Color color = color_of(scale, static_cast<float>(log10_norm));
  group.marks.push_back(RectMark{rect, color, std::nullopt, 0.25 * font});
  group.marks.push_back(
      TextMark{.anchor = {rect.x + rect.width / 2.0, rect.y + rect.height / 2.0},
               .markup = first_that_fits({norm_text(log10_norm), "?"}, font, rect.width),
               .size = font,
               .color = readable_on(color),
               .h_align = HAlign::center,
               .v_align = VAlign::middle});
}

TextMark centered(const std::string& text, Point at, double size, Color color) {
  return TextMark{.anchor = at,
                  .markup = text,
                  .size = size,
                  .color = color,
                  .h_align = HAlign::center,
                  .v_align = VAlign::middle};
}

// --- rows of pictures --------------------------------------------------------------------------

struct Look {
  const Analysis& analysis;
  const View& view;
  const Palette& colors;
  ColorScale map_scale;
  double log10_scale;  // of all J_i
  double font;
  bool slopes;  // their mean in a line below the norm
};

// J_i is one of the factors under the cursor; the running product to i is what it is at.
bool is_factor_at(const View& view, Index i) {
  if (!view.cursor) return false;
  const bool one_step = view.cursor->t == view.cursor->k;
  return one_step ? i == view.cursor->t : view.cursor->k < i && i <= view.cursor->t;
}
bool is_product_at(const View& view, const Chain& chain, Index i) {
  return view.cursor && view.cursor->t == chain.t && view.cursor->k == i - 1;
}

double row_height(double side, double font, bool slopes) {
  return side + (kName + kChip + kBelow + (slopes ? kSlope : 0.0)) * font;
}

void add_rows(Figure& figure, const Look& look, const Columns& columns, Point at) {
  const Chain& chain = *look.analysis.chain;
  const double font = look.font;
  const double lower = at.y + row_height(columns.side, font, look.slopes);
  Group names{"names", std::nullopt, {}}, jacobians{"jacobians", std::nullopt, {}},
      products{"products", std::nullopt, {}};
  double x = at.x;
  for (std::size_t c = 0; c < columns.shown.size(); ++c) {
    const ChainLink& link = chain.links[columns.shown[c]];
    if (c > 0 && columns.shown[c] > columns.shown[c - 1] + 1) {
      const auto missing = columns.shown[c] - columns.shown[c - 1] - 1;
      for (const double y : {at.y, lower}) {
        const double middle = y + kName * font + columns.side / 2.0;
        names.marks.push_back(centered("…", {x + columns.gap / 2.0, middle - 0.8 * font},
                                       1.4 * font, look.colors.text));
        names.marks.push_back(centered(fmt::format("{} more", missing),
                                       {x + columns.gap / 2.0, middle + 0.6 * font}, 0.9 * font,
                                       look.colors.muted_text));
      }
      x += columns.gap;
    }
    const double left = x + (columns.pitch - columns.side + columns.strip) / 2.0;
    const double middle = x + columns.pitch / 2.0, chip = columns.pitch - 0.8 * font;
    const auto frame = [&](bool on) {
      return on ? Frame{look.colors.text, 2.0} : Frame{look.colors.axis, 1.0};
    };
    for (const bool upper : {true, false}) {
      const double y = upper ? at.y : lower;
      const Rect picture{left, y + kName * font, columns.side, columns.side};
      names.marks.push_back(centered(
          upper ? factor_name(look.analysis, link.step) : product_name(chain, link.step - 1),
          {middle, y + 0.6 * font}, font, look.colors.text));
      const ScaledMatrix& matrix = upper ? link.jacobian : link.product;
      add_matrix(upper ? jacobians : products, matrix,
                 upper ? look.log10_scale : log10_largest(matrix), picture,
                 frame(upper ? is_factor_at(look.view, link.step)
                             : is_product_at(look.view, chain, link.step)),
                 font);
      if (upper && columns.strip > 0.0)
        add_slopes(names, look.analysis, link.step,
                   {left - columns.strip - 2.0, picture.y, columns.strip, columns.side},
                   look.colors);
      add_chip(names, upper ? link.log10_norm : link.log10_product, look.map_scale,
               {middle - chip / 2.0, picture.bottom() + 0.3 * font, chip, (kChip - 0.3) * font},
               font);
      if (upper) figure.hot_spots.push_back({picture, Highlight{Part::factor, link.step}});
      if (look.slopes)
        names.marks.push_back(centered(
            upper ? "f′ " + fixed(look.analysis.saturation[static_cast<std::size_t>(link.step - 1)]
                                      .mean_slope,
                                  2)
                  : "± " + norm_text(log10_largest(matrix)),
            {middle, picture.bottom() + (kChip + 0.65) * font}, font, look.colors.muted_text));
    }
    x += columns.pitch;
  }
  figure.groups.push_back(std::move(names));
  figure.groups.push_back(std::move(jacobians));
  figure.groups.push_back(std::move(products));
}

// --- plots -------------------------------------------------------------------------------------

void include(double& low, double& high, double value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

FigureStyle untitled(FigureStyle style) {
  style.title = false;
  return style;
}

// ‖∂h_t/∂h_{t−lag}‖ and the norms of the single factors over the lag.
Figure norms_plot(const Analysis& analysis, const View& view, const FigureStyle& style, Size size,
                  const std::vector<std::string>& note) {
  const Chain& chain = *analysis.chain;
  const Palette& colors = palette(style.theme);
  const Index lags = chain.t - chain.k;
  const bool bounded = !std::isnan(bound_at(analysis, 0));
  double low = 0.0, high = 0.0;
  for (const ChainLink& link : chain.links)
    for (const double value : {link.log10_norm, link.log10_product}) include(low, high, value);
  if (bounded) {
    // A bound far away does not flatten the curve.
    const double reach = std::max(2.0, 1.5 * (high - low));
    include(low, high, std::clamp(bound_at(analysis, lags), low - reach, high + reach));
  }
  const double room = std::max(0.05 * (high - low), 0.05);
  const Stroke product{colors.accent, 3.0}, factor{colors.norm_before, 1.4},
      bound{colors.warning, 1.6, Dash::dashed};
  Figure figure = blank_figure("norms", "", style, size);
  AxesOptions options;
  // Beside the legend, or not at all.
  options.y_title = first_that_fits({"norms on the way back from t", "norms"}, style.font_size,
                                    size.width - 27.0 * style.font_size);
  options.x_title = first_that_fits({fmt::format("steps back from t = {}", chain.t), "steps back"},
                                    style.font_size, 0.4 * size.width);
  options.note = note;
  options.range = {{}, 0.0, static_cast<double>(lags), low - room, high + room, true};
  options.legend = {{"product", product}, {"one step", factor}};
  if (bounded) options.legend.insert(options.legend.begin() + 1, {"bound", bound});
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"curves", axes.area.rect, {}};
  if (view.cursor && view.cursor->t <= chain.t && view.cursor->k >= chain.k) {
    const double x = axes.x(static_cast<double>(chain.t - view.cursor->k));
    group.marks.push_back(PolylineMark{{{x, axes.area.rect.y}, {x, axes.area.rect.bottom()}},
                                       {colors.axis, 1.0, Dash::dotted}});
  }
  const double identity = bound_at(analysis, 0);
  std::vector<Point> running{{axes.x(0.0), axes.y_at(bounded ? identity : 0.0)}}, single;
  if (!bounded && chain.norm == gradient::MatrixNorm::frobenius)
    running[0].y = axes.y_at(0.5 * std::log10(static_cast<double>(chain.size)));
  for (const ChainLink& link : chain.links) {
    const auto lag = static_cast<double>(chain.t - link.step + 1);
    const auto y = [&](double value) {
      return std::isfinite(value) ? axes.y_at(value) : std::nan("");
    };
    running.push_back({axes.x(lag), y(link.log10_product)});
    single.push_back({axes.x(lag), y(link.log10_norm)});
  }
  if (bounded)
    group.marks.push_back(
        PolylineMark{{{axes.x(0.0), axes.y_at(identity)},
                      {axes.x(static_cast<double>(lags)), axes.y_at(bound_at(analysis, lags))}},
                     bound});
  add_line(group, single, factor);
  add_line(group, running, product);
  figure.groups.push_back(std::move(group));
  return figure;
}

Figure singular_values_plot(const Analysis& analysis, const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  const std::vector<double>& values = analysis.chain->log10_singular_values;
  double low = 1e300, high = -1e300;
  for (const double value : values) include(low, high, value);
  const auto lost = std::count_if(values.begin(), values.end(),
                                  [](double value) { return !std::isfinite(value); });
  if (low > high) low = high = 0.0;
  const double room = std::max(0.06 * (high - low), 0.05);
  Figure figure = blank_figure("singular-values", "", style, size);
  AxesOptions options;
  options.y_title =
      first_that_fits({"singular values σ_{i} of the product", "σ_{i} of the product", "σ_{i}"},
                      style.font_size, size.width - 1.5 * style.font_size);
  options.x_title = "index i";
  if (lost > 0)
    options.note = {std::isnan(values.front())
                        ? "not finite"
                        : fmt::format("{} of {} are 0", lost, values.size())};
  options.range = {{},         0.5,         static_cast<double>(values.size()) + 0.5,
                   low - room, high + room, true};
  const Axes axes = add_axes(figure, untitled(style), options);
  Group group{"bars", axes.area.rect, {}};
  const double step = axes.area.rect.width / static_cast<double>(values.size());
  const double width = std::max(1.0, std::min(0.7 * step, 2.0 * style.font_size));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double x = axes.x(static_cast<double>(i + 1)), y = axes.y_at(values[i]);
    group.marks.push_back(RectMark{{x - width / 2.0, y, width, axes.area.rect.bottom() - y},
                                   colors.accent,
                                   std::nullopt,
                                   0.0});
  }
  figure.groups.push_back(std::move(group));
  return figure;
}

// --- the whole ---------------------------------------------------------------------------------

// What the colours mean, longest form first.
std::vector<std::string> legend(const Analysis& analysis, double log10_scale) {
  const std::string own = "± " + norm_text(log10_scale);
  const std::string thin =
      analysis.chain->size > 64 ? "; thinned out, largest entry of each block" : "";
  return {"colours: J " + own + ", products ± their largest entry" + thin,
          "J " + own + ", products ± their largest" + thin, "J " + own + ", products own scale",
          "J " + own};
}

constexpr double kPlot = 9.6, kLeastPlot = 15.0;  // height and width in font sizes

}  // namespace

Figure build_jacobian_chain(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size) {
  Figure figure =
      blank_figure("jacobian-chain", "One Jacobian product, factor by factor", style, size);
  const Rect everything{0.0, 0.0, size.width, size.height};
  if (!snapshot.analysis || !snapshot.analysis->chain) {
    add_hint(figure, style, everything, "computing the product …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  const Chain& chain = *analysis.chain;
  if (chain.links.empty()) {
    add_hint(figure, style, everything, "t = k: no factor, the product is the identity");
    return figure;
  }
  const double em = style.font_size, margin = 0.75 * em;
  const double top = add_header(figure, style, formulas(analysis), results(analysis));
  const double height = size.height - top - 0.4 * em, room = size.width - 2.0 * margin;
  double log10_scale = -std::numeric_limits<double>::infinity();
  for (const ChainLink& link : chain.links)
    if (link.jacobian.mantissa.size() > 0)
      log10_scale = std::max(log10_scale, log10_largest(link.jacobian));
  Look look{analysis, view, palette(style.theme), map_scale(analysis, view), log10_scale,
            em,       false};
  const auto side_for = [&](double rows_height, bool slopes) {
    return rows_height / 2.0 - (kName + kChip + kBelow + (slopes ? kSlope : 0.0)) * em;
  };
  // A short chain leaves room beside it: there its pictures may be as high as the figure.
  const double tall = std::clamp(side_for(height, true), 0.0, 22.0 * em);
  const Columns beside = columns_for(analysis, em, tall, room);
  if (tall >= 4.0 * em && beside.shown.size() == chain.links.size() &&
      room - beside.width() >= kLeastPlot * em + em) {
    look.slopes = true;
    add_rows(figure, look, beside, {margin, top});
    const double x = margin + beside.width() + em, width = size.width - x;
    const bool both = height >= 2.0 * kPlot * em;
    const double each = both ? height / 2.0 : height;
    place(figure, norms_plot(analysis, view, style, {width, each}, {}), {x, top - 0.4 * em});
    if (both)
      place(figure, singular_values_plot(analysis, style, {width, each}),
            {x, top + each - 0.4 * em});
    return figure;
  }
  // Else the plots stand below, where they fit.
  double plots = std::max(kPlot * em, 0.36 * height);
  if (side_for(height - plots, false) < 2.2 * em || room < kLeastPlot * em) plots = 0.0;
  look.slopes = side_for(height - plots, true) >= 6.0 * em;
  double side = std::clamp(side_for(height - plots, look.slopes), 0.0, 14.0 * em);
  // A little smaller, if that makes room for every factor.
  for (double smaller = side; smaller >= std::max(3.0 * em, 0.6 * side); smaller -= 0.25 * em)
    if (columns_for(analysis, em, smaller, room).shown.size() == chain.links.size()) {
      side = smaller;
      break;
    }
  if (side >= 1.2 * em)
    add_rows(figure, look, columns_for(analysis, em, side, room), {margin, top});
  if (plots == 0.0) return figure;
  const double y = top + 2.0 * row_height(side, em, look.slopes);
  const double rest = size.height - y;
  const bool both = size.width >= 2.2 * kLeastPlot * em;
  const double first = both ? 0.58 * size.width : size.width;
  place(figure, norms_plot(analysis, view, style, {first, rest}, legend(analysis, log10_scale)),
        {0.0, y});
  if (both)
    place(figure, singular_values_plot(analysis, style, {size.width - first, rest}), {first, y});
  return figure;
}

void write_jacobian_chain_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("step,quantity,value\n");
  if (!snapshot.analysis || !snapshot.analysis->chain) return;
  const Analysis& analysis = *snapshot.analysis;
  const Chain& chain = *analysis.chain;
  const auto row = [&](Index step, const char* quantity, double value) {
    sink(fmt::format("{},{},{}\n", step, quantity, csv_number(value)));
  };
  for (const ChainLink& link : chain.links) {
    const auto& saturation = analysis.saturation[static_cast<std::size_t>(link.step - 1)];
    row(link.step, "log10_norm", link.log10_norm);
    row(link.step, "log10_product_norm", link.log10_product);
    row(link.step, "log10_bound", bound_at(analysis, chain.t - link.step + 1));
    row(link.step, "mean_slope", saturation.mean_slope);
    row(link.step, "saturated_share", saturation.share);
  }
  for (std::size_t i = 0; i < chain.log10_singular_values.size(); ++i)
    row(static_cast<Index>(i + 1), "log10_singular_value", chain.log10_singular_values[i]);
}

namespace {

struct Hit {
  const ChainLink* link;
  bool product;
  double column, row;  // 0 … 1 within the picture
};

// The picture at a point of the figure.
std::optional<Hit> picture_at(const Chain& chain, const Figure& figure, Point at) {
  for (const Group& group : figure.groups) {
    if (group.id != "jacobians" && group.id != "products") continue;
    std::vector<Rect> pictures;
    for (const Mark& mark : group.marks)
      if (const auto* picture = std::get_if<HeatmapMark>(&mark)) pictures.push_back(picture->rect);
    const auto shown = shown_links(chain, pictures.size());
    if (shown.size() != pictures.size()) continue;
    for (std::size_t c = 0; c < pictures.size(); ++c)
      if (const Rect& r = pictures[c]; r.contains(at))
        return Hit{&chain.links[shown[c]], group.id == "products", (at.x - r.x) / r.width,
                   (at.y - r.y) / r.height};
  }
  return std::nullopt;
}

// The lag under the mouse in the plot of the norms.
std::optional<Index> lag_at(const Chain& chain, const Figure& figure, Point at) {
  if (!figure.plot || !figure.plot->rect.contains(at)) return std::nullopt;
  const auto lag = static_cast<Index>(std::lround(x_value_at(*figure.plot, at.x)));
  if (lag < 0 || lag > chain.t - chain.k) return std::nullopt;
  return lag;
}

std::string entry_text(const ScaledMatrix& x, Index size, const Hit& hit) {
  const Index n = x.mantissa.rows();
  if (n != size) return {};
  const Index i = std::min(n - 1, static_cast<Index>(hit.row * static_cast<double>(n)));
  const Index j = std::min(n - 1, static_cast<Index>(hit.column * static_cast<double>(n)));
  const double value = x.mantissa(i, j);
  const double log10_size = gradient::log10_scaled(std::abs(value), x.exponent);
  return fmt::format("\nrow {}, column {}: {}{}", i + 1, j + 1, value < 0.0 ? "−" : "",
                     compact_power(log10_size));
}

std::string picture_text(const Analysis& analysis, const Hit& hit) {
  const Chain& chain = *analysis.chain;
  const ChainLink& link = *hit.link;
  const Index i = link.step;
  if (hit.product) {
    const double bound = bound_at(analysis, chain.t - i + 1);
    return fmt::format("{} = {}", product_name(chain, i - 1),
                       factors(chain.t, i - 1, chain.t - i < 6)) +
           "\n‖·‖ = " + norm_text(link.log10_product) +
           (std::isnan(bound) ? "" : ", never above " + compact_power(bound)) +
           entry_text(link.product, chain.size, hit);
  }
  std::string text = factor_name(analysis, i);
  if (analysis.record->model.cell == model::CellKind::rnn)
    text += fmt::format(" = diag(f′(a_{{{}}})) W_{{hh}}", i);
  const auto& saturation = analysis.saturation[static_cast<std::size_t>(i - 1)];
  text += "\n‖·‖ = " + norm_text(link.log10_norm) + entry_text(link.jacobian, chain.size, hit);
  return text + fmt::format("\nf′(a_{{{}}})/γ: mean {}, {:.0f} % of the units saturated", i,
                            compact(saturation.mean_slope), 100.0 * saturation.share);
}

}  // namespace

std::string jacobian_chain_tooltip(const session::Snapshot& snapshot, const View&,
                                   const Figure& figure, Point at) {
  if (!snapshot.analysis || !snapshot.analysis->chain) return {};
  const Analysis& analysis = *snapshot.analysis;
  const Chain& chain = *analysis.chain;
  if (const auto hit = picture_at(chain, figure, at)) return picture_text(analysis, *hit);
  if (const auto lag = lag_at(chain, figure, at)) {
    if (*lag == 0) return "0 steps back: the identity";
    const ChainLink& link = chain.links[static_cast<std::size_t>(*lag - 1)];
    const double bound = bound_at(analysis, *lag);
    return "‖" + product_name(chain, link.step - 1) + "‖ = " + norm_text(link.log10_product) +
           "\n‖" + factor_name(analysis, link.step) + "‖ = " + norm_text(link.log10_norm) +
           (std::isnan(bound) ? "" : "\nnever above " + compact_power(bound));
  }
  for (const PlotArea& area : figure.side_plots) {
    if (!area.rect.contains(at)) continue;
    const auto& values = chain.log10_singular_values;
    const long i = std::lround(x_value_at(area, at.x));
    if (i >= 1 && i <= static_cast<long>(values.size()))
      return fmt::format("σ_{{{}}} = {}", i, norm_text(values[static_cast<std::size_t>(i - 1)]));
  }
  return {};
}

std::optional<Cell> jacobian_chain_cell(const session::Snapshot& snapshot, const View&,
                                        const Figure& figure, Point at) {
  if (!snapshot.analysis || !snapshot.analysis->chain) return std::nullopt;
  const Chain& chain = *snapshot.analysis->chain;
  if (const auto hit = picture_at(chain, figure, at))
    return Cell{hit->product ? chain.t : hit->link->step, hit->link->step - 1};
  if (const auto lag = lag_at(chain, figure, at)) return Cell{chain.t, chain.t - *lag};
  return std::nullopt;
}

}  // namespace backflow::figure
