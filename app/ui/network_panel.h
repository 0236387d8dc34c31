// The card with the network, unrolled through time or folded into one cell: which sequence, which
// steps.
#pragma once

#include "app/ui/app_ui.h"
#include "app/ui/panel_parts.h"

namespace backflow::ui {

class NetworkPanel {
public:
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
            const UiServices& services, ViewState& state);

  /// As it is shown: folded or not.
  const FigurePanel& panel() const { return shows_folded_ ? folded_ : network_; }

  /// The step under the mouse in the last frame, twice.
  std::optional<figure::Cell> cursor() const { return cursor_; }

  /// F folds and unfolds it.
  void take_keys();
  /// Once a frame, drawn or not: folds and unfolds.
  void advance(double seconds, figure::View& view);
  /// It is on its way from one to the other.
  bool animating() const { return animating_; }

private:
  void draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     figure::View& view);
  void zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps,
                    figure::View& view);

  void draw_fold(UiContext& ui, const Rect& rect);
  void point_out(const session::Snapshot& snapshot, figure::View& view);

  FigurePanel network_{"unrolled"}, folded_{"folded"};
  bool wants_folded_ = false;  // where it is going
  bool shows_folded_ = false;  // where it has arrived
  bool animating_ = false;
  std::optional<figure::Cell> cursor_;
  bool pointed_out_ = false;  // View::highlight is this card's
};

}  // namespace backflow::ui
