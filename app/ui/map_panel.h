// The card with the Jacobian products: the heatmap and the figures made from it, with their
// controls.
#pragma once

#include <optional>
#include <string_view>

#include "app/ui/panel_parts.h"
#include "app/ui/tabbed_panel.h"

namespace backflow::ui {

/// The colours after these, in a round.
figure::Colormap next_colors(figure::Colormap colors);

class MapPanel {
public:
  explicit MapPanel(std::size_t& chosen_tab) : chosen_(chosen_tab) {}

  /// A click on a cell of the heatmap pins it (View::pinned) and shows its chain; a click on the
  /// pinned one, or on the diagonal, where there is no product, releases it.
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
            const PanelServices& services, ViewState& state);

  /// Releases the pinned cell, if there is one, and goes back from its chain to the heatmap.
  void release(figure::View& view);

  TabbedPanel& tabs() { return tabs_; }
  const TabbedPanel& tabs() const { return tabs_; }

private:
  double least_width(bool has_c) const;
  void pin(figure::Cell cell, figure::View& view);
  Rect draw_controls(UiContext& ui, Rect bar, const Rect& second, bool has_c,
                     const session::Snapshot& snapshot, ViewState& state);

  std::size_t& chosen_;
  TabbedPanel tabs_{{{"jacobian-norms", "Jacobian products", "Products", Key::digit_1, '1'},
                     {"gradient-by-lag", "By lag", "By lag", Key::digit_2, '2'},
                     {"jacobian-chain", "Chain", "Chain", Key::digit_0, '0'},
                     {"contributions", "Contributions", "Contrib.", Key::c, 'C'}},
                    chosen_};
};

}  // namespace backflow::ui
