// One network, or two beside one another (A and B) that differ in what a person changed in one of
// them: the same task and data, the same iterations in lockstep. Without threads, as Session is.
//
// A command goes to both sides, with these exceptions: a key or weights that are set concern A, or
// B when wrapped in OnB; keys that say what is asked and how the answer is judged (is_shared())
// always concern both, so that the curves can be compared. A key that needs new weights lets both
// start again. Undo takes back the last change, on whichever side it was; where that leads to
// another iteration, the other side goes there too.
//
// Where one side meets a number that is not finite it stops there and the other goes on; once
// something was changed by hand in it (Session::has_stopped), it catches up when training goes on.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/session/session.h"

namespace backflow::session {

/// Two values of one key that are worth a comparison.
struct ReadyPair {
  std::string_view name;   ///< in StartPair: "activation"
  std::string_view title;  ///< for people: "tanh | ReLU"
  std::string_view key, a, b;
};
std::span<const ReadyPair> ready_pairs();

/// Task, read-out, loss and validation: the same for both sides.
bool is_shared(std::string_view key);

class Comparison {
public:
  /// One network. Precondition: config::validate(config) is empty.
  explicit Comparison(const config::Config& config,
                      std::size_t memory_budget = RunTimeline::kBudget);

  /// Goes on where that session stood.
  explicit Comparison(const SavedSession& saved, std::size_t memory_budget = RunTimeline::kBudget);

  /// The networks as they stand, and the speed; without files and notes.
  SavedSession saved() const;
  std::uint64_t changes() const { return changes_; }  ///< as in Snapshot
  /// OpenSession::number of the last one that succeeded; 0: there was none.
  std::uint64_t opened() const { return opened_; }
  /// changes() when that was opened.
  std::uint64_t opened_changes() const { return opened_changes_; }

  void execute(const Command& command);

  /// True when iterate() has something to do.
  bool wants_to_iterate() const;

  /// Training, or about to after a replay; one of the two may have stopped.
  bool is_running() const { return a_.session.is_running() || (b_ && b_->session.is_running()); }

  /// One iteration of both, or of the side that is behind; or some milliseconds of a replay.
  void iterate();

  /// iterate() does not train both as they are watched, but replays, prepares a state, or brings
  /// one side up to the other: that keeps to no speed limit.
  bool is_out_of_step() const {
    return is_going() || behind() != nullptr || a_.session.is_preparing() ||
           (b_ && b_->session.is_preparing());
  }

  /// As in Session.
  void refresh();
  void refuse(const std::string& reason);

  /// What is known outside: the number of the snapshot, the speed measured, the analyses.
  struct Known {
    std::uint64_t revision = 0;
    double iterations_per_second = 0.0;
    std::shared_ptr<const Analysis> analysis_a, analysis_b;  ///< or null
  };
  /// A's, with B's in Snapshot::other while comparing. Both are `running` when one of them is. A
  /// refusal of B begins with "B: ".
  Snapshot snapshot(const Known& known) const;

  /// Of a copy that somebody else goes on with: as in RunTimeline, and what waits in it for the end
  /// of a replay is not carried out twice.
  void leave_undo();

  const Session& a() const { return a_.session; }
  const Session* b() const { return b_ ? &b_->session : nullptr; }  ///< null when not comparing
  /// Of the networks: each keeps its own for as long as it lives, whichever side it is on.
  std::uint64_t id_of_a() const { return a_.id; }
  std::uint64_t id_of_b() const { return b_ ? b_->id : 0; }  ///< 0 when not comparing
  double speed_limit() const { return a_.session.speed_limit(); }

private:
  struct Side {
    Session session;
    std::uint64_t id = 1;
    bool addressed = false;  // by the last command, whose refusal counts
  };

  void carry_out(const Run& command);
  void carry_out(const StepOnce& command);
  void carry_out(const Pause& command);
  void carry_out(const StartComparison& command);
  void carry_out(const StartPair& command);
  void carry_out(const SwapSides& command);
  void carry_out(const KeepB& command);
  void carry_out(const EndComparison& command);
  void carry_out(const StartAnew& command);
  void carry_out(const OnB& command);
  void carry_out(const SetKey& command);
  void carry_out(const OpenSession& command);
  template <class C>
  void carry_out(const C& command);  // all others
  void send(Side& side, const Command& command);
  void send_to_both(const Command& command);
  void run(const Command& command);
  void carry_out(const Undo&) { take_back(Undo{}); }
  void carry_out(const Redo&) { take_back(Redo{}); }
  void iterate_now();
  void carry_out_now(const Command& command);
  void carry_out_waiting();
  void number_steps(const Command& command);
  void count_changes(bool changed);
  std::pair<std::uint64_t, std::uint64_t> numbers(bool undo) const;
  void take_back(const Command& command);
  void bring_to(Side& side, std::uint64_t iteration, bool running);
  bool changes_the_task(const Side& side, const Command& command) const;
  void change(Side& side, const Command& command);
  void change_both(const SetKey& command);
  void set_key(Side& side, const SetKey& command);
  void start_pair(const StartPair& command);
  void copy_to_b();
  void refuse_command(std::string reason);
  std::string take_refusal();
  Side& other(const Side& side) { return &side == &a_ ? *b_ : a_; }
  std::vector<Side*> sides();
  bool is_going() const { return a_.session.is_going() || (b_ && b_->session.is_going()); }
  bool all_going() const { return a_.session.is_going() && (!b_ || b_->session.is_going()); }
  const Side* behind() const;

  Side a_;
  std::optional<Side> b_;
  std::uint64_t last_id_ = 1;
  bool single_step_ = false;     // asked for, and not made by both sides yet
  std::deque<Command> waiting_;  // for a replay to end
  // Of the steps of undo being made: those of one gesture, on either side, have the same.
  std::uint64_t number_ = 0, gesture_ = 0;
  std::string refusal_;  // of the last command, by the comparison itself
  std::uint64_t refusals_ = 0;
  std::uint64_t changes_ = 0, opened_ = 0, opened_changes_ = 0;
  std::size_t memory_budget_ = RunTimeline::kBudget;
};

}  // namespace backflow::session
