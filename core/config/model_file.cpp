#include "core/config/model_file.h"

#include <memory>
#include <tuple>
#include <utility>

#include "core/config/keys.h"
#include "core/config/model_check.h"

namespace backflow::config {
namespace {

using model::Index;
using training::TaskKind;

std::string too_wide(const io::StoredModel& stored) {
  for (const auto& [name, count, key] :
       {std::tuple("hidden units", stored.hidden_size(), "model.hidden"),
        std::tuple("inputs", stored.input_size(), "task.inputs")})
    if (const double most = find_key(key)->max; static_cast<double>(count) > most)
      return "has " + std::to_string(count) + " " + name + ", of which there may be " +
             format_number(most);
  return {};
}

// The configuration as the network needs it.
void size_for(const io::StoredModel& stored, Config& config) {
  config.model.cell = stored.cell;
  config.model.hidden = stored.hidden_size();
  if (stored.cell != model::CellKind::rnn)
    config.model.activation.kind = model::ActivationKind::tanh;
  config.task.outputs = stored.W_hy.rows();
}

}  // namespace

const model::Parameters& ModelFile::parameters() const {
  const io::StoredLayer& own = stored->layers[layer_index()];
  return direction == Direction::backward ? *own.backward : own.forward;
}

std::string read_model_file(Config& config) {
  ModelFile file = config.model.file;
  file.stored = nullptr;
  file.problem.clear();
  const io::ModelChoice choice = file.choice;
  file.choice.take_first = false;  // of this reading alone
  if (file.path.empty()) {
    config.task.outputs = 0;
    config.model.file = std::move(file);
    return {};
  }
  io::TensorFile tensors;
  if (std::string error = io::TensorFile::read(file.path, tensors); !error.empty()) return error;
  auto stored = std::make_shared<io::StoredModel>();
  std::string problem = io::read_stored_model(tensors, choice, *stored);
  if (problem.empty()) problem = too_wide(*stored);
  if (problem.empty()) {
    if (choice.take_first && stored->prefixes.size() > 1)
      file.choice.prefix = io::choice_of(stored->prefix);
    file.stored = std::move(stored);
    size_for(*file.stored, config);
  } else {
    file.problem = "model.file = " + file.path + " " + problem;
  }
  config.model.file = std::move(file);
  return {};
}

std::string weights_file(const Config& config, const model::Model& model, std::string& bytes) {
  const ModelFile& file = config.model.file;
  if (!file.stored)
    return io::write_stored_model(model, {}, nullptr, io::NumberType::float64, bytes);
  io::StoredPlace place{.prefix = file.stored->prefix,
                        .numbered = file.stored->numbered,
                        .layer = static_cast<Index>(file.layer_index()),
                        .backward = file.direction == Direction::backward};
  if (!file.stored->readout.empty()) place.readout = file.stored->readout;
  const bool wide = io::bytes_of(file.stored->type) > 4;
  model::Model saved = model;
  if (!file.stored->readout.empty() && !uses_stored_readout(config)) {
    // One that was drawn does not take the name of the file's.
    saved.parameters.W_hy = file.stored->W_hy;
    saved.parameters.b_y = file.stored->b_y;
  }
  return io::write_stored_model(saved, place, file.stored.get(),
                                wide ? io::NumberType::float64 : io::NumberType::float32, bytes);
}

void give_inputs(Config& config) {
  const ModelFile& file = config.model.file;
  if (!file.stored) return;
  config.task.inputs = file.stored->input_size();
  if (!uses_file(config.task) && config.task.kind != TaskKind::random_input)
    use_random_inputs(config);
}

void use_random_inputs(Config& config) {
  config.task.kind = TaskKind::random_input;
  config.task.shape.reset();
  config.task.steps = config.task.batch = config.task.length_min = 0;
  config.model.readout.reset();
  config.model.loss.reset();
}

std::string check_model_file(const Config& config) {
  const ModelFile& file = config.model.file;
  if (file.path.empty()) return {};
  if (!file.stored) return file.problem;
  const io::StoredModel& stored = *file.stored;
  const auto layers = static_cast<Index>(stored.layers.size());
  const std::string of = " does not go with model.file, whose ";
  if (file.layer > layers)
    return "model.layer = " + std::to_string(file.layer) + of + "network has " +
           (layers == 1 ? "one layer" : std::to_string(layers) + " layers");
  if (file.direction == Direction::backward && !stored.bidirectional())
    return "model.direction = backward" + of + "network reads forward only";
  if (config.model.cell != stored.cell)
    return "model.cell = " + std::string(model::name_of(config.model.cell)) + of + "cell is " +
           std::string(model::name_of(stored.cell)) + "; model.file = (nothing) lets it go";
  if (config.model.hidden != stored.hidden_size())
    return "model.hidden = " + std::to_string(config.model.hidden) + of + "network has " +
           std::to_string(stored.hidden_size()) + "; model.file = (nothing) lets it go";
  const Index d = training::input_size(config.task);
  if (d != stored.input_size())
    return "task.name = " + std::string(model::name_of(config.task.kind)) +
           " has d = " + std::to_string(d) + " inputs" +
           (uses_file(config.task) ? " in its file" : "") +
           ", but the network in model.file takes " + std::to_string(stored.input_size());
  const bool turns =
      config.task.kind == TaskKind::sequences || config.task.kind == TaskKind::random_input;
  if (file.direction == Direction::backward && !turns)
    return "model.direction = backward goes with task.name = sequences and random-input, not "
           "with " +
           std::string(model::name_of(config.task.kind));
  return {};
}

std::shared_ptr<const model::Feed> feed_of(const Config& config) {
  const ModelFile& file = config.model.file;
  if (!file.stored) return nullptr;
  const std::size_t below = file.layer_index();
  if (below == 0 && file.direction == Direction::forward) return nullptr;
  auto feed = std::make_shared<model::Feed>();
  feed->backward = file.direction == Direction::backward;
  if (below > 0) {
    auto layers = std::make_shared<model::LowerLayers>();
    const auto model_with = [&](const model::Parameters& parameters) {
      return model::Model{.cell = file.stored->cell,
                          .activation = config.model.activation,
                          .parameters = parameters};
    };
    for (std::size_t i = 0; i < below; ++i) {
      const io::StoredLayer& stored = file.stored->layers[i];
      model::LowerLayers::Layer& layer =
          layers->layers.emplace_back(model::LowerLayers::Layer{model_with(stored.forward), {}});
      if (stored.backward) layer.backward = model_with(*stored.backward);
    }
    feed->below = std::move(layers);
  }
  return feed;
}

void take_weights(const Config& config, model::Parameters& parameters) {
  const ModelFile& file = config.model.file;
  if (!file.stored) return;
  const model::Parameters& own = file.parameters();
  parameters.W_xh = own.W_xh;
  parameters.W_hh = own.W_hh;
  parameters.b_h = own.b_h;
  if (!uses_stored_readout(config)) return;
  parameters.W_hy = file.stored->W_hy;
  parameters.b_y = file.stored->b_y;
}

bool uses_stored_readout(const Config& config) {
  const ModelFile& file = config.model.file;
  return file.stored && file.stored->W_hy.rows() > 0 &&
         file.stored->W_hy.rows() == output_size(config) &&
         file.layer_index() + 1 == file.stored->layers.size();
}

}  // namespace backflow::config
