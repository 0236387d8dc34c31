#include "app/ui/walk.h"

#include <algorithm>
#include <utility>

namespace backflow::ui {
namespace {

constexpr double kPulseSeconds = 0.5;
// An idle window's first frame comes a long time after its last one.
constexpr double kLongestFrame = 0.1;

}  // namespace

using model::Index;

Index Walk::last() const { return figure::playhead_positions(record_->trace.steps()); }

bool Walk::has_update() const {
  return record_->parameters_after.has_value() || record_->divergence.has_value();
}

std::optional<figure::Playhead> Walk::playhead() const {
  if (!position_) return std::nullopt;
  return figure::Playhead{*position_};
}

void Walk::set_pace(double steps_per_second) {
  pace_ = std::clamp(steps_per_second, kSlowest, kFastest);
}

void Walk::go_to(Index position, bool animated) {
  position_ = position;
  pulse_ = animated ? 0.0 : 1.0;
  clock_ = 0.0;
}

void Walk::begin(const session::Snapshot& snapshot, const Send& send, bool at_end) {
  at_end_ = at_end;
  await(Awaited::pause, snapshot);
  if (snapshot.running) send(session::Pause{});
  take(snapshot);
}

void Walk::begin_at(Index position, const session::Snapshot& snapshot, const Send& send) {
  end();
  start_ = position;
  begin(snapshot, send, false);
}

void Walk::end() {
  start_.reset();
  position_.reset();
  record_.reset();
  awaited_ = Awaited::nothing;
  playing_ = false;
  pulse_ = 1.0;
}

void Walk::next(const session::Snapshot& snapshot, const Send& send) {
  if (!on()) return begin(snapshot, send, false);
  if (waits_here()) return;
  if (awaited_ == Awaited::previous) awaited_ = Awaited::nothing;
  if (*position_ == last()) {
    await(Awaited::next, snapshot);
    send(session::Evaluate{});
  } else if (*position_ + 1 == last() && !has_update()) {
    ask_for_update(snapshot, send);
  } else {
    go_to(*position_ + 1, true);
  }
}

void Walk::await(Awaited what, const session::Snapshot& snapshot) {
  awaited_ = what;
  refusals_ = snapshot.refusals;
}

// What was asked for here is on its way; whoever goes back in the meantime does not wait.
bool Walk::waits_here() const {
  return (awaited_ == Awaited::update && *position_ + 1 == last()) ||
         (awaited_ == Awaited::next && *position_ == last());
}

// An iteration that has been computed before is returned to, which leaves the timeline as it is.
void Walk::ask_for_update(const session::Snapshot& snapshot, const Send& send) {
  await(Awaited::update, snapshot);
  if (snapshot.timeline.end > snapshot.iteration)
    send(session::GoTo{snapshot.iteration + 1});
  else
    send(session::StepOnce{});
}

void Walk::previous(const session::Snapshot& snapshot, const Send& send) {
  playing_ = false;
  if (!on()) return begin(snapshot, send, true);
  if (*position_ > 1) {
    go_to(*position_ - 1, false);
  } else if (record_->iteration > snapshot.timeline.first) {
    // After that many iterations the record shown is the one before, with its update.
    await(Awaited::previous, snapshot);
    send(session::GoTo{record_->iteration});
  }
}

void Walk::toggle_play(const session::Snapshot& snapshot, const Send& send) {
  playing_ = !playing_;
  clock_ = 0.0;
  if (playing_ && !on()) begin(snapshot, send, false);
}

void Walk::take(const session::Snapshot& snapshot) {
  if (awaited_ == Awaited::pause) {
    if (snapshot.running) return;
    awaited_ = Awaited::nothing;
    record_ = snapshot.record;
    const Index end = has_update() ? last() : last() - 1;
    const bool animated = !at_end_ && !start_;
    const Index start = std::exchange(start_, std::nullopt).value_or(at_end_ ? end : 1);
    go_to(std::clamp(start, Index{1}, end), animated);
    return;
  }
  if (!on() || snapshot.record == record_) return;
  take_changed_record(std::exchange(record_, snapshot.record));
}

void Walk::take_changed_record(const Record& before) {
  const bool here = waits_here();
  const Awaited awaited = std::exchange(awaited_, Awaited::nothing);
  if (here && awaited == Awaited::update && record_->iteration == before->iteration) {
    go_to(last(), true);
  } else if (here && (awaited == Awaited::next || record_->iteration == before->iteration + 1)) {
    // (What follows an update that has been returned to may begin with a change by hand.)
    go_to(1, true);
  } else if (awaited == Awaited::previous && record_->iteration + 1 == before->iteration) {
    go_to(has_update() ? last() : last() - 1, false);
  } else {
    // A change by hand: what is looked at stays in view, but nothing is trained for it.
    position_ = std::min(*position_, has_update() ? last() : last() - 1);
  }
}

void Walk::advance(const session::Snapshot& snapshot, double seconds, const Send& send) {
  take(snapshot);
  if (!on()) return;
  if (snapshot.running) return end();
  if (awaited_ != Awaited::nothing && snapshot.refusals != refusals_) {
    awaited_ = Awaited::nothing;
    playing_ = false;
  }
  const double passed = std::min(seconds, kLongestFrame);
  const double travel = playing_ ? std::min(kPulseSeconds, 1.0 / pace_) : kPulseSeconds;
  pulse_ = std::min(1.0, pulse_ + passed / travel);
  if (!playing_ || awaited_ != Awaited::nothing) return;
  // What is left of the clock carries over, so that the pace holds whatever the frames take.
  clock_ += passed;
  while (clock_ >= 1.0 / pace_ && awaited_ == Awaited::nothing) {
    const double rest = clock_ - 1.0 / pace_;
    next(snapshot, send);
    clock_ = rest;
  }
}

}  // namespace backflow::ui
