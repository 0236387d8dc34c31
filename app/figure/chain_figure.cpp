#include "app/figure/chain_figure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "app/figure/chain_parts.h"
#include "app/figure/header.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/place.h"
#include "app/figure/waiting.h"

namespace backflow::figure {
namespace {

using gradient::Chain;
using gradient::ChainLink;
using gradient::ScaledMatrix;
using model::Index;
using session::Analysis;

// What the colours mean, longest form first.
std::vector<std::string> legend(const Analysis& analysis, double log10_scale) {
  const std::string own = "± " + chain_norm_text(log10_scale);
  const std::string thin = analysis.chain->size > gradient::ChainOptions().side
                               ? "; thinned out, largest entry of each block"
                               : "";
  return {"colours: J " + own + ", products ± their largest entry" + thin,
          "J " + own + ", products ± their largest" + thin, "J " + own + ", products own scale",
          "J " + own};
}

constexpr double kPlot = 9.6, kLeastPlot = 15.0;  // height and width in font sizes
double scale_of(const Chain& chain, const ChainColumns& columns) {
  double log10_scale = -std::numeric_limits<double>::infinity();
  for (const std::size_t link : columns.shown)
    log10_scale = std::max(log10_scale, log10_largest_entry(chain.links[link].jacobian));
  return log10_scale;
}

// Side of the pictures when both rows share that height.
double side_for(double height, double em, bool slopes) {
  return height / 2.0 - chain_row_height(0.0, em, slopes);
}

struct Sheet {
  Figure& figure;
  const FigureStyle& style;
  double top, margin, room, height;  // of what is below the header
};

// A short chain leaves room beside it: there its pictures may be as high as the figure. False when
// the chain is too long for that.
bool add_beside(const Sheet& sheet, ChainLook look) {
  const double em = look.font;
  const ChainTexts texts = chain_texts(look.analysis, em);
  if (texts.pictures < look.analysis.chain->links.size()) return false;
  ChainColumns columns;
  double side = std::clamp(side_for(sheet.height, em, true), 0.0, 22.0 * em);
  for (;; side -= 0.5 * em) {
    if (side < 4.0 * em) return false;
    columns = chain_columns(look.analysis, texts, em, side, sheet.room);
    if (columns.shown.size() == look.analysis.chain->links.size() &&
        sheet.room - columns.width() >= (kLeastPlot + 1.0) * em)
      break;
  }
  look.slopes = true;
  look.log10_scale = scale_of(*look.analysis.chain, columns);
  add_chain_rows(sheet.figure, look, columns, {sheet.margin, sheet.top});
  const double x = sheet.margin + columns.width() + em, y = sheet.top - 0.4 * em;
  const bool both = sheet.height >= 2.0 * kPlot * em;
  const Size each{sheet.figure.width - x, both ? sheet.height / 2.0 : sheet.height};
  place(sheet.figure, chain_norms_plot(look.analysis, look.view, sheet.style, each, {}), {x, y});
  if (both)
    place(sheet.figure, chain_singular_values_plot(look.analysis, sheet.style, each),
          {x, y + each.height});
  return true;
}

// Else the plots stand below, where they fit.
void add_above(const Sheet& sheet, ChainLook look) {
  const Chain& chain = *look.analysis.chain;
  const double em = look.font, width = sheet.figure.width;
  double plots = std::max(kPlot * em, 0.36 * sheet.height);
  if (side_for(sheet.height - plots, em, false) < 2.2 * em || sheet.room < kLeastPlot * em)
    plots = 0.0;
  const double height = sheet.height - plots;
  look.slopes = side_for(height, em, true) >= 6.0 * em;
  double side = std::clamp(side_for(height, em, look.slopes), 0.0, 14.0 * em);
  // A little smaller, if that makes room for every factor.
  const ChainTexts texts = chain_texts(look.analysis, em);
  const bool all = texts.pictures == chain.links.size();
  for (double smaller = side; all && smaller >= std::max(3.0 * em, 0.6 * side);
       smaller -= 0.25 * em)
    if (chain_columns(look.analysis, texts, em, smaller, sheet.room).shown.size() ==
        chain.links.size()) {
      side = smaller;
      break;
    }
  if (side < 1.2 * em) return;
  const ChainColumns columns = chain_columns(look.analysis, texts, em, side, sheet.room);
  look.log10_scale = scale_of(chain, columns);
  add_chain_rows(sheet.figure, look, columns, {sheet.margin, sheet.top});
  if (plots == 0.0) return;
  const double y = sheet.top + 2.0 * chain_row_height(side, em, look.slopes);
  const double rest = sheet.figure.height - y;
  const bool both = width >= 2.2 * kLeastPlot * em;
  const double first = both ? 0.58 * width : width;
  place(sheet.figure,
        chain_norms_plot(look.analysis, look.view, sheet.style, {first, rest},
                         legend(look.analysis, look.log10_scale)),
        {0.0, y});
  if (both)
    place(sheet.figure,
          chain_singular_values_plot(look.analysis, sheet.style, {width - first, rest}),
          {first, y});
}

}  // namespace

Figure build_jacobian_chain(const session::Snapshot& snapshot, const View& view,
                            const FigureStyle& style, Size size) {
  Figure figure =
      blank_figure("jacobian-chain", "One Jacobian product, factor by factor", style, size);
  const Rect everything{0.0, 0.0, size.width, size.height};
  if (!snapshot.analysis || !snapshot.analysis->chain) {
    add_waiting(figure, style, everything, snapshot, "computing the product …");
    return figure;
  }
  const Analysis& analysis = *snapshot.analysis;
  if (analysis.chain->links.empty()) {
    add_hint(figure, style, everything, "t = k: no factor, the product is the identity");
    return figure;
  }
  const double em = style.font_size, margin = 0.75 * em;
  const double top = add_header(figure, style, chain_formulas(analysis), chain_results(analysis));
  const Sheet sheet{
      figure, style, top, margin, size.width - 2.0 * margin, size.height - top - 0.4 * em};
  const ChainLook look{analysis, view, palette(style.theme), map_scale(snapshot, view, style), 0.0,
                       em,       false};
  if (!add_beside(sheet, look)) add_above(sheet, look);
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
    row(link.step, "log10_bound", chain_bound_at(analysis, chain.t - link.step + 1));
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
    const auto shown = chain_shown_links(chain, pictures.size());
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
    const double bound = chain_bound_at(analysis, chain.t - i + 1);
    return fmt::format("{} = {}", chain_product_name(chain, i - 1),
                       chain_factors(chain.t, i - 1, chain.t - i < 6)) +
           "\n‖·‖ = " + chain_norm_text(link.log10_product) +
           (std::isnan(bound) ? "" : ", never above " + compact_power(bound)) +
           entry_text(link.product, chain.size, hit);
  }
  std::string text = chain_factor_name(analysis, i);
  if (analysis.record->model.cell == model::CellKind::rnn)
    text += fmt::format(" = diag(f′(a_{{{}}})) W_{{hh}}", i);
  const auto& saturation = analysis.saturation[static_cast<std::size_t>(i - 1)];
  text +=
      "\n‖·‖ = " + chain_norm_text(link.log10_norm) + entry_text(link.jacobian, chain.size, hit);
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
    const double bound = chain_bound_at(analysis, *lag);
    return "‖" + chain_product_name(chain, link.step - 1) +
           "‖ = " + chain_norm_text(link.log10_product) + "\n‖" +
           chain_factor_name(analysis, link.step) + "‖ = " + chain_norm_text(link.log10_norm) +
           (std::isnan(bound) ? "" : "\nnever above " + compact_power(bound));
  }
  for (const PlotArea& area : figure.side_plots) {
    if (!area.rect.contains(at)) continue;
    const auto& values = chain.log10_singular_values;
    const long i = std::lround(x_value_at(area, at.x));
    if (i >= 1 && i <= static_cast<long>(values.size()))
      return fmt::format("σ_{{{}}} = {}", i,
                         chain_norm_text(values[static_cast<std::size_t>(i - 1)]));
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
