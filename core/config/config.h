// One configuration for every door: the window, the command line and session files.
//
// Config is a plain struct; its dotted keys ("model.activation") are described in
// core/config/keys.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/config/model_file.h"
#include "core/io/file_stamp.h"
#include "core/lab/one_neuron.h"
#include "core/model/initialization.h"
#include "core/training/trainer.h"

namespace backflow::config {

struct ModelOptions {
  model::CellKind cell = model::CellKind::rnn;
  model::Index hidden = 8;  ///< n
  model::Activation activation;
  std::optional<model::Readout> readout;  ///< nothing: what fits the task's targets
  std::optional<model::Loss> loss;        ///< nothing: the cross-entropy of the read-out, or MSE
  model::InitialState initial_state = model::InitialState::zero;
  /// Its spectral radius and largest singular value also rescale W_hh whenever they are set by
  /// hand.
  model::WeightInit weights;
  ModelFile file;
  std::string init_file;  ///< where weights.matrix was read from; empty: there is none
};

struct Config {
  training::TaskOptions task;
  ModelOptions model;
  training::TrainingOptions training;
  lab::NeuronOptions lab;  ///< of the figures about one neuron; the network does not follow it
  io::FileStamps files;    ///< as they were when they were read for one of the keys
};

/// What W_hh is scaled to before training begins, drawn or from a file: model.init_scale, or what
/// `automatic` stands for there.
model::InitScale scale_at_start(const Config& config);

/// The read-out and loss in use, "auto" resolved: sigmoid for labels 0 and 1, softmax for classes,
/// identity for real targets; the read-out's cross-entropy, or the squared error.
model::Readout effective_readout(const Config& config);
model::Loss effective_loss(const Config& config);

/// The task asks for something; else there is no loss, and nothing to train for.
bool has_targets(const Config& config);

/// Upper limit of hidden units (or inputs, or outputs) × steps × sequences: 160 MB for each tensor
/// of the trace.
inline constexpr double kMostNumbers = 2e7;

/// Empty, or one sentence naming the keys that do not go together. Ranges of single keys are
/// checked when they are set (keys.h).
std::string validate(const Config& config);

/// The parts a trainer is made of, with fresh initial parameters. Precondition: validate() is
/// empty.
training::TrainerSetup make_setup(const Config& config);

/// True when going from one configuration to the other needs new weights: other sizes, or another
/// initialisation. Else apply() can carry the change into a running trainer.
bool needs_restart(const Config& from, const Config& to);

/// Carries the differences into the trainer, keeping its weights; a change of
/// model.spectral_radius or of model.singular_value rescales the present W_hh, gate by gate.
/// Returns an empty string, or one sentence when a change cannot be made (nothing is changed then):
/// when W_hh cannot be scaled, or both are changed at once. Precondition: !needs_restart(from, to).
std::string apply(const Config& from, const Config& to, training::Trainer& trainer);

}  // namespace backflow::config
