// The past of a run: its curve, the changes made by hand in between, and states to start from, so
// that any iteration computed so far can be returned to bit for bit. Replaying from the nearest
// state before it gives the same weights, optimiser, curves and record, for an iteration follows
// from the state before it alone (core/training/trainer.h).
//
// States are taken so seldom that they cost a few hundredths of the training, and thinned so that
// memory stays within a budget: they lie ever farther apart the farther they are from where the
// session stands. The first one is always kept.
//
// A run repeated from an earlier point is the same run, for as long as it repeats itself; with the
// first difference, which is a change by hand or one that was made there and is not now, it becomes
// a new branch, and the curve of the old one is kept as a ghost.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "app/session/snapshot.h"
#include "app/session/undo.h"

namespace backflow::session {

/// A run being computed again up to some iteration.
struct Replay {
  std::uint64_t target = 0;
  training::Trainer trainer;
  ConfigPointer config;
  std::size_t changes = 0;  ///< entries of the log made so far
  std::uint64_t kept = 0;   ///< iteration of the last state put into the timeline
  /// Of the last iteration; null when none was made.
  std::shared_ptr<const training::IterationRecord> record;
  bool changed = false;  ///< there was a change by hand after that iteration
};

class RunTimeline {
public:
  /// Bytes of states, changes and steps of undo that are kept. With 0, no states but the first.
  static constexpr std::size_t kBudget = std::size_t{256} << 20;

  explicit RunTimeline(std::size_t budget = kBudget);

  /// A new run that begins with this state: everything else is forgotten, but undo is not.
  void begin(const training::Trainer& trainer, ConfigPointer config);
  /// The same with a state that was reached before: with the curve that led there, a point for each
  /// iteration, and whether something was changed by hand there.
  void begin(const training::Trainer& trainer, ConfigPointer config,
             const training::HistoryView& curve, bool changed);

  /// To be called before each iteration, and its record after it.
  void before_step(const training::Trainer& trainer);
  void after_step(const training::IterationRecord& record);

  /// Takes note of a change by hand just made. Of several W_hh set at one iteration the last
  /// counts.
  void add_change(const training::Trainer& trainer, ConfigPointer from, ConfigPointer to,
                  model::Matrix W_hh = {});

  /// Starts a replay that ends at that iteration, limited to first() .. end().
  Replay replay(std::uint64_t target, const training::Trainer& present) const;
  /// Goes on with it until it is done, which returns true, or for about as long as said.
  bool advance(Replay& replay, std::chrono::steady_clock::duration how_long);
  /// The replay's end is where the session stands now.
  void arrive(const Replay& replay);

  /// Fills in what the timeline knows of the present place.
  void describe(Place& place) const;
  /// Goes to that place; what was the present is a ghost then, unless it is part of it.
  void restore(const Place& place);

  /// For a copy that goes on in another thread: steps of undo are shared, and change.
  void leave_undo();

  const UndoHeads& heads() const { return heads_; }
  /// Of the present place; `made` is the one of them that is new.
  void set_heads(UndoHeads heads, const std::shared_ptr<UndoStep>& made, std::uint64_t present);

  std::uint64_t first() const { return start_->state.setup.iteration; }
  std::uint64_t end() const { return curve_.size(); }
  /// The session stands at that iteration, and something was changed by hand there.
  bool changed_at(std::uint64_t iteration) const;
  /// Fills in curves and timeline of a snapshot of that iteration.
  void describe(std::uint64_t iteration, Snapshot& snapshot) const;

private:
  void leave_branch(std::uint64_t iteration);
  void keep(const training::Trainer& trainer, std::size_t changes, std::uint64_t present,
            std::uint64_t spacing);
  void fit(std::uint64_t present);
  void thin(std::uint64_t present);
  void forget_oldest_changes(const training::Trainer& present);
  void add_ghost(const training::HistoryView& curve);
  void find_forks();
  void keep_valid_checkpoints(const Place& place);
  std::vector<Checkpoint> nearby(std::uint64_t iteration) const;
  ConfigPointer config_after(std::size_t changes) const;
  std::size_t bytes_used() const;

  std::size_t budget_;
  UndoMemory undo_memory_;
  std::shared_ptr<const RunStart> start_;
  ChangeLog log_;
  std::size_t log_bytes_ = 0;
  std::size_t changes_ = 0;  // entries of the log made where the session stands
  training::History curve_;
  std::vector<Checkpoint> checkpoints_;  // of this branch, in order, behind the start
  std::size_t state_bytes_ = 0;          // of one of them
  std::vector<training::HistoryView> ghosts_;
  std::vector<std::uint64_t> forks_;  // of each ghost: points in common with the curve
  UndoHeads heads_, end_heads_;
  bool has_undo_ = true;
  std::uint64_t interval_ = 1, since_kept_ = 0;
};

}  // namespace backflow::session
