// One configuration key as a row of the controls panel: its name and the control that fits its
// kind.
#pragma once

#include <optional>
#include <string>

#include "app/ui/ui_context.h"
#include "core/config/keys.h"

namespace backflow::ui {

/// Draws the row; returns the value that was chosen, if any. `value` is the one to show. `measured`
/// is the present value of what training moves, NaN when it is not known; nothing for other keys.
std::optional<std::string> key_control(UiContext& ui, const Rect& row, const config::Key& key,
                                       const config::Config& config, const std::string& value,
                                       std::optional<double> measured);

}  // namespace backflow::ui
