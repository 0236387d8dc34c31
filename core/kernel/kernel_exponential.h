// e^y for vectors, without branches: part of kernels_impl.h, which says how it is compiled.
//
// y = k ln 2 + r with whole k and |r| ≤ ln 2/2, so that e^y = 2^k e^r: an exponent, and a
// polynomial of degree 11. Where vectors are long enough (AVX-512) k goes in sixteenths: 2^k is
// looked up and scaled in an instruction each, and degree 6 is enough (Tang 1989).
// scripts/exponential_coefficients finds polynomials and table.
#pragma once

#include <bit>

#include "core/kernel/kernel_vector.h"

namespace backflow::kernel {
namespace {

// e^y = power (1 + p) and e^y − 1 = power p + (power − 1).
struct Exponential {
  Vector power, p;
};

// What is known of y. ln 2 in one number is exact enough for a moderate one: e^y within 6e-15.
enum class Range { any, moderate };
constexpr double kModerate = 160.0;

#if BACKFLOW_KERNEL_WIDTH == 8

constexpr double kLowest = -746.0;  // e^y is zero from there on

// (1 + rest[j]) power[j] = 2^(j/16).
struct Powers {
  alignas(64) double power[16];
  alignas(64) double rest[16];
};

constexpr Powers kPowers{
    {0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
     0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
     0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
     0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0},
    {0.0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
     0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56, 0x1.063e1e21c5409p-54,
     -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
     0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f0p-55}};

// Entries `at` mod 16.
inline Vector entries(const double* table, Bits at) {
  return (Vector)_mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)at,
                                        _mm512_load_pd(table + kWidth));
}

// v 2^⌊k⌋; GCC 12 warns of what the unmasked intrinsic leaves undefined.
inline Vector times_power_of_two(Vector v, Vector k) {
  return (Vector)_mm512_maskz_scalef_pd(0xff, (__m512d)v, (__m512d)k);
}

// e^y for y in [kLowest, 0], or of moderate size. Where kNearZero, e^y − 1 has its digits as well.
template <bool kNearZero, Range kRange>
inline Exponential exponential(Vector y) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2High = 0x1.62e42fef00000p-1,
                   kLn2Low = 0x1.473de6af278edp-34;
  constexpr double kRound = 0x1.8p48;  // adding it leaves the nearest sixteenth in the low bits
  const Vector shifted = y * 1.4426950408889634 + kRound;
  const Vector k = shifted - kRound;
  const Vector r = kRange == Range::moderate ? y - k * kLn2 : (y - k * kLn2High) - k * kLn2Low;
  const Vector r2 = r * r;
  const Bits j = bits_of(shifted);
  const Vector power = times_power_of_two(entries(kPowers.power, j), k);
  if constexpr (kNearZero) {
    // p = r + r² (1/2 + c1 r + … + c5 r⁵) with the least error relative to r, 2^−59.
    constexpr double c1 = 0x1.5555555555558p-3, c2 = 0x1.55555554f26e0p-5,
                     c3 = 0x1.11111110a3756p-7, c4 = 0x1.6c17eb0ad1b97p-10,
                     c5 = 0x1.a01b70439d8f4p-13;
    const Vector series = (0.5 + r * c1) + r2 * ((c2 + r * c3) + r2 * (c4 + r * c5));
    return {power, series * r2 + (r + entries(kPowers.rest, j))};
  } else {
    // The same to c4: 2^−50 relative to r, 2^−55 to e^r.
    constexpr double c1 = 0x1.55555554aff66p-3, c2 = 0x1.55555554c8bc7p-5,
                     c3 = 0x1.1112275569590p-7, c4 = 0x1.6c181ba872e3fp-10;
    const Vector series = (0.5 + r * c1) + r2 * ((c2 + r * c3) + r2 * c4);
    return {power, series * r2 + r};
  }
}

#else

// Where e^y becomes zero: the exponent of that power of two holds the bits of it. What is further
// out would come round to other numbers.
constexpr double kLowest = -0x1.628b76e3a7b61p+9;

template <bool /*kNearZero: always*/, Range kRange>
inline Exponential exponential(Vector y) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1, kLn2High = 0x1.62e42fee00000p-1,
                   kLn2Low = 0x1.a39ef35793c76p-33;
  // p = r + r² (1/2 + c1 r + … + c9 r⁹) with the least error relative to r, 2^−55.
  constexpr double c1 = 0x1.555555555555ap-3, c2 = 0x1.5555555553ae9p-5, c3 = 0x1.111111110f0d7p-7,
                   c4 = 0x1.6c16c17a0ad1dp-10, c5 = 0x1.a01a01b2b732ep-13,
                   c6 = 0x1.a019b3763c209p-16, c7 = 0x1.71ddf081c8506p-19,
                   c8 = 0x1.28978c0e17cb0p-22, c9 = 0x1.af6d1738260c5p-26;
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  const Vector shifted = y * 1.4426950408889634 + kRound;
  const Vector k = shifted - kRound;
  const Vector r = kRange == Range::moderate ? y - k * kLn2 : (y - k * kLn2High) - k * kLn2Low;
  // In pairs (Estrin), so that few operations wait for each other.
  const Vector r2 = r * r, r4 = r2 * r2;
  const Vector low = (0.5 + r * c1) + r2 * (c2 + r * c3);
  const Vector high = (c4 + r * c5) + r2 * (c6 + r * c7);
  const Vector series = low + r4 * (high + r4 * (c8 + r * c9));
  return {of_bits((bits_of(shifted) + 1023) << 52), series * r2 + r};
}

#endif

}  // namespace
}  // namespace backflow::kernel
