#include "app/ui/key_change.h"

#include <sstream>
#include <utility>

namespace backflow::ui {
namespace {

// In an order in which each may be set before the next.
constexpr const char* kFreed[] = {"task.length_min", "task.steps", "task.batch",
                                  "task.shape",      "model.loss", "model.readout"};

std::string value_of(const config::Config& config, const char* key) {
  return config::find_key(key)->get(config);
}

// What an optimiser is usually begun with: those that divide by the gradient's size take steps as
// large as η whatever that size is.
double usual_rate(training::OptimizerKind kind) {
  switch (kind) {
    case training::OptimizerKind::rmsprop:
    case training::OptimizerKind::adam:
    case training::OptimizerKind::adamw:
      return 0.01;
    case training::OptimizerKind::momentum:
    case training::OptimizerKind::nesterov:
      return 0.1;
    case training::OptimizerKind::sgd:
      return training::TrainingOptions().learning_rate;
  }
  return training::TrainingOptions().learning_rate;
}

// The learning rate goes along with the optimiser unless it was chosen by hand.
void follow_optimizer(const training::TrainingOptions& from, const training::TrainingOptions& to,
                      KeyChange& change) {
  if (from.learning_rate != usual_rate(from.optimizer.kind)) return;
  std::ostringstream rate;
  rate << usual_rate(to.optimizer.kind);
  change.settings.push_back({"training.learning_rate", rate.str()});
}

// Where the descents of one neuron usually begin: near its wall, which lies elsewhere for each map.
lab::Descent usual_descent(lab::NeuronMap map) {
  lab::Descent descent;
  if (map == lab::NeuronMap::tanh) {
    descent.start = {2.0, -0.4};
    descent.learning_rate = 0.05;
  }
  return descent;
}

// They go along with the map unless they were chosen by hand.
void follow_map(const lab::NeuronOptions& from, const lab::NeuronOptions& to, KeyChange& change) {
  const lab::Descent old = usual_descent(from.neuron.map), now = usual_descent(to.neuron.map);
  if (from.descent.start != old.start || from.descent.learning_rate != old.learning_rate) return;
  for (const auto& [key, value] :
       {std::pair("lab.start_w", now.start.w), std::pair("lab.start_b", now.start.b),
        std::pair("lab.learning_rate", now.learning_rate)})
    change.settings.push_back({key, config::format_number(value)});
}

}  // namespace

KeyChange plan_change(const config::Config& config, const std::string& key,
                      const std::string& value) {
  KeyChange change;
  config::Config wanted = config;
  change.refusal = config::set_key(wanted, key, value);
  if (!change.refusal.empty()) return change;
  change.refusal = config::validate(wanted);
  if (change.refusal.empty()) {
    change.settings.push_back({key, value});
    if (key == "lab.map") follow_map(config.lab, wanted.lab, change);
    if (key == "training.optimizer") follow_optimizer(config.training, wanted.training, change);
    return change;
  }
  if (key != "task.name" && key != "task.shape") return change;
  config::Config freed = wanted;
  for (const char* other : kFreed)
    if (other != key) config::set_key(freed, other, "auto");
  if (!config::validate(freed).empty()) return change;  // the reason stays the first one
  for (const char* other : kFreed) {
    if (other == key || value_of(wanted, other) == "auto") continue;
    config::Config kept = freed;
    config::set_key(kept, other, value_of(wanted, other));
    if (config::validate(kept).empty())
      freed = kept;
    else
      change.settings.push_back({other, "auto"});
  }
  change.refusal.clear();
  change.settings.push_back({key, value});
  return change;
}

}  // namespace backflow::ui
