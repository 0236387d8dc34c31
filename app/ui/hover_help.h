// The help of what the mouse rests on, and what a figure tells of the place under it.
#pragma once

#include <string>

#include "app/ui/ui_context.h"

namespace backflow::ui {

inline constexpr double kHelpDelay = 0.45;  ///< seconds the mouse must rest

/// Draws it when it is time, last in a frame; what is shown.
std::string draw_hover_help(UiContext& ui);

}  // namespace backflow::ui
