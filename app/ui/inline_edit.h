// Typing into a field: the text input that a slider or a text field turns into.
#pragma once

#include <optional>
#include <string>

#include "app/ui/widgets.h"

namespace backflow::ui {

/// From the next frame on the widget of that label is a text input that starts with `text`.
void begin_edit(UiContext& ui, const std::string& label, const std::string& text);

/// True while it is.
inline bool is_edited(const UiContext& ui, const Widget& widget) {
  return ui.edit.label == ui.full(widget.label);
}

/// It is no longer, whatever was typed.
void end_edit(UiContext& ui, const std::string& label);

/// Draws the input in the widget's place. Returns what was typed once it counts (Enter, or a click
/// elsewhere), unless nothing changed; Escape ends it without.
std::optional<std::string> edit(UiContext& ui, const Widget& widget);

}  // namespace backflow::ui
