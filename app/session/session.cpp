#include "app/session/session.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/config/keys.h"
#include "core/gradient/blame.h"
#include "core/gradient/jacobian.h"

namespace backflow::session {
namespace {

training::HistoryPoint history_point(const training::IterationRecord& record) {
  const bool limit = record.options.clip.mode != training::ClipMode::none;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {record.trace.loss,
          record.clip.norm_before,
          record.clip.norm_after,
          limit ? record.options.clip.threshold : kNone,
          record.learning_rate,
          kNone,
          kNone,
          kNone};
}

std::vector<gradient::Saturation> saturation_per_step(const training::IterationRecord& record,
                                                      model::Index sequence) {
  const model::Activation& f = record.model.activation;
  std::vector<gradient::Saturation> steps;
  model::Matrix slopes(record.trace.a.rows(), 1);
  for (model::Index t = 1; t <= record.trace.steps(); ++t) {
    model::derivative(f, record.trace.a.step(t).col(sequence), slopes);
    steps.push_back(gradient::saturation(slopes.col(0), model::derivative_bound(f)));
  }
  return steps;
}

std::optional<Spectra> spectra_of(const training::IterationRecord& record, model::Index sequence,
                                  const gradient::CancelFunction& cancelled) {
  auto recurrent = gradient::spectrum(record.model.parameters.W_hh, cancelled);
  if (!recurrent) return std::nullopt;
  std::vector<gradient::ScaledMatrix> jacobians;
  for (model::Index t = 1; t <= record.trace.steps(); ++t)
    jacobians.push_back({gradient::step_jacobian(record.model, record.trace, sequence, t), 0});
  auto lyapunov = gradient::lyapunov_exponents(jacobians, {.count = kMaxExponents}, cancelled);
  if (!lyapunov) return std::nullopt;
  return Spectra{std::move(*recurrent), std::move(*lyapunov)};
}

}  // namespace

Session::Session(const config::Config& config)
    : config_(config), trainer_(config::make_setup(config)), stale_(true) {
  refresh();
}

void Session::restart() {
  trainer_ = training::Trainer(config::make_setup(config_));
  history_ = {};
  divergence_.reset();
  stale_ = true;
  refresh();
}

void Session::refresh() {
  if (!stale_ || wants_to_iterate()) return;
  record_ = trainer_.evaluate();
  stale_ = false;
}

void Session::execute(const Command& command) {
  refusal_.clear();
  std::visit(
      [this](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<C, Run>) {
          running_ = true;
          divergence_.reset();
        } else if constexpr (std::is_same_v<C, Pause>) {
          running_ = single_step_ = false;
        } else if constexpr (std::is_same_v<C, StepOnce>) {
          running_ = false;
          single_step_ = true;
          divergence_.reset();
        } else if constexpr (std::is_same_v<C, Reset>) {
          running_ = single_step_ = false;
          restart();
        } else if constexpr (std::is_same_v<C, SetKey>) {
          set_key(c);
        } else if constexpr (std::is_same_v<C, SetSpeedLimit>) {
          speed_limit_ = c.iterations_per_second;
        } else if constexpr (std::is_same_v<C, SetAnalysis>) {
          analysis_options_ = c.options;
        }
      },
      command);
}

void Session::set_key(const SetKey& command) {
  config::Config wanted = config_;
  refusal_ = config::set_key(wanted, command.name, command.value);
  if (refusal_.empty()) refusal_ = config::validate(wanted);
  if (!refusal_.empty()) return;
  if (config::needs_restart(config_, wanted)) {
    config_ = wanted;
    restart();
    return;
  }
  // The key sets the radius of the present W_hh, which training may have moved since it was last
  // set: setting the same value again must act too.
  config::Config before = config_;
  if (command.name == "model.spectral_radius") before.model.weights.spectral_radius = std::nan("");
  refusal_ = config::apply(before, wanted, trainer_);
  if (!refusal_.empty()) return;
  config_ = wanted;
  stale_ = true;
}

void Session::iterate() {
  single_step_ = false;
  record_ = trainer_.step();
  stale_ = false;
  history_.append(history_point(*record_));
  if (record_->divergence) {
    divergence_ = record_->divergence;
    running_ = false;
  }
}

void Session::refuse(const std::string& reason) {
  running_ = single_step_ = false;
  refusal_ = reason;
}

Snapshot Session::snapshot() const {
  Snapshot snapshot;
  snapshot.config = config_;
  snapshot.iteration = trainer_.iteration();
  snapshot.record = record_;
  snapshot.history = history_.view();
  snapshot.running = running_;
  snapshot.speed_limit = speed_limit_;
  snapshot.analysis_options = analysis_options_;
  snapshot.divergence = divergence_;
  snapshot.resume_iteration = trainer_.best_iteration();
  snapshot.refusal = refusal_;
  return snapshot;
}

void attach(std::shared_ptr<const Analysis> analysis, Snapshot& snapshot) {
  if (analysis) snapshot.spectral_radius = analysis->spectral_radius;
  snapshot.analysis = std::move(analysis);
}

std::shared_ptr<const Analysis> analyse(std::shared_ptr<const training::IterationRecord> record,
                                        const AnalysisOptions& options,
                                        const gradient::CancelFunction& cancelled) {
  const model::Index sequence = options.sequence % record->trace.batch();
  auto norms =
      gradient::jacobian_norms(record->model, record->trace, sequence, options.norm, cancelled);
  if (!norms) return nullptr;
  auto analysis = std::make_shared<Analysis>();
  analysis->log10_blame =
      gradient::log10_blame(record->model, record->trace, record->signals, sequence);
  analysis->decay = gradient::gradient_decay(*norms);
  analysis->bound = gradient::JacobianBound{model::derivative_bound(record->model.activation),
                                            gradient::spectral_norm(record->model.parameters.W_hh)};
  analysis->saturation = saturation_per_step(*record, sequence);
  if (options.spectra) {
    analysis->spectra = spectra_of(*record, sequence, cancelled);
    if (!analysis->spectra) return nullptr;
  }
  analysis->range = gradient::log_range(norms->log10_norm);
  analysis->cells = std::make_shared<const std::vector<float>>(
      gradient::square_cells(norms->log10_norm, kNoCell));
  analysis->norms = std::move(*norms);
  analysis->spectral_radius = model::spectral_radius(record->model.parameters, record->model.cell);
  analysis->record = std::move(record);
  return analysis;
}

}  // namespace backflow::session
