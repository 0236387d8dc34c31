// The page behind F1: keys, symbols, how to read the pictures.
#pragma once

#include "app/ui/ui_context.h"

namespace backflow::ui {

/// What was asked for on the page.
enum class HelpAnswer { stay, close, tour, verify };

/// Covers the window; scrolls where it is small.
HelpAnswer draw_help_overlay(UiContext& ui, const Rect& window);

}  // namespace backflow::ui
