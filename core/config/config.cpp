#include "core/config/config.h"

#include <algorithm>

#include "core/config/keys.h"
#include "core/config/model_check.h"
#include "core/config/task_check.h"

namespace backflow::config {
namespace {

training::TargetKind target_kind(const Config& config) {
  return training::task_info(config.task).target;
}

training::TargetEncoding encoding_of(const Config& config) {
  return target_kind(config) == training::TargetKind::binary &&
                 effective_readout(config) == model::Readout::softmax
             ? training::TargetEncoding::one_hot
             : training::TargetEncoding::probability;
}

// Probabilities are no model of real targets.
std::string check_real_targets(const Config& config) {
  if (target_kind(config) != training::TargetKind::real) return {};
  const std::string because =
      " does not go with task.name = " + std::string(model::name_of(config.task.kind)) +
      ", whose targets are real numbers; allowed: ";
  if (effective_readout(config) == model::Readout::softmax)
    return "model.readout = softmax" + because + "auto, identity, relu, sigmoid";
  if (effective_loss(config) != model::Loss::mean_squared_error)
    return "model.loss = " + std::string(model::name_of(effective_loss(config))) + because +
           "auto, mse";
  return {};
}

// Each of the trace's and the batch's tensors holds that many numbers; a few records of them are
// alive at once.
std::string check_size(const Config& config) {
  const training::TaskOptions task = training::resolved(config.task);
  const model::Index blocks = model::cell_of(config.model.cell).layout().a_blocks;
  const model::Index hidden = config.model.hidden * blocks;
  const model::Index width =
      std::max(training::input_size(task), training::output_size(task, encoding_of(config)));
  const double numbers = static_cast<double>(std::max(hidden, width)) *
                         static_cast<double>(task.steps) * static_cast<double>(task.batch);
  if (numbers <= kMostNumbers) return {};
  const std::string gates = blocks == 1 ? "" : std::to_string(blocks) + " blocks × ";
  return (hidden >= width ? gates + "model.hidden" : std::to_string(width) + " inputs or outputs") +
         " × task.steps × task.batch = " + format_number(numbers) +
         " is too much for one iteration; allowed: up to " + format_number(kMostNumbers);
}

std::string shape_of(model::Index rows, model::Index cols) {
  return std::to_string(rows) + " × " + std::to_string(cols);
}

// What W_hh is scaled to before training begins; the weights of model.file are as those of
// model.init_file.
model::WeightInit init_at_start(const Config& config) {
  model::WeightInit init = config.model.weights;
  if (config.model.file.stored) init.kind = model::RecurrentInit::file;
  return init;
}

void scale_stored(const Config& config, model::Matrix& W_hh) {
  const model::WeightInit init = init_at_start(config);
  const model::Index n = W_hh.cols();
  for (model::Index row = 0; row < W_hh.rows(); row += n) {
    model::Matrix block = W_hh.middleRows(row, n);
    model::scale_initial(init, block);
    W_hh.middleRows(row, n) = block;
  }
}

// What cannot be scaled as is asked must not be taken unscaled. W_hh from the file of that key,
// (n, n) or (G·n, n).
std::string check_matrix_scale(const Config& config, const model::Matrix& W, const std::string& key,
                               model::InitScale scale) {
  const model::Index n = W.cols();
  for (model::Index row = 0; row < W.rows(); row += n) {
    if (model::can_be_scaled(W.middleRows(row, n), scale)) continue;
    const auto& gate =
        model::cell_of(config.model.cell).layout().gates[static_cast<std::size_t>(row / n)];
    return "model.init_scale = " + std::string(model::name_of(scale)) +
           " cannot scale the matrix in " + key + ", whose " +
           (scale == model::InitScale::singular_value ? "largest singular value"
                                                      : "spectral radius") +
           " is 0" + (W.rows() > n ? " in the gate \"" + std::string(gate.name) + "\"" : "") +
           "; allowed: auto, none";
  }
  return {};
}

// The matrix from model.init_file is W_hh (G·n, n), or one block (n, n) for every gate.
std::string check_initial_matrix(const Config& config) {
  if (config.model.file.stored)
    return check_matrix_scale(config, config.model.file.parameters().W_hh, "model.file",
                              scale_at_start(config));
  if (config.model.weights.kind != model::RecurrentInit::file) return {};
  if (!config.model.weights.matrix)
    return "model.init = file needs model.init_file, the path of a CSV or NPY file with W_hh";
  const model::Matrix& W = *config.model.weights.matrix;
  const model::Index gates = model::cell_of(config.model.cell).layout().gate_count();
  const model::Index n = config.model.hidden, rows = W.rows(), cols = W.cols();
  if (cols == n && (rows == n || rows == gates * n))
    return check_matrix_scale(config, W, "model.init_file", scale_at_start(config));
  std::string needed = shape_of(n, n);
  if (gates > 1) needed += " or " + shape_of(gates * n, n);
  const bool fits_another = (rows == cols || rows == gates * cols) &&
                            static_cast<double>(cols) <= find_key("model.hidden")->max;
  return "model.init_file has a matrix of " + shape_of(rows, cols) +
         ", which does not go with model.hidden = " + std::to_string(n) +
         " and model.cell = " + std::string(model::name_of(config.model.cell)) +
         ", where W_hh is " + needed +
         (fits_another ? "; model.hidden = " + std::to_string(cols) + " would fit"
                       : "; no model.hidden would fit");
}

bool same_entries(const std::shared_ptr<const model::Matrix>& a,
                  const std::shared_ptr<const model::Matrix>& b) {
  if (a == b || !a || !b) return a == b;
  return a->rows() == b->rows() && a->cols() == b->cols() && *a == *b;
}

bool rescales_radius(const Config& from, const Config& to) {
  return from.model.weights.spectral_radius != to.model.weights.spectral_radius;
}
bool rescales_sigma(const Config& from, const Config& to) {
  return from.model.weights.singular_value != to.model.weights.singular_value;
}

// The scaling targets aside, which can be met with the present weights, and with a new target what
// the next start is scaled to.
bool same_start(const Config& from, const Config& to) {
  const model::WeightInit &a = from.model.weights, &b = to.model.weights;
  const bool rescales = rescales_radius(from, to) || rescales_sigma(from, to);
  return a.kind == b.kind && a.spread == b.spread && (a.scale == b.scale || rescales) &&
         a.forget_bias == b.forget_bias && a.seed == b.seed && same_entries(a.matrix, b.matrix);
}

}  // namespace

model::InitScale scale_at_start(const Config& config) {
  return model::resolved_scale(init_at_start(config));
}

model::Readout effective_readout(const Config& config) {
  if (config.model.readout) return *config.model.readout;
  switch (target_kind(config)) {
    case training::TargetKind::binary:
      return model::Readout::sigmoid;
    case training::TargetKind::classes:
      return model::Readout::softmax;
    case training::TargetKind::real:
    case training::TargetKind::none:
      break;
  }
  return model::Readout::identity;
}

model::Loss effective_loss(const Config& config) {
  if (config.model.loss) return *config.model.loss;
  if (target_kind(config) == training::TargetKind::real) return model::Loss::mean_squared_error;
  switch (effective_readout(config)) {
    case model::Readout::sigmoid:
      return model::Loss::binary_cross_entropy;
    case model::Readout::softmax:
      return model::Loss::categorical_cross_entropy;
    case model::Readout::identity:
    case model::Readout::relu:
      break;
  }
  return model::Loss::mean_squared_error;
}

model::Index output_size(const Config& config) {
  return training::output_size(config.task, encoding_of(config));
}

bool has_targets(const Config& config) { return target_kind(config) != training::TargetKind::none; }

std::string validate(const Config& config) {
  std::string error = check_real_targets(config);
  if (!error.empty()) return error;
  const std::string reason =
      model::incompatibility(effective_readout(config), effective_loss(config));
  if (!reason.empty())
    return "model.loss = " + std::string(model::name_of(effective_loss(config))) +
           " does not go with model.readout = " +
           std::string(model::name_of(effective_readout(config))) + ": " + reason;
  error = validate_task(config.task);
  if (error.empty()) error = check_model_file(config);
  if (error.empty()) error = check_initial_matrix(config);
  return error.empty() ? check_size(config) : error;
}

training::TrainerSetup make_setup(const Config& config) {
  training::TrainerSetup setup;
  setup.task = config.task;
  setup.encoding = encoding_of(config);
  setup.initial_state = config.model.initial_state;
  setup.state_seed = config.model.weights.seed;
  setup.training = config.training;
  setup.model.activation = config.model.activation;
  setup.model.readout = effective_readout(config);
  setup.model.loss = effective_loss(config);
  setup.model.cell = config.model.cell;
  const ModelFile& file = config.model.file;
  const model::Index d =
      file.stored ? file.parameters().input_size() : training::input_size(config.task);
  model::WeightInit init = config.model.weights;
  if (file.stored) {  // the quickest, for it is replaced
    init.kind = model::RecurrentInit::identity;
    init.scale = model::InitScale::none;
  }
  setup.model.parameters = model::initial_parameters({d, config.model.hidden, output_size(config)},
                                                     config.model.cell, init);
  take_weights(config, setup.model.parameters);
  if (file.stored) scale_stored(config, setup.model.parameters.W_hh);
  setup.feed = feed_of(config);
  return setup;
}

bool needs_restart(const Config& from, const Config& to) {
  const ModelFile &old_file = from.model.file, &new_file = to.model.file;
  if (old_file.stored != new_file.stored) return true;
  if (new_file.stored &&
      (old_file.direction != new_file.direction || old_file.layer != new_file.layer))
    return true;
  return from.model.hidden != to.model.hidden || from.model.cell != to.model.cell ||
         !same_start(from, to) || from.task.kind != to.task.kind ||
         (from.task.kind == training::TaskKind::next_character && from.task.text != to.task.text) ||
         training::input_size(from.task) != training::input_size(to.task) ||
         encoding_of(from) != encoding_of(to) || output_size(from) != output_size(to);
}

std::string apply(const Config& from, const Config& to, training::Trainer& trainer) {
  const model::WeightInit& new_weights = to.model.weights;
  const bool rescale_radius = rescales_radius(from, to), rescale_sigma = rescales_sigma(from, to);
  if (rescale_radius && rescale_sigma)
    return "model.spectral_radius and model.singular_value each rescale W_hh; allowed: to set one "
           "of them at a time";
  if (rescale_radius || rescale_sigma) {
    model::Matrix W_hh = trainer.setup().model.parameters.W_hh;
    const model::Index n = W_hh.cols();
    for (model::Index row = 0; row < W_hh.rows(); row += n) {  // gate by gate
      model::Matrix block = W_hh.middleRows(row, n);
      const std::string error =
          rescale_radius ? model::scale_to_spectral_radius(block, new_weights.spectral_radius)
                         : model::scale_to_singular_value(block, new_weights.singular_value);
      if (!error.empty()) return error;
      W_hh.middleRows(row, n) = block;
    }
    trainer.set_recurrent_weights(W_hh);
  }
  const model::Activation& f = to.model.activation;
  if (from.model.activation.kind != f.kind || from.model.activation.leaky_slope != f.leaky_slope)
    trainer.set_activation(f);
  if (effective_readout(from) != effective_readout(to) ||
      effective_loss(from) != effective_loss(to))
    trainer.set_output(effective_readout(to), effective_loss(to));
  if (from.task != to.task) trainer.set_task(to.task);
  if (from.model.initial_state != to.model.initial_state)
    trainer.set_initial_state(to.model.initial_state);
  trainer.set_training(to.training);
  return {};
}

}  // namespace backflow::config
