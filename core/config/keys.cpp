#include "core/config/keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/config/nearest_match.h"

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
  };
  return key;
}

// A number that only a fresh network takes up.
Key at_restart(Key key) {
  key.effect = KeyEffect::restart;
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
      integer_key(
          {"task.steps", "Steps", "T", "length of the sequences (the tables have 3)"}, kLive, 1,
          1000, true, [](Config & c) -> auto& { return c.task.steps; }),
      integer_key(
          {"task.batch", "Batch", "B", "sequences per iteration (the tables have all their rows)"},
          kLive, 1, 1024, true, [](Config & c) -> auto& { return c.task.batch; }),
      real_key(
          {"task.noise", "Noise", "", "standard deviation of the noise on the inputs of first-bit"},
          0.0, 10.0, false, [](Config & c) -> auto& { return c.task.noise; }),
      choice_key<Outputs>(
          {"task.outputs", "Outputs", "ŷ_{t}",
           "steps with an output and a loss: the last alone, or every one"},
          kLive, [](Config & c) -> auto& { return c.task.outputs; }),
      integer_key(
          {"task.seed", "Data seed", "", "seed of the random sequences"}, kLive, 0, kSeedMax, false,
          [](Config & c) -> auto& { return c.task.seed; }),
      choice_key<CellKind>(
          {"model.cell", "Cell", "", "what happens in a step: a plain recurrent unit, or gates"},
          kRestart, [](Config & c) -> auto& { return c.model.cell; }),
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
          {"model.readout", "Read-out", "g", "function of the output layer (auto: sigmoid)"}, kLive,
          [](Config & c) -> auto& { return c.model.readout; }),
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
          [](Config & c) -> auto& { return c.model.weights.kind; }),
      real_key(
          {"model.spectral_radius", "Spectral radius", "ρ(W_{hh})",
           "largest |eigenvalue| of the recurrent weights; setting it rescales them"},
          1e-4, 10.0, true, [](Config & c) -> auto& { return c.model.weights.spectral_radius; }),
      choice_key<InitScale>(
          {"model.init_scale", "Scaled", "",
           "what the initial W_hh is scaled to: ρ, σ₁, or nothing"},
          kRestart, [](Config & c) -> auto& { return c.model.weights.scale; }),
      at_restart(real_key(
          {"model.init_spread", "Spread", "",
           "standard deviation (Gaussian, diagonal) or limit (uniform) of the entries; 0: "
           "automatic"},
          0.0, 10.0, false, [](Config & c) -> auto& { return c.model.weights.spread; })),
      real_key(
          {"model.singular_value", "Largest σ", "σ_{1}(W_{hh})",
           "largest singular value of the recurrent weights; setting it rescales them"},
          1e-4, 10.0, true, [](Config & c) -> auto& { return c.model.weights.singular_value; }),
      at_restart(real_key(
          {"model.forget_bias", "Forget bias", "b_{f}", "initial bias of an LSTM's forget gate"},
          -10.0, 10.0, false, [](Config & c) -> auto& { return c.model.weights.forget_bias; })),
      integer_key(
          {"model.seed", "Weight seed", "", "seed of the initial weights and random h_0"}, kRestart,
          0, kSeedMax, false, [](Config & c) -> auto& { return c.model.weights.seed; }),
      real_key(
          {"training.learning_rate", "Learning rate", "η", "step size, before the schedule"}, 1e-6,
          100.0, true, [](Config & c) -> auto& { return c.training.learning_rate; }),
      choice_key<OptimizerKind>(
          {"training.optimizer", "Optimiser", "", "how the weights follow the gradient"}, kLive,
          [](Config & c) -> auto& { return c.training.optimizer.kind; }),
      real_key(
          {"training.momentum", "Momentum", "μ", "share of the last update that is kept"}, 0.0,
          0.9999, false, [](Config & c) -> auto& { return c.training.optimizer.momentum; }),
      real_key(
          {"training.beta1", "Beta 1", "β_{1}", "Adam: share of the mean gradient that is kept"},
          0.0, 0.9999, false, [](Config & c) -> auto& { return c.training.optimizer.beta1; }),
      real_key(
          {"training.beta2", "Beta 2", "β_{2}",
           "Adam: share of the mean squared gradient that is kept"},
          0.0, 0.999999, false, [](Config & c) -> auto& { return c.training.optimizer.beta2; }),
      real_key(
          {"training.alpha", "Alpha", "α",
           "RMSProp: share of the mean squared gradient that is kept"},
          0.0, 0.999999, false, [](Config & c) -> auto& { return c.training.optimizer.alpha; }),
      real_key(
          {"training.epsilon", "Epsilon", "ε",
           "RMSProp and Adam: added to the root that divides the gradient"},
          1e-16, 1.0, true, [](Config & c) -> auto& { return c.training.optimizer.epsilon; }),
      real_key(
          {"training.weight_decay", "Weight decay", "w",
           "this times the weights is added to the clipped gradient; AdamW shrinks the weights"},
          0.0, 10.0, true, [](Config & c) -> auto& { return c.training.optimizer.weight_decay; }),
      choice_key<ScheduleKind>(
          {"training.schedule", "Schedule", "", "how the learning rate falls with the iterations"},
          kLive, [](Config & c) -> auto& { return c.training.schedule.kind; }),
      integer_key(
          {"training.schedule.step_size", "Step every", "S",
           "iterations between the steps of the learning rate"},
          kLive, 1, 1e6, false, [](Config & c) -> auto& { return c.training.schedule.step_size; }),
      real_key(
          {"training.schedule.step_gamma", "Step factor", "γ",
           "factor of the learning rate at each of its steps"},
          0.0, 1.0, false, [](Config & c) -> auto& { return c.training.schedule.step_gamma; }),
      real_key(
          {"training.schedule.gamma", "Decay", "γ",
           "factor of the learning rate from one iteration to the next"},
          0.0, 1.0, false, [](Config & c) -> auto& { return c.training.schedule.gamma; }),
      integer_key(
          {"training.schedule.period", "Period", "N",
           "iterations in which the cosine falls to the final rate"},
          kLive, 1, 1e7, false, [](Config & c) -> auto& { return c.training.schedule.period; }),
      real_key(
          {"training.schedule.final_rate", "Final rate", "η_{min}",
           "learning rate at the end of the cosine"},
          0.0, 100.0, true, [](Config & c) -> auto& { return c.training.schedule.final_rate; }),
      integer_key(
          {"training.warmup", "Warm-up", "W",
           "iterations in which the learning rate rises to its full size at the start"},
          kLive, 0, 1e5, false, [](Config & c) -> auto& { return c.training.schedule.warmup; }),
      choice_key<ClipMode>(
          {"training.clip.mode", "Clipping", "",
           "limit the gradient's norm, every entry of it, every tensor's norm, or nothing"},
          kLive, [](Config & c) -> auto& { return c.training.clip.mode; }),
      real_key(
          {"training.clip.threshold", "Clip threshold", "c",
           "largest gradient norm (entry, tensor's norm) that is let through"},
          1e-6, 1e6, true, [](Config & c) -> auto& { return c.training.clip.threshold; }),
      real_key(
          {"training.l2", "L2 penalty", "λ",
           "weight of ½‖W‖² in what is made small, over all weight matrices"},
          0.0, 10.0, true, [](Config & c) -> auto& { return c.training.regularizer.l2; }),
      real_key(
          {"training.omega", "Flow penalty", "Ω",
           "weight of Pascanu's Ω, which keeps ‖∂L/∂h_{t}‖ from shrinking or growing with each "
           "step"},
          0.0, 100.0, true, [](Config & c) -> auto& { return c.training.regularizer.omega; }),
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
  if (key.has_auto && value == "auto") return {};
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

