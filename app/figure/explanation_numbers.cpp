#include "app/figure/explanation_numbers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/extent.h"
#include "app/figure/number_format.h"
#include "core/model/norm.h"

namespace backflow::figure {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;

bool all_small_integers(const Matrix& values) {
  for (const double value : values.reshaped())
    if (std::isfinite(value) && (value != std::round(value) || std::abs(value) > 999.0))
      return false;
  return true;
}

struct Digits {
  int decimals = 2;
  int power = 0;  // of ten, before the matrix
};

// So many significant digits in the largest entry.
Digits digits_for(const Matrix& values, int significant) {
  const double largest = largest_size(values.reshaped());
  if (largest == 0.0 || all_small_integers(values)) return {0, 0};
  const int exponent = static_cast<int>(std::floor(std::log10(largest * 1.0005)));
  if (exponent < -2 || exponent > 3) return {significant - 1, exponent};
  return {std::max(0, significant - 1 - exponent), 0};
}

std::string cell_text(double value, const Digits& digits) {
  if (std::isnan(value)) return "NaN";
  if (!std::isfinite(value)) return value > 0.0 ? "∞" : "−∞";
  if (value == 0.0) return "0";
  // In two factors: 10^-310 is not a full double any more.
  const double half = std::pow(10.0, -digits.power / 2);
  return fixed(value * half * std::pow(10.0, -digits.power - (-digits.power / 2)), digits.decimals);
}

// How the terms of an equation are written.
enum class Writing { symbols, factors, entrywise_factors, values };

Formula factor_numbers(const Factor& factor, Index rows) {
  Formula value = matrix_of(factor.value, rows, factor.symbol.highlight);
  if (!factor.transposed || factor.value.size() == 1) return value;
  // A power of ten stands before the brackets, the T behind them.
  if (value.kind != Formula::Kind::row) return raised(std::move(value), "T");
  value.parts.back() = raised(std::move(value.parts.back()), "T");
  return value;
}

// A column; a matrix that is one column but stands transposed is a row.
bool is_vector(const Factor& factor) {
  return factor.value.cols() == 1 && (!factor.transposed || factor.value.rows() == 1);
}

// A negative number after an operator or another factor.
Formula protected_number(Formula formula) {
  const bool negative = formula.kind == Formula::Kind::text && formula.text.starts_with("−");
  return negative ? parenthesized(std::move(formula)) : formula;
}

Formula written(const VectorTerm& term, Writing writing, Index rows, bool alone) {
  // The value of a single product is the left side itself; the vector in it tells more.
  const bool by_factors = writing == Writing::symbols || writing == Writing::factors ||
                          (term.entrywise ? writing == Writing::entrywise_factors || alone : alone);
  if (!by_factors) return matrix_of(term.value, rows, term.highlight);
  std::vector<Formula> parts;
  for (const Factor& factor : term.factors) {
    if (term.entrywise && !parts.empty()) parts.push_back(binary("⊙"));
    const bool as_symbol =
        writing == Writing::symbols || (writing != Writing::factors && !is_vector(factor));
    const Index shown = writing == Writing::factors ? factor.value.rows() : rows;
    Formula part = as_symbol ? factor.symbol : factor_numbers(factor, shown);
    if (factor.value.size() == 1 && term.factors.size() > 1) {
      if (!as_symbol && !term.entrywise && !parts.empty()) parts.push_back(binary("·"));
      part = protected_number(std::move(part));
    }
    parts.push_back(std::move(part));
  }
  return parts.size() == 1 ? std::move(parts[0]) : row(std::move(parts));
}

Formula right_side(const VectorEquation& equation, Writing writing, Index rows) {
  std::vector<Formula> parts;
  for (const VectorTerm& term : equation.terms) {
    const bool first = parts.empty();
    if (!first) parts.push_back(binary(term.minus ? "−" : "+"));
    Formula value = written(term, writing, rows, equation.terms.size() == 1);
    parts.push_back(first ? std::move(value) : protected_number(std::move(value)));
  }
  Formula sum = parts.size() == 1 ? std::move(parts[0]) : row(std::move(parts));
  if (!equation.f.empty()) sum = row({function(equation.f), parenthesized(std::move(sum))});
  if (equation.above == equation.below) return sum;
  return row({fraction(term(std::to_string(equation.above)), term(std::to_string(equation.below))),
              parenthesized(std::move(sum))});
}

Formula numbers_row(const VectorEquation& equation, Writing writing, Index rows) {
  return row({matrix_of(equation.value, rows, equation.left.highlight), relation("="),
              right_side(equation, writing, rows)});
}

bool can_be_whole(const VectorEquation& equation) {
  if (equation.value.size() > kWholeMatrix) return false;
  for (const VectorTerm& term : equation.terms)
    for (const Factor& factor : term.factors)
      if (factor.value.size() == 0 || factor.value.rows() > kWholeMatrix ||
          factor.value.cols() > kWholeMatrix)
        return false;
  return true;
}

bool has_products(const VectorEquation& equation) {
  return std::any_of(equation.terms.begin(), equation.terms.end(), [](const VectorTerm& term) {
    return term.entrywise && term.factors.size() > 1;
  });
}

std::string name_of(const VectorTerm& term) {
  return markup_of(written(term, Writing::symbols, 0, true));
}

Formula all_norms(const VectorEquation& equation) {
  std::vector<NamedNorm> norms{
      {markup_of(equation.left), model::norm_of(equation.value), equation.left.highlight}};
  // Of a single product the vectors in it: the left side has its size already.
  if (equation.terms.size() == 1) {
    for (const Factor& factor : equation.terms[0].factors)
      if (is_vector(factor))
        norms.push_back(
            {markup_of(factor.symbol), model::norm_of(factor.value), factor.symbol.highlight});
  } else {
    for (const VectorTerm& term : equation.terms)
      norms.push_back({name_of(term), model::norm_of(term.value), term.highlight});
  }
  return norms_line(norms);
}

std::vector<NumberForm> number_forms(const VectorEquation& equation) {
  const Index n = equation.value.size();
  std::vector<NumberForm> forms;
  const auto add = [&](NumberDetail detail, Writing writing, Index rows) {
    forms.push_back({detail, {numbers_row(equation, writing, rows)}});
    if (rows < n) forms.back().lines.push_back(all_norms(equation));
  };
  if (can_be_whole(equation)) add(NumberDetail::factors, Writing::factors, n);
  if (n <= kWholeVector) add(NumberDetail::terms, Writing::values, n);
  if (n > 4 && has_products(equation))
    add(NumberDetail::beginning_factors, Writing::entrywise_factors, 3);
  if (n > 4) add(NumberDetail::beginning, Writing::values, 3);
  if (n > 3) {
    add(NumberDetail::two, Writing::values, 2);
    forms.push_back({NumberDetail::pair, {forms.back().lines.front()}});
  }
  forms.push_back({NumberDetail::norms, {all_norms(equation)}});
  return forms;
}

}  // namespace

