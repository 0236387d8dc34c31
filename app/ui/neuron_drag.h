// The start of the descents on the error surface, flat or as a relief, in the hand: its ring is
// dragged, or moved with the arrow keys, and both paths begin there.
#pragma once

#include <functional>
#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NeuronDrag {
public:
  /// After the error surface was drawn: `state` is what the mouse does with it. Returns whether
  /// the ring is held or under the mouse.
  bool update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
              const session::Snapshot& snapshot, const PanelServices& services,
              const figure::View& view);

private:
  // How (w, b) lies in the figure.
  struct Ground {
    figure::Rect area;
    lab::SurfaceRange range;
    std::function<figure::Point(lab::NeuronPoint)> place;
    /// Whether it can be seen, and taken, there.
    std::function<bool(lab::NeuronPoint)> seen;
    /// Which way the arrow keys lead: one of both is 0, the other ±1.
    lab::NeuronPoint right{1.0, 0.0}, up{0.0, 1.0};
    /// Nothing where the figure shows no point of the plane.
    std::function<std::optional<lab::NeuronPoint>(figure::Point)> under;
  };
  static std::optional<Ground> ground_of(const FigurePanel& panel,
                                         const session::Snapshot& snapshot,
                                         const figure::View& view);
  void use_keys(UiContext& ui, const FigurePanel& panel, const Ground& ground,
                const session::Snapshot& snapshot, const PanelServices& services);

  /// What the ring was taken on: it stays while it is held.
  std::optional<Ground> held_;
};

}  // namespace backflow::ui
