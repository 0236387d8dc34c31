// The start of the descents on the error surface in the hand: its ring is dragged, or moved with
// the arrow keys, and both paths begin there.
#pragma once

#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NeuronDrag {
public:
  /// After the error surface was drawn: `state` is what the mouse does with it.
  void update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const PanelServices& services);

private:
  void use_keys(UiContext& ui, const FigurePanel& panel, const session::Snapshot& snapshot,
                const PanelServices& services);

  /// The axes when the ring was taken: they stay while it is held.
  std::optional<figure::PlotArea> held_;
};

}  // namespace backflow::ui
