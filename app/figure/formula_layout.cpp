#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "app/figure/formula.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using Kind = Formula::Kind;
using Role = Formula::Role;

// Fractions of the font size.
constexpr double kAxis = 0.314;         // height of DejaVu's minus sign
constexpr double kAscent = 0.78;        // of ∂ and of letters with an accent
constexpr double kCellSize = 0.88;      // font size of a matrix's entries
constexpr double kRowGap = 0.32;        // between the rows of a matrix
constexpr double kColumnGap = 0.7;      // between its columns
constexpr double kBracket = 0.42;       // a bracket with its space
constexpr double kParenthesis = 0.46;   // a tall parenthesis likewise
constexpr double kLimitSize = 0.68;     // font size of limits
constexpr double kOperatorSize = 1.5;   // font size of ∑ and ∏
constexpr double kFractionSize = 0.86;  // font size in a fraction
constexpr double kSuperscriptSize = 0.7, kSuperscriptDrop = 0.28;
constexpr double kRoot = 0.62;  // width of √'s hook

double space_between(const Formula& a, const Formula& b, double size) {
  if (b.role == Role::punctuation) return 0.0;
  if (a.role == Role::tight || b.role == Role::tight) return 0.03 * size;
  if (a.role == Role::punctuation) return 0.5 * size;
  if (a.role == Role::relation || b.role == Role::relation) return 0.32 * size;
  if (a.role == Role::binary || b.role == Role::binary) return 0.24 * size;
  if (a.role == Role::function) return (b.kind == Kind::delimited ? 0.04 : 0.2) * size;
  return 0.18 * size;
}

FormulaBox measure_text(const std::string& markup, double size) {
  const TextLayout layout = layout_text(markup, size);
  FormulaBox box{layout.width, 0.0, 0.0};
  for (const TextRun& run : layout.runs) {
    box.ascent = std::max(box.ascent, run.rise + kAscent * run.size);
    box.descent = std::max(box.descent, kDescent * run.size - run.rise);
  }
  return box;
}

FormulaBox measure_row(const Formula& formula, double size) {
  FormulaBox box;
  for (std::size_t i = 0; i < formula.parts.size(); ++i) {
    const FormulaBox part = measure(formula.parts[i], size);
    if (i > 0) box.width += space_between(formula.parts[i - 1], formula.parts[i], size);
    box.width += part.width;
    box.ascent = std::max(box.ascent, part.ascent);
    box.descent = std::max(box.descent, part.descent);
  }
  return box;
}

// Widths of a matrix's columns and boxes of its rows, at the size of its entries.
struct Grid {
  std::vector<double> widths;
  std::vector<FormulaBox> rows;
  double width = 0.0, height = 0.0;  // without brackets
};

Grid grid_of(const Formula& matrix, double size) {
  const auto columns = static_cast<std::size_t>(matrix.columns);
  Grid grid;
  grid.widths.resize(columns);
  for (std::size_t i = 0; i < matrix.parts.size(); ++i) {
    const FormulaBox cell = measure(matrix.parts[i], kCellSize * size);
    if (i % columns == 0) grid.rows.push_back({0.0, kCapHeight * kCellSize * size, 0.0});
    FormulaBox& line = grid.rows.back();
    grid.widths[i % columns] = std::max(grid.widths[i % columns], cell.width);
    line.ascent = std::max(line.ascent, cell.ascent);
    line.descent = std::max(line.descent, cell.descent);
  }
  for (const double width : grid.widths) grid.width += width;
  grid.width += kColumnGap * kCellSize * size * static_cast<double>(columns - 1);
  for (const FormulaBox& line : grid.rows) grid.height += line.height();
  grid.height += kRowGap * kCellSize * size * (static_cast<double>(grid.rows.size()) - 1.0);
  return grid;
}

// Delimiters reach as far above the axis as below it.
double half_height(const FormulaBox& inner, double size) {
  return std::max({inner.ascent - kAxis * size, inner.descent + kAxis * size, 0.55 * size});
}

