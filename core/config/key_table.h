// The list of all keys; core/config/keys.h is how the rest of the program reaches it.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "core/config/keys.h"

namespace backflow::config {

// from_chars of the whole text; nothing when it is not a number or something follows it.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// All keys, in the order in which people should read them.
std::vector<Key> make_keys();

}  // namespace backflow::config
