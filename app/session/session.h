// The session without threads: a trainer, its curves and its configuration, driven by commands. The
// worker runs it in its thread; the command line runs it directly.
#pragma once

#include <memory>
#include <string>

#include "app/session/command.h"
#include "app/session/snapshot.h"

namespace backflow::session {

class Session {
public:
  /// Precondition: config::validate(config) is empty.
  explicit Session(const config::Config& config);

  /// Carries out one command. Run and StepOnce only set the state; iterate() does the work.
  void execute(const Command& command);

  /// True when iterate() has something to do.
  bool wants_to_iterate() const { return running_ || single_step_; }

  /// One training iteration. Pauses on divergence.
  void iterate();

  /// After changes by hand: makes the record an evaluation of the present parameters, if it is not
  /// one already and no iteration is about to replace it.
  void refresh();

  /// Pauses, with a reason for people (Snapshot::refusal).
  void refuse(const std::string& reason);

  /// Everything but `revision`, `iterations_per_second` and what attach() fills in.
  Snapshot snapshot() const;

  const std::shared_ptr<const training::IterationRecord>& record() const { return record_; }
  const AnalysisOptions& analysis_options() const { return analysis_options_; }
  double speed_limit() const { return speed_limit_; }

private:
  void restart();
  void set_key(const SetKey& command);
  void set_recurrent_weights(const SetRecurrentWeights& command);
  void refuse_command(std::string reason);

  config::Config config_;
  training::Trainer trainer_;
  training::History history_;
  std::shared_ptr<const training::IterationRecord> record_;
  AnalysisOptions analysis_options_;
  std::optional<training::Divergence> divergence_;
  std::string refusal_;
  std::uint64_t refusals_ = 0;
  double speed_limit_ = 0.0;
  bool running_ = false;
  bool single_step_ = false;
  bool stale_ = false;  // record_ is older than the last change by hand
};

}  // namespace backflow::session
