// e^y for vectors, without branches: part of kernels_impl.h, which says how it is compiled.
//
// y = k ln 2/m + r with whole k and |r| ≤ ln 2/(2m), so that e^y = 2^(k/m) e^r. With m = 1 the
// power is an exponent and e^r a polynomial of degree 11. With m = 16 the power is looked up, in
// one instruction where vectors are long enough (AVX-512), and degree 6 is enough (Tang 1989).
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

// Where e^y becomes zero, and where infinite: the exponents of those powers of two hold the bits of
// both. What is further out would come round to other numbers.
constexpr double kLowest = -0x1.628b76e3a7b61p+9, kHighest = 0x1.62e42fefa39efp+9;

constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits

#if BACKFLOW_KERNEL_WIDTH == 8

// scaled[k mod 16] + (k · 2^48) are the bits of 2^(k/16), rounded; (1 + rest[k mod 16]) times that
// is the power itself. The powers looked up are those of −8/16 … 7/16, so that around y = 0 none
// cancels against 1.
struct Powers {
  alignas(64) std::int64_t scaled[16];
  alignas(64) double rest[16];
};

constexpr int kPowerShift = 48;

constexpr Powers kPowers = [] {
  constexpr double kRounded[16] = {
      0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
      0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
      0x1.6a09e667f3bcdp-1, 0x1.7a11473eb0187p-1, 0x1.8ace5422aa0dbp-1, 0x1.9c49182a3f090p-1,
      0x1.ae89f995ad3adp-1, 0x1.c199bdd85529cp-1, 0x1.d5818dcfba487p-1, 0x1.ea4afa2a490dap-1};
  Powers powers{{},
                {0.0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
                 0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56,
                 0x1.063e1e21c5409p-54, -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56,
                 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56, 0x1.c1a7792cb3387p-55,
                 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f0p-55}};
  for (std::int64_t j = 0; j < 16; ++j)
    powers.scaled[j] =
        std::bit_cast<std::int64_t>(kRounded[j]) - (j < 8 ? j : j - 16) * (1LL << kPowerShift);
  return powers;
}();

// Entries `at` mod 16.
inline Bits entries(const void* table, Bits at) {
  const auto* half = static_cast<const char*>(table);
  return (Bits)_mm512_permutex2var_epi64(_mm512_load_si512(half), (__m512i)at,
                                         _mm512_load_si512(half + 64));
}

// e^y for y in [kLowest, kHighest]. Where kNearZero, e^y − 1 has its digits as well.
template <bool kNearZero>
inline Exponential exponential(Vector y) {
  constexpr double kLn2High = 0x1.62e42fef00000p-5, kLn2Low = 0x1.473de6af278edp-38;
  const Vector shifted = y * 0x1.71547652b82fep+4 + kRound;
  const Vector k = shifted - kRound;
  const Vector r = (y - k * kLn2High) - k * kLn2Low, r2 = r * r;
  const Bits bits = bits_of(shifted);
  const Vector power = of_bits(entries(kPowers.scaled, bits) + (bits << kPowerShift));
  if constexpr (kNearZero) {
    // p = r + r² (1/2 + c1 r + … + c5 r⁵) with the least error relative to r, 2^−59.
    constexpr double c1 = 0x1.5555555555558p-3, c2 = 0x1.55555554f26e0p-5,
                     c3 = 0x1.11111110a3756p-7, c4 = 0x1.6c17eb0ad1b97p-10,
                     c5 = 0x1.a01b70439d8f4p-13;
    const Vector series = (0.5 + r * c1) + r2 * ((c2 + r * c3) + r2 * (c4 + r * c5));
    return {power, series * r2 + (r + of_bits(entries(kPowers.rest, bits)))};
  } else {
    // The same to c4: 2^−50 relative to r, 2^−55 to e^r.
    constexpr double c1 = 0x1.55555554aff66p-3, c2 = 0x1.55555554c8bc7p-5,
                     c3 = 0x1.1112275569590p-7, c4 = 0x1.6c181ba872e3fp-10;
    const Vector series = (0.5 + r * c1) + r2 * ((c2 + r * c3) + r2 * c4);
    return {power, series * r2 + r};
  }
}

#else

template <bool /*kNearZero: always*/>
inline Exponential exponential(Vector y) {
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  // p = r + r² (1/2 + c1 r + … + c9 r⁹) with the least error relative to r, 2^−55.
  constexpr double c1 = 0x1.555555555555ap-3, c2 = 0x1.5555555553ae9p-5, c3 = 0x1.111111110f0d7p-7,
                   c4 = 0x1.6c16c17a0ad1dp-10, c5 = 0x1.a01a01b2b732ep-13,
                   c6 = 0x1.a019b3763c209p-16, c7 = 0x1.71ddf081c8506p-19,
                   c8 = 0x1.28978c0e17cb0p-22, c9 = 0x1.af6d1738260c5p-26;
  const Vector shifted = y * 1.4426950408889634 + kRound;
  const Vector k = shifted - kRound;
  const Vector r = (y - k * kLn2High) - k * kLn2Low;
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
