// tanh, σ and their slopes: part of kernels_impl.h, which says how it is compiled.
#pragma once

#include <type_traits>

#include "core/kernel/kernel_exponential.h"
#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

struct TanhAndSlope {
  Vector value, slope;
};

// Whether all of these arguments are so small that neither their exponentials nor products of
// several of those can overflow or vanish.
template <class... Vectors>
inline bool all_moderate(Vector first, Vectors... others) {
  Vector largest = first;
  ((largest = larger_magnitude(largest, others)), ...);
  return all_at_most(largest, kModerate / 2.0);
}

// 1/a and 1/b by one division, which takes as long as an exponential.
struct Inverses {
  Vector of_a, of_b;
};

inline Inverses inverses(Vector a, Vector b) {
  const Vector both = 1.0 / (a * b);
  return {both * b, both * a};
}

// Calls step(range) with what is known of the arguments, as a constant.
template <class Step, class... Vectors>
inline void for_range_of(const Step& step, Vectors... arguments) {
  if (all_moderate(arguments...))
    step(std::integral_constant<Range, Range::moderate>{});
  else
    step(std::integral_constant<Range, Range::any>{});
}

// tanh(x) = value/whole and tanh′(x) = 4 power/whole², before the division, so that several of
// these can share one.
struct TanhFraction {
  Vector value, power, whole;
};

template <Range kRange>
inline TanhFraction tanh_fraction(Vector x) {
  if constexpr (kRange == Range::moderate) {
    const Exponential e = exponential<true, kRange>(x + x);
    const Vector minus_one = e.power * e.p + (e.power - 1.0);  // e^2x − 1
    return {minus_one, e.power + e.power * e.p, 2.0 + minus_one};
  } else {
    const Vector size = magnitude(x);
    const Exponential e = exponential<true, kRange>(at_least(-(size + size), kLowest));
    const Vector minus_one = e.power * e.p + (e.power - 1.0);  // e^−2|x| − 1
    return {with_sign_of(minus_one, x), e.power + e.power * e.p, 2.0 + minus_one};
  }
}

inline TanhAndSlope tanh_and_slope(Vector x) {
  const TanhFraction f = tanh_fraction<Range::any>(x);
  const Vector inverse = 1.0 / f.whole;
  return {f.value * inverse, 4.0 * f.power * inverse * inverse};
}

// tanh′ where tanh is known: loses no more than two digits up to that size.
constexpr double kKnownTanh = 0.99;
inline Vector slope_of_tanh(Vector value) { return 1.0 - value * value; }

// σ(x) = value/whole and 1 − σ(x) = complement/whole; σ′(x) is their product.
struct SigmoidFraction {
  Vector value, complement, whole;
};

template <Range kRange>
inline SigmoidFraction sigmoid_fraction(Vector x) {
  const Vector one = broadcast(1.0);
  if constexpr (kRange == Range::moderate) {
    const Exponential e = exponential<false, kRange>(x);
    const Vector power = e.power + e.power * e.p;  // e^x
    return {power, one, one + power};
  } else {
    const Exponential e = exponential<false, kRange>(at_least(-magnitude(x), kLowest));
    const Vector power = e.power + e.power * e.p;  // e^−|x|
    const auto negative = x < Vector{};
    return {negative ? power : one, negative ? one : power, one + power};
  }
}

struct SigmoidAndComplement {
  Vector value, complement;
};

inline SigmoidAndComplement sigmoid_and_complement(Vector x) {
  const SigmoidFraction f = sigmoid_fraction<Range::any>(x);
  const Vector inverse = 1.0 / f.whole;
  return {f.value * inverse, f.complement * inverse};
}

// Loops for those of two answers that are asked for: the others are null.
BACKFLOW_FLATTEN void tanh(const double* a, double* value, double* slope, Index count) {
  if (slope == nullptr)
    return each_vector(count, [&](Index i, auto in) {
      const Vector x = in.load(a + i);
      for_range_of(
          [&](auto range) {
            const TanhFraction f = tanh_fraction<range>(x);
            in.store(value + i, f.value / f.whole);
          },
          x);
    });
  each_vector(count, [&](Index i, auto in) {
    const TanhAndSlope f = tanh_and_slope(in.load(a + i));
    if (value != nullptr) in.store(value + i, f.value);
    in.store(slope + i, f.slope);
  });
}

BACKFLOW_FLATTEN void sigmoid(const double* a, double* value, double* complement, Index count) {
  if (complement == nullptr)
    return each_vector(count, [&](Index i, auto in) {
      const Vector x = in.load(a + i);
      for_range_of(
          [&](auto range) {
            const SigmoidFraction f = sigmoid_fraction<range>(x);
            in.store(value + i, f.value / f.whole);
          },
          x);
    });
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
    const Vector slope = all_at_most(known, kKnownTanh) ? slope_of_tanh(known)
                                                        : tanh_and_slope(in.load(a + i)).slope;
    in.store(out + i, in.load(u + i) * slope);
  });
}

}  // namespace
}  // namespace backflow::kernel
