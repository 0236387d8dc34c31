// Vectors of kWidth doubles as the compiler knows them: part of kernels_impl.h, which says how it
// is compiled.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/kernel/kernel_guard.h"
#include "core/kernel/kernels.h"

#if BACKFLOW_KERNEL_WIDTH == 8
#include <immintrin.h>
#endif

namespace backflow::kernel {
namespace {

constexpr Index kWidth = BACKFLOW_KERNEL_WIDTH;
typedef double Vector __attribute__((vector_size(kWidth * sizeof(double))));
/// The bits of a Vector; also what comparisons give: all of a number's bits or none.
typedef std::int64_t Bits __attribute__((vector_size(kWidth * sizeof(double))));

BACKFLOW_INLINE inline Vector load(const double* p) {
  Vector v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

BACKFLOW_INLINE inline void store(double* p, Vector v) { std::memcpy(p, &v, sizeof v); }

BACKFLOW_INLINE inline Vector broadcast(double x) { return x - Vector{}; }

inline Bits bits_of(Vector v) { return reinterpret_cast<Bits>(v); }
inline Vector of_bits(Bits b) { return reinterpret_cast<Vector>(b); }

constexpr std::int64_t kSignBit = INT64_MIN;
inline Vector magnitude(Vector v) { return of_bits(bits_of(v) & ~kSignBit); }
inline Vector with_sign_of(Vector v, Vector sign) {
  return of_bits((bits_of(v) & ~kSignBit) | (bits_of(sign) & kSignBit));
}

// NaN stays NaN in both. Compilers make two instructions of the comparison; and GCC 12 warns of
// what its unmasked intrinsics leave undefined.
inline Vector at_least(Vector v, double limit) {
#if BACKFLOW_KERNEL_WIDTH == 8
  return (Vector)_mm512_maskz_max_pd(0xff, _mm512_set1_pd(limit), (__m512d)v);
#else
  return v < limit ? broadcast(limit) : v;
#endif
}

inline Vector at_most(Vector v, double limit) {
#if BACKFLOW_KERNEL_WIDTH == 8
  return (Vector)_mm512_maskz_min_pd(0xff, _mm512_set1_pd(limit), (__m512d)v);
#else
  return v > limit ? broadcast(limit) : v;
#endif
}

// The larger of |a| and |b|; either may come back where the other is NaN.
inline Vector larger_magnitude(Vector a, Vector b) {
#if BACKFLOW_KERNEL_WIDTH == 8
  constexpr int kMaximumOfMagnitudes = 0b1011;
  return (Vector)_mm512_maskz_range_pd(0xff, (__m512d)a, (__m512d)b, kMaximumOfMagnitudes);
#else
  const Vector x = magnitude(a), y = magnitude(b);
  return x > y ? x : y;
#endif
}

/// Whether each number is in [least, most]; NaN is not.
inline bool all_within(Vector v, double least, double most) {
#if BACKFLOW_KERNEL_WIDTH == 8
  const __mmask8 low_enough = _mm512_cmp_pd_mask((__m512d)v, _mm512_set1_pd(most), _CMP_LE_OQ);
  return _mm512_mask_cmp_pd_mask(low_enough, (__m512d)v, _mm512_set1_pd(least), _CMP_GE_OQ) == 0xff;
#else
  const Bits within = (v >= broadcast(least)) & (v <= broadcast(most));
  std::int64_t lost = 0;
  for (Index i = 0; i < kWidth; ++i) lost |= ~within[i];
  return lost == 0;
#endif
}

/// Whether |v| is at most that everywhere; no NaN is.
inline bool all_at_most(Vector v, double most) {
#if BACKFLOW_KERNEL_WIDTH == 8
  const Vector size = magnitude(v);
  return _mm512_cmp_pd_mask((__m512d)size, _mm512_set1_pd(most), _CMP_LE_OQ) == 0xff;
#else
  return all_within(v, -most, most);
#endif
}

// All of a vector in memory.
struct Whole {
  Vector load(const double* p) const { return kernel::load(p); }
  void store(double* p, Vector v) const { kernel::store(p, v); }
};

// Its first numbers, fewer than kWidth: the others are zeros and are not written.
struct Part {
  Index count;
#if BACKFLOW_KERNEL_WIDTH == 8
  __mmask8 mask() const { return static_cast<__mmask8>((1u << count) - 1u); }
  Vector load(const double* p) const { return (Vector)_mm512_maskz_loadu_pd(mask(), p); }
  void store(double* p, Vector v) const { _mm512_mask_storeu_pd(p, mask(), (__m512d)v); }
#else
  Vector load(const double* p) const {
    double numbers[kWidth] = {};
    for (Index i = 0; i < count; ++i) numbers[i] = p[i];
    return kernel::load(numbers);
  }
  void store(double* p, Vector v) const {
    for (Index i = 0; i < count; ++i) p[i] = v[i];
  }
#endif
};

// For functions whose step of each_vector() must not become a function of its own.
#define BACKFLOW_FLATTEN __attribute__((flatten))

// Calls step(first, in) for the vectors of so many numbers; `in` is Whole, or Part for the last
// one.
template <class Step>
inline void each_vector(Index count, const Step& step) {
  Index first = 0;
  for (; first + kWidth <= count; first += kWidth) step(first, Whole{});
  if (first < count) step(first, Part{count - first});
}

}  // namespace
}  // namespace backflow::kernel
