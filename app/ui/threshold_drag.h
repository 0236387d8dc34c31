// The clipping threshold in the plot of the gradient norm: its line is dragged up and down. Of two
// networks each has its own; where the lines coincide, the one whose controls are shown is moved.
#pragma once

#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class ThresholdDrag {
public:
  /// After the figure was drawn: `state` is what the mouse does with it.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const PanelServices& services, figure::View& view);

private:
  struct Held {
    figure::PlotArea axes;  ///< when the line was taken: they stay while it is held
    bool is_b;
  };

  std::optional<Held> held_;
  std::string sent_;
};

}  // namespace backflow::ui
