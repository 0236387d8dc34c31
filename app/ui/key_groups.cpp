#include "app/ui/key_groups.h"

#include <cstdlib>

#include "app/figure/number_format.h"
#include "core/io/file_name.h"

namespace backflow::ui {
namespace {

struct Rule {
  std::string_view beginning;
  KeyGroup group;
};

// The longest beginning that fits decides.
constexpr Rule kRules[] = {
    {"task.", KeyGroup::task},
    {"task.name", KeyGroup::essential},
    {"task.steps", KeyGroup::essential},
    {"training.validation_every", KeyGroup::task},
    {"model.", KeyGroup::network},
    {"model.cell", KeyGroup::essential},
    {"model.hidden", KeyGroup::essential},
    {"model.activation", KeyGroup::essential},
    {"model.leaky_slope", KeyGroup::essential},
    {"model.spectral_radius", KeyGroup::essential},
    {"model.init", KeyGroup::weights},
    {"model.initial_state", KeyGroup::network},
    {"model.singular_value", KeyGroup::weights},
    {"model.forget_bias", KeyGroup::weights},
    {"model.seed", KeyGroup::weights},
    {"training.", KeyGroup::optimiser},
    {"training.learning_rate", KeyGroup::essential},
    {"training.clip.", KeyGroup::essential},
    {"training.freeze_recurrent", KeyGroup::weights},
    {"training.schedule", KeyGroup::schedule},
    {"training.warmup", KeyGroup::schedule},
    {"training.truncation", KeyGroup::truncation},
    {"training.l2", KeyGroup::penalties},
    {"training.omega", KeyGroup::penalties},
    {"lab.", KeyGroup::neuron},
};

// What 0 means where it is no amount.
struct ZeroWord {
  std::string_view key, word;
};
constexpr ZeroWord kZeroWords[] = {
    {"task.noise", "none"},          {"model.init_spread", "automatic"},
    {"training.warmup", "none"},     {"training.validation_every", "never"},
    {"training.l2", "off"},          {"training.omega", "off"},
    {"training.weight_decay", "off"}};

// The number that "auto" stands for.
std::string resolved_number(const config::Key& key, const config::Config& config) {
  const training::TaskOptions task = training::resolved(config.task);
  if (key.name == "task.noise") return config::format_number(task.noise.value_or(0.0));
  return std::to_string(key.name == "task.steps"        ? task.steps
                        : key.name == "task.length_min" ? task.length_min
                                                        : task.batch);
}

// What the choice "auto" stands for, in the words of the key's own choices.
std::string resolved_choice(const config::Key& key, const config::Config& config) {
  if (key.name == "task.shape")
    return std::string(model::title_of(training::effective_shape(config.task)));
  return std::string(key.name == "model.readout"
                         ? model::title_of(config::effective_readout(config))
                         : model::title_of(config::effective_loss(config)));
}

}  // namespace

std::string title_of(KeyGroup group) {
  constexpr const char* kTitles[] = {"",           "Task",      "Network",
                                     "Weights",    "Optimiser", "Schedule",
                                     "Truncation", "Penalties", "One neuron"};
  return kTitles[static_cast<std::size_t>(group)];
}

KeyGroup group_of(std::string_view key_name) {
  Rule best{"", KeyGroup::optimiser};
  for (const Rule& rule : kRules)
    if (key_name.starts_with(rule.beginning) && rule.beginning.size() > best.beginning.size())
      best = rule;
  return best.group;
}

std::vector<const config::Key*> applicable_keys(KeyGroup group, const config::Config& config) {
  std::vector<const config::Key*> found;
  for (const config::Key& key : config::keys())
    if (group_of(key.name) == group && config::applies(key, config)) found.push_back(&key);
  return found;
}

std::string shown_value(const config::Key& key, const config::Config& config,
                        const std::string& value) {
  if (key.kind == config::KeyKind::text) return io::file_name(value);
  if (key.kind == config::KeyKind::choice) {
    if (key.has_auto && value == "auto") return resolved_choice(key, config);
    for (const config::Choice& choice : key.choices)
      if (choice.name == value) return choice.title;
    return value;
  }
  if (value == "auto") return "auto (" + resolved_number(key, config) + ")";
  const double number = std::strtod(value.c_str(), nullptr);
  for (const ZeroWord& zero : kZeroWords)
    if (number == 0.0 && key.name == zero.key) return std::string(zero.word);
  // Whole numbers to the last digit: a seed is no amount. So are values close to 1.
  const bool exact = key.kind == config::KeyKind::integer || (number > 0.9 && number < 1.0);
  return exact ? value : figure::compact(number);
}

std::vector<std::string> differences(KeyGroup group, const config::Config& config) {
  static const config::Config kDefaults;
  std::vector<std::string> texts;
  for (const config::Key* key : applicable_keys(group, config)) {
    const std::string value = key->get(config);
    if (value == key->get(kDefaults)) continue;
    const std::string shown = shown_value(*key, config, value);
    if (key->kind == config::KeyKind::choice || key->kind == config::KeyKind::text)
      texts.push_back(shown);
    else
      texts.push_back((key->symbol.empty() ? key->title + " " : key->symbol + " = ") + shown);
  }
  return texts;
}

}  // namespace backflow::ui
