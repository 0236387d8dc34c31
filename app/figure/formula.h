// Typeset formulas: a tree of terms, measured with the figures' own font metrics and turned into
// marks, so that a formula looks the same on the screen, in SVG and in PNG.
//
// A formula is a row of terms, an operator between them, a matrix in brackets, a fraction, a sum or
// product with its limits, something in delimiters that stretch, or something with a superscript.
// Leaves are in the markup of text_markup.h ("W_{hh}^{T}"). The rules are those of Knuth (1984, The
// TeXbook, appendix G), simplified: matrices, fractions and large operators are centred on the
// axis, the height of the minus sign; spaces between terms follow from their roles.
//
// Lengths are in figure units, y downwards; a term may carry a Highlight, which becomes a HotSpot
// around it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/figure/figure.h"
#include "app/figure/style.h"

namespace backflow::figure {

struct Formula {
  enum class Kind {
    text,       ///< `text`
    row,        ///< parts side by side
    matrix,     ///< parts row by row, `columns` of them in each, in square brackets
    fraction,   ///< parts[0] over parts[1]
    operator_,  ///< `text` large; parts[0] below it, parts[1] above it, either may be empty
    delimited,  ///< parts[0] between `text`, one of "(", "[", "‖", "√"
    raised      ///< parts[0] with the superscript `text`
  };
  /// What a term is to its neighbours, which decides the space between them.
  enum class Role { ordinary, binary, relation, function, punctuation, tight };

  Kind kind = Kind::row;
  Role role = Role::ordinary;
  std::string text;  ///< in the markup of text_markup.h
  std::vector<Formula> parts;
  int columns = 1;                     ///< of a matrix
  std::optional<Highlight> highlight;  ///< what the term stands for
};

// How formulas are written. `markup` and `parts` as in Formula.

Formula term(std::string markup, std::optional<Highlight> highlight = {});
Formula binary(std::string sign);    ///< "+", "⊙": space on either side
Formula relation(std::string sign);  ///< "=", "←": more of it
Formula function(std::string name);  ///< "tanh": close to the parenthesis that follows
Formula comma();
Formula tight(std::string sign);  ///< no space on either side: "−" of a negative term
Formula row(std::vector<Formula> parts);
Formula matrix(std::vector<Formula> cells, int columns, std::optional<Highlight> highlight = {});
Formula fraction(Formula above, Formula below);
/// "∑" or "∏" with limits; an empty text is no limit.
Formula large_operator(std::string sign, std::string below, std::string above);
Formula parenthesized(Formula inner);
Formula norm_bars(Formula inner);
Formula root(Formula inner);
Formula raised(Formula base, std::string superscript);
Formula with_highlight(Formula formula, Highlight highlight);

/// The formula in one line of markup, for tooltips and names: "W_{hh} h_{2} + b_{h}".
std::string markup_of(const Formula& formula);

/// The room a formula takes: ascent above its baseline, descent below it, both ≥ 0 for text.
struct FormulaBox {
  double width = 0.0, ascent = 0.0, descent = 0.0;
  double height() const { return ascent + descent; }
};

/// At that font size.
FormulaBox measure(const Formula& formula, double size);

struct FormulaStyle {
  double size = 13.0;
  Color color;                         ///< of the letters and lines
  Color mark;                          ///< behind the terms whose highlight is `highlight`
  std::optional<Highlight> highlight;  ///< View::highlight
};

/// What a formula is drawn as: first `behind`, then `marks`.
struct FormulaMarks {
  std::vector<Mark> behind, marks;
  std::vector<HotSpot> hot_spots;  ///< inner terms after the outer ones
};

/// Adds the formula's marks with its baseline starting at `start`. Returns its box.
FormulaBox place(const Formula& formula, Point start, const FormulaStyle& style,
                 FormulaMarks& marks);

}  // namespace backflow::figure
