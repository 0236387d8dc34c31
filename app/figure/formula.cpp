#include "app/figure/formula.h"

#include <utility>

namespace backflow::figure {
namespace {

using Kind = Formula::Kind;
using Role = Formula::Role;

Formula leaf(std::string text, Role role) {
  Formula formula;
  formula.kind = Kind::text;
  formula.role = role;
  formula.text = std::move(text);
  return formula;
}

Formula delimited(std::string sign, Formula inner) {
  Formula formula;
  formula.kind = Kind::delimited;
  formula.text = std::move(sign);
  formula.parts = {std::move(inner)};
  return formula;
}

// With a space between them in plain markup.
bool stand_apart(const Formula& a, const Formula& b) {
  if (a.role == Role::tight || b.role == Role::tight || b.role == Role::punctuation) return false;
  return a.role != Role::function || b.kind != Kind::delimited;
}

}  // namespace

Formula term(std::string markup, std::optional<Highlight> highlight) {
  Formula formula = leaf(std::move(markup), Role::ordinary);
  formula.highlight = highlight;
  return formula;
}
Formula binary(std::string sign) { return leaf(std::move(sign), Role::binary); }
Formula relation(std::string sign) { return leaf(std::move(sign), Role::relation); }
Formula function(std::string name) { return leaf(std::move(name), Role::function); }
Formula comma() { return leaf(",", Role::punctuation); }
Formula tight(std::string sign) { return leaf(std::move(sign), Role::tight); }

Formula row(std::vector<Formula> parts) {
  Formula formula;
  formula.parts = std::move(parts);
  return formula;
}

Formula matrix(std::vector<Formula> cells, int columns, std::optional<Highlight> highlight) {
  Formula formula;
  formula.kind = Kind::matrix;
  formula.parts = std::move(cells);
  formula.columns = columns;
  formula.highlight = highlight;
  return formula;
}

Formula fraction(Formula above, Formula below) {
  Formula formula;
  formula.kind = Kind::fraction;
  formula.parts = {std::move(above), std::move(below)};
  return formula;
}

Formula large_operator(std::string sign, std::string below, std::string above) {
  Formula formula;
  formula.kind = Kind::operator_;
  formula.text = std::move(sign);
  formula.parts = {term(std::move(below)), term(std::move(above))};
  return formula;
}

Formula parenthesized(Formula inner) { return delimited("(", std::move(inner)); }
Formula norm_bars(Formula inner) { return delimited("‖", std::move(inner)); }
Formula root(Formula inner) { return delimited("√", std::move(inner)); }

Formula raised(Formula base, std::string superscript) {
  Formula formula;
  formula.kind = Kind::raised;
  formula.parts = {std::move(base)};
  formula.text = std::move(superscript);
  return formula;
}

Formula with_highlight(Formula formula, Highlight highlight) {
  formula.highlight = highlight;
  return formula;
}

std::string markup_of(const Formula& formula) {
  if (formula.kind == Kind::text) return formula.text;
  if (formula.kind == Kind::raised) return markup_of(formula.parts[0]) + "^{" + formula.text + "}";
  if (formula.kind == Kind::operator_) {
    const std::string &below = formula.parts[0].text, &above = formula.parts[1].text;
    return formula.text + (below.empty() ? "" : "_{" + below + "}") +
           (above.empty() ? "" : "^{" + above + "}");
  }
  if (formula.kind == Kind::fraction)
    return markup_of(formula.parts[0]) + "/" + markup_of(formula.parts[1]);
  if (formula.kind == Kind::delimited) {
    const std::string inner = markup_of(formula.parts[0]);
    if (formula.text == "√") return "√(" + inner + ")";
    return formula.text + inner + (formula.text == "(" ? ")" : formula.text);
  }
  std::string text;
  for (std::size_t i = 0; i < formula.parts.size(); ++i) {
    const Formula& part = formula.parts[i];
    const bool space = i > 0 && stand_apart(formula.parts[i - 1], part);
    text += (space ? " " : "") + markup_of(part);
  }
  return text;
}

}  // namespace backflow::figure
