#include "app/ui/key_change.h"

namespace backflow::ui {
namespace {

// In an order in which each may be set before the next.
constexpr const char* kFreed[] = {"task.length_min", "task.steps", "task.batch",
                                  "task.shape",      "model.loss", "model.readout"};

std::string value_of(const config::Config& config, const char* key) {
  return config::find_key(key)->get(config);
}

// A matrix from a file, used at once: with as many hidden units as it has columns where the present
// number does not go with it.
KeyChange plan_matrix_file(const config::Config& config, const std::string& path) {
  KeyChange change;
  config::Config wanted = config;
  // The old matrix must not stand in the way of the new one.
  if (config.model.weights.kind == model::RecurrentInit::file)
    change.settings.push_back({"model.init", "orthogonal"});
  change.settings.push_back({"model.init_file", path});
  change.refusal = config::set_key(wanted, "model.init_file", path);
  if (!change.refusal.empty()) return change;
  wanted.model.weights.kind = model::RecurrentInit::file;
  change.refusal = config::validate(wanted);
  const std::string columns = std::to_string(wanted.model.weights.matrix.cols());
  if (!change.refusal.empty() && config::set_key(wanted, "model.hidden", columns).empty() &&
      config::validate(wanted).empty()) {
    change.refusal.clear();
    change.settings.push_back({"model.hidden", columns});
  }
  change.settings.push_back({"model.init", "file"});
  return change;
}

}  // namespace

KeyChange plan_change(const config::Config& config, const std::string& key,
                      const std::string& value) {
  if (key == "model.init_file" && !value.empty()) return plan_matrix_file(config, value);
  KeyChange change;
  config::Config wanted = config;
  change.refusal = config::set_key(wanted, key, value);
  if (!change.refusal.empty()) return change;
  change.refusal = config::validate(wanted);
  if (change.refusal.empty()) {
    change.settings.push_back({key, value});
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
