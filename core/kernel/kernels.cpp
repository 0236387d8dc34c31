#include "core/kernel/kernels.h"

#include <cstdlib>
#include <cstring>

namespace backflow::kernel {

#ifdef __x86_64__
extern const Kernels kKernelsV2, kKernelsV3, kKernelsV4;
#endif
extern const Kernels kKernelsGeneric;

namespace {

const Kernels& choose() {
#ifdef __x86_64__
  const char* asked = std::getenv("BACKFLOW_KERNELS");
  const auto wanted = [asked](const Kernels& table) {
    return asked == nullptr || std::strcmp(asked, table.name) == 0;
  };
  const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4 && wanted(kKernelsV4)) return kKernelsV4;
  if (v3 && wanted(kKernelsV3)) return kKernelsV3;
  if (v2 && wanted(kKernelsV2)) return kKernelsV2;
  if (v4 && asked != nullptr && std::strcmp(asked, "generic") != 0) return kKernelsV4;
#endif
  return kKernelsGeneric;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace backflow::kernel
