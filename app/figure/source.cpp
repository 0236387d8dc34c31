#include "app/figure/source.h"

#include <fmt/format.h>

#include "app/figure/quantity_names.h"
#include "core/io/file_name.h"

namespace backflow::figure {
namespace {

std::string inputs_of(const training::TaskOptions& task) {
  if (task.kind == training::TaskKind::random_input) return "inputs: random numbers";
  std::string text = "inputs: " + std::string(model::title_of(task.kind));
  if (!training::uses_file(task)) return text;
  text = "inputs: " + io::file_name(task.file);
  return task.data ? text + ", " + task.data->source : text;
}

}  // namespace

std::string source_name(const config::Config& config) {
  const config::ModelFile& file = config.model.file;
  if (!file.stored) return {};
  std::string name = io::file_name(file.path);
  const std::size_t layers = file.stored->layers.size();
  if (layers > 1) name += fmt::format(", layer {} of {}", file.layer_index() + 1, layers);
  if (file.stored->bidirectional()) name += ", " + std::string(model::title_of(file.direction));
  return name;
}

std::string source_text(const config::Config& config) {
  const config::ModelFile& file = config.model.file;
  if (!file.stored) return {};
  const io::StoredModel& stored = *file.stored;
  std::string text =
      fmt::format("{}: {}, d = {}, n = {}, {}", source_name(config), model::title_of(stored.cell),
                  file.parameters().input_size(), stored.hidden_size(), io::name_of(stored.type));
  text += stored.readout.empty()
              ? std::string(", no read-out in the file")
              : fmt::format(", read-out \"{}\" with m = {}", stored.readout, stored.W_hy.rows());
  if (config::has_targets(config) && !config::uses_stored_readout(config))
    text += "; the read-out is drawn at random, for it has other outputs than are asked for";
  return text + "; " + inputs_of(config.task);
}

std::string source_prefix(const config::Config& config, model::CellKind cell) {
  const std::string name = source_name(config);
  return (name.empty() ? name : name + ": ") + cell_prefix(cell);
}

}  // namespace backflow::figure
