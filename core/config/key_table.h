// The list of all keys; core/config/keys.h is how the rest of the program reaches it.
#pragma once

#include <vector>

#include "core/config/keys.h"

namespace backflow::config {

/// All keys, in the order in which people should read them.
std::vector<Key> make_keys();

}  // namespace backflow::config
