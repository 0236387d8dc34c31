// The line at the lower edge: where training stands and what the gradient does.
#pragma once

#include <string>

#include "app/session/snapshot.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

/// "250 iterations done  ·  …" as text markup; `frame_ms` is the time the last frame took.
std::string status_text(const session::Snapshot& snapshot, double frame_ms);

/// Draws the status at the left and, when there is one, a message in the warning colour instead of
/// the verdict at the right.
void draw_status_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     double frame_ms, const std::string& message);

}  // namespace backflow::ui
