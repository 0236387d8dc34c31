// Reaching every control without a mouse: Tab and Shift+Tab go from one to the next, Enter clicks
// it, the arrow keys change what has a range or a list. The order is that in which controls are
// drawn.
#pragma once

#include <optional>
#include <utility>

#include "app/ui/widgets.h"

namespace backflow::ui {

/// At the start of a frame: moves the focus.
void move_focus(UiContext& ui);

/// No control has it any more; false when none had.
bool leave_focus(UiContext& ui);

/// Called by each control as it is drawn: keeps the order, and, where it has the focus, scrolls it
/// into sight and draws the ring that says so. Returns whether Enter was pressed on it.
bool take_focus(UiContext& ui, const Widget& widget);

/// Whether Enter was pressed on the widget in this frame.
bool entered_by_key(const UiContext& ui, const Widget& widget);

/// −1, 0 or 1: which way an arrow key moves the widget's value in this frame; in a list down is
/// forward. Calling it tells that the widget uses arrow keys.
int arrow_step(UiContext& ui, const Widget& widget, bool list = false);

/// How far the arrow keys go in this frame in a picture that has the focus, to the right and down;
/// nothing where it has not.
std::optional<std::pair<int, int>> arrow_move(UiContext& ui, const Widget& widget);

}  // namespace backflow::ui
