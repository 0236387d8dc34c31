// The landscape of the error surface in the hand: dragged, it turns and tilts; a double click
// brings the usual side back.
#pragma once

#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class ReliefTurn {
public:
  /// After the relief was drawn: `state` is what the mouse does with it; `taken`: something that
  /// lies on it has the mouse.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, bool taken, figure::View& view);

private:
  // The angles, and where the mouse was, when it was taken.
  struct Held {
    double turn = 0.0, tilt = 0.0;
    figure::Point at;
  };
  std::optional<Held> held_;
};

}  // namespace backflow::ui
