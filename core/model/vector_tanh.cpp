#include "core/model/vector_tanh.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace backflow::model {
namespace {

// e^y − 1 for −80 ≤ y ≤ 0, without branches: y = k ln 2 + r with |r| ≤ ln 2/2, e^r − 1 by its
// series to r^13 (the next term is below 2^−56 of it), and e^y − 1 = 2^k (e^r − 1) + (2^k − 1).
inline double expm1_of_negative(double y) {
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  const double shifted = y * 1.4426950408889634 + kRound;
  const double k = shifted - kRound;
  const double r = (y - k * kLn2High) - k * kLn2Low;
  double series = 1.0 / 6227020800.0;
  series = series * r + 1.0 / 479001600.0;
  series = series * r + 1.0 / 39916800.0;
  series = series * r + 1.0 / 3628800.0;
  series = series * r + 1.0 / 362880.0;
  series = series * r + 1.0 / 40320.0;
  series = series * r + 1.0 / 5040.0;
  series = series * r + 1.0 / 720.0;
  series = series * r + 1.0 / 120.0;
  series = series * r + 1.0 / 24.0;
  series = series * r + 1.0 / 6.0;
  series = series * r + 0.5;
  const double p = series * r * r + r;
  const auto power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  return power * p + (power - 1.0);
}

}  // namespace

void vector_tanh(const double* a, double* h, Index count) {
  for (Index i = 0; i < count; ++i) {
    const double x = a[i];
    const double twice = -2.0 * std::abs(x);
    // Beyond, tanh is 1 to the last digit; written so that NaN stays NaN.
    const double y = twice < -80.0 ? -80.0 : twice;
    const double e = expm1_of_negative(y);
    h[i] = std::copysign(-e / (2.0 + e), x);
  }
}

}  // namespace backflow::model
