// The dotted keys of a Config: one table that the command line, the window's controls and their
// help are made from.
#pragma once

#include <charconv>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/config/config.h"

namespace backflow::config {

enum class KeyKind { integer, real, choice, text };

/// What a change of the key does to a running network.
enum class KeyEffect { live, restart };

struct Choice {
  std::string name;   ///< as written in a value
  std::string title;  ///< as shown to people
};

struct Key {
  std::string name;         ///< "model.spectral_radius"
  std::string title;        ///< "Spectral radius"
  std::string symbol;       ///< in the notation of the figures' text markup: "ρ(W_{hh})"; or empty
  std::string description;  ///< one line for help texts
  KeyKind kind = KeyKind::real;
  KeyEffect effect = KeyEffect::live;
  double min = 0.0, max = 0.0;  ///< of a number, both allowed
  bool logarithmic = false;     ///< a slider over [min, max] should be logarithmic
  bool has_auto = false;        ///< the value "auto" is allowed too
  std::vector<Choice> choices;  ///< of a choice, "auto" included where allowed
  std::string takes;            ///< of a text: what it may be, in words
  bool names_file = false;      ///< of a text: it is the path of a file
  std::function<std::string(const Config&)> get;
  /// Sets a value already checked by set_key(). Returns what is wrong with it all the same (a file
  /// that cannot be read), to be read after the value; the config is unchanged then. Else empty.
  std::function<std::string(Config&, std::string_view)> assign;
};

/// All keys, in the order in which people should read them.
std::span<const Key> keys();

/// The key of that name, or nullptr.
const Key* find_key(std::string_view name);

/// False when the key does nothing in this configuration, such as the momentum of an optimiser that
/// has none. Its value is kept and may be set all the same.
bool applies(const Key& key, const Config& config);

/// Sets one key from text. Returns an empty string, or one sentence that names the key, the allowed
/// values and the nearest match; the config is unchanged then.
std::string set_key(Config& config, std::string_view name, std::string_view value);

/// The same for "key=value".
std::string set_key(Config& config, std::string_view assignment);

/// The same, with what people mean. A file that they name is used at once: a matrix
/// (model.init_file) makes model.init = file, with as many hidden units as it has columns; a
/// network (model.file) gets random inputs unless it has some from a file; data (task.file) make
/// task.name = sequences, or next-character. And with a spectral radius or a largest singular value
/// the initial weights are scaled to that one, whatever they were scaled to, and with a spread
/// taken as drawn. A session's file says each of these by itself.
std::string set_key_as_meant(Config& config, std::string_view name, std::string_view value);
std::string set_key_as_meant(Config& config, std::string_view assignment);

/// set_key_as_meant() for a key that names a file. Returns an empty string, or what is wrong with
/// the file, to be read after its name; the config is unchanged then.
std::string use_file(Config& config, const Key& key, std::string_view path);

/// "0.0001 to 10", "tanh, sigmoid, …": what the key takes.
std::string allowed_values(const Key& key);

/// The shortest text that reads back as the same double, e.g. "0.3".
std::string format_number(double value);

/// The number that the whole of a text is; nothing when it is none or something follows it.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The keys whose values differ and that do something in one of the two at least, in the order of
/// keys().
std::vector<const Key*> differing_keys(const Config& a, const Config& b);

/// The keys whose values differ from the default configuration, as "key=value" in the order of
/// keys().
std::vector<std::string> differences_from_default(const Config& config);

}  // namespace backflow::config
