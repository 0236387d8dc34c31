#include "core/config/keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/config/nearest_match.h"
#include "core/config/task_check.h"

namespace backflow::config {
namespace {

// from_chars of the whole text; nothing when it is not a number or something follows it.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class E>
std::vector<Choice> choices_of() {
  std::vector<Choice> choices;
  for (const auto& entry : model::EnumNames<E>::kAll)
    choices.push_back({std::string(entry.name), std::string(entry.title)});
  return choices;
}

struct About {
  std::string name, title, symbol, description;
};

// The builders below take `field`, which returns a reference to the member in a Config.

template <class Field>
Key integer_key(About about, KeyEffect effect, double min, double max, bool has_auto, Field field) {
  Key key{about.name,
          about.title,
          about.symbol,
          about.description,
          KeyKind::integer,
          effect,
          min,
          max,
          false,
          has_auto,
          {},
          {},
          {}};
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

template <class Field>
Key real_key(About about, double min, double max, bool logarithmic, Field field) {
  Key key{about.name,
          about.title,
          about.symbol,
          about.description,
          KeyKind::real,
          KeyEffect::live,
          min,
          max,
          logarithmic,
          false,
          {},
          {},
          {}};
  key.get = [field](const Config& config) {
    return format_number(field(const_cast<Config&>(config)));
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = *parse_number<double>(text);
    return std::string();
  };
  return key;
}

template <class E, class Field>
Key choice_key(About about, KeyEffect effect, Field field) {
  Key key{about.name,
          about.title,
          about.symbol,
          about.description,
          KeyKind::choice,
          effect,
          0,
          0,
          false,
          false,
          choices_of<E>(),
          {},
          {}};
  key.get = [field](const Config& config) {
    return std::string(model::name_of(field(const_cast<Config&>(config))));
  };
  key.assign = [field](Config& config, std::string_view text) {
    field(config) = *model::parse_enum<E>(text);
    return std::string();
  };
  return key;
}

template <class E, class Field>
Key optional_choice_key(About about, KeyEffect effect, Field field) {
  Key key = choice_key<E>(about, effect, [](Config&) -> E& { std::abort(); });
  key.has_auto = true;
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

// Reads the file at once, so that a bad one is refused and batches need no files.
Key text_file_key(About about) {
  Key key{about.name,
          about.title,
          about.symbol,
          about.description,
          KeyKind::text,
          KeyEffect::restart,
          0,
          0,
          false,
          false,
          {},
          {},
          {}};
  key.get = [](const Config& config) { return config.task.file; };
  key.assign = [](Config& config, std::string_view path) {
    std::shared_ptr<training::Text> text;
    if (!path.empty()) {
      text = std::make_shared<training::Text>();
      if (std::string error = training::load_text(std::string(path), *text); !error.empty())
        return error;
    }
    config.task.file = path;
    config.task.text = std::move(text);
    return std::string();
  };
  return key;
}

std::vector<Key> make_keys() {
  using namespace backflow::model;
  using namespace backflow::training;
  constexpr auto kLive = KeyEffect::live;
  constexpr auto kRestart = KeyEffect::restart;
  constexpr double kSeedMax = 4294967295.0;
  return {
      choice_key<TaskKind>(
          {"task.name", "Task", "", "what the network learns"}, kRestart,
          [](Config & c) -> auto& { return c.task.kind; }),
      optional_choice_key<Shape>(
          {"task.shape", "Shape", "",
           "which steps have an input and which an output with a loss (auto: the task's own); "
           "one-to-many gives x_1 alone, many-to-one asks at the last step"},
          kLive, [](Config & c) -> auto& { return c.task.shape; }),
      integer_key(
          {"task.steps", "Steps", "T", "length of the sequences (the tables have 3)"}, kLive, 1,
          1000, true, [](Config & c) -> auto& { return c.task.steps; }),
      integer_key(
          {"task.length_min", "Shortest", "",
           "sequences have different lengths, drawn from this one to T (auto: all have T)"},
          kLive, 1, 1000, true, [](Config & c) -> auto& { return c.task.length_min; }),
      integer_key(
          {"task.batch", "Batch", "B", "sequences per iteration (the tables have all their rows)"},
          kLive, 1, 1024, true, [](Config & c) -> auto& { return c.task.batch; }),
      real_key(
          {"task.noise", "Noise", "",
           "standard deviation of the noise on the inputs of first-bit, parity, delayed-echo and "
           "sine"},
          0.0, 10.0, false, [](Config & c) -> auto& { return c.task.noise; }),
      integer_key(
          {"task.symbols", "Symbols", "S",
           "how many symbols copy-memory has to remember; the pause is T − 2S steps"},
          kLive, 1, 100, false, [](Config & c) -> auto& { return c.task.symbols; }),
      integer_key(
          {"task.delay", "Delay", "", "steps between a bit and its echo in delayed-echo"}, kLive, 1,
          999, false, [](Config & c) -> auto& { return c.task.delay; }),
      text_file_key({"task.file", "Text", "",
                     "text file (UTF-8) whose characters next-character learns; empty: the opening "
                     "of Alice's Adventures in Wonderland"}),
      integer_key(
          {"task.seed", "Data seed", "", "seed of the random sequences"}, kLive, 0, kSeedMax, false,
          [](Config & c) -> auto& { return c.task.seed; }),
      integer_key(
          {"model.hidden", "Hidden units", "n", "size of the hidden state"}, kRestart, 1, 512,
          false, [](Config & c) -> auto& { return c.model.hidden; }),
      choice_key<ActivationKind>(
          {"model.activation", "Activation", "f", "activation function of the hidden state"}, kLive,
          [](Config & c) -> auto& { return c.model.activation.kind; }),
      real_key(
          {"model.leaky_slope", "Leaky slope", "", "slope of leaky ReLU below zero"}, 0.0, 1.0,
          false, [](Config & c) -> auto& { return c.model.activation.leaky_slope; }),
      optional_choice_key<Readout>(
          {"model.readout", "Read-out", "g",
           "function of the output layer (auto: the one that fits the task)"},
          kLive, [](Config & c) -> auto& { return c.model.readout; }),
      optional_choice_key<Loss>(
          {"model.loss", "Loss", "L_{t}",
           "loss of one step (auto: the one that fits the read-out)"},
          kLive, [](Config & c) -> auto& { return c.model.loss; }),
      choice_key<InitialState>(
          {"model.initial_state", "Initial state", "h_{0}",
           "hidden state before the first step: zero, or random normal"},
          kLive, [](Config & c) -> auto& { return c.model.initial_state; }),
      choice_key<RecurrentInit>(
          {"model.init", "Initialisation", "W_{hh}", "how the recurrent weights start"}, kRestart,
          [](Config & c) -> auto& { return c.model.init; }),
      real_key(
          {"model.spectral_radius", "Spectral radius", "ρ(W_{hh})",
           "largest |eigenvalue| of the recurrent weights; setting it rescales them"},
          1e-4, 10.0, true, [](Config & c) -> auto& { return c.model.spectral_radius; }),
      integer_key(
          {"model.seed", "Weight seed", "", "seed of the initial weights and random h_0"}, kRestart,
          0, kSeedMax, false, [](Config & c) -> auto& { return c.model.seed; }),
      real_key(
          {"training.learning_rate", "Learning rate", "η", "step size of gradient descent"}, 1e-6,
          100.0, true, [](Config & c) -> auto& { return c.training.learning_rate; }),
      choice_key<ClipMode>(
          {"training.clip.mode", "Clipping", "",
           "limit the gradient's norm, every entry of it, or nothing"},
          kLive, [](Config & c) -> auto& { return c.training.clip.mode; }),
      real_key(
          {"training.clip.threshold", "Clip threshold", "c",
           "largest gradient norm (or entry) that is let through"},
          1e-6, 1e6, true, [](Config & c) -> auto& { return c.training.clip.threshold; }),
  };
}

std::string quoted(std::string_view text) {
  // Long or binary input is not repeated in full in a message.
  std::string shown(text.substr(0, 60));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }, '?');
  return "\"" + shown + (text.size() > 60 ? "…\"" : "\"");
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string match = nearest_match(word, candidates);
  return match.empty() ? "" : "; did you mean \"" + match + "\"?";
}

std::string check_value(const Key& key, std::string_view value) {
  if (key.kind == KeyKind::choice) {
    std::vector<std::string> names;
    for (const Choice& choice : key.choices) names.push_back(choice.name);
    if (std::find(names.begin(), names.end(), value) != names.end()) return {};
    return key.name + " = " + quoted(value) + " is not one of " + allowed_values(key) +
           did_you_mean(value, names);
  }
  if (key.kind == KeyKind::text || (key.has_auto && value == "auto")) return {};
  const std::string expected = key.kind == KeyKind::integer ? "a whole number" : "a number";
  const std::optional<double> number = parse_number<double>(value);
  const bool is_number = number && std::isfinite(*number);
  // Before the test for whole numbers, for one with too many digits is whole all the same.
  if (is_number && (*number < key.min || *number > key.max))
    return key.name + " = " + quoted(value) + " is out of range; allowed: " + allowed_values(key) +
           "; the nearest is " + format_number(std::clamp(*number, key.min, key.max));
  if (!is_number || (key.kind == KeyKind::integer && !parse_number<long long>(value)))
    return key.name + " = " + quoted(value) + " is not " + expected +
           "; allowed: " + allowed_values(key);
  return {};
}

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> all = make_keys();
  return all;
}

const Key* find_key(std::string_view name) {
  for (const Key& key : keys())
    if (key.name == name) return &key;
  return nullptr;
}

std::string set_key(Config& config, std::string_view name, std::string_view value) {
  const Key* key = find_key(name);
  if (key == nullptr) {
    std::vector<std::string> names;
    for (const Key& known : keys()) names.push_back(known.name);
    const std::string match = nearest_match(name, names);
    std::string message = "unknown key " + quoted(name);
    if (!match.empty()) message += " (did you mean \"" + match + "\"?)";
    message += "; the keys are";
    for (const std::string& known : names) message += (known == names.front() ? " " : ", ") + known;
    return message;
  }
  const std::string error = check_value(*key, value);
  if (!error.empty()) return error;
  const std::string reason = key->assign(config, value);
  if (reason.empty()) return {};
  return key->name + " = " + quoted(value) + " " + reason + "; allowed: " + allowed_values(*key);
}

std::string set_key(Config& config, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return quoted(assignment) + " is not of the form key=value, e.g. model.activation=relu";
  return set_key(config, assignment.substr(0, equals), assignment.substr(equals + 1));
}

bool applies(const Key& key, const Config& config) {
  return task_key_applies(key.name, config.task);
}

std::string allowed_values(const Key& key) {
  if (key.kind == KeyKind::text)
    return "the path of a text file in UTF-8, up to " +
           std::to_string(training::kMostTextBytes / 1'000'000) + " MB and " +
           std::to_string(training::kMostCharacters) + " different characters; or nothing";
  std::string text;
  for (const Choice& choice : key.choices) text += (text.empty() ? "" : ", ") + choice.name;
  if (key.kind == KeyKind::choice) return text;
  text = key.kind == KeyKind::integer ? "whole numbers from " : "numbers from ";
  text += format_number(key.min) + " to " + format_number(key.max);
  return key.has_auto ? text + ", or auto" : text;
}

std::string format_number(double value) {
  char text[40];
  // Plain digits where they are no longer than people expect: 0.0001 rather than 1e-04.
  const double size = std::abs(value);
  const auto format = size == 0.0 || (size >= 1e-6 && size < 1e15) ? std::chars_format::fixed
                                                                   : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(text, text + sizeof text, value, format);
  return error == std::errc() ? std::string(text, end) : std::string();
}

std::vector<std::string> differences_from_default(const Config& config) {
  const Config defaults;
  std::vector<std::string> differences;
  for (const Key& key : keys())
    if (key.get(config) != key.get(defaults))
      differences.push_back(key.name + "=" + key.get(config));
  return differences;
}

}  // namespace backflow::config
