// Opening a file at the window, where nothing has been chosen in it yet.
#pragma once

#include <string>
#include <string_view>

#include "core/config/config.h"

namespace backflow::config {

/// As set_key_as_meant(); but what was chosen in another file (network, layer, direction, read-out,
/// targets) is forgotten when model.file or task.file are set, and of several networks in a file
/// the first is taken. What is wrong with a file begins with its path.
std::string set_key_anew(Config& config, std::string_view name, std::string_view value);

}  // namespace backflow::config
