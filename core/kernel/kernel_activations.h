// Activations and the gates of the cells, which the compiler makes vectors of by itself: part of
// kernels_impl.h, which says how it is compiled.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

// e^y = power (1 + p) and e^y − 1 = power p + (power − 1) for y ≤ 0, without branches: y = k ln 2 +
// r with |r| ≤ ln 2/2, p = e^r − 1, power = 2^k, or zero where that is below the normal numbers.
struct Exponential {
  double power, p;
};

inline Exponential exponential(double y) {
  constexpr double kLowest = -709.0;   // k = −1023 has the exponent bits of zero
  constexpr double kRound = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  // p = r + r² (1/2 + c1 r + … + c9 r⁹) with the least error relative to r, 2^−55
  // (scripts/exponential_coefficients).
  constexpr double c1 = 0x1.555555555555ap-3, c2 = 0x1.5555555553ae9p-5, c3 = 0x1.111111110f0d7p-7,
                   c4 = 0x1.6c16c17a0ad1dp-10, c5 = 0x1.a01a01b2b732ep-13,
                   c6 = 0x1.a019b3763c209p-16, c7 = 0x1.71ddf081c8506p-19,
                   c8 = 0x1.28978c0e17cb0p-22, c9 = 0x1.af6d1738260c5p-26;
  y = y < kLowest ? kLowest : y;  // NaN stays NaN
  const double shifted = y * 1.4426950408889634 + kRound;
  const double k = shifted - kRound;
  const double r = (y - k * kLn2High) - k * kLn2Low;
  // In pairs (Estrin), so that few operations wait for each other.
  const double r2 = r * r, r4 = r2 * r2;
  const double low = (0.5 + r * c1) + r2 * (c2 + r * c3);
  const double high = (c4 + r * c5) + r2 * (c6 + r * c7);
  const double series = low + r4 * (high + r4 * (c8 + r * c9));
  std::uint64_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return {power, series * r2 + r};
}

struct TanhAndSlope {
  double value, slope;
};

inline TanhAndSlope tanh_of(double x) {
  const Exponential e = exponential(-2.0 * __builtin_fabs(x));
  const double minus_one = e.power * e.p + (e.power - 1.0);  // e^−2|x| − 1
  const double inverse = 1.0 / (2.0 + minus_one);
  const double slope = 4.0 * (e.power + e.power * e.p) * inverse * inverse;
  return {__builtin_copysign(-minus_one * inverse, x), slope};
}

struct SigmoidAndComplement {
  double value, complement;
};

inline SigmoidAndComplement sigmoid_of(double x) {
  const Exponential e = exponential(-__builtin_fabs(x));
  const double small = e.power + e.power * e.p;  // e^−|x|
  const double larger = 1.0 / (1.0 + small), smaller = small * larger;
  return {x < 0.0 ? smaller : larger, x < 0.0 ? larger : smaller};
}

struct Tanh {
  template <bool kValue, bool kSlope>
  static void run(const double* a, double* value, double* slope, Index count) {
    for (Index i = 0; i < count; ++i) {
      const TanhAndSlope f = tanh_of(a[i]);
      if (kValue) value[i] = f.value;
      if (kSlope) slope[i] = f.slope;
    }
  }
};

struct Sigmoid {
  template <bool kValue, bool kComplement>
  static void run(const double* a, double* value, double* complement, Index count) {
    for (Index i = 0; i < count; ++i) {
      const SigmoidAndComplement f = sigmoid_of(a[i]);
      if (kValue) value[i] = f.value;
      if (kComplement) complement[i] = f.complement;
    }
  }
};

// out = u (1 − value²) of V vectors, or false where that would lose more than two digits of any.
template <int V>
inline bool plain_tanh_vjp(const double* value, const double* u, double* out) {
  const Vector one = broadcast(1.0), most = broadcast(0.99);
  Vector values[V];
  auto plain = most == most;
  for (int v = 0; v < V; ++v) {
    values[v] = load(value + v * kWidth);
    plain &= (values[v] <= most) & (values[v] >= -most);  // NaN is not
  }
  std::int64_t lost = 0;
  for (Index i = 0; i < kWidth; ++i) lost |= ~plain[i];
  if (lost != 0) return false;
  for (int v = 0; v < V; ++v)
    store(out + v * kWidth, load(u + v * kWidth) * ((one - values[v]) * (one + values[v])));
  return true;
}

