// What a file says of itself beside the picture and its title.
#pragma once

#include <string>

namespace backflow::exporting {

struct Metadata {
  std::string description;  ///< its caption, plain text
  std::string program;      ///< what made it, with its version
};

}  // namespace backflow::exporting
