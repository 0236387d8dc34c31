// What the values of options may be.
#pragma once

#include <charconv>
#include <string>
#include <type_traits>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/model/enum_names.h"

namespace backflow::cli {

/// The names of an enumeration, in its order.
template <class E>
std::vector<std::string> names_of_all() {
  std::vector<std::string> names;
  for (const auto& entry : model::EnumNames<E>::kAll) names.emplace_back(entry.name);
  return names;
}

/// A whole text that is a number in that range, or one sentence about it.
template <class N>
CLI::Validator between(N low, N high) {
  const auto check = [low, high](const std::string& text) {
    N value{};
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end && value >= low && value <= high)
      return std::string();
    const char* const kind = std::is_integral_v<N> ? "a whole number" : "a number";
    return text + " is not " + kind + " from " + CLI::detail::to_string(low) + " to " +
           CLI::detail::to_string(high);
  };
  return CLI::Validator(check, {});
}

/// One of these names, or a sentence with them and with the one that was probably meant.
CLI::Validator one_of(std::vector<std::string> names);

}  // namespace backflow::cli
