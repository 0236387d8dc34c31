// Steps of gated cells through their gates: part of kernels_impl.h, which says how it is compiled.
#pragma once

#include "core/kernel/kernel_activations.h"
#include "core/kernel/kernel_vector.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

// In two loops, so that processors need not look far ahead for something to do while a step waits
// for its exponentials.
BACKFLOW_FLATTEN void lstm(const double* a, const double* c_before, double* c, double* h, Index n) {
  each_vector(n, [&](Index j, auto in) {
    const Vector a_i = in.load(a + j), a_f = in.load(a + n + j), a_g = in.load(a + 2 * n + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction i = sigmoid_fraction<range>(a_i), f = sigmoid_fraction<range>(a_f);
          const TanhFraction g = tanh_fraction<range>(a_g);
          const Vector i_g = i.whole * g.whole;
          in.store(c + j, (f.value * in.load(c_before + j) * i_g + i.value * g.value * f.whole) /
                              (f.whole * i_g));
        },
        a_i, a_f, a_g);
  });
  each_vector(n, [&](Index j, auto in) {
    const Vector a_o = in.load(a + 3 * n + j), own = in.load(c + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction o = sigmoid_fraction<range>(a_o);
          const TanhFraction phi = tanh_fraction<range>(own);
          in.store(h + j, o.value * phi.value / (o.whole * phi.whole));
        },
        a_o, own);
  });
}

BACKFLOW_FLATTEN void lstm_vjp(const LstmStep& step, const double* u, const double* u_c,
                               double* delta, double* u_c_before, Index n) {
  double* const through_c = delta;  // ∂L/∂c_t, through h_t as well, until δ of i is there
  each_vector(n, [&](Index j, auto in) {
    const Vector a_f = in.load(step.a + n + j), a_o = in.load(step.a + 3 * n + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction f = sigmoid_fraction<range>(a_f), o = sigmoid_fraction<range>(a_o);
          Inverses by;  // of_a of f, of_b of o
          TanhAndSlope phi;
          if constexpr (range == Range::moderate) {
            // φ(c) = h/o needs no exponential, unless that or its slope would lose digits.
            by = inverses(f.whole, o.whole * o.value);
            phi.value = in.load(step.h + j) * (o.whole * o.whole * by.of_b);
            phi.slope = slope_of_tanh(phi.value);
            by.of_b *= o.value;
            if (!all_within(magnitude(phi.value), 1e-250, kKnownTanh))
              phi = tanh_and_slope(in.load(step.c + j));
          } else {
            by = inverses(f.whole, o.whole);
            phi = tanh_and_slope(in.load(step.c + j));
          }
          const Vector out = in.load(u + j) * (o.value * by.of_b);
          const Vector through = in.load(u_c + j) + out * phi.slope;
          const Vector kept = through * (f.value * by.of_a);
          in.store(through_c + j, through);
          in.store(u_c_before + j, kept);
          in.store(delta + n + j, kept * in.load(step.c_before + j) * (f.complement * by.of_a));
          in.store(delta + 3 * n + j, out * phi.value * (o.complement * by.of_b));
        },
        a_f, a_o);
  });
  each_vector(n, [&](Index j, auto in) {
    const Vector a_i = in.load(step.a + j), a_g = in.load(step.a + 2 * n + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction i = sigmoid_fraction<range>(a_i);
          const TanhFraction g = tanh_fraction<range>(a_g);
          const Inverses by = inverses(i.whole, g.whole);
          const Vector added = in.load(through_c + j) * (i.value * by.of_a);
          in.store(delta + j, added * (g.value * by.of_b) * (i.complement * by.of_a));
          in.store(delta + 2 * n + j, added * (4.0 * g.power * by.of_b * by.of_b));
        },
        a_i, a_g);
  });
}

template <bool kResetAfter>
BACKFLOW_FLATTEN void gru(double* a, const double* h_before, double* h, Index n) {
  if constexpr (kResetAfter)
    each_vector(n, [&](Index j, auto in) {
      const Vector a_r = in.load(a + j), extra = in.load(a + 3 * n + j);
      for_range_of(
          [&](auto range) {
            const SigmoidFraction r = sigmoid_fraction<range>(a_r);
            in.store(a + 2 * n + j, in.load(a + 2 * n + j) + r.value * extra / r.whole);
          },
          a_r);
    });
  each_vector(n, [&](Index j, auto in) {
    const Vector a_z = in.load(a + n + j), a_new = in.load(a + 2 * n + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction z = sigmoid_fraction<range>(a_z);
          const TanhFraction added = tanh_fraction<range>(a_new);
          const Vector kept = z.value * in.load(h_before + j);
          in.store(h + j,
                   (added.value * z.complement + kept * added.whole) / (z.whole * added.whole));
        },
        a_z, a_new);
  });
}

template <bool kResetAfter>
BACKFLOW_FLATTEN void gru_vjp(const double* a, const double* h_before, const double* u,
                              double* delta, double* u_before, Index n) {
  each_vector(n, [&](Index j, auto in) {
    const Vector a_z = in.load(a + n + j), a_new = in.load(a + 2 * n + j);
    for_range_of(
        [&](auto range) {
          const SigmoidFraction z = sigmoid_fraction<range>(a_z);
          const TanhFraction added = tanh_fraction<range>(a_new);
          const Inverses by = inverses(z.whole, added.whole);
          const Vector own_u = in.load(u + j);
          const Vector kept = own_u * (z.value * by.of_a), through = z.complement * by.of_a;
          in.store(u_before + j, kept);
          in.store(delta + n + j, kept * through * (in.load(h_before + j) - added.value * by.of_b));
          in.store(delta + 2 * n + j, own_u * through * (4.0 * added.power * by.of_b * by.of_b));
        },
        a_z, a_new);
  });
  if constexpr (kResetAfter)
    each_vector(n, [&](Index j, auto in) {
      const Vector a_r = in.load(a + j);
      for_range_of(
          [&](auto range) {
            const SigmoidFraction r = sigmoid_fraction<range>(a_r);
            const Vector by = 1.0 / r.whole, reset = in.load(delta + 2 * n + j) * (r.value * by);
            in.store(delta + 3 * n + j, reset);
            in.store(delta + j, reset * in.load(a + 3 * n + j) * (r.complement * by));
          },
          a_r);
    });
}

}  // namespace
}  // namespace backflow::kernel
