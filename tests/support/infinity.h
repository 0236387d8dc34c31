// What is not finite, for tests.
#pragma once

#include <limits>

namespace backflow::support {

inline constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace backflow::support