bool stretches(const FormulaBox& inner, double size) {
  return half_height(inner, size) > 0.72 * size;
}

std::pair<std::string, std::string> delimiters(const std::string& opening) {
  if (opening == "(") return {"(", ")"};
  if (opening == "[") return {"[", "]"};
  return {opening, opening};
}

double delimiter_width(const Formula& formula, const FormulaBox& inner, double size) {
  if (stretches(inner, size)) return (formula.text == "(" ? kParenthesis : kBracket) * size;
  return text_width(formula.text, size) + (formula.text == "‖" ? 0.01 : 0.04) * size;
}

FormulaBox measure_delimited(const Formula& formula, double size) {
  const FormulaBox inner = measure(formula.parts[0], size);
  if (formula.text == "√")
    return {inner.width + (kRoot + 0.12) * size, inner.ascent + 0.16 * size, inner.descent};
  const double width = inner.width + 2.0 * delimiter_width(formula, inner, size);
  if (!stretches(inner, size))
    return {width, std::max(inner.ascent, kAscent * size),
            std::max(inner.descent, kDescent * size)};
  const double half = half_height(inner, size);
  return {width, half + kAxis * size, half - kAxis * size};
}

// Half the height of DejaVu's ∑ and ∏, and how far their middle is above their baseline.
constexpr double kOperatorHalf = 0.456, kOperatorMiddle = 0.264;
constexpr double kLimitGap = 0.12;

FormulaBox measure_operator(const Formula& formula, double size) {
  const double large = kOperatorSize * size, half = kOperatorHalf * large;
  FormulaBox box{text_width(formula.text, large), half + kAxis * size, half - kAxis * size};
  const FormulaBox below = measure(formula.parts[0], kLimitSize * size);
  const FormulaBox above = measure(formula.parts[1], kLimitSize * size);
  box.width = std::max({box.width, below.width, above.width});
  if (below.width > 0.0) box.descent += below.height() + kLimitGap * size;
  if (above.width > 0.0) box.ascent += above.height() + kLimitGap * size;
  return box;
}

FormulaBox measure_fraction(const Formula& formula, double size) {
  const FormulaBox above = measure(formula.parts[0], kFractionSize * size);
  const FormulaBox below = measure(formula.parts[1], kFractionSize * size);
  const double gap = 0.12 * size;
  return {std::max(above.width, below.width) + 0.2 * size, kAxis * size + gap + above.height(),
          below.height() + gap - kAxis * size};
}

FormulaBox measure_raised(const Formula& formula, double size) {
  const FormulaBox base = measure(formula.parts[0], size);
  const double script = kSuperscriptSize * size;
  const double rise = std::max(0.38 * size, base.ascent - kSuperscriptDrop * size);
  return {base.width + text_width(formula.text, script) + 0.04 * size,
          std::max(base.ascent, rise + kCapHeight * script), base.descent};
}

class Placer {
public:
  Placer(const FormulaStyle& style, FormulaMarks& marks) : style_(style), out_(marks) {}

  FormulaBox place(const Formula& formula, Point at, double size) {
    const FormulaBox box = measure(formula, size);
    if (formula.highlight) mark(*formula.highlight, box, at, size);
    switch (formula.kind) {
      case Kind::text:
        text(formula.text, at, size);
        break;
      case Kind::row:
        place_row(formula, at, size);
        break;
      case Kind::matrix:
        place_matrix(formula, at, size);
        break;
      case Kind::fraction:
        place_fraction(formula, box, at, size);
        break;
      case Kind::operator_:
        place_operator(formula, box, at, size);
        break;
      case Kind::delimited:
        place_delimited(formula, box, at, size);
        break;
      case Kind::raised:
        place_raised(formula, at, size);
        break;
    }
    return box;
  }

private:
  void text(const std::string& markup, Point at, double size) {
    if (markup.empty()) return;
    out_.marks.push_back(
        TextMark{.anchor = at, .markup = markup, .size = size, .color = style_.color});
  }
  void line(std::vector<Point> points, double size) {
    out_.marks.push_back(PolylineMark{std::move(points), {style_.color, 0.075 * size}});
  }

