// The strip at the bottom of the network card: the formulas of the step at the playhead, with its
// numbers. Its height is the same at all steps of a walk, so that the network above does not jump.
#pragma once

#include <cstdint>
#include <optional>

#include "app/ui/panel_parts.h"

namespace backflow::ui {

class ExplanationStrip {
public:
  /// The switch in the card's title bar; takes its room off the bar's right end, nothing where
  /// there is none.
  void draw_switch(UiContext& ui, Rect& bar, const Rect& card, ViewState& state) const;

  /// Draws the strip at the bottom of the card, over at most 40 % of it and, where
  /// there is room for both, less, so that the network can be read. Returns its height in
  /// pixels, 0 when it is switched off or there is no room. A term under the mouse becomes
  /// ViewState::next_highlight.
  double draw(UiContext& ui, const Rect& card, const session::Snapshot& snapshot, ViewState& state,
              HeatmapTextures* textures);

  const FigurePanel& panel() const { return panel_; }

private:
  static bool is_on(const UiContext& ui, const Rect& card, const ViewState& state);
  double height_units(const UiContext& ui, const Rect& card, const session::Snapshot& snapshot,
                      const figure::View& view);

  /// What the height depends on besides the numbers.
  struct Key {
    model::Index steps = 0, hidden = 0, outputs = 0;
    model::CellKind cell{};
    model::ActivationKind activation{};
    model::Readout readout{};
    model::Loss loss{};
    gradient::Truncation truncation;
    training::ClipMode clip{};
    training::OptimizerKind optimizer{};
    training::Freeze freeze{};
    bool decays = false, penalizes = false;
    bool walking = false;
    double width = 0.0, most = 0.0;
    bool operator==(const Key&) const = default;
  };
  /// Whose numbers were measured: along a walk the room grows where those of another iteration, or
  /// of its update, need more, and stays.
  struct Measured {
    std::uint64_t iteration = 0;
    bool update = false;
    bool operator==(const Measured&) const = default;
  };
  static Key key_of(const UiContext& ui, const Rect& card, const session::Snapshot& snapshot,
                    const figure::View& view);

  FigurePanel panel_{"explanation"};
  Key key_;
  Measured measured_;
  double units_ = 0.0;
};

}  // namespace backflow::ui
