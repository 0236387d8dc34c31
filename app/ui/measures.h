// What the last iterations measured besides loss and gradient, in words: accuracy and chance,
// validation, the error of truncated BPTT, penalties.
#pragma once

#include <string>
#include <vector>

#include "app/session/snapshot.h"

namespace backflow::ui {

struct Measure {
  std::string text;  ///< short, for the status line: "truncated: 31°, error 52 %"; text markup
  std::string help;  ///< one line that explains it
};

/// Those that there are, the most important first.
std::vector<Measure> measures(const session::Snapshot& snapshot);

}  // namespace backflow::ui
