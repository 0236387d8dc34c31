// Where a walk through one iteration stands: forward t = 1..T, output and loss, backward t = T..1,
// clip, update. The walk is a matter of what is shown: the record holds the whole iteration, and
// the playhead says how much of it has been reached.
#pragma once

#include "core/model/types.h"

namespace backflow::figure {

enum class Phase { forward, output, backward, clip, update };

struct Playhead {
  /// 1 .. playhead_positions(T): T forward steps, the output, T backward steps, clip, update.
  model::Index position = 1;
  bool operator==(const Playhead&) const = default;
};

/// How many positions a walk over T steps has: 2 T + 3.
inline model::Index playhead_positions(model::Index T) { return 2 * T + 3; }

/// The phase at the playhead; a position beyond the last one counts as the last.
inline Phase phase_of(Playhead playhead, model::Index T) {
  if (playhead.position <= T) return Phase::forward;
  if (playhead.position == T + 1) return Phase::output;
  if (playhead.position <= 2 * T + 1) return Phase::backward;
  return playhead.position == 2 * T + 2 ? Phase::clip : Phase::update;
}

/// The step t in 1..T at the playhead; T in the output phase, 0 in the last two, which concern all.
inline model::Index step_of(Playhead playhead, model::Index T) {
  switch (phase_of(playhead, T)) {
    case Phase::forward:
      return playhead.position;
    case Phase::output:
      return T;
    case Phase::backward:
      return 2 * T + 2 - playhead.position;
    case Phase::clip:
    case Phase::update:
      return 0;
  }
  return 0;
}

}  // namespace backflow::figure
