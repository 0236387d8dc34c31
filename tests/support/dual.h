// Forward-mode differentiation: a number and its derivative, in extended precision. Nothing like
// backpropagation, which makes it a fair judge of it.
#pragma once

#include <cmath>

namespace backflow::support {

struct Dual {
  long double v = 0.0, d = 0.0;
  Dual() = default;
  Dual(long double value, long double derivative = 0.0) : v(value), d(derivative) {}
};

inline Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
inline Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
inline Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
inline Dual operator/(Dual a, Dual b) { return {a.v / b.v, (a.d * b.v - a.v * b.d) / (b.v * b.v)}; }
inline Dual exp(Dual a) { return {std::exp(a.v), a.d * std::exp(a.v)}; }
inline Dual log(Dual a) { return {std::log(a.v), a.d / a.v}; }
inline Dual tanh(Dual a) {
  const long double c = std::cosh(a.v);
  return {std::tanh(a.v), a.d / (c * c)};
}

}  // namespace backflow::support
