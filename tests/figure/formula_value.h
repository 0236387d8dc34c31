// What a formula of numbers is worth, read from its digits alone, with how far rounding may have
// moved it: an independent check that equations on the screen hold.
#pragma once

#include <optional>

#include "app/figure/formula.h"
#include "core/model/types.h"

namespace backflow::figure {

/// A matrix read from digits, and by how much each entry may be off.
struct RoundedValue {
  model::Matrix value, error;
};

/// Of a formula without relations; nothing when it has symbols, or numbers that are not finite.
/// Knows +, −, ·, ⊙, products of matrices, transposes, squares, fractions, ln, tanh, σ, ReLU, LReLU
/// (slope 0.01) and softmax. Rows of "⋮" are left out.
std::optional<RoundedValue> value_of(const Formula& formula);

/// Checks every "=" and "≤" between two numeric sides; returns how many there were.
int expect_equations_hold(const Formula& formula);

}  // namespace backflow::figure