  void mark(const Highlight& highlight, const FormulaBox& box, Point at, double size) {
    const double pad = 0.1 * size;
    const Rect rect{at.x - pad, at.y - box.ascent - pad, box.width + 2.0 * pad,
                    box.height() + 2.0 * pad};
    out_.hot_spots.push_back({rect, highlight});
    if (style_.highlight == highlight)
      out_.behind.push_back(RectMark{rect, style_.mark, std::nullopt, 0.2 * size});
  }

  void place_row(const Formula& formula, Point at, double size) {
    for (std::size_t i = 0; i < formula.parts.size(); ++i) {
      if (i > 0) at.x += space_between(formula.parts[i - 1], formula.parts[i], size);
      at.x += place(formula.parts[i], at, size).width;
    }
  }

  // "[" from its top to its bottom; `side` is 1 for the left one, −1 for the right one.
  void bracket(double x, double axis, double half, double side, double size) {
    const double foot = x + side * 0.2 * size;
    line({{foot, axis - half}, {x, axis - half}, {x, axis + half}, {foot, axis + half}}, size);
  }
  void parenthesis(double x, double axis, double half, double side, double size) {
    // An ellipse's arc, as flat as the font's own.
    std::vector<Point> points;
    constexpr int kPieces = 16;
    for (int i = 0; i <= kPieces; ++i) {
      const double angle = std::numbers::pi * (static_cast<double>(i) / kPieces - 0.5);
      points.push_back(
          {x + side * 0.24 * size * (1.0 - std::cos(angle)), axis + half * std::sin(angle)});
    }
    line(std::move(points), size);
  }
  void bars(double x, double axis, double half, double size) {
    for (const double shift : {-0.07, 0.07})
      line({{x + shift * size, axis - half}, {x + shift * size, axis + half}}, size);
  }
  void delimiter(const std::string& sign, double x, double axis, double half, double side,
                 double size) {
    if (sign == "(") parenthesis(x, axis, half, side, size);
    if (sign == "[") bracket(x, axis, half, side, size);
    if (sign == "‖") bars(x + side * 0.06 * size, axis, half, size);
  }

  void place_matrix(const Formula& formula, Point at, double size) {
    const Grid grid = grid_of(formula, size);
    const double axis = at.y - kAxis * size, cells = kCellSize * size;
    const double width = grid.width + 2.0 * kBracket * size;
    for (const double side : {1.0, -1.0})
      bracket(side > 0.0 ? at.x + 0.1 * size : at.x + width - 0.1 * size, axis,
              grid.height / 2.0 + 0.1 * size, side, size);
    double y = axis - grid.height / 2.0;
    for (std::size_t i = 0; i < grid.rows.size(); ++i) {
      double x = at.x + kBracket * size;
      for (std::size_t j = 0; j < grid.widths.size(); ++j) {
        // Numbers have the same decimals, so that they align at the right.
        const Formula& cell = formula.parts[i * grid.widths.size() + j];
        const double shift = grid.widths[j] - measure(cell, cells).width;
        const bool middle = cell.role == Role::punctuation;
        place(cell, {x + (middle ? shift / 2.0 : shift), y + grid.rows[i].ascent}, cells);
        x += grid.widths[j] + kColumnGap * cells;
      }
      y += grid.rows[i].height() + kRowGap * cells;
    }
  }

  void place_fraction(const Formula& formula, const FormulaBox& box, Point at, double size) {
    const double axis = at.y - kAxis * size, inner = kFractionSize * size, gap = 0.12 * size;
    const FormulaBox above = measure(formula.parts[0], inner),
                     below = measure(formula.parts[1], inner);
    const double middle = at.x + box.width / 2.0;
    place(formula.parts[0], {middle - above.width / 2.0, axis - gap - above.descent}, inner);
    place(formula.parts[1], {middle - below.width / 2.0, axis + gap + below.ascent}, inner);
    line({{at.x + 0.04 * size, axis}, {at.x + box.width - 0.04 * size, axis}}, size);
  }

