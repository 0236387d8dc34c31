// A configuration from "key=value" texts.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/config/keys.h"

namespace backflow::support {

/// The default configuration with these keys set in order; the test fails where one is refused.
/// What they are together is not checked: config::validate() does that.
inline config::Config configured(const std::vector<std::string>& assignments) {
  config::Config config;
  for (const std::string& assignment : assignments)
    EXPECT_EQ(config::set_key(config, assignment), "") << assignment;
  return config;
}

}  // namespace backflow::support
