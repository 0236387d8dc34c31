// The four panels with tabs and switches in their title bars, and what the mouse does in their
// figures.
#pragma once

#include <optional>
#include <string_view>

#include "app/ui/app_ui.h"
#include "app/ui/figure_panel.h"
#include "app/ui/tabbed_panel.h"

namespace backflow::ui {

/// Where the panels lie.
struct PanelRects {
  Rect network, map, loss, norm;
};

class Panels {
public:
  void draw(UiContext& ui, const PanelRects& rects, const session::Snapshot& snapshot,
            const UiServices& services);

  /// Shows the figure whose key is pressed in this frame.
  void take_keys();

  /// Of the figures shown, the one of that name, as last drawn; or nullptr.
  const figure::Figure* figure(std::string_view name) const;

private:
  void draw_network(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                    const UiServices& services);
  void draw_map(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                const UiServices& services);
  Rect draw_map_controls(UiContext& ui, Rect bar, const Rect& second, bool lstm,
                         const session::Snapshot& snapshot);
  void draw_norm(UiContext& ui, const Rect& rect, bool in_words);
  void draw_block(UiContext& ui, const Rect& rect);
  void draw_color_limits(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot);
  void draw_epsilon(UiContext& ui, const Rect& rect);
  void show_spectrum_of(figure::Cell cell);
  void draw_limits(UiContext& ui, const Rect& rect);
  void draw_curve(UiContext& ui, TabbedPanel& panel, const Rect& rect,
                  const session::Snapshot& snapshot, const UiServices& services);
  void draw_axis(UiContext& ui, const Rect& rect, const char* label, bool& logarithmic);
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps);

  FigurePanel network_{"unrolled"};
  TabbedPanel map_{{{"jacobian-norms", "Jacobian products", "Products", Key::digit_1, '1'},
                    {"gradient-by-lag", "By lag", "By lag", Key::digit_2, '2'}}};
  TabbedPanel loss_{{{"loss", "Loss", "Loss", Key::digit_3, '3'},
                     {"accuracy", "Accuracy", "Acc.", Key::digit_4, '4'},
                     {"spectrum", "Spectrum", "Spectrum", Key::digit_5, '5'}}};
  TabbedPanel norm_{{{"gradient-norm", "Gradient norm", "‖∇L‖", Key::digit_6, '6'},
                     {"learning-rate", "Rate", "η", Key::digit_7, '7'},
                     {"saturation", "Saturation", "Sat.", Key::digit_8, '8'}}};
  figure::View view_;
  // The analysis that is wanted, and the one last asked for: sent once a frame, however many
  // controls had a say in it.
  session::AnalysisOptions wanted_;
  std::optional<session::AnalysisOptions> asked_;
};

}  // namespace backflow::ui