  void place_operator(const Formula& formula, const FormulaBox& box, Point at, double size) {
    const double large = kOperatorSize * size, limit = kLimitSize * size;
    const double middle = at.x + box.width / 2.0;
    const FormulaBox below = measure(formula.parts[0], limit),
                     above = measure(formula.parts[1], limit);
    text(formula.text,
         {middle - text_width(formula.text, large) / 2.0,
          at.y - kAxis * size + kOperatorMiddle * large},
         large);
    place(formula.parts[0], {middle - below.width / 2.0, at.y + box.descent - below.descent},
          limit);
    place(formula.parts[1], {middle - above.width / 2.0, at.y - box.ascent + above.ascent}, limit);
  }

  void place_delimited(const Formula& formula, const FormulaBox& box, Point at, double size) {
    const FormulaBox inner = measure(formula.parts[0], size);
    if (formula.text == "√") {
      place_root(formula.parts[0], inner, at, size);
      return;
    }
    const double sign = delimiter_width(formula, inner, size);
    place(formula.parts[0], {at.x + sign, at.y}, size);
    if (stretches(inner, size)) {
      const double axis = at.y - kAxis * size, half = half_height(inner, size);
      delimiter(formula.text, at.x + 0.1 * size, axis, half, 1.0, size);
      delimiter(formula.text, at.x + box.width - 0.1 * size, axis, half, -1.0, size);
      return;
    }
    const auto [opening, closing] = delimiters(formula.text);
    const double own = text_width(formula.text, size);
    text(opening, {at.x + (sign - own) / 2.0, at.y}, size);
    text(closing, {at.x + box.width - sign + (sign - own) / 2.0, at.y}, size);
  }

  void place_root(const Formula& formula, const FormulaBox& inner, Point at, double size) {
    const double top = at.y - inner.ascent - 0.08 * size, low = at.y + inner.descent;
    const double start = at.x + kRoot * size;
    line({{at.x + 0.06 * size, at.y - 0.3 * size},
          {at.x + 0.18 * size, at.y - 0.38 * size},
          {at.x + 0.34 * size, low},
          {start - 0.06 * size, top},
          {start + inner.width + 0.06 * size, top}},
         size);
    place(formula, {start, at.y}, size);
  }

  void place_raised(const Formula& formula, Point at, double size) {
    const FormulaBox base = place(formula.parts[0], at, size);
    const double rise = std::max(0.38 * size, base.ascent - kSuperscriptDrop * size);
    text(formula.text, {at.x + base.width + 0.04 * size, at.y - rise}, kSuperscriptSize * size);
  }

  const FormulaStyle& style_;
  FormulaMarks& out_;
};

}  // namespace

FormulaBox measure(const Formula& formula, double size) {
  switch (formula.kind) {
    case Kind::text:
      return measure_text(formula.text, size);
    case Kind::row:
      return measure_row(formula, size);
    case Kind::matrix: {
      const Grid grid = grid_of(formula, size);
      const double half = grid.height / 2.0 + 0.14 * size;
      return {grid.width + 2.0 * kBracket * size, half + kAxis * size, half - kAxis * size};
    }
    case Kind::fraction:
      return measure_fraction(formula, size);
    case Kind::operator_:
      return measure_operator(formula, size);
    case Kind::delimited:
      return measure_delimited(formula, size);
    case Kind::raised:
      return measure_raised(formula, size);
  }
  return {};
}

FormulaBox place(const Formula& formula, Point start, const FormulaStyle& style,
                 FormulaMarks& marks) {
  return Placer(style, marks).place(formula, start, style.size);
}

}  // namespace backflow::figure
