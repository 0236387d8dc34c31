// How much memory this machine has.
#pragma once

#include <cstdint>

namespace backflow::parallel {

/// In bytes; the greatest number where the system does not say.
std::uint64_t physical_memory();

}  // namespace backflow::parallel
