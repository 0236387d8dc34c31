// The card with the network unrolled through time: which sequence, which steps.
#pragma once

#include "app/ui/app_ui.h"
#include "app/ui/explanation_strip.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NetworkPanel {
public:
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
            const UiServices& services, ViewState& state);

  const FigurePanel& panel() const { return network_; }
  const FigurePanel& strip() const { return strip_.panel(); }

private:
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     figure::View& view);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps,
                    figure::View& view);

  FigurePanel network_{"unrolled"};
  ExplanationStrip strip_;
};

}  // namespace backflow::ui
