// What the keys of numbers and choices in core/config/key_table.cpp are built with. `field` is a
// function that returns a reference to the key's member in a Config.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/config/keys.h"

namespace backflow::config {

/// What people read of a key: see Key.
struct About {
  std::string name, title, symbol, description;
};

/// A key as far as its words and its kind say; the builders add the rest.
inline Key key_about(About about, KeyKind kind, KeyEffect effect) {
  Key key;
  key.name = std::move(about.name);
  key.title = std::move(about.title);
  key.symbol = std::move(about.symbol);
  key.description = std::move(about.description);
  key.kind = kind;
  key.effect = effect;
  return key;
}

/// A whole number from min to max; "auto", where it is allowed, is a 0 in the member.
template <class Field>
Key integer_key(About about, KeyEffect effect, double min, double max, bool has_auto, Field field) {
  Key key = key_about(std::move(about), KeyKind::integer, effect);
  key.min = min;
  key.max = max;
  key.has_auto = has_auto;
  key.get = [field, has_auto](const Config& config) {
    const auto value = field(const_cast<Config&>(config));
    return has_auto && value == 0 ? std::string("auto") : std::to_string(value);
  };
  key.assign = [field](Config& config, std::string_view text) {
    auto& member = field(config);
    using T = std::remove_reference_t<decltype(member)>;
    // Read as checked: "-0" is a whole number, but no unsigned one.
    member = text == "auto" ? T{0} : static_cast<T>(*parse_number<long long>(text));
    return std::string();
  };
  return key;
}

/// A number that a running network follows.
template <class Field>
Key real_key(About about, double min, double max, bool logarithmic, Field field) {
  Key key = key_about(std::move(about), KeyKind::real, KeyEffect::live);
  key.min = min;
  key.max = max;
  key.logarithmic = logarithmic;
  key.get = [field](const Config& config) {
    return format_number(field(const_cast<Config&>(config)));
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = *parse_number<double>(text);
    return std::string();
  };
  return key;
}

/// The same, or "auto": nothing in the member, a std::optional<double>.
template <class Field>
Key optional_real_key(About about, double min, double max, Field field) {
  Key key = key_about(std::move(about), KeyKind::real, KeyEffect::live);
  key.min = min;
  key.max = max;
  key.has_auto = true;
  key.get = [field](const Config& config) {
    const std::optional<double>& value = field(const_cast<Config&>(config));
    return value ? format_number(*value) : std::string("auto");
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = parse_number<double>(text);  // "auto" is no number
    return std::string();
  };
  return key;
}

/// The same key, if only a fresh network takes up its value.
inline Key at_restart(Key key) {
  key.effect = KeyEffect::restart;
  return key;
}

/// All enumerators of E.
template <class E>
std::vector<Choice> choices_of() {
  std::vector<Choice> choices;
  for (const auto& entry : model::EnumNames<E>::kAll)
    choices.push_back({std::string(entry.name), std::string(entry.title)});
  return choices;
}

/// One of the enumerators of E.
template <class E, class Field>
Key choice_key(About about, KeyEffect effect, Field field) {
  Key key = key_about(std::move(about), KeyKind::choice, effect);
  key.choices = choices_of<E>();
  key.get = [field](const Config& config) {
    return std::string(model::name_of(field(const_cast<Config&>(config))));
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = *model::parse_enum<E>(text);
    return std::string();
  };
  return key;
}

/// One of them, or "auto": nothing in the member, a std::optional<E>.
template <class E, class Field>
Key optional_choice_key(About about, KeyEffect effect, Field field) {
  Key key = key_about(std::move(about), KeyKind::choice, effect);
  key.has_auto = true;
  key.choices = choices_of<E>();
  key.choices.insert(key.choices.begin(), {"auto", "automatic"});
  key.get = [field](const Config& config) {
    const std::optional<E>& value = field(const_cast<Config&>(config));
    return value ? std::string(model::name_of(*value)) : std::string("auto");
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = model::parse_enum<E>(text);  // "auto" is no enumerator's name
    return std::string();
  };
  return key;
}

}  // namespace backflow::config
