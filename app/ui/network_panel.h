// The card with the network, unrolled through time or folded into one cell: which sequence, which
// steps.
#pragma once

#include "app/ui/app_ui.h"
#include "app/ui/explanation_strip.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NetworkPanel {
public:
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
            const UiServices& services, ViewState& state);

  /// As it is shown: folded or not.
  const FigurePanel& panel() const { return shows_folded_ ? folded_ : network_; }

  /// Shows the network as another one's panel does.
  void follow(const NetworkPanel& other);

  /// F folds and unfolds it.
  void take_keys();
  /// Once a frame, drawn or not: folds and unfolds.
  void advance(double seconds, figure::View& view);
  /// It is on its way from one to the other.
  bool animating() const { return animating_; }
  const FigurePanel& strip() const { return strip_.panel(); }

private:
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     figure::View& view);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps,
                    figure::View& view);

  void draw_fold(UiContext& ui, const Rect& rect);

  FigurePanel network_{"unrolled"}, folded_{"folded"};
  bool wants_folded_ = false;  // where it is going
  bool shows_folded_ = false;  // where it has arrived
  bool animating_ = false;
  ExplanationStrip strip_;
};

}  // namespace backflow::ui
