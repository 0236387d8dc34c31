#include "core/kernel/kernels.h"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace backflow::kernel {

#ifdef __x86_64__
extern const Kernels kKernelsV2, kKernelsV3, kKernelsV4;
#endif
extern const Kernels kKernelsGeneric;

namespace {

std::vector<const Kernels*> find_available() {
  std::vector<const Kernels*> tables;
#ifdef __x86_64__
  const bool v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4) tables.push_back(&kKernelsV4);
  if (v3) tables.push_back(&kKernelsV3);
  if (v2) tables.push_back(&kKernelsV2);
#endif
  tables.push_back(&kKernelsGeneric);
  return tables;
}

const Kernels& choose() {
  if (const char* asked = std::getenv("BACKFLOW_KERNELS"))
    for (const Kernels* table : available_kernels())
      if (std::strcmp(asked, table->name) == 0) return *table;
  return *available_kernels().front();
}

}  // namespace

std::span<const Kernels* const> available_kernels() {
  static const std::vector<const Kernels*> available = find_available();
  return available;
}

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace backflow::kernel
