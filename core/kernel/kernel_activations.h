// tanh, σ and their slopes: part of kernels_impl.h, which says how it is compiled.
#pragma once

#include "core/kernel/kernel_exponential.h"
#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

struct TanhAndSlope {
  Vector value, slope;
};

// The slope is not computed where nobody asks for it.
inline TanhAndSlope tanh_and_slope(Vector x) {
  const Vector size = magnitude(x);
  const Exponential e = exponential<true>(at_least(-(size + size), kLowest));
  const Vector minus_one = e.power * e.p + (e.power - 1.0);  // e^−2|x| − 1
  const Vector inverse = 1.0 / (2.0 + minus_one);
  return {with_sign_of(minus_one * inverse, x),
          4.0 * (e.power + e.power * e.p) * inverse * inverse};
}

inline Vector tanh_of(Vector x) {
  const Vector size = magnitude(x);
  const Exponential e = exponential<true>(at_least(-(size + size), kLowest));
  const Vector minus_one = e.power * e.p + (e.power - 1.0);
  return with_sign_of(minus_one / (2.0 + minus_one), x);
}

// tanh′ where tanh is known: loses no more than two digits where the second says so.
inline Vector slope_of_tanh(Vector value) { return (1.0 - value) * (1.0 + value); }
inline Bits keeps_digits_of_slope(Vector value) {
  const Vector most = broadcast(0.99);
  return magnitude(value) <= most;  // NaN is not
}

struct SigmoidAndComplement {
  Vector value, complement;
};

inline SigmoidAndComplement sigmoid_and_complement(Vector x) {
  const Exponential e = exponential<false>(at_least(-magnitude(x), kLowest));
  const Vector small = e.power + e.power * e.p;  // e^−|x|
  const Vector larger = 1.0 / (1.0 + small), smaller = small * larger;
  const auto negative = x < Vector{};
  return {negative ? smaller : larger, negative ? larger : smaller};
}

inline Vector sigmoid_of(Vector x) {
  const Exponential e = exponential<false>(-at_most(at_least(x, -kHighest), -kLowest));
  return 1.0 / (1.0 + e.power * (1.0 + e.p));  // infinite powers as well: no ∞ − ∞
}

// Loops for those of two answers that are asked for: the others are null.
BACKFLOW_FLATTEN void tanh(const double* a, double* value, double* slope, Index count) {
  if (slope == nullptr)
    return each_vector(count,
                       [&](Index i, auto in) { in.store(value + i, tanh_of(in.load(a + i))); });
  each_vector(count, [&](Index i, auto in) {
    const TanhAndSlope f = tanh_and_slope(in.load(a + i));
    if (value != nullptr) in.store(value + i, f.value);
    in.store(slope + i, f.slope);
  });
}

BACKFLOW_FLATTEN void sigmoid(const double* a, double* value, double* complement, Index count) {
  if (complement == nullptr)
    return each_vector(count,
                       [&](Index i, auto in) { in.store(value + i, sigmoid_of(in.load(a + i))); });
  each_vector(count, [&](Index i, auto in) {
    const SigmoidAndComplement f = sigmoid_and_complement(in.load(a + i));
    if (value != nullptr) in.store(value + i, f.value);
    in.store(complement + i, f.complement);
  });
}

BACKFLOW_FLATTEN void tanh_vjp(const double* a, const double* value, const double* u, double* out,
                               Index count) {
  each_vector(count, [&](Index i, auto in) {
    const Vector known = in.load(value + i);
    const Vector slope = all(keeps_digits_of_slope(known)) ? slope_of_tanh(known)
                                                           : tanh_and_slope(in.load(a + i)).slope;
    in.store(out + i, in.load(u + i) * slope);
  });
}

}  // namespace
}  // namespace backflow::kernel
