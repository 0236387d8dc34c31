// The four figure panels with the switches in their title bars, and what the mouse does in them.
#pragma once

#include <string_view>

#include "app/ui/app_ui.h"
#include "app/ui/figure_panel.h"

namespace backflow::ui {

/// Where the panels lie.
struct PanelRects {
  Rect network, map, loss, norm;
};

class Panels {
public:
  void draw(UiContext& ui, const PanelRects& rects, const session::Snapshot& snapshot,
            const UiServices& services);

  const figure::Figure* figure(std::string_view name) const;

private:
  void draw_network(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                    const UiServices& services);
  void draw_map(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                const UiServices& services);
  void draw_limits(UiContext& ui, const Rect& rect);
  void draw_curve(UiContext& ui, FigurePanel& panel, const Rect& rect, const char* label,
                  bool& logarithmic, const session::Snapshot& snapshot, const UiServices& services);
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     const UiServices& services);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps);

  FigurePanel network_{"unrolled"}, map_{"jacobian-norms"}, loss_{"loss"}, norm_{"gradient-norm"};
  figure::View view_;
};

}  // namespace backflow::ui
