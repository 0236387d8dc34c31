// The four cards with the figures, and what they tell one another.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/ui/card_layout.h"
#include "app/ui/eigenvalue_drag.h"
#include "app/ui/map_panel.h"
#include "app/ui/network_panel.h"
#include "app/ui/threshold_drag.h"
#include "app/ui/walk.h"
#include "app/ui/weights_panel.h"

namespace backflow::ui {

class Panels {
public:
  /// Draws the cards that have a rectangle.
  void draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
            const UiServices& services);

  /// Two networks: shows the same figures in the same way as the other's panels.
  void mirror(const Panels& other);
  /// What lies under the mouse, and is marked in all figures.
  struct Pointed {
    std::optional<figure::Cell> cursor;
    std::optional<std::size_t> iteration;
    std::optional<figure::Highlight> highlight;
    bool operator==(const Pointed&) const = default;
  };
  Pointed pointed() const;
  void point_at(const Pointed& what, bool is_news);
  /// How the two share the cards. Of loss and norm the one whose tab was chosen last decides: to
  /// both curves again, or to its figure for each of the networks.
  TwoNetworks two_networks();

  /// Which figures are shown, and how.
  void restore(const Settings& settings);
  void store(Settings& settings) const;

  /// A figure moves without anybody's doing.
  bool animating() const { return network_.animating(); }

  /// What the figures show of a walk; before draw().
  void follow(const Walk& walk);

  /// Shows the figure whose key is pressed in this frame.
  void take_keys();

  /// Releases the product that was clicked in the heatmap, if one was.
  void release_pin() { map_.release(state_.view); }

  /// Of the figures shown, the one of that name, as last drawn; or nullptr.
  const figure::Figure* figure(std::string_view name) const;

  /// The next frame will look different: the mouse has come to other steps.
  bool needs_redraw() const { return cursor_moved_; }

private:
  void draw_curve(UiContext& ui, TabbedPanel& panel, const Rect& rect,
                  const session::Snapshot& snapshot, const UiServices& services);
  void draw_axis(UiContext& ui, const Rect& rect, const char* label, bool& logarithmic);
  void track_network();
  void ask_for_analysis(const std::vector<const TabbedPanel*>& shown, const UiServices& services);

  NetworkPanel network_;
  MapPanel map_;
  TabbedPanel loss_{{{"loss", "Loss", "Loss", Key::digit_3, '3'},
                     {"accuracy", "Accuracy", "Acc.", Key::digit_4, '4'},
                     {"spectrum", "Spectrum", "Spectrum", Key::digit_5, '5'},
                     {"weights", "W_{hh}", "W_{hh}", Key::digit_9, '9'}}};
  TabbedPanel norm_{{{"gradient-norm", "Gradient norm", "‖∇L‖", Key::digit_6, '6'},
                     {"learning-rate", "Rate", "η", Key::digit_7, '7'},
                     {"saturation", "Saturation", "Sat.", Key::digit_8, '8'}}};
  WeightsPanel weights_;
  EigenvalueDrag eigenvalue_drag_;
  ThresholdDrag threshold_drag_;
  ViewState state_;
  bool cursor_moved_ = false;                    // in this frame, whose figures do not show it yet
  std::array<std::string_view, 2> lower_shown_;  // in the loss and the norm card
  std::size_t lower_chosen_ = 0;                 // the one of them whose tab was chosen last
  std::optional<session::AnalysisOptions> asked_;  // of the worker, last
};

}  // namespace backflow::ui
