// Names of enumerators and figures as GoogleTest allows them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace backflow::support {

/// The name with "_" for each "-".
inline std::string test_name(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace backflow::support
