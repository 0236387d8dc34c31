#include "app/ui/key_change.h"

#include <sstream>

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
