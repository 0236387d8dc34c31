// What Undo and Redo go back to. A step holds the whole session as it was; steps are chained, the
// newest first, through the place they hold, and never changed but for being emptied when memory is
// wanted for newer ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/training/history.h"
#include "core/training/trainer.h"

namespace backflow::session {

using ConfigPointer = std::shared_ptr<const config::Config>;

struct UndoStep;

/// The next step back, and the next one forward again; null where there is none.
struct UndoHeads {
  std::shared_ptr<UndoStep> undo, redo;
};

/// Where a run begins: the earliest state that can be returned to.
struct RunStart {
  training::TrainerState state;
  ConfigPointer config;
  /// Something was changed by hand there, such as the last change of those that were forgotten.
  bool changed = true;
};

/// One change by hand, as it is made again when a run is replayed.
struct Change {
  std::uint64_t iteration = 0;  ///< iterations done when it was made
  ConfigPointer from, to;       ///< for config::apply, unless there is W_hh
  model::Matrix W_hh;           ///< (G·n, n), or empty
  UndoHeads before;             ///< the heads when it was made
};
using ChangeLog = std::vector<std::shared_ptr<const Change>>;

/// A state somewhere in a run, which training can go on from.
struct Checkpoint {
  std::uint64_t iteration = 0;
  std::size_t changes = 0;  ///< entries of the log made before it
  std::shared_ptr<const training::TrainerState> state;
};

/// The whole session at some moment: state, picture, and the run around it.
struct Place {
  training::TrainerState state;
  ConfigPointer config;
  std::optional<training::Divergence> divergence;
  std::shared_ptr<const training::IterationRecord> record;  ///< null: to be evaluated anew

  std::shared_ptr<const RunStart> start;
  ChangeLog log;
  std::size_t changes = 0;      ///< entries of the log made so far; the others lie ahead
  training::HistoryView curve;  ///< to the end of the run
  std::vector<training::HistoryView> ghosts;
  std::vector<Checkpoint> nearby;  ///< a few to replay from, ever farther apart
  UndoHeads heads, end_heads;      ///< now, and after the last entry of the log

  /// What is kept for this place, in bytes.
  std::size_t bytes() const;
};

struct UndoStep {
  std::string title;             ///< what was done: "Activation: tanh → ReLU"
  std::uint64_t gesture = 0;     ///< of the commands it is made of; 0 belongs to none
  bool replaces_state = false;   ///< it brought other weights, not only other options
  std::shared_ptr<Place> place;  ///< to go back to; null when it was given up for memory
  /// Of the gesture, or of the command outside one, across the networks of a comparison.
  std::uint64_t number = 0;
  bool of_choice = false;  ///< the title tells a choice; numbers that go along leave it so
};

/// Bytes of a state with its own weights.
std::size_t bytes_of(const training::TrainerState& state);
/// Bytes of a record, roughly: its tensors over all steps.
std::size_t bytes_of(const training::IterationRecord& record);

/// All steps there are, for the sake of their memory.
class UndoMemory {
public:
  explicit UndoMemory(std::size_t most) : most_(most) {}

  /// Takes note of a new step and empties the oldest, first their records, until all fit. The
  /// newest is kept, without its record if need be.
  void add(const std::shared_ptr<UndoStep>& step);
  std::size_t bytes() const { return bytes_; }

private:
  struct Entry {
    std::weak_ptr<UndoStep> step;
    std::weak_ptr<Place> place;
  };
  void recount();

  std::size_t most_, bytes_ = 0;
  std::deque<Entry> entries_;  // oldest first
};

}  // namespace backflow::session
