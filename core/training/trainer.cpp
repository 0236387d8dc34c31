#include "core/training/trainer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/training/accuracy.h"
#include "core/training/divergence.h"

namespace backflow::training {
namespace {

// The penalties that are on, and their gradients into clipped_gradients.
void add_penalties(IterationRecord& record) {
  const RegularizerOptions& options = record.options.regularizer;
  const model::Parameters& parameters = record.model.parameters;
  model::Parameters& gradients = record.clipped_gradients;
  if (options.l2 > 0.0) record.penalty = add_l2(options.l2, parameters, gradients);
  if (options.omega > 0.0)
    record.omega =
        add_omega(options.omega, record.model, record.trace, record.signals, gradients.W_hh);
}

// A record whose trace and signals still have the memory of an earlier iteration.
std::shared_ptr<IterationRecord> blank(const parallel::Shelf<IterationRecord>& shelf) {
  auto record = shelf.take();
  IterationRecord fresh;
  std::swap(fresh.trace, record->trace);
  std::swap(fresh.signals, record->signals);
  *record = std::move(fresh);
  return record;
}

// What the network is given beside what the task has drawn.
void complete(const TrainerSetup& setup, model::Batch& batch) {
  if (setup.feed) setup.feed->apply(batch);
  batch.initial_state = model::initial_state(
      setup.initial_state, setup.model.parameters.hidden_size() * layout_of(setup.model).states,
      batch.size(), setup.state_seed);
}

std::shared_ptr<IterationRecord> compute(const TrainerSetup& setup,
                                         const parallel::Shelf<IterationRecord>& shelf) {
  auto record = blank(shelf);
  record->iteration = setup.iteration;
  record->model = setup.model;
  record->options = setup.training;
  record->learning_rate =
      scheduled_rate(setup.training.learning_rate, setup.training.schedule, setup.iteration);
  record->batch = make_batch(setup.task, setup.encoding, setup.iteration);
  complete(setup, record->batch);
  model::forward(record->model, record->batch, record->trace);
  record->gradients = model::zeros_like(record->model.parameters);
  gradient::backward(record->model, record->batch, record->trace, setup.training.truncation,
                     record->signals, record->gradients);
  record->truncation = truncation_report(record->model, record->batch, record->trace,
                                         setup.training.truncation, record->gradients);
  record->accuracy = accuracy(task_info(setup.task), record->batch, record->trace.y_hat);
  record->clipped_gradients = record->gradients;
  add_penalties(*record);
  record->clip = clip(setup.training.clip, record->clipped_gradients);
  if (may_have_diverged(*record)) record->divergence = find_divergence(*record);
  return record;
}

}  // namespace

std::optional<model::Batch> validation_batch(const TrainerSetup& setup, model::Index sequences) {
  auto batch = make_validation_batch(setup.task, setup.encoding, sequences);
  if (batch) complete(setup, *batch);
  return batch;
}

Trainer::Trainer(TrainerSetup setup) : setup_(std::move(setup)) { forget_best(); }

Trainer::Trainer(const TrainerState& state)
    : setup_(state.setup),
      best_(state.best),
      best_loss_(state.best_loss),
      best_iteration_(state.best_iteration) {}

std::shared_ptr<const IterationRecord> Trainer::evaluate() const {
  auto record = compute(setup_, shelf_);
  validate(*record);
  return record;
}

void Trainer::validate(IterationRecord& record) const {
  const std::uint64_t every = setup_.training.validation_every;
  if (every == 0 || setup_.iteration % every != 0 || record.divergence) return;
  // As many sequences as a batch has, but enough for the picture not to be of chance alone, as far
  // as they fit into 16 MB for each tensor of the trace; more than these a few at a time.
  constexpr model::Index kEnough = 64, kFew = 8, kMostNumbers = 2'000'000;
  const model::Index fitting =
      kMostNumbers / std::max<model::Index>(1, record.trace.a.rows() * record.trace.steps());
  if (!validation_batch_) {
    const model::Index sequences = std::max(std::min(kEnough, fitting), record.batch.size());
    validation_batch_ = validation_batch(setup_, sequences);
    if (!validation_batch_) return;
  }
  record.validation = training::validate(record.model, *validation_batch_, task_info(setup_.task),
                                         std::max(kFew, fitting));
}

std::shared_ptr<const IterationRecord> Trainer::step() {
  auto record = compute(setup_, shelf_);
  validate(*record);
  if (!record->divergence) {
    if (record->trace.loss < best_loss_) {
      best_ = setup_.model.parameters;
      best_loss_ = record->trace.loss;
      best_iteration_ = setup_.iteration;
    }
    model::Parameters after = setup_.model.parameters;
    update(setup_.training.optimizer, record->learning_rate, record->clipped_gradients, after,
           setup_.optimizer);
    record->parameters_after = std::move(after);
    record->divergence = find_update_divergence(*record);
    if (!record->divergence)
      record->divergence = find_memory_divergence(setup_.optimizer, setup_.iteration);
  }
  if (record->divergence) {
    record->parameters_after.reset();
    setup_.model.parameters = best_;
    setup_.optimizer = {};
  } else {
    setup_.model.parameters = *record->parameters_after;
  }
  ++setup_.iteration;
  return record;
}

void Trainer::set_activation(const model::Activation& activation) {
  setup_.model.activation = activation;
  if (setup_.feed) {  // the layers of a network have one
    setup_.feed = std::make_shared<const model::Feed>(setup_.feed->with(activation));
    validation_batch_.reset();
  }
  forget_best();
}

void Trainer::set_output(model::Readout readout, model::Loss loss) {
  setup_.model.readout = readout;
  setup_.model.loss = loss;
  forget_best();
}

void Trainer::set_task(const TaskOptions& task) {
  setup_.task = task;
  validation_batch_.reset();
  forget_best();
}

void Trainer::set_initial_state(model::InitialState kind) {
  setup_.initial_state = kind;
  validation_batch_.reset();
  forget_best();
}

void Trainer::set_recurrent_weights(const model::Matrix& W_hh) {
  setup_.model.parameters.W_hh = W_hh;
  forget_best();
}

void Trainer::forget_best() {
  best_ = setup_.model.parameters;
  best_loss_ = std::numeric_limits<double>::infinity();
  best_iteration_ = setup_.iteration;
}

}  // namespace backflow::training
