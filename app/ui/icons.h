// The few signs that are drawn, not written: no font has them at every size.
#pragma once

#include <imgui.h>

#include "app/ui/widgets.h"

namespace backflow::ui {

void draw_icon(ImDrawList& list, Icon icon, const Rect& rect, ImU32 color);
/// A "v" that says: this opens.
void draw_chevron(ImDrawList& list, const Rect& rect, ImU32 color, float thickness);

/// Says whether what a title stands for is unfolded below it.
void draw_fold_mark(ImDrawList& list, const Rect& r, bool open, ImU32 color, float thickness);

}  // namespace backflow::ui
