// The key of a colour scale: a bar with labelled decades, and a swatch for each special colour that
// occurs.
#pragma once

#include <string>

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "core/gradient/triangular_map.h"

namespace backflow::figure {

/// Width of the column that add_color_bar() needs, in figure units.
double color_bar_width(const ColorScale& scale, const std::string& title, double font_size);

/// Draws the title (text markup) at the top of `column` and the bar upright below it. Swatches
/// stand at the bottom: values outside the limits, exact zeros, values that are not finite, each
/// when `range` has some.
void add_color_bar(Figure& figure, const FigureStyle& style, const ColorScale& scale,
                   const gradient::LogRange& range, const std::string& title, const Rect& column);

/// The same for a linear scale from −limit to limit > 0, without special colours. Its cells hold
/// shares of the limit and have symmetric_scale().
double symmetric_bar_width(double limit, const std::string& title, double font_size);
void add_symmetric_bar(Figure& figure, const FigureStyle& style, double limit,
                       const std::string& title, const Rect& column);
/// −1 … 1 over the table.
ColorScale symmetric_scale(const FigureStyle& style);

/// A lying bar from `low` (left) to `high` (right); its ends and 10^0 are labelled below it.
void add_horizontal_color_bar(Group& group, const FigureStyle& style, const ColorScale& scale,
                              const Rect& bar);

}  // namespace backflow::figure
