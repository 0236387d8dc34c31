#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "app/figure/chain_parts.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using gradient::Chain;
using gradient::ChainLink;
using gradient::ScaledMatrix;
using model::Index;
using session::Analysis;

// Lines of text above and below a picture, in font sizes.
constexpr double kName = 1.45, kChip = 1.6, kBelow = 0.55, kSlope = 1.35;

struct Frame {
  Color color;
  double width;
};

// Entries as colours, each divided by 10^log10_scale; with numbers where all of them fit.
void add_matrix(Group& group, const ScaledMatrix& x, double log10_scale, const Rect& rect,
                const Frame& frame, double font, Colormap colors) {
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
  const ColorScale scale = color_scale(-1.0, 1.0, colors);
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
               .markup = first_that_fits({chain_norm_text(log10_norm), "?"}, font, rect.width),
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

// J_i is one of the factors under the cursor; the running product to i is what it is at.
bool is_factor_at(const View& view, Index i) {
  if (!view.cursor) return false;
  const bool one_step = view.cursor->t == view.cursor->k;
  return one_step ? i == view.cursor->t : view.cursor->k < i && i <= view.cursor->t;
}
bool is_product_at(const View& view, const Chain& chain, Index i) {
  return view.cursor && view.cursor->t == chain.t && view.cursor->k == i - 1;
}

}  // namespace

// log10 of the largest entry's size.
double log10_largest_entry(const ScaledMatrix& x) {
  return gradient::log10_scaled(largest_size(x.mantissa.reshaped()), x.exponent);
}

// Which links are shown when there is room for so many pictures: all, or the first and last ones.
std::vector<std::size_t> chain_shown_links(const Chain& chain, std::size_t pictures) {
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

ChainTexts chain_texts(const Analysis& analysis, double font) {
  const Chain& chain = *analysis.chain;
  ChainTexts texts;
  const auto include = [&](const std::string& text) {
    texts.widest = std::max(texts.widest, text_width(text, font));
  };
  // Names of the last column are the longest ones, or those of the first.
  for (const ChainLink* link : {&chain.links.front(), &chain.links.back()}) {
    include(chain_product_name(chain, link->step - 1));
    include(chain_factor_name(analysis, link->step));
  }
  for (const ChainLink& link : chain.links) {
    if (link.jacobian.mantissa.size() == 0) continue;
    ++texts.pictures;
    include(chain_norm_text(link.log10_norm));
    include(chain_norm_text(link.log10_product));
  }
  return texts;
}

ChainColumns chain_columns(const Analysis& analysis, const ChainTexts& texts, double font,
                           double side, double room) {
  const Chain& chain = *analysis.chain;
  ChainColumns columns;
  columns.side = side;
  const bool vanilla = analysis.record->model.cell == model::CellKind::rnn;
  columns.strip = vanilla ? std::max(5.0, 0.09 * side) : 0.0;
  columns.pitch = std::max(side + columns.strip + 3.0, texts.widest + 0.4 * font) + 0.8 * font;
  const auto fits = [&](double width) {
    return static_cast<std::size_t>(std::max(1.0, std::floor(width / columns.pitch)));
  };
  std::size_t count = std::min(texts.pictures, fits(room));
  if (count < chain.links.size()) {
    columns.gap = 4.2 * font;
    count = std::min(texts.pictures, fits(room - columns.gap));
  }
  columns.shown = chain_shown_links(chain, count);
  return columns;
}

double chain_row_height(double side, double font, bool slopes) {
  return side + (kName + kChip + kBelow + (slopes ? kSlope : 0.0)) * font;
}

void add_chain_rows(Figure& figure, const ChainLook& look, const ChainColumns& columns, Point at) {
  const Chain& chain = *look.analysis.chain;
  const double font = look.font;
  const double lower = at.y + chain_row_height(columns.side, font, look.slopes);
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
      names.marks.push_back(centered(upper ? chain_factor_name(look.analysis, link.step)
                                           : chain_product_name(chain, link.step - 1),
                                     {middle, y + 0.6 * font}, font, look.colors.text));
      const ScaledMatrix& matrix = upper ? link.jacobian : link.product;
      add_matrix(upper ? jacobians : products, matrix,
                 upper ? look.log10_scale : log10_largest_entry(matrix), picture,
                 frame(upper ? is_factor_at(look.view, link.step)
                             : is_product_at(look.view, chain, link.step)),
                 font, look.map_scale.map);
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
                  : "± " + chain_norm_text(log10_largest_entry(matrix)),
            {middle, picture.bottom() + (kChip + 0.65) * font}, font, look.colors.muted_text));
    }
    x += columns.pitch;
  }
  figure.groups.push_back(std::move(names));
  figure.groups.push_back(std::move(jacobians));
  figure.groups.push_back(std::move(products));
}

}  // namespace backflow::figure
