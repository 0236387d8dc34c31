#include "app/ui/hover_help.h"

#include "app/ui/widgets.h"

namespace backflow::ui {

std::string draw_hover_help(UiContext& ui) {
  HoverHelp& hover = ui.hover;
  if (hover.label != hover.resting_on || ImGui::IsAnyMouseDown()) {
    hover.resting_on = hover.label;
    hover.rested = 0.0;
  } else if (!hover.label.empty()) {
    hover.rested += ImGui::GetIO().DeltaTime;
  }
  std::string shown = ui.tooltip;
  if (shown.empty() && !hover.label.empty() && hover.rested >= kHelpDelay) shown = hover.text;
  if (!shown.empty()) draw_tooltip(ui, shown);
  return shown;
}

}  // namespace backflow::ui
