// What the panels' title bars and figures share.
#pragma once

#include <optional>
#include <string>

#include "app/session/snapshot.h"
#include "app/ui/figure_panel.h"

namespace backflow::ui {

/// What the window shows and what it wants computed; the panels' common state.
struct ViewState {
  figure::View view;
  /// Sent once a frame when it is not what was last asked for, however many panels had a say.
  session::AnalysisOptions wanted;
  /// What lies under the mouse in this frame, in whichever panel; View::highlight of the next one.
  std::optional<figure::Highlight> next_highlight;
  /// View::cursor and View::cursor_iteration of the next frame, so that every figure of a frame
  /// shows the same.
  std::optional<figure::Cell> next_cursor;
  std::optional<std::size_t> next_cursor_iteration;
};

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
