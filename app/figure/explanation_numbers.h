// Numbers as matrices and vectors in formulas, and equations between vectors written out with them.
#pragma once

#include <string>
#include <vector>

#include "app/figure/explanation.h"

namespace backflow::figure {

/// Matrices up to that many rows and columns are written out.
inline constexpr model::Index kWholeMatrix = 4;
/// Vectors of up to that many entries.
inline constexpr model::Index kWholeVector = 6;

/// A number in a row of others: "0.123", "−4", "10^{−9}", "∞", "NaN".
std::string entry_text(double value);

/// A formula for a plain number; a negative one in parentheses when `protect`.
Formula number(double value, bool protect = false);

/// The same with five significant digits, for numbers whose difference is small.
Formula precise(double value);

/// The matrix with three significant digits in its largest entry, the same decimals everywhere, and
/// a common power of ten before it where that is shorter. Only the first `rows` rows, then ⋮. A
/// single number has no brackets.
Formula matrix_of(const model::Matrix& values, model::Index rows,
                  std::optional<Highlight> highlight = {}, int significant = 3);

/// One factor of a product: what it is called and what it is.
struct Factor {
  Formula symbol;
  model::Matrix value;  ///< without entries when it is too large to be written out
  bool transposed = false;
};

/// W, not copied where it is too large to be written out.
Factor factor(Formula symbol, const model::Matrix& value, bool transposed = false);

/// One term of a sum: a product of matrices, or entry by entry.
struct VectorTerm {
  std::vector<Factor> factors;
  model::Vector value;  ///< of the whole term
  Highlight highlight;  ///< of its value
  bool entrywise = false;
  bool minus = false;  ///< it is subtracted; `value` is without the sign
};

/// The term that is one vector.
VectorTerm vector_term(Formula symbol, model::Vector value, Highlight highlight);
/// The factors, all of them vectors, multiplied entry by entry.
VectorTerm entrywise_term(std::vector<Factor> factors, Highlight highlight);

/// left = above/below f(Σ terms); without f, and without the fraction where it is 1.
struct VectorEquation {
  Formula left;
  model::Vector value;
  std::vector<VectorTerm> terms;
  std::string f = {};
  int rank = 0;
  int above = 1, below = 1;
};

/// Adds the equation and what it shows to the explanation.
void add_equation(const VectorEquation& equation, Explanation& explanation);

/// Adds "left += column rowᵀ" with the numbers of what is added.
void add_outer_product(Formula left, const Factor& column, const Factor& row, int rank,
                       Explanation& explanation);

/// "‖e_{2}‖ = 0.25" for each, separated by commas.
struct NamedNorm {
  std::string name;
  double value = 0.0;
  std::optional<Highlight> highlight = {};
};
Formula norms_line(const std::vector<NamedNorm>& norms);

/// "tanh", "σ", "ReLU", "LReLU"; empty for the identity.
std::string activation_symbol(const model::Activation& activation);

/// Highlight::t of what belongs to every step.
inline constexpr model::Index kEveryStep = -1;

/// "h_{3}"; with a superscript "a_{3}^{i}".
std::string indexed(std::string_view letter, model::Index t, std::string_view above = {});

// The terms of every step, with their highlights.
Formula input_term(model::Index t);
Formula state_term(model::Index t);
Formula cell_state_term(model::Index t);
Formula blame_term(model::Index t);
/// "W_{hi}" for the indices "hi", with a T above when transposed; x: input, y at the end: output.
Formula weights_term(std::string_view indices, bool transposed = false);
/// What the read-out makes ŷ_t from: "z_{2}"; "z_{2}^{out}" in a GRU, whose update gate is z_t.
std::string logits_name(model::CellKind cell, model::Index t);
Formula output_blame_term(model::CellKind cell, model::Index t);

}  // namespace backflow::figure
