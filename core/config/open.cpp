#include "core/config/open.h"

#include <utility>

#include "core/config/keys.h"
#include "core/config/model_check.h"

namespace backflow::config {
namespace {

std::string set(Config& config, std::string_view name, std::string_view value) {
  const Key* key = find_key(name);
  if (key == nullptr || !key->names_file) return set_key_as_meant(config, name, value);
  const std::string reason = use_file(config, *key, value);
  return reason.empty() ? reason : std::string(value) + " " + reason;
}

}  // namespace

std::string set_key_anew(Config& config, std::string_view name, std::string_view value) {
  Config wanted = config;
  if (name == "model.file") {
    wanted.model.file = {};
    wanted.model.file.choice.take_first = true;
  }
  if (name == "task.file" && value != config.task.file) wanted.task.targets_file.clear();
  if (std::string error = set(wanted, name, value); !error.empty()) return error;
  const ModelFile& file = wanted.model.file;
  // Data for another network give way to the one that is opened.
  if (name == "model.file" && file.stored && training::uses_file(wanted.task) &&
      training::input_size(wanted.task) != file.stored->input_size())
    use_random_inputs(wanted);
  config = std::move(wanted);
  return {};
}

}  // namespace backflow::config
