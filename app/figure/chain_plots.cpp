#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/chain_parts.h"
#include "app/figure/curve.h"
#include "app/figure/header.h"

namespace backflow::figure {

using gradient::Chain;
using gradient::ChainLink;
using model::Index;
using session::Analysis;

// ‖∂h_t/∂h_{t−lag}‖ and the norms of the single factors over the lag.
Figure chain_norms_plot(const Analysis& analysis, const View& view, const FigureStyle& style,
                        Size size, const std::vector<std::string>& note) {
  const Chain& chain = *analysis.chain;
  const Palette& colors = palette(style.theme);
  const Index lags = chain.t - chain.k;
  // With W_hh = 0 the bound is 0 after one step: there is no line to be drawn.
  const bool bounded = std::isfinite(chain_bound_at(analysis, 1));
  const double identity = log10_identity(chain);
  Extent range;
  range.include(identity);
  for (const ChainLink& link : chain.links)
    for (const double value : {link.log10_norm, link.log10_product}) range.include(value);
  if (bounded) {
    // A bound far away does not flatten the curve.
    const double reach = std::max(2.0, 1.5 * (range.high - range.low));
    range.include(
        std::clamp(chain_bound_at(analysis, lags), range.low - reach, range.high + reach));
  }
  const auto [low, high] = range;
  const double room = std::max(0.05 * (high - low), 0.05);
  const Stroke product{colors.accent, 3.0}, factor{colors.norm_before, 1.4, Dash::dash_dot},
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
  std::vector<Point> running{{axes.x(0.0), axes.y_at(identity)}}, single;
  for (const ChainLink& link : chain.links) {
    const auto lag = static_cast<double>(chain.t - link.step + 1);
    const auto y = [&](double value) {
      return std::isfinite(value) ? axes.y_at(value) : std::nan("");
    };
    running.push_back({axes.x(lag), y(link.log10_product)});
    single.push_back({axes.x(lag), y(link.log10_norm)});
  }
  if (bounded) add_straight(group, axes, identity, chain_bound_at(analysis, 1) - identity, bound);
  add_line(group, single, factor);
  add_line(group, running, product);
  figure.groups.push_back(std::move(group));
  return figure;
}

Figure chain_singular_values_plot(const Analysis& analysis, const FigureStyle& style, Size size) {
  const Palette& colors = palette(style.theme);
  const std::vector<double>& values = analysis.chain->log10_singular_values;
  Extent range;
  for (const double value : values) range.include(value);
  const auto [low, high] = range.empty() ? Extent{0.0, 0.0} : range;
  const auto lost = std::count_if(values.begin(), values.end(),
                                  [](double value) { return !std::isfinite(value); });
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

}  // namespace backflow::figure
