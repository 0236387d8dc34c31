#include "core/config/keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/config/key_table.h"
#include "core/config/model_check.h"
#include "core/config/nearest_match.h"
#include "core/config/task_check.h"

namespace backflow::config {
namespace {

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

// The files that it reads are known from then on.
std::string assign(const Key& key, Config& config, std::string_view value) {
  const io::StampScope reading;
  std::string reason = key.assign(config, value);
  if (reason.empty())
    for (const auto& [path, stamp] : reading.files()) config.files.insert_or_assign(path, stamp);
  return reason;
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
  const std::string reason = assign(*key, config, value);
  if (reason.empty()) return {};
  return key->name + " = " + quoted(value) + " " + reason + "; allowed: " + allowed_values(*key);
}

namespace {

template <class Set>
std::string split(std::string_view assignment, const Set& set) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return quoted(assignment) + " is not of the form key=value, e.g. model.activation=relu";
  return set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

// With as many hidden units as it has columns, where the present number does not go with it. What
// does not fit even so is told by validate().
void use_matrix(Config& config) {
  config.model.weights.kind = model::RecurrentInit::file;
  if (validate(config).empty()) return;
  Config fitting = config;
  const std::string columns = std::to_string(config.model.weights.matrix->cols());
  if (set_key(fitting, "model.hidden", columns).empty() && validate(fitting).empty())
    config = fitting;
}

// As many sequences as an iteration may have, where the task's own number is too many.
void fit_batch(Config& config) {
  if (config.task.batch != 0 || validate(config).empty()) return;
  for (model::Index B = training::resolved(config.task).batch / 2; B > 0; B /= 2) {
    Config fitting = config;
    fitting.task.batch = B;
    if (!validate(fitting).empty()) continue;
    config = std::move(fitting);
    return;
  }
}

void use_data(training::TaskOptions& task) {
  const training::TaskKind kind =
      task.data ? training::TaskKind::sequences : training::TaskKind::next_character;
  if (task.kind == kind) return;
  task.kind = kind;
  task.shape.reset();
  task.steps = task.batch = task.length_min = 0;
}

// Weights are drawn at the size that was asked for last.
void scale_as_meant(std::string_view name, Config& wanted) {
  using model::InitScale;
  const auto to = [&](InitScale scale) {
    if (scale_at_start(wanted) != scale) wanted.model.weights.scale = scale;
  };
  if (name == "model.spectral_radius") to(InitScale::spectral_radius);
  if (name == "model.singular_value") to(InitScale::singular_value);
  const model::WeightInit& init = wanted.model.weights;
  const bool is_plain =
      init.kind == model::RecurrentInit::gaussian || init.kind == model::RecurrentInit::uniform;
  if (name == "model.init_spread" && is_plain && init.spread > 0.0) to(InitScale::none);
}

// What else changes with a key that has been set.
void set_what_is_meant(const Config& before, std::string_view name, std::string_view value,
                       Config& wanted) {
  scale_as_meant(name, wanted);
  if (name == "model.init_file" && !value.empty()) use_matrix(wanted);
  if (wanted.model.file.stored != before.model.file.stored) give_inputs(wanted);
  if (name == "task.file" && !value.empty()) use_data(wanted.task);
  if (name == "model.file" && value.empty() && wanted.model.weights.matrix &&
      wanted.model.weights.kind == model::RecurrentInit::file)
    use_matrix(wanted);
  if (name == "task.file" || name == "model.file") fit_batch(wanted);
}

}  // namespace

std::string set_key(Config& config, std::string_view assignment) {
  return split(assignment, [&](std::string_view name, std::string_view value) {
    return set_key(config, name, value);
  });
}

std::string set_key_as_meant(Config& config, std::string_view name, std::string_view value) {
  Config wanted = config;
  if (std::string error = set_key(wanted, name, value); !error.empty()) return error;
  set_what_is_meant(config, name, value, wanted);
  config = std::move(wanted);
  return {};
}

std::string use_file(Config& config, const Key& key, std::string_view path) {
  Config wanted = config;
  if (std::string reason = assign(key, wanted, path); !reason.empty()) return reason;
  set_what_is_meant(config, key.name, path, wanted);
  config = std::move(wanted);
  return {};
}

std::string set_key_as_meant(Config& config, std::string_view assignment) {
  return split(assignment, [&](std::string_view name, std::string_view value) {
    return set_key_as_meant(config, name, value);
  });
}

std::string allowed_values(const Key& key) {
  if (key.kind == KeyKind::text) return key.takes;
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

std::vector<const Key*> differing_keys(const Config& a, const Config& b) {
  std::vector<const Key*> found;
  for (const Key& key : keys())
    if (key.get(a) != key.get(b) && (applies(key, a) || applies(key, b))) found.push_back(&key);
  return found;
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
