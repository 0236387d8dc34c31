// The top of a figure: its title, and below it a line with a text at either end.
#pragma once

#include <string>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/style.h"

namespace backflow::figure {

/// The first of the texts that is not wider than `width`; empty when none is.
std::string first_that_fits(const std::vector<std::string>& texts, double size, double width);

/// The text, or as many of its words as fit with "…" behind them; empty when not even one does.
std::string shortened(const std::string& text, double size, double width, bool bold = false);

/// What a title takes of a figure's height, in font sizes.
inline constexpr double kTitleHeight = 1.9;

/// Writes Figure::title when the style asks for it, and the first text of each list that fits, the
/// left one first. Returns the top of what comes below; the line's letters begin 1.8 font sizes
/// above it.
double add_header(Figure& figure, const FigureStyle& style, const std::vector<std::string>& left,
                  const std::vector<std::string>& right);

/// Writes in the middle of an area why there is nothing to see; nothing when it does not fit.
void add_hint(Figure& figure, const FigureStyle& style, const Rect& area, const std::string& hint);

}  // namespace backflow::figure
