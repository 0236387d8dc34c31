// The run as a line: where the session stands in it, what lies ahead, where earlier branches left
// it; dragged or clicked to go there. Undo and redo stand at its beginning, the memory it takes at
// its end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

/// One iteration back, or one more while a replay is on its way; nothing at the first.
void step_back(const session::Snapshot& snapshot,
               const std::function<void(session::Command)>& send);
bool can_step_back(const session::Snapshot& snapshot);

class TimelineBar {
public:
  using Send = std::function<void(session::Command)>;

  static constexpr double kHeight = 22.0;  ///< units

  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot, const Send& send);

  /// Ctrl+Z and Ctrl+Shift+Z; Shift with the arrow keys: one iteration back or forward; Home, End.
  /// Not while something is typed. `arrows` is false while they belong to a control.
  void take_keys(const session::Snapshot& snapshot, const Send& send, bool arrows);

private:
  void draw_track(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                  const Send& send);

  std::optional<std::uint64_t> dragged_to_;  // the iteration last asked for in this drag
};

}  // namespace backflow::ui
