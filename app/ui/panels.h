// The four cards with the figures of one network.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "app/ui/card_layout.h"
#include "app/ui/eigenvalue_drag.h"
#include "app/ui/map_panel.h"
#include "app/ui/network_panel.h"
#include "app/ui/neuron_drag.h"
#include "app/ui/relief_turn.h"
#include "app/ui/threshold_drag.h"
#include "app/ui/weights_panel.h"

namespace backflow::ui {

class Panels {
public:
  explicit Panels(ViewState& state) : state_(state) {}

  /// Draws the cards that have a rectangle.
  void draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
            const PanelServices& services);

  /// How the two share the cards. Of loss and norm the one whose tab was chosen last decides: to
  /// both curves again, or to its figure for each of the networks.
  TwoNetworks two_networks();

  /// Which figures are shown, and how.
  void restore(const Settings& settings);
  void store(Settings& settings) const;

  /// Shows the figure whose key is pressed in this frame.
  void take_keys();

  /// Releases the product that was clicked in the heatmap, if one was.
  void release_pin() { map_.release(state_.view); }

  /// Of the figures shown, the one of that name, as last drawn; or nullptr.
  const figure::Figure* figure(std::string_view name) const;

private:
  void draw_curve(UiContext& ui, TabbedPanel& panel, const Rect& rect,
                  const session::Snapshot& snapshot, const PanelServices& services);
  void draw_axis(UiContext& ui, const Rect& rect, const char* label, bool& logarithmic);
  void track_network();

  ViewState& state_;
  NetworkPanel network_;
  MapPanel map_{state_.tabs[0]};
  TabbedPanel loss_{{{"loss", "Loss", "Loss", Key::digit_3, '3'},
                     {"accuracy", "Accuracy", "Acc.", Key::digit_4, '4'},
                     {"spectrum", "Spectrum", "Spec.", Key::digit_5, '5'},
                     {"weights", "W_{hh}", "W_{hh}", Key::digit_9, '9'},
                     {"lyapunov", "Lyapunov", "Lyap.", Key::l, 'L'}},
                    state_.tabs[1]};
  TabbedPanel norm_{{{"gradient-norm", "Gradient norm", "‖∇L‖", Key::digit_6, '6'},
                     {"learning-rate", "Rate", "η", Key::digit_7, '7'},
                     {"saturation", "Saturation", "Sat.", Key::digit_8, '8'},
                     {"gates", "Gates", "Gates", Key::g, 'G'},
                     {"error-surface", "Error surface", "E", Key::e, 'E'},
                     {"error-relief", "Relief", "3D", Key::v, 'V'},
                     {"bifurcation", "Bifurcation", "Bif.", Key::i, 'I'}},
                    state_.tabs[2]};
  WeightsPanel weights_;
  EigenvalueDrag eigenvalue_drag_;
  ThresholdDrag threshold_drag_;
  NeuronDrag neuron_drag_;
  ReliefTurn relief_turn_;
  std::array<std::string_view, 2> lower_shown_;  // in the loss and the norm card
  std::size_t lower_chosen_ = 0;                 // the one of them whose tab was chosen last
};

}  // namespace backflow::ui
