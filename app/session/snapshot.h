// What the worker publishes and everything that draws reads: one immutable picture of the session.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/gradient/chain.h"
#include "core/gradient/contributions.h"
#include "core/gradient/decay.h"
#include "core/gradient/jacobian_norms.h"
#include "core/gradient/lyapunov.h"
#include "core/gradient/partial_gradients.h"
#include "core/gradient/saturation.h"
#include "core/gradient/spectrum.h"
#include "core/lab/study.h"
#include "core/training/history.h"
#include "core/training/trainer.h"

namespace backflow::session {

/// Marks a cell of Analysis::cells that is not there (k > t). A value that no log10 norm takes.
inline constexpr float kNoCell = std::numeric_limits<float>::max();

/// Two steps 0 ≤ k ≤ t ≤ T whose product ∂state_t/∂state_k is meant.
struct StepPair {
  model::Index t = 0, k = 0;
  bool operator==(const StepPair&) const = default;
};

/// What takes longer than the map for wide networks, and is computed only when asked for.
struct Spectra {
  /// Of W_hh; of a gated cell's block that makes the new state; or of a Jacobian product.
  gradient::Spectrum recurrent;
  std::optional<StepPair> product;  ///< the product, if it is one,
  /// and of which part of the state.
  gradient::StateBlock block = gradient::StateBlock::hidden;
  /// Along the trajectory of the analysis's sequence, the largest kMaxExponents of them.
  gradient::LyapunovExponents lyapunov;
};
/// All exponents along the trajectory, and what they would be if the network were linear.
struct LyapunovStudy {
  gradient::LyapunovExponents all;
  /// ln |λ_i(W_hh)|, falling: the limit for f(a) = a. Only of the vanilla cell: empty for others.
  std::vector<double> linear;
};
inline constexpr model::Index kMaxExponents = 64;
inline constexpr model::Index kActivationBins = 25;

/// How the gradients of W_xh, W_hh and W_hy come about in one iteration: what a walk through it
/// shows. Frobenius norms; arrays in the order of gradient::WalkTensor.
struct GradientWalk {
  /// gradient::partial_gradient_norms: term by term from the last step on.
  std::array<std::vector<double>, gradient::kWalkTensors> partial;
  /// Of the whole gradient with the penalties' part, after clipping.
  std::array<double, gradient::kWalkTensors> clipped{};
  /// ‖ΔW‖ of the update; nothing when the record has none.
  std::optional<std::array<double, gradient::kWalkTensors>> change;
};

/// How far one gate of the cell is open, step t at index t − 1.
struct GateSteps {
  model::Index block = 0;  ///< in CellLayout::gates, and of Trace::a
  std::vector<gradient::GateOpening> steps;
};

/// The Jacobian map of one record. It may lag behind the record shown beside it: heavy analysis
/// runs beside training, and `record` says which iteration it belongs to.
struct Analysis {
  std::shared_ptr<const training::IterationRecord> record;
  gradient::JacobianNorms norms;
  gradient::GradientDecay decay;
  /// ρ of the record's W_hh; NaN when it is not finite, or has not been computed with the first
  /// estimated map.
  double spectral_radius = 0.0;
  double largest_singular_value = 0.0;  ///< σ₁ likewise; of a gated cell's block as in Spectra
  std::vector<double> log10_blame;      ///< gradient::log10_blame of the same sequence
  gradient::LogRange range;             ///< of norms.log10_norm
  std::optional<gradient::JacobianBound> bound;  ///< (γσ₁)^(t−k); nothing for cells that have none
  /// Of the activation f (of a gated cell's new state) in the same sequence, step t at index t − 1:
  /// means, and |f′(a_t)|/γ and a_t over the units.
  std::vector<gradient::Saturation> saturation;
  std::vector<gradient::FiveNumbers> slopes, pre_activations;
  gradient::Histogram pre_activation_histogram;  ///< (T, kActivationBins)
  std::vector<GateSteps> gates;                  ///< of the same sequence; none of the vanilla cell
  /// λ₁ of the same sequence in nats per step, as Spectra::lyapunov; NaN when a Jacobian is not
  /// finite or the map is a coarse one.
  double largest_lyapunov = std::numeric_limits<double>::quiet_NaN();
  /// Of a map that is not exact: the exact one takes more memory than this machine can spare, and
  /// does not come.
  bool too_large = false;
  std::shared_ptr<const gradient::Chain> chain;  ///< when AnalysisOptions::chain asked for it
  std::shared_ptr<const gradient::Contributions> contributions;  ///< likewise
  std::optional<Spectra> spectra;                  ///< when AnalysisOptions::spectra asked for them
  std::optional<GradientWalk> walk;                ///< when AnalysisOptions::walk asked for it
  std::shared_ptr<const LyapunovStudy> lyapunov;   ///< when AnalysisOptions::lyapunov asked for it
  std::shared_ptr<const lab::NeuronStudy> neuron;  ///< likewise with neuron
  /// norms.log10_norm as (T + 1)² floats for drawing (gradient::square_cells), kNoCell where k > t.
  std::shared_ptr<const std::vector<float>> cells;
};

/// Which map to compute, and what besides.
struct AnalysisOptions {
  gradient::MatrixNorm norm = gradient::MatrixNorm::spectral;
  model::Index sequence = 0;  ///< batch item; taken modulo the batch size
  gradient::StateBlock block = gradient::StateBlock::hidden;  ///< of an LSTM's state
  double epsilon = gradient::DecayOptions().epsilon;  ///< of GradientDecay::reach, in (0, 1)
  /// For Spectra::recurrent and Analysis::chain; steps beyond T count as T.
  std::optional<StepPair> product = {};
  bool spectra = false;        ///< Analysis::spectra as well
  bool chain = false;          ///< Analysis::chain as well, of `product` or else of (T, 0)
  bool contributions = false;  ///< Analysis::contributions as well
  bool walk = false;           ///< Analysis::walk as well
  bool lyapunov = false;       ///< Analysis::lyapunov as well
  bool neuron = false;         ///< Analysis::neuron as well, of neuron_options
  /// Those of the configuration: filled in by with_config() (analysis.h).
  lab::NeuronOptions neuron_options = {};

