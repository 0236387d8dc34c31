// Steps of gated cells through their gates: part of kernels_impl.h, which says how it is compiled.
#pragma once

#include "core/kernel/kernel_activations.h"
#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

BACKFLOW_FLATTEN void lstm(const double* a, const double* c_before, double* c, double* h, Index n) {
  each_vector(n, [&](Index j, auto in) {
    const Vector i = sigmoid_of(in.load(a + j)), f = sigmoid_of(in.load(a + n + j));
    const Vector g = tanh_of(in.load(a + 2 * n + j)), o = sigmoid_of(in.load(a + 3 * n + j));
    const Vector own = f * in.load(c_before + j) + i * g;
    in.store(c + j, own);
    in.store(h + j, o * tanh_of(own));
  });
}

// φ(c) = h/o is a division instead of an exponential, unless that or its slope would lose digits.
inline TanhAndSlope tanh_of_state(Vector h, Vector o, const auto& c) {
  const Vector value = h / o, least = broadcast(1e-290);
  if (all(keeps_digits_of_slope(value) & (magnitude(h) >= least)))
    return {value, slope_of_tanh(value)};
  return tanh_and_slope(c());
}

BACKFLOW_FLATTEN void lstm_vjp(const LstmStep& step, const double* u, const double* u_c,
                               double* delta, double* u_c_before, Index n) {
  each_vector(n, [&](Index j, auto in) {
    const double* a = step.a + j;
    const SigmoidAndComplement i = sigmoid_and_complement(in.load(a));
    const SigmoidAndComplement f = sigmoid_and_complement(in.load(a + n));
    const TanhAndSlope g = tanh_and_slope(in.load(a + 2 * n));
    const SigmoidAndComplement o = sigmoid_and_complement(in.load(a + 3 * n));
    const TanhAndSlope phi =
        tanh_of_state(in.load(step.h + j), o.value, [&] { return in.load(step.c + j); });
    const Vector own_u = in.load(u + j);
    // ∂L/∂c_t, through h_t as well.
    const Vector through = in.load(u_c + j) + own_u * o.value * phi.slope;
    const Vector c_before = in.load(step.c_before + j);
    in.store(delta + j, through * g.value * (i.value * i.complement));
    in.store(delta + n + j, through * c_before * (f.value * f.complement));
    in.store(delta + 2 * n + j, through * i.value * g.slope);
    in.store(delta + 3 * n + j, own_u * phi.value * (o.value * o.complement));
    in.store(u_c_before + j, through * f.value);
  });
}

template <bool kResetAfter>
BACKFLOW_FLATTEN void gru(double* a, const double* h_before, double* h, Index n) {
  each_vector(n, [&](Index j, auto in) {
    Vector own = in.load(a + 2 * n + j);
    if constexpr (kResetAfter) {
      own += sigmoid_of(in.load(a + j)) * in.load(a + 3 * n + j);
      in.store(a + 2 * n + j, own);
    }
    const SigmoidAndComplement z = sigmoid_and_complement(in.load(a + n + j));
    in.store(h + j, tanh_of(own) * z.complement + z.value * in.load(h_before + j));
  });
}

template <bool kResetAfter>
BACKFLOW_FLATTEN void gru_vjp(const double* a, const double* h_before, const double* u,
                              double* delta, double* u_before, Index n) {
  each_vector(n, [&](Index j, auto in) {
    const SigmoidAndComplement z = sigmoid_and_complement(in.load(a + n + j));
    const TanhAndSlope own = tanh_and_slope(in.load(a + 2 * n + j));
    const Vector own_u = in.load(u + j);
    const Vector by_new = own_u * z.complement * own.slope;
    in.store(delta + n + j, own_u * (in.load(h_before + j) - own.value) * z.value * z.complement);
    in.store(delta + 2 * n + j, by_new);
    in.store(u_before + j, own_u * z.value);
    if constexpr (kResetAfter) {
      const SigmoidAndComplement r = sigmoid_and_complement(in.load(a + j));
      in.store(delta + j, by_new * in.load(a + 3 * n + j) * (r.value * r.complement));
      in.store(delta + 3 * n + j, by_new * r.value);
    }
  });
}

}  // namespace
}  // namespace backflow::kernel