std::string entry_text(double value) {
  return std::isnan(value) ? std::string("NaN") : compact(value);
}

Formula number(double value, bool protect) {
  Formula formula = term(entry_text(value));
  return protect && std::signbit(value) && value != 0.0 ? parenthesized(std::move(formula))
                                                        : formula;
}

Formula precise(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value) || size < 0.001 || size >= 10000.0) return number(value);
  return term(fixed(value, 4 - static_cast<int>(std::floor(std::log10(size)))));
}

Formula matrix_of(const Matrix& values, Index rows, std::optional<Highlight> highlight,
                  int significant) {
  if (values.size() == 1) {
    Formula single = significant > 3 ? precise(values(0, 0)) : number(values(0, 0));
    single.highlight = highlight;
    return single;
  }
  const Index shown = std::min(rows, values.rows());
  const Digits digits = digits_for(values.topRows(shown), significant);
  std::vector<Formula> cells;
  for (Index i = 0; i < shown; ++i)
    for (Index j = 0; j < values.cols(); ++j)
      cells.push_back(term(cell_text(values(i, j), digits)));
  if (shown < values.rows())
    for (Index j = 0; j < values.cols(); ++j) cells.push_back(comma()), cells.back().text = "⋮";
  Formula brackets = matrix(std::move(cells), static_cast<int>(values.cols()));
  if (digits.power == 0) {
    brackets.highlight = highlight;
    return brackets;
  }
  Formula scaled = row({term(decade(digits.power)), std::move(brackets)});
  scaled.highlight = highlight;
  return scaled;
}

Factor factor(Formula symbol, const Matrix& value, bool transposed) {
  const bool small =
      (value.rows() <= kWholeMatrix && value.cols() <= kWholeMatrix) || value.cols() == 1;
  return {std::move(symbol), small ? value : Matrix(), transposed};
}

