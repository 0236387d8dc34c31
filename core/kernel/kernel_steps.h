// Steps of a vanilla network with φ = tanh, one after the other: part of kernels_impl.h, which says
// how it is compiled.
#pragma once

#include "core/kernel/kernel_activations.h"
#include "core/kernel/kernel_products.h"
#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

// y (n, cols) += W x.
inline void add_recurrent(const Steps& steps, const double* x, double* y) {
  const Term term{steps.W, 0, x, steps.n, steps.n};
  add_up<Layout::packed_and_plain>({&term, 1, y, steps.n, steps.n, steps.cols, y, steps.n});
}

void tanh_steps(const Steps& steps, double* a, double* h) {
  const Index size = steps.n * steps.cols;
  for (Index t = 0; t < steps.count; ++t) {
    add_recurrent(steps, h + t * size, a + t * size);
    tanh(a + t * size, h + (t + 1) * size, nullptr, size);
  }
}

void tanh_steps_vjp(const Steps& steps, const double* a, const double* h, double* e,
                    double* delta) {
  const Index size = steps.n * steps.cols;
  for (Index t = steps.count - 1; t >= 0; --t) {
    tanh_vjp(a + t * size, h + (t + 1) * size, e + (t + 1) * size, delta + t * size, size);
    add_recurrent(steps, delta + t * size, e + t * size);
  }
}

}  // namespace
}  // namespace backflow::kernel
