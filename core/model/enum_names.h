// Names of the enumerators that a user can choose: one table per enumeration, used by the
// configuration, the command line and the window alike.
#pragma once

#include <optional>
#include <string_view>

namespace backflow::model {

template <class E>
struct EnumName {
  E value;
  std::string_view name;   ///< as written in a key's value, e.g. "leaky-relu"
  std::string_view title;  ///< as shown to people, e.g. "Leaky ReLU"
};

/// Specialised beside each enumeration as a constexpr std::array<EnumName<E>, N>.
template <class E>
struct EnumNames;

template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& entry : EnumNames<E>::kAll)
    if (entry.value == value) return entry.name;
  return "?";
}

template <class E>
constexpr std::string_view title_of(E value) {
  for (const auto& entry : EnumNames<E>::kAll)
    if (entry.value == value) return entry.title;
  return "?";
}

/// The enumerator called `name`, or nothing.
template <class E>
constexpr std::optional<E> parse_enum(std::string_view name) {
  for (const auto& entry : EnumNames<E>::kAll)
    if (entry.name == name) return entry.value;
  return std::nullopt;
}

}  // namespace backflow::model
