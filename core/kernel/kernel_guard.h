// What AddressSanitizer would ask at every vector of a product's innermost loop, asked once for a
// tile: there it takes thirty times as long as the product. Part of kernels_impl.h.
#pragma once

#include "core/kernel/kernels.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
/// A function that has asked expect_columns() about all that it reads and writes.
#define BACKFLOW_GUARDED __attribute__((no_sanitize("address", "undefined")))
/// What is called from such a function, which takes in no others than these; in any other one its
/// loads are asked about as ever.
#define BACKFLOW_INLINE BACKFLOW_GUARDED __attribute__((always_inline))
#else
#define BACKFLOW_GUARDED
#define BACKFLOW_INLINE
#endif

namespace backflow::kernel {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kGuarded = true;

/// Reports and ends the program unless `count` numbers at p may be used, and at p + step, …, the
/// `times`-th of them.
void expect_columns(const double* p, Index step, Index times, Index count) {
  for (Index i = 0; i < times; ++i, p += step) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(double);
    if (void* bad = __asan_region_is_poisoned(const_cast<double*>(p), bytes)) [[maybe_unused]]
      const volatile char reported = *static_cast<volatile char*>(bad);
  }
}
#else
constexpr bool kGuarded = false;

inline void expect_columns(const double*, Index, Index, Index) {}
#endif

}  // namespace
}  // namespace backflow::kernel
