// A walk through one iteration at a person's pace: where it stands, how far the signal of the
// present step has travelled, and what it asks of the session on its way.
//
// It goes over the record that is there: forward t = 1..T, output and loss, backward t = T..1,
// clip, update. A record without an update gets one when the walk arrives there, once; from the
// update the walk goes on into the next iteration, and from its first step back into the one
// before. No window in it: time and snapshots in, position and commands out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "app/figure/playhead.h"
#include "app/session/command.h"
#include "app/session/snapshot.h"

namespace backflow::ui {

class Walk {
public:
  using Send = std::function<void(session::Command)>;

  /// Phase steps per second of play().
  static constexpr double kSlowest = 0.25, kFastest = 30.0;

  /// One phase step on; begins the walk at the first step, pausing training, when it is off.
  void next(const session::Snapshot& snapshot, const Send& send);
  /// One back; begins the walk at the last step that there is when it is off.
  void previous(const session::Snapshot& snapshot, const Send& send);
  /// Goes on by itself, or stops doing so; begins the walk when it is off.
  void toggle_play(const session::Snapshot& snapshot, const Send& send);
  /// Begins the walk at that position, or at the last one that there is.
  void begin_at(model::Index position, const session::Snapshot& snapshot, const Send& send);
  /// The whole iteration is shown again.
  void end();

  /// Once a frame, with the seconds since the last one: takes up what the session answered, lets
  /// the pulse travel, plays. Training that is started by hand ends the walk.
  void advance(const session::Snapshot& snapshot, double seconds, const Send& send);

  bool on() const { return position_.has_value(); }
  bool playing() const { return playing_; }
  /// Nothing while the walk is off.
  std::optional<figure::Playhead> playhead() const;
  double pulse() const { return pulse_; }  ///< 0 … 1, 1 at rest
  /// Something moves without anybody's doing.
  bool moving() const { return playing_ || (on() && pulse_ < 1.0); }

  double pace() const { return pace_; }
  void set_pace(double steps_per_second);  ///< limited to kSlowest … kFastest

private:
  /// What was asked of the session and has not been answered.
  enum class Awaited {
    nothing,
    pause,     ///< training stops: the walk begins
    update,    ///< the present record with its update
    next,      ///< the record of the next iteration
    previous,  ///< that of the iteration before, with its update
  };
  using Record = std::shared_ptr<const training::IterationRecord>;

  void begin(const session::Snapshot& snapshot, const Send& send, bool at_end);
  void take(const session::Snapshot& snapshot);
  void take_changed_record(const Record& before);
  void go_to(model::Index position, bool animated);
  void ask_for_update(const session::Snapshot& snapshot, const Send& send);
  /// The record's update was made, or there is none because a number is not finite.
  bool has_update() const;
  void await(Awaited what, const session::Snapshot& snapshot);
  bool waits_here() const;
  model::Index last() const;  ///< position of the update

  std::optional<model::Index> position_;
  Record record_;  // walked over
  Awaited awaited_ = Awaited::nothing;
  std::uint64_t refusals_ = 0;  // Snapshot::refusals when that was asked for
  // Where a walk that waits for training to stop will begin: at its end, at a position.
  bool at_end_ = false;
  std::optional<model::Index> start_;
  bool playing_ = false;
  double pulse_ = 1.0, pace_ = 2.0, clock_ = 0.0;
};

}  // namespace backflow::ui