bool applies(const Key& key, const Config& config) {
  using training::OptimizerKind;
  using training::ScheduleKind;
  const std::string_view name = key.name;
  const OptimizerKind optimizer = config.training.optimizer.kind;
  const bool adam = optimizer == OptimizerKind::adam || optimizer == OptimizerKind::adamw;
  const ScheduleKind schedule = config.training.schedule.kind;
  if (name == "training.momentum")
    return optimizer == OptimizerKind::momentum || optimizer == OptimizerKind::nesterov;
  if (name == "training.beta1" || name == "training.beta2") return adam;
  if (name == "training.alpha") return optimizer == OptimizerKind::rmsprop;
  if (name == "training.epsilon") return adam || optimizer == OptimizerKind::rmsprop;
  if (name == "training.schedule.step_size" || name == "training.schedule.step_gamma")
    return schedule == ScheduleKind::step;
  if (name == "training.schedule.gamma") return schedule == ScheduleKind::exponential;
  if (name == "training.schedule.period" || name == "training.schedule.final_rate")
    return schedule == ScheduleKind::cosine;
  if (name == "training.clip.threshold")
    return config.training.clip.mode != training::ClipMode::none;
  return true;
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
  if (error.empty()) key->assign(config, value);
  return error;
}

std::string set_key(Config& config, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return quoted(assignment) + " is not of the form key=value, e.g. model.activation=relu";
  return set_key(config, assignment.substr(0, equals), assignment.substr(equals + 1));
}

std::string allowed_values(const Key& key) {
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
