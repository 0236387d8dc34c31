#include "app/figure/truncation_marks.h"

#include <algorithm>
#include <cmath>

#include "app/figure/header.h"
#include "app/figure/quantity_names.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using gradient::Truncation;
using model::Index;

constexpr double kDim = 0.55;         // share of the background in a cut cell
constexpr double kSpacing = 8.0;      // of the hatching, along x
constexpr double kLeastHeight = 2.0;  // of a band, in figure units

Stroke hatch_stroke(const FigureStyle& style) { return {palette(style.theme).muted_text, 0.9}; }
Stroke edge_stroke(const FigureStyle& style) { return {palette(style.theme).text, 1.6}; }

// Rows drawn together, cut from the map's left edge to `right`.
struct Band {
  double top, bottom, right;
};

// From the top down; `right` never falls. Rows that are cut alike are one band, and so are rows
// too thin to be told apart.
std::vector<Band> cut_bands(const Truncation& truncation, const Rect& map, Index steps) {
  const double count = static_cast<double>(steps + 1);
  const double width = map.width / count, height = map.height / count;
  std::vector<Band> bands;
  Index cut = 0;
  for (Index t = 1; t <= steps; ++t) {
    while (cut <= t && truncation.cuts(t, cut)) ++cut;
    if (cut == 0) continue;
    const double right = map.x + width * static_cast<double>(cut);
    // On whole units, or the seam between two half-transparent bands would show.
    const double top = std::round(map.y + height * static_cast<double>(t));
    if (!bands.empty() && (right == bands.back().right || top < bands.back().top + kLeastHeight))
      continue;
    if (!bands.empty()) bands.back().bottom = top;
    bands.push_back({top, map.bottom(), right});
  }
  return bands;
}

// One line x + y = sum from the left or lower edge up to where it leaves the bands. Going up it
// goes right while the bands become shorter, so it leaves them once.
void add_hatch_line(Group& group, const std::vector<Band>& bands, double left, double sum,
                    const Stroke& stroke) {
  const double start = std::min(bands.back().bottom, sum - left);
  double end = start;
  for (auto band = bands.rbegin(); band != bands.rend(); ++band) {
    if (band->top >= start) continue;
    const double leaves = std::max(band->top, sum - band->right);
    if (leaves >= end) break;
    end = leaves;
    if (leaves > band->top) break;
  }
  if (end < start)
    group.marks.push_back(PolylineMark{{{sum - start, start}, {sum - end, end}}, stroke});
}

}  // namespace

bool cuts_any(const Truncation& truncation, Index steps) { return truncation.cuts(steps, 0); }

Color cut_color(const Color& color, const FigureStyle& style) {
  return mix(color, palette(style.theme).background, kDim);
}

void add_cut_cells(Group& group, const FigureStyle& style, const Truncation& truncation,
                   const Rect& map, Index steps) {
  const std::vector<Band> bands = cut_bands(truncation, map, steps);
  if (bands.empty()) return;
  Color veil = palette(style.theme).background;
  veil.a = static_cast<std::uint8_t>(std::lround(255.0 * kDim));
  PolylineMark edge{{{map.x, bands.front().top}}, edge_stroke(style)};
  for (const Band& band : bands) {
    group.marks.push_back(RectMark{
        {map.x, band.top, band.right - map.x, band.bottom - band.top}, veil, std::nullopt, 0.0});
    edge.points.push_back({band.right, band.top});
    edge.points.push_back({band.right, band.bottom});
  }
  const double last = bands.back().right + map.bottom();
  for (double sum = std::ceil((map.x + bands.front().top) / kSpacing) * kSpacing; sum < last;
       sum += kSpacing)
    add_hatch_line(group, bands, map.x, sum, hatch_stroke(style));
  group.marks.push_back(std::move(edge));
}

double add_cut_legend(Group& group, const FigureStyle& style, const Truncation& truncation,
                      Point at, double room) {
  const double size = style.font_size, swatch = 1.8 * size, gap = 0.5 * size;
  const std::string label =
      first_that_fits({"cut by truncation: " + truncation_name(truncation), "cut by truncation"},
                      size, room - swatch - gap);
  if (label.empty()) return 0.0;
  const Rect box{at.x, at.y - 0.85 * size, swatch, 0.95 * size};
  group.marks.push_back(HatchMark{box, hatch_stroke(style), kSpacing});
  group.marks.push_back(RectMark{box, std::nullopt, edge_stroke(style), 0.0});
  group.marks.push_back(TextMark{.anchor = {at.x + swatch + gap, at.y},
                                 .markup = label,
                                 .size = size,
                                 .color = palette(style.theme).text});
  return swatch + gap + text_width(label, size);
}

}  // namespace backflow::figure
