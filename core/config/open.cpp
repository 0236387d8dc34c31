#include "core/config/open.h"

#include <utility>

#include "core/config/keys.h"
#include "core/config/model_check.h"

namespace backflow::config {
namespace {

// Nothing when there is one network, or none.
std::string first_of_several(const std::string& path) {
  io::TensorFile file;
  if (!io::TensorFile::read(path, file).empty()) return {};
  const std::vector<std::string> prefixes = io::model_prefixes(file);
  return prefixes.size() > 1 ? prefixes.front() : std::string();
}

std::string set(Config& config, std::string_view name, std::string_view value) {
  const Key* key = find_key(name);
  if (key == nullptr || !key->names_file) return set_key_as_meant(config, name, value);
  const std::string reason = use_file(config, *key, value);
  return reason.empty() ? reason : std::string(value) + " " + reason;
}

}  // namespace

std::string set_key_anew(Config& config, std::string_view name, std::string_view value) {
  Config wanted = config;
  if (name == "model.file") wanted.model.file = {};
  if (name == "task.file" && value != config.task.file) wanted.task.targets_file.clear();
  if (std::string error = set(wanted, name, value); !error.empty()) return error;
  ModelFile& file = wanted.model.file;
  if (name == "model.file" && !file.path.empty() && !file.stored) {
    file.choice.prefix = first_of_several(file.path);
    if (!file.choice.prefix.empty() && read_model_file(wanted).empty()) give_inputs(wanted);
  }
  // Data for another network give way to the one that is opened.
  if (name == "model.file" && file.stored && training::uses_file(wanted.task) &&
      training::input_size(wanted.task) != file.stored->input_size()) {
    wanted.task.kind = training::TaskKind::adding;
    give_inputs(wanted);
  }
  config = std::move(wanted);
  return {};
}

}  // namespace backflow::config