Formula norms_line(const std::vector<NamedNorm>& norms) {
  std::vector<Formula> parts;
  for (const NamedNorm& norm : norms) {
    if (!parts.empty()) parts.push_back(comma());
    parts.push_back(norm_bars(term(norm.name, norm.highlight)));
    parts.push_back(relation("="));
    parts.push_back(number(norm.value));
  }
  return row(std::move(parts));
}

VectorTerm vector_term(Formula symbol, Vector value, Highlight highlight) {
  VectorTerm result{{}, std::move(value), highlight};
  result.factors.push_back({std::move(symbol), result.value});
  return result;
}

VectorTerm entrywise_term(std::vector<Factor> factors, Highlight highlight) {
  Vector value = factors.front().value;
  for (std::size_t i = 1; i < factors.size(); ++i) value = value.cwiseProduct(factors[i].value);
  return {std::move(factors), std::move(value), highlight, true};
}

void add_equation(const VectorEquation& equation, Explanation& explanation) {
  explanation.quantities.push_back({markup_of(equation.left), equation.value});
  for (const VectorTerm& term : equation.terms)
    explanation.quantities.push_back({name_of(term), term.value});
  explanation.equations.push_back(
      {row({equation.left, relation("="), right_side(equation, Writing::symbols, 0)}),
       number_forms(equation), equation.rank});
}

void add_outer_product(Formula left, const Factor& column, const Factor& other, int rank,
                       Explanation& explanation) {
  Formula transposed = other.symbol.kind == Formula::Kind::text
                           ? term(other.symbol.text + "^{T}", other.symbol.highlight)
                           : raised(other.symbol, "T");
  const Formula product = row({column.symbol, std::move(transposed)});
  Equation shown{row({std::move(left), relation("+="), product}), {}, rank};
  const double a = model::norm_of(column.value), b = model::norm_of(other.value);
  const Index rows = column.value.rows(), cols = other.value.rows();
  const auto numbers = [&](const Factor& vector) {
    return matrix_of(vector.value, vector.value.rows(), vector.symbol.highlight);
  };
  if (rows <= kWholeMatrix && cols <= kWholeMatrix)
    shown.numbers.push_back(
        {NumberDetail::factors,
         {row({relation("+="), numbers(column),
               factor_numbers({other.symbol, other.value, true}, cols), relation("="),
               matrix_of(column.value * other.value.transpose(), rows,
                         Highlight{Part::gradient, kEveryStep})})}});
  shown.numbers.push_back({NumberDetail::norms,
                           {row({norm_bars(product), relation("="), number(a), binary("·"),
                                 number(b), relation("="), number(a * b)})}});
  explanation.equations.push_back(std::move(shown));
}

std::string activation_symbol(const model::Activation& activation) {
  switch (activation.kind) {
    case model::ActivationKind::tanh:
      return "tanh";
    case model::ActivationKind::sigmoid:
      return "σ";
    case model::ActivationKind::relu:
      return "ReLU";
    case model::ActivationKind::leaky_relu:
      return "LReLU";
    case model::ActivationKind::identity:
      return {};
  }
  return {};
}

std::string indexed(std::string_view letter, Index t, std::string_view above) {
  std::string text = fmt::format("{}_{{{}}}", letter, t);
  return above.empty() ? text : text + fmt::format("^{{{}}}", above);
}

Formula input_term(Index t) { return term(indexed("x", t), Highlight{Part::input, t}); }
Formula state_term(Index t) { return term(indexed("h", t), Highlight{Part::state, t}); }
Formula cell_state_term(Index t) { return term(indexed("c", t), Highlight{Part::cell_state, t}); }
Formula blame_term(Index t) { return term(indexed("e", t), Highlight{Part::blame, t}); }

Formula weights_term(std::string_view indices, bool transposed) {
  const Part part = indices.ends_with('y')     ? Part::output_weights
                    : indices.starts_with('x') ? Part::input_weights
                                               : Part::recurrent_weights;
  return term(fmt::format("W_{{{}}}{}", indices, transposed ? "^{T}" : ""),
              Highlight{part, kEveryStep});
}

std::string logits_name(model::CellKind cell, Index t) {
  // z is a gate's name in some cells.
  const auto& gates = model::cell_of(cell).layout().gates;
  const bool taken =
      std::ranges::any_of(gates, [](const auto& gate) { return gate.letter == 'z'; });
  return indexed("z", t, taken ? "out" : "");
}

Formula output_blame_term(model::CellKind cell, Index t) {
  return term("∂" + indexed("L", t) + "/∂" + logits_name(cell, t),
              Highlight{Part::output_blame, t});
}

}  // namespace backflow::figure
