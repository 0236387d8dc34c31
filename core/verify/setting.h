// Configurations of checks.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>

#include "core/config/keys.h"

namespace backflow::verify {

/// The default configuration with these "key=value" set in order. Throws std::logic_error where one
/// is refused: the check itself is wrong then.
inline config::Config setting(std::initializer_list<std::string> assignments) {
  config::Config config;
  for (const std::string& assignment : assignments)
    if (const std::string error = config::set_key(config, assignment); !error.empty())
      throw std::logic_error(error);
  if (const std::string error = config::validate(config); !error.empty())
    throw std::logic_error(error);
  return config;
}

}  // namespace backflow::verify
