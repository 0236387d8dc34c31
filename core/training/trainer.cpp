#include "core/training/trainer.h"

#include <limits>
#include <utility>

#include "core/training/divergence.h"

namespace backflow::training {
namespace {

std::shared_ptr<IterationRecord> compute(const TrainerSetup& setup, std::uint64_t iteration) {
  auto record = std::make_shared<IterationRecord>();
  record->iteration = iteration;
  record->model = setup.model;
  record->options = setup.training;
  record->batch = make_batch(setup.task, setup.encoding, iteration);
  record->batch.initial_state =
      model::initial_state(setup.initial_state,
                           setup.model.parameters.hidden_size() * layout_of(setup.model).states,
                           record->batch.size(), setup.state_seed);
  record->trace = model::forward(record->model, record->batch);
  record->gradients = model::zeros_like(record->model.parameters);
  record->signals =
      gradient::backward(record->model, record->batch, record->trace, record->gradients);
  record->clipped_gradients = record->gradients;
  record->clip = clip(setup.training.clip, record->clipped_gradients);
  record->divergence = find_divergence(*record);
  return record;
}

}  // namespace

Trainer::Trainer(TrainerSetup setup) : setup_(std::move(setup)) { forget_best(); }

std::shared_ptr<const IterationRecord> Trainer::evaluate() const {
  return compute(setup_, iteration_);
}

std::shared_ptr<const IterationRecord> Trainer::step() {
  auto record = compute(setup_, iteration_);
  if (!record->divergence) {
    if (record->trace.loss < best_loss_) {
      best_ = setup_.model.parameters;
      best_loss_ = record->trace.loss;
      best_iteration_ = iteration_;
    }
    model::Parameters after = setup_.model.parameters;
    const auto values = model::tensors(after);
    const auto gradients = model::tensors(std::as_const(record->clipped_gradients));
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto tensor = values[i];
      tensor -= setup_.training.learning_rate * gradients[i];
    }
    record->parameters_after = std::move(after);
    record->divergence = find_update_divergence(*record);
  }
  if (record->divergence) record->parameters_after.reset();
  setup_.model.parameters = record->divergence ? best_ : *record->parameters_after;
  ++iteration_;
  return record;
}

void Trainer::set_activation(const model::Activation& activation) {
  setup_.model.activation = activation;
  forget_best();
}

void Trainer::set_output(model::Readout readout, model::Loss loss) {
  setup_.model.readout = readout;
  setup_.model.loss = loss;
  forget_best();
}

void Trainer::set_task(const TaskOptions& task) {
  setup_.task = task;
  forget_best();
}

void Trainer::set_initial_state(model::InitialState kind) {
  setup_.initial_state = kind;
  forget_best();
}

void Trainer::set_recurrent_weights(const model::Matrix& W_hh) {
  setup_.model.parameters.W_hh = W_hh;
  forget_best();
}

void Trainer::forget_best() {
  best_ = setup_.model.parameters;
  best_loss_ = std::numeric_limits<double>::infinity();
  best_iteration_ = iteration_;
}

}  // namespace backflow::training
