// The session without threads: a trainer, its curves and its configuration, driven by commands. The
// worker runs it in its thread; the command line runs it directly.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/session/command.h"
#include "app/session/saved_session.h"
#include "app/session/snapshot.h"
#include "app/session/timeline.h"

namespace backflow::session {

class Session {
public:
  /// Precondition: config::validate(config) is empty.
  explicit Session(const config::Config& config, std::size_t memory_budget = RunTimeline::kBudget);
  /// Goes on where that network stood, with nothing to undo and no earlier iteration to return to.
  explicit Session(const SavedNetwork& saved, std::size_t memory_budget = RunTimeline::kBudget);

  SavedNetwork saved() const;

  /// Carries out one command. Run and StepOnce only set the state; iterate() does the work. GoTo
  /// does a little of it at once, iterate() the rest; what comes after a GoTo waits until it is
  /// there, but Pause, which gives it up, and another GoTo, which replaces it.
  void execute(const Command& command);

  /// True when iterate() has something to do.
  bool wants_to_iterate() const { return running_ || single_step_ || is_going() || is_preparing(); }
  /// Trains, however slow training is to be, to where StartAnew leads.
  bool is_preparing() const { return prepares_until_.has_value(); }
  /// A replay is under way: iterate() goes on with it and does not train.
  bool is_going() const { return going_.has_value(); }

  /// One training iteration, or some milliseconds of a replay. Pauses on divergence.
  void iterate();

  /// After changes by hand: makes the record an evaluation of the present parameters, if it is not
  /// one already and no iteration is about to replace it.
  void refresh();

  /// Pauses, with a reason for people (Snapshot::refusal).
  void refuse(const std::string& reason);

  /// Everything but `revision`, `iterations_per_second` and what attach() fills in.
  Snapshot snapshot() const;

  /// Steps of undo made from now on carry this number: a comparison tells by it what belongs
  /// together and what came last.
  void number_steps(std::uint64_t number) { step_number_ = number; }
  /// Of the step that Undo, or Redo, would take; 0 where there is none.
  std::uint64_t undo_number() const;
  std::uint64_t redo_number() const;

  /// Whether saved() may have become another since this was last asked.
  bool take_changed() { return std::exchange(changed_, false); }

  /// As in RunTimeline.
  void leave_undo() { timeline_.leave_undo(); }

  bool is_running() const { return running_; }
  /// Training met a number that is not finite here, and nothing was changed by hand since.
  bool has_stopped() const { return divergence_ && !timeline_.changed_at(trainer_.iteration()); }
  std::uint64_t refusals() const { return refusals_; }     ///< as in Snapshot
  const std::string& refusal() const { return refusal_; }  ///< likewise
  /// Why the last command was refused, for who tells it himself: neither counted nor kept then.
  std::string take_refusal();
  std::uint64_t iteration() const { return trainer_.iteration(); }  ///< iterations done
  const config::Config& config() const { return *config_; }
  const std::shared_ptr<const training::IterationRecord>& record() const { return record_; }
  /// As asked for, with the present configuration's part.
  AnalysisOptions analysis_options() const;
  double speed_limit() const { return speed_limit_; }

private:
  void carry_out(const Command& command);
  void restart();
  void begin(training::Trainer trainer);
  void stop_without_targets();
  void go_to(std::uint64_t iteration);
  void go_on(std::chrono::steady_clock::duration how_long);
  void set_key(const SetKey& command);
  void set_recurrent_weights(const SetRecurrentWeights& command);
  void refuse_command(std::string reason);

  std::shared_ptr<Place> place() const;
  std::shared_ptr<Place> place_before(std::uint64_t gesture) const;
  void add_undo(std::shared_ptr<Place> before, std::string title, std::uint64_t gesture,
                bool replaces_state, bool of_choice = false);
  const config::Config& config_at(const std::shared_ptr<Place>& before) const;
  void take_back(bool undo);
  void restore(const Place& place);

  ConfigPointer config_;
  training::Trainer trainer_;
  RunTimeline timeline_;
  std::optional<Replay> going_;
  std::deque<Command> waiting_;  // for the replay to end
  std::shared_ptr<const training::IterationRecord> record_;
  AnalysisOptions analysis_options_;
  std::optional<training::Divergence> divergence_;
  std::string refusal_;
  std::uint64_t refusals_ = 0;
  double speed_limit_ = 0.0;
  std::uint64_t step_number_ = 0;
  bool running_ = false;
  bool single_step_ = false;
  std::optional<std::uint64_t> prepares_until_;  // iterations done
  std::uint64_t started_ = 0;                    // StartAnew::number
  bool changed_ = false;                         // take_changed()
  bool stale_ = false;                           // record_ is older than the last change by hand
};

}  // namespace backflow::session
