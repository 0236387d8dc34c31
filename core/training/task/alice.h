// The built-in text of next-character: about 5000 characters of English prose.
#pragma once

#include <string_view>

namespace backflow::training {

extern const std::string_view kAlice;

}  // namespace backflow::training
