// The card with the network, unrolled through time or folded into one cell: which sequence, which
// steps.
#pragma once

#include "app/ui/explanation_strip.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NetworkPanel {
public:
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
            const PanelServices& services, ViewState& state);

  /// As it is shown: folded or not.
  const FigurePanel& panel(const figure::View& view) const {
    return view.fold >= 1.0 ? folded_ : network_;
  }
  const FigurePanel& strip() const { return strip_.panel(); }

private:
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     figure::View& view);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps,
                    figure::View& view);

  void draw_fold(UiContext& ui, const Rect& rect, bool& wants_folded);

  FigurePanel network_{"unrolled"}, folded_{"folded"};
  ExplanationStrip strip_;
};

}  // namespace backflow::ui
