// A matrix with a power of two beside it: mantissa · 2^exponent. Products of a thousand Jacobians
// leave the range of double (10^±308) without leaving the range of what one wants to see.
#pragma once

#include <cstdint>

#include "core/model/types.h"

namespace backflow::gradient {

struct ScaledMatrix {
  model::Matrix mantissa;
  std::int64_t exponent = 0;

  /// mantissa · 2^exponent as it comes out in double: 0 or ±inf where that is out of range.
  model::Matrix value() const;
};

/// The power of two by which to divide x so that its largest entry lies in [½, 1). 0 both when it
/// lies there already and when no power does it: x is zero, empty, or has an entry that is not
/// finite. Either way there is nothing to divide by.
int binary_exponent(const Eigen::Ref<const model::Matrix>& x);

/// x ·= 2^exponent, |exponent| ≤ 2000; the power alone need not be what double can hold.
void scale(Eigen::Ref<model::Matrix> x, int exponent);

/// Moves the size of x.mantissa into x.exponent. Exact: only the exponents of the entries change.
void normalize(ScaledMatrix& x);

/// log10(norm · 2^exponent); −inf for an exact zero, NaN for NaN, +inf for inf.
double log10_scaled(double norm, std::int64_t exponent);

}  // namespace backflow::gradient
