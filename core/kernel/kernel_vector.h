// Vectors of kWidth doubles as the compiler knows them: part of kernels_impl.h, which says how it
// is compiled.
#pragma once

#include <cstring>

#include "core/kernel/kernels.h"

namespace backflow::kernel {
namespace {

constexpr Index kWidth = BACKFLOW_KERNEL_WIDTH;
typedef double Vector __attribute__((vector_size(kWidth * sizeof(double))));

Vector load(const double* p) {
  Vector v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

void store(double* p, Vector v) { std::memcpy(p, &v, sizeof v); }

Vector broadcast(double x) { return x - Vector{}; }

}  // namespace
}  // namespace backflow::kernel