  bool operator==(const AnalysisOptions&) const = default;
};

/// Where in the run the session stands, and how far back it can go.
struct Timeline {
  std::uint64_t first = 0;  ///< iterations done at the earliest state that can be returned to
  std::uint64_t end = 0;    ///< at the latest one of this branch; Snapshot::iteration lies between
  std::size_t checkpoints = 0;
  /// Where each of Snapshot::ghosts parts from the present curve.
  std::vector<std::uint64_t> forks;
  std::size_t bytes_used = 0, bytes_budget = 0;
};

/// Shared by the window, the exporter and the tests. Everything in it may be read by any thread.
struct Snapshot {
  std::uint64_t revision = 0;   ///< grows with every snapshot published
  config::Config config;        ///< as in force now
  std::uint64_t iteration = 0;  ///< iterations done
  /// The latest iteration, or, after a change by hand while paused, an evaluation without update.
  std::shared_ptr<const training::IterationRecord> record;
  std::shared_ptr<const Analysis> analysis;  ///< null until the first one is ready
  training::HistoryView history;             ///< up to `iteration`
  /// Where a replay under way leads; all else is as it was when that began.
  std::optional<std::uint64_t> going_to;
  /// Where a preparation under way leads (StartAnew), in iterations.
  std::optional<std::uint64_t> preparing_until;
  std::uint64_t started = 0;  ///< StartAnew::number of the last one
  /// Curves of branches that were left, oldest first, and of what lies ahead on this one.
  std::vector<training::HistoryView> ghosts;
  Timeline timeline;
  std::string undo_title, redo_title;  ///< what Undo and Redo would do; empty: nothing
  /// ρ of W_hh as of the analysis; NaN when there is none yet or W_hh is not finite.
  double spectral_radius = std::numeric_limits<double>::quiet_NaN();
  bool running = false;
  double iterations_per_second = 0.0;  ///< measured over the last half second; 0 while paused
  double speed_limit = 0.0;          ///< iterations per second asked for; 0 is as fast as possible
  AnalysisOptions analysis_options;  ///< as asked for; `analysis` may be older
  /// Set when training stopped on a non-finite number; cleared by Run, StepOnce and Reset.
  std::optional<training::Divergence> divergence;
  std::uint64_t resume_iteration = 0;  ///< the iteration whose parameters Run goes on from then
  std::string refusal;  ///< why the last command was refused, one sentence; empty when it was not
  std::uint64_t refusals = 0;  ///< commands refused so far: tells two alike apart
  /// Grows with everything that a session's file would keep of the networks: iterations, keys,
  /// weights, what is undone; not with the speed or what is looked at.
  std::uint64_t changes = 0;
  /// The other network of a comparison, null when there is none: B in A's snapshot; and in B's, A
  /// (whose own is null), so that each can be drawn on scales that hold for both.
  std::shared_ptr<const Snapshot> other;
  bool is_b = false;  ///< this is B
};

/// The weights now: after the record's update, where it made one.
inline const model::Parameters& present_weights(const Snapshot& snapshot) {
  const training::IterationRecord& record = *snapshot.record;
  return record.parameters_after ? *record.parameters_after : record.model.parameters;
}

}  // namespace backflow::session
