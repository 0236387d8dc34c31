// The training loop: initialise, forward, loss, backward through time, penalties, clip, update —
// and repeat. What is made small is L + λ/2 Σ ‖W‖² + (weight of Ω) · Ω (regularizer.h).
//
// Trainer::step() computes one whole iteration and returns its IterationRecord, which holds
// everything a picture of that iteration needs and is never changed afterwards. One thread owns a
// trainer; records may be read by any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/gradient/backward.h"
#include "core/model/feed.h"
#include "core/model/initialization.h"
#include "core/model/network.h"
#include "core/parallel/shelf.h"
#include "core/training/clipping.h"
#include "core/training/optimizer.h"
#include "core/training/regularizer.h"
#include "core/training/schedule.h"
#include "core/training/task/task.h"
#include "core/training/truncation_report.h"
#include "core/training/validation.h"

namespace backflow::training {

struct TrainingOptions {
  double learning_rate = 0.3;  ///< η before the schedule
  ClipOptions clip;
  gradient::Truncation truncation = {};  ///< of backpropagation through time
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};
  RegularizerOptions regularizer = {};
  std::uint64_t validation_every = 20;  ///< iterations from one validation to the next; 0: none
};

/// Where the first non-finite number of an iteration was met, in the order of computation.
struct Divergence {
  std::string tensor;      ///< e.g. "h_t", "∂L/∂h_t", "∂L/∂W_hh", "W_hh"
  model::Index step = -1;  ///< t; −1 when the tensor does not belong to one step
  std::uint64_t iteration = 0;
};

/// One iteration. Shapes as in core/model/network.h and core/gradient/backward.h.
struct IterationRecord {
  std::uint64_t iteration = 0;  ///< number of updates made before this one
  model::Model model;           ///< with the parameters before the update
  model::Batch batch;
  model::Trace trace;
  gradient::ErrorSignals signals;
  model::Parameters gradients;                 ///< ∂L/∂θ of the loss alone
  model::Parameters clipped_gradients;         ///< with those of the penalties, after clipping
  ClipReport clip;                             ///< of the gradient with those of the penalties
  std::optional<TruncationReport> truncation;  ///< when BPTT is truncated
  double accuracy = 0.0;                       ///< of the batch; NaN where the task has none
  /// Every TrainingOptions::validation_every iterations, of tasks that have other data.
  std::optional<Validation> validation;
  double penalty = 0.0;                               ///< λ/2 Σ ‖W‖²; 0 when it is off
  double omega = 0.0;                                 ///< Ω without its weight; 0 when it is off
  double learning_rate = 0.0;                         ///< η as scheduled for this iteration
  TrainingOptions options;                            ///< those this iteration ran with
  std::optional<model::Parameters> parameters_after;  ///< nothing when no update was made
  std::optional<Divergence> divergence;
};

/// What a trainer is made of, and where it stands: a trainer made of a copy of another's setup()
/// goes on with the same bits.
struct TrainerSetup {
  model::Model model;  ///< with the present parameters
  TaskOptions task;
  TargetEncoding encoding = TargetEncoding::probability;
  std::shared_ptr<const model::Feed> feed;  ///< what makes the inputs out of the task's; or null
  model::InitialState initial_state = model::InitialState::zero;
  std::uint64_t state_seed = 1;  ///< of the random h_0
  TrainingOptions training;
  OptimizerState optimizer;     ///< empty at the start
  std::uint64_t iteration = 0;  ///< of the next step
};

/// All that a trainer's further steps follow from: one made of it goes on with the same bits, also
/// after a divergence.
struct TrainerState {
  TrainerSetup setup;
  model::Parameters best;  ///< with the lowest loss since the last change by hand
  double best_loss = 0.0;
  std::uint64_t best_iteration = 0;
};

/// So many sequences that no iteration trains with, as the network gets them; fewer or nothing
/// where the task has no more (make_validation_batch()).
std::optional<model::Batch> validation_batch(const TrainerSetup& setup, model::Index sequences);

class Trainer {
public:
  explicit Trainer(TrainerSetup setup);
  explicit Trainer(const TrainerState& state);

  TrainerState state() const { return {setup_, best_, best_loss_, best_iteration_}; }

  /// Forward, loss, backward, penalties and clipping at the present parameters; no update, nothing
  /// changes.
  std::shared_ptr<const IterationRecord> evaluate() const;

  /// One iteration. When a number is not finite the record says so (divergence), no update is made,
  /// the parameters go back to those with the lowest loss since the last change by hand, and the
  /// optimiser starts anew, so that training can be carried on with other options. The iteration is
  /// counted all the same.
  std::shared_ptr<const IterationRecord> step();

  std::uint64_t iteration() const { return setup_.iteration; }
  /// The iteration whose parameters a divergence goes back to.
  std::uint64_t best_iteration() const { return best_iteration_; }
  const TrainerSetup& setup() const { return setup_; }

  // Changes by hand, effective from the next evaluate() or step(). None touches the weights but
  // set_recurrent_weights.
  void set_training(const TrainingOptions& options) { setup_.training = options; }
  void set_activation(const model::Activation& activation);
  void set_output(model::Readout readout, model::Loss loss);  ///< the encoding must stay the same
  void set_task(const TaskOptions& task);  ///< input and output size must stay the same
  void set_initial_state(model::InitialState kind);
  void set_recurrent_weights(const model::Matrix& W_hh);  ///< (n, n)

private:
  void forget_best();
  void validate(IterationRecord& record) const;

  TrainerSetup setup_;
  parallel::Shelf<IterationRecord> shelf_;
  mutable std::optional<model::Batch> validation_batch_;  // made when first wanted
  model::Parameters best_;  // with the lowest loss since the last change by hand
  double best_loss_;
  std::uint64_t best_iteration_ = 0;
};

}  // namespace backflow::training
