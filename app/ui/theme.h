// Colours of the window as Dear ImGui wants them, from the palette of the figures.
#pragma once

#include <imgui.h>

#include "app/figure/style.h"

namespace backflow::ui {

ImU32 to_imgui(const figure::Color& color);

/// The same colour with another opacity, 0 to 1.
ImU32 to_imgui(const figure::Color& color, double alpha);

/// Sets colours and sizes of the present context's style.
void apply_theme(figure::Theme theme, double scale);

}  // namespace backflow::ui
