// A short tour for the first start: five stops, each pointing at a part of the window. Enter or a
// click goes on, Escape skips the rest.
#pragma once

#include <cstddef>

#include "app/ui/widgets.h"

namespace backflow::ui {

class Tour {
public:
  void start() { stop_ = 0, on_ = true; }
  bool is_on() const { return on_; }

  /// Draws the present stop over the window; call last in a frame, when the registry has the
  /// widgets. Returns true in the frame in which the tour ends.
  bool draw(UiContext& ui, const Rect& window);

private:
  bool buttons(UiContext& ui, const Rect& card);

  std::size_t stop_ = 0;
  bool on_ = false;
};

}  // namespace backflow::ui
