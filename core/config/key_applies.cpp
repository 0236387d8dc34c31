// Which keys do something in a configuration.
#include <algorithm>

#include "core/config/keys.h"
#include "core/config/task_check.h"

namespace backflow::config {
namespace {

bool model_key_applies(std::string_view name, const ModelOptions& options) {
  using model::RecurrentInit;
  const io::StoredModel* const stored = options.file.stored.get();
  if (name == "model.prefix" || name == "model.readout_name") return !options.file.path.empty();
  if (name == "model.layer") return stored != nullptr && stored->layers.size() > 1;
  if (name == "model.direction") return stored != nullptr && stored->bidirectional();
  // What a file says, the initial weights among it; h_0 is in none.
  const bool initial_weights = name == "model.forget_bias" ||
                               (name.starts_with("model.init") && name != "model.initial_state");
  if (name == "model.init_scale") return true;
  if (stored != nullptr && (name == "model.cell" || name == "model.hidden" || initial_weights))
    return false;
  const RecurrentInit kind = options.weights.kind;
  if (name == "model.init_spread")
    return kind == RecurrentInit::gaussian || kind == RecurrentInit::uniform ||
           kind == RecurrentInit::diagonal;
  if (name == "model.init_file") return kind == RecurrentInit::file;
  if (name == "model.forget_bias") {
    const auto gates = model::cell_of(options.cell).layout().gates;
    return std::any_of(gates.begin(), gates.end(), [](const auto& gate) { return gate.forgets; });
  }
  return true;
}

}  // namespace

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
  if (name == "training.validation_every")  // the tables have no other data
    return !training::task_info(config.task).fixed_table;
  if (name == "training.truncation.steps")
    return config.training.truncation.kind != gradient::TruncationKind::none;
  if (name == "model.leaky_slope")
    return config.model.activation.kind == model::ActivationKind::leaky_relu;
  return model_key_applies(name, config.model) && task_key_applies(name, config.task);
}

}  // namespace backflow::config
