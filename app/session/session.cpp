#include "app/session/session.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/config/keys.h"

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
          record.accuracy,
          record.validation ? record.validation->loss : kNone,
          record.validation ? record.validation->accuracy : kNone};
}

// A matrix from a file is used at once, with as many hidden units as it has columns where the
// present number does not go with it. Returns why not, or nothing.
std::string use_matrix_file(config::Config& config, const std::string& path) {
  const std::string refusal = config::set_key(config, "model.init_file", path);
  if (!refusal.empty()) return refusal;
  config.model.weights.kind = model::RecurrentInit::file;
  const std::string misfit = config::validate(config);
  if (misfit.empty()) return {};
  const std::string columns = std::to_string(config.model.weights.matrix->cols());
  const bool fits =
      config::set_key(config, "model.hidden", columns).empty() && config::validate(config).empty();
  return fits ? std::string() : misfit;
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
        } else if constexpr (std::is_same_v<C, Evaluate>) {
          running_ = single_step_ = false;
          stale_ = true;
        } else if constexpr (std::is_same_v<C, SetRecurrentWeights>) {
          set_recurrent_weights(c);
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
  const bool matrix_file = command.name == "model.init_file" && !command.value.empty();
  std::string refusal = matrix_file ? use_matrix_file(wanted, command.value)
                                    : config::set_key(wanted, command.name, command.value);
  if (refusal.empty()) refusal = config::validate(wanted);
  if (!refusal.empty()) return refuse_command(std::move(refusal));
  if (config::needs_restart(config_, wanted)) {
    config_ = wanted;
    restart();
    return;
  }
  // These keys scale the present W_hh, which training may have moved since they were last set:
  // setting the same value again must act too.
  config::Config before = config_;
  if (command.name == "model.singular_value") before.model.weights.singular_value = std::nan("");
  if (command.name == "model.spectral_radius") before.model.weights.spectral_radius = std::nan("");
  refusal = config::apply(before, wanted, trainer_);
  if (!refusal.empty()) return refuse_command(std::move(refusal));
  config_ = wanted;
  stale_ = true;
}

void Session::set_recurrent_weights(const SetRecurrentWeights& command) {
  const model::Matrix& present = trainer_.setup().model.parameters.W_hh;
  if (command.W_hh.rows() != present.rows() || command.W_hh.cols() != present.cols())
    return refuse_command(fmt::format("W_hh must be {} × {}, not {} × {}", present.rows(),
                                      present.cols(), command.W_hh.rows(), command.W_hh.cols()));
  if (!command.W_hh.allFinite())
    return refuse_command("W_hh must not have entries that are not finite");
  trainer_.set_recurrent_weights(command.W_hh);
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

void Session::refuse_command(std::string reason) {
  refusal_ = std::move(reason);
  ++refusals_;
}

void Session::refuse(const std::string& reason) {
  running_ = single_step_ = false;
  refuse_command(reason);
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
  snapshot.refusals = refusals_;
  return snapshot;
}

}  // namespace backflow::session
