// The strip at the bottom of the network card: the formulas of the step at the playhead, with its
// numbers. Its height stays the same along a walk, so that the network above does not jump.
#pragma once

#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class ExplanationStrip {
public:
  /// The switch in the card's title bar; takes its room off the bar's right end, nothing where
  /// there is none.
  void draw_switch(UiContext& ui, Rect& bar, const Rect& card, const figure::View& view);

  /// Draws the strip at the bottom of the card, over at most 40 % of it and, where
  /// there is room for both, less, so that the network can be read. Returns its height in
  /// pixels, 0 when it is switched off or there is no room. A term under the mouse becomes
  /// ViewState::next_highlight.
  double draw(UiContext& ui, const Rect& card, const session::Snapshot& snapshot, ViewState& state,
              HeatmapTextures* textures);

  /// Is switched on or off as another one.
  void follow(const ExplanationStrip& other) { chosen_ = other.chosen_; }

  const FigurePanel& panel() const { return panel_; }

private:
  bool is_on(const UiContext& ui, const Rect& card, const figure::View& view) const;
  double height_units(const UiContext& ui, const Rect& card, const session::Snapshot& snapshot,
                      const figure::View& view);

  /// What the height depends on.
  struct Key {
    model::Index steps = 0, hidden = 0;
    model::CellKind cell = model::CellKind::rnn;
    bool walking = false;
    double width = 0.0, most = 0.0;
    bool operator==(const Key&) const = default;
  };

  FigurePanel panel_{"explanation"};
  std::optional<bool> chosen_;  // by the switch; nothing: on where there is room, and along a walk
  Key key_;
  double units_ = 0.0;
};

}  // namespace backflow::ui
