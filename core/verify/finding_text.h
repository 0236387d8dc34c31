// Numbers of findings as they are read.
#pragma once

#include <string>

#include "core/verify/check.h"

namespace backflow::verify {

/// With nine digits; "–" where there is none.
std::string number_text(double value);

/// What ours is held against: "≤ 1", "0.5 ± 0.05".
std::string published_text(const Finding& finding);

/// "ok", "FAIL", or empty where nothing is judged.
std::string_view verdict_of(const Finding& finding);

}  // namespace backflow::verify
