// What the panels' title bars and figures share.
#pragma once

#include <optional>
#include <string>

#include "app/ui/figure_panel.h"
#include "app/ui/view_state.h"

namespace backflow::ui {

/// Notes the hot spot under the mouse in the panel's figure, if there is one.
void light_up(const FigurePanel& panel, ViewState& state);

/// Takes a rectangle of that many units off the right end of `bar`.
Rect take_right(const UiContext& ui, Rect& bar, double units);
bool fits(const UiContext& ui, const Rect& bar, double units);

/// log10 of a positive number as typed: "100", "0.001", "1e-6", "1e-5000", "10^-6".
std::optional<double> log10_of(const std::string& text);

/// What lies under the mouse in a figure that was just drawn becomes the next frame's cursor.
void track_cursor(const FigurePanel& panel, const session::Snapshot& snapshot, ViewState& state);

}  // namespace backflow::ui
