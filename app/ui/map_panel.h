// The card with the Jacobian products: the heatmap and the figures made from it, with their
// controls.
#pragma once

#include <optional>
#include <string_view>

#include "app/ui/app_ui.h"
#include "app/ui/panel_parts.h"
#include "app/ui/tabbed_panel.h"

namespace backflow::ui {

class MapPanel {
public:
  /// Returns the cell of the heatmap that was clicked in this frame.
  std::optional<figure::Cell> draw(UiContext& ui, const Rect& rect,
                                   const session::Snapshot& snapshot, const UiServices& services,
                                   ViewState& state);

  TabbedPanel& tabs() { return tabs_; }
  const TabbedPanel& tabs() const { return tabs_; }

private:
  Rect draw_controls(UiContext& ui, Rect bar, const Rect& second, bool lstm,
                     const session::Snapshot& snapshot, ViewState& state);

  TabbedPanel tabs_{{{"jacobian-norms", "Jacobian products", "Products", Key::digit_1, '1'},
                     {"gradient-by-lag", "By lag", "By lag", Key::digit_2, '2'}}};
};

}  // namespace backflow::ui
