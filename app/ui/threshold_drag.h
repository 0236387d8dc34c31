// The clipping threshold in the plot of the gradient norm: its line is dragged up and down.
#pragma once

#include <optional>

#include "app/ui/app_ui.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class ThresholdDrag {
public:
  /// After the figure was drawn: `state` is what the mouse does with it.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const UiServices& services, figure::View& view);

private:
  /// The axes when the line was taken: they stay while it is held.
  std::optional<figure::PlotArea> held_;
  std::string sent_;
};

}  // namespace backflow::ui