inline void exact_tanh_vjp(const double* a, const double* u, double* out, Index count) {
  double slope[2 * kWidth];
  Tanh::run<false, true>(a, nullptr, slope, count);
  for (Index i = 0; i < count; ++i) out[i] = u[i] * slope[i];
}

void tanh_vjp(const double* a, const double* value, const double* u, double* out, Index count) {
  constexpr Index kBlock = 2 * kWidth;
  Index i = 0;
  for (; i + kBlock <= count; i += kBlock)
    if (!plain_tanh_vjp<2>(value + i, u + i, out + i))
      exact_tanh_vjp(a + i, u + i, out + i, kBlock);
  for (; i < count; i += kWidth) {
    // The last ones, beside zeros where they do not fill a vector.
    const Index rest = count - i < kWidth ? count - i : kWidth;
    double last[kWidth] = {}, last_u[kWidth] = {};
    for (Index j = 0; j < rest; ++j) {
      last[j] = value[i + j];
      last_u[j] = u[i + j];
    }
    if (plain_tanh_vjp<1>(last, last_u, last))
      for (Index j = 0; j < rest; ++j) out[i + j] = last[j];
    else
      exact_tanh_vjp(a + i, u + i, out + i, rest);
  }
}

void lstm(const double* a, const double* c_before, double* __restrict c, double* __restrict h,
          Index n) {
  for (Index j = 0; j < n; ++j) {
    const double i = sigmoid_of(a[j]).value, f = sigmoid_of(a[n + j]).value;
    const double g = tanh_of(a[2 * n + j]).value, o = sigmoid_of(a[3 * n + j]).value;
    const double own = f * c_before[j] + i * g;
    c[j] = own;
    h[j] = o * tanh_of(own).value;
  }
}

void lstm_vjp(const double* a, const double* c_before, const double* c, const double* u,
              const double* u_c, double* __restrict delta, double* __restrict u_c_before, Index n) {
  for (Index j = 0; j < n; ++j) {
    const SigmoidAndComplement i = sigmoid_of(a[j]), f = sigmoid_of(a[n + j]);
    const TanhAndSlope g = tanh_of(a[2 * n + j]), phi = tanh_of(c[j]);
    const SigmoidAndComplement o = sigmoid_of(a[3 * n + j]);
    const double through = u_c[j] + u[j] * o.value * phi.slope;  // ∂L/∂c_t, through h_t as well
    delta[j] = through * g.value * (i.value * i.complement);
    delta[n + j] = through * c_before[j] * (f.value * f.complement);
    delta[2 * n + j] = through * i.value * g.slope;
    delta[3 * n + j] = u[j] * phi.value * (o.value * o.complement);
    u_c_before[j] = through * f.value;
  }
}

template <bool kResetAfter>
void gru(double* __restrict a, const double* h_before, double* __restrict h, Index n) {
  for (Index j = 0; j < n; ++j) {
    double own = a[2 * n + j];
    if (kResetAfter) a[2 * n + j] = own += sigmoid_of(a[j]).value * a[3 * n + j];
    const SigmoidAndComplement z = sigmoid_of(a[n + j]);
    h[j] = tanh_of(own).value * z.complement + z.value * h_before[j];
  }
}

template <bool kResetAfter>
void gru_vjp(const double* a, const double* h_before, const double* u, double* __restrict delta,
             double* __restrict u_before, Index n) {
  for (Index j = 0; j < n; ++j) {
    const SigmoidAndComplement z = sigmoid_of(a[n + j]);
    const TanhAndSlope own = tanh_of(a[2 * n + j]);
    const double by_new = u[j] * z.complement * own.slope;
    delta[n + j] = u[j] * (h_before[j] - own.value) * z.value * z.complement;
    delta[2 * n + j] = by_new;
    u_before[j] = u[j] * z.value;
    if (!kResetAfter) continue;
    const SigmoidAndComplement r = sigmoid_of(a[j]);
    delta[j] = by_new * a[3 * n + j] * (r.value * r.complement);
    delta[3 * n + j] = by_new * r.value;
  }
}

// A loop for those of its two answers that are asked for: the others are null.
template <class Loop>
void run(const double* a, double* first, double* second, Index count) {
  if (first != nullptr && second != nullptr)
    return Loop::template run<true, true>(a, first, second, count);
  if (first != nullptr) return Loop::template run<true, false>(a, first, second, count);
  Loop::template run<false, true>(a, first, second, count);
}

}  // namespace
}  // namespace backflow::kernel
