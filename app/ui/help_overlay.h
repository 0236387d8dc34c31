// The page behind F1: keys, symbols, how to read the pictures.
#pragma once

#include "app/ui/ui_context.h"

namespace backflow::ui {

/// Covers the window; returns true when it should be closed.
bool draw_help_overlay(UiContext& ui, const Rect& window);

}  // namespace backflow::ui
