#include "app/cli/option_checks.h"

#include <algorithm>
#include <utility>

#include "core/config/nearest_match.h"

namespace backflow::cli {

CLI::Validator one_of(std::vector<std::string> names) {
  const auto check = [names = std::move(names)](const std::string& text) {
    if (std::find(names.begin(), names.end(), text) != names.end()) return std::string();
    const std::string match = config::nearest_match(text, names);
    return "\"" + text + "\" is not one of " + CLI::detail::join(names, ", ") +
           (match.empty() ? "" : "; did you mean \"" + match + "\"?");
  };
  return CLI::Validator(check, {});
}

}  // namespace backflow::cli
