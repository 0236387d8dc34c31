// Formulas as people write them in a line of text, made into the trees of formula.h.
//
// Terms are separated by blanks: "h_{t} = tanh (W_{hh} h_{t−1} + b_{h})". Signs that stand alone
// are operators (+ − · × ⊙ /) or relations (= ≈ ≠ < > ≤ ≥ ← → ⇒ ∝); parentheses stretch; all else
// is markup of text_markup.h. Besides:
//   \frac{above}{below}   \sum{below}{above}   \prod{below}{above}   \sqrt{…}   \norm{…}
//   \raised{base}{superscript}   \matrix{a & b ; c & d}
#pragma once

#include <string>
#include <string_view>

#include "app/figure/formula.h"

namespace backflow::figure {

/// Returns an empty string, or what is wrong, to be read after the text; `formula` is unchanged
/// then.
std::string parse_formula(std::string_view text, Formula& formula);

/// The formula alone, without a margin, in letters of `size`, or smaller ones where it would be
/// wider than `width`.
Figure formula_figure(const Formula& formula, Theme theme, double size, double width);

}  // namespace backflow::figure
