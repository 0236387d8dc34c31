// W_hh in the hand: over the figure the changes of a whole block and of a row, in it the entries,
// which are dragged up and down or typed.
#pragma once

#include <optional>

#include "app/figure/weights_figure.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class WeightsPanel {
public:
  /// Draws the controls below the title bar, and the figure.
  void draw(UiContext& ui, const Rect& rect, FigurePanel& panel, const session::Snapshot& snapshot,
            const PanelServices& services, ViewState& shared);

private:
  struct Drag {
    figure::Entry entry;
    double value = 0.0;  ///< not yet rounded
    double limit = 1.0;  ///< of the colours when it began
  };

  void draw_first_line(UiContext& ui, Rect line, const session::Snapshot& snapshot,
                       const PanelServices& services, figure::View& view);
  void draw_freeze(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                   const PanelServices& services);
  void draw_block(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                  figure::View& view);
  void draw_changes(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                    const PanelServices& services, model::Index gate);
  void draw_second_line(UiContext& ui, const Rect& line, const session::Snapshot& snapshot,
                        const PanelServices& services, const figure::View& view);
  void draw_row(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                const PanelServices& services, const figure::View& view);
  void size_slider(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                   const PanelServices& services, model::Index gate, model::BlockChange change);
  void use_mouse(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                 const session::Snapshot& snapshot, const PanelServices& services,
                 figure::View& view);
  void drag_entry(UiContext& ui, const session::Snapshot& snapshot, const PanelServices& services,
                  const figure::View& view);
  void use_keys(UiContext& ui, const FigurePanel& panel, const session::Snapshot& snapshot,
                const figure::View& view);
  void type_entry(UiContext& ui, const session::Snapshot& snapshot, const figure::View& view,
                  figure::Entry entry);
  void draw_typing(UiContext& ui, const FigurePanel& panel, const session::Snapshot& snapshot,
                   const PanelServices& services, const figure::View& view);

  std::optional<Drag> drag_;
  std::optional<figure::Entry> typing_;
  figure::Entry marked_;            // by the arrow keys
  std::optional<double> row_norm_;  // of the row whose factor is dragged, when that began
  double row_factor_ = 1.0;
  std::optional<std::pair<model::BlockChange, double>> asked_;  // a slider that is dragged
  std::uint64_t draws_ = 0;  // of random matrices: every one is another
};

}  // namespace backflow::ui
