// A card with a title bar and a figure in it, which is built anew only when something changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/figure/catalogue.h"
#include "app/session/snapshot.h"
#include "app/ui/heatmap_textures.h"
#include "app/ui/ui_context.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

/// The background of a panel.
void draw_card(const UiContext& ui, const Rect& rect);

/// The button at the right end of a title bar that exports the figure of that name; `bar` is what
/// is left for other controls, without it.
void draw_export_button(UiContext& ui, Rect& bar, std::string_view figure);

class FigurePanel {
public:
  /// The figure of that name in the catalogue.
  explicit FigurePanel(std::string_view name);

  /// Draws the card and its title; returns what is left of the title bar, for controls.
  Rect begin(UiContext& ui, const Rect& rect) const;

  /// Draws the figure below a title bar of that many units, and the text of what is under the
  /// mouse. Returns what the mouse does there.
  Interaction draw(UiContext& ui, const Rect& rect, double bar, const session::Snapshot& snapshot,
                   const figure::View& view, HeatmapTextures* textures);

  const figure::FigureInfo& info() const { return *info_; }
  /// As last drawn.
  const figure::Figure& figure() const { return figure_; }
  /// The mouse in the figure's coordinates; nothing when it is elsewhere.
  std::optional<figure::Point> mouse() const { return mouse_; }
  /// The same wherever the mouse is, for what is dragged out of the figure.
  figure::Point pointer(const UiContext& ui) const;
  /// Where the mouse button was pressed last, likewise.
  figure::Point pressed_at(const UiContext& ui) const;
  /// A point of the figure on the screen, in pixels.
  ImVec2 on_screen(const UiContext& ui, figure::Point point) const;
  Rect on_screen(const UiContext& ui, const Rect& rect) const;

  static constexpr double kBar = 30.0;  ///< height of the title bar in units

private:
  figure::Point in_figure(const UiContext& ui, ImVec2 pixel) const;

  struct Key {
    std::uint64_t revision = ~std::uint64_t{0};
    /// Instead of the revision for a figure that shows nothing of the network.
    std::shared_ptr<const lab::NeuronStudy> neuron;
    figure::View view;  // figure::relevant()
    figure::FigureStyle style;
    figure::Size size;
    bool operator==(const Key&) const = default;
  };

  const figure::FigureInfo* info_;
  Key key_;
  figure::Figure figure_;
  std::optional<figure::Point> mouse_;
  Rect area_;  // of the figure on the screen
};

}  // namespace backflow::ui
