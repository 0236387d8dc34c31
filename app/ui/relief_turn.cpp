#include "app/ui/relief_turn.h"

#include <algorithm>
#include <cmath>

#include "app/figure/error_relief_figure.h"
#include "app/figure/view.h"
#include "app/ui/keyboard_focus.h"

namespace backflow::ui {
namespace {

constexpr double kTurnPerUnit = 0.5, kTiltPerUnit = 0.3;  // degrees
constexpr double kTurnPerKey = 5.0, kTiltPerKey = 3.0;

// What is nearest to the viewer goes with the mouse; downwards more of it is seen from above.
void look_from(double turn, double tilt, figure::View& view) {
  view.relief_turn = turn - 360.0 * std::floor(turn / 360.0);
  view.relief_tilt = std::clamp(tilt, figure::kLeastTilt, figure::kMostTilt);
}

}  // namespace

void ReliefTurn::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                        const session::Snapshot& snapshot, bool taken, figure::View& view) {
  if (!state.held) held_.reset();
  const auto relief = figure::relief_in(snapshot, view, panel.figure());
  if (!relief) return;
  const Widget widget{"Side the relief is seen from", "", panel.on_screen(ui, relief->area)};
  take_focus(ui, widget);
  if (const auto keys = arrow_move(ui, widget))
    look_from(view.relief_turn + kTurnPerKey * keys->first,
              view.relief_tilt + kTiltPerKey * keys->second, view);
  if (taken) return;
  const figure::Point pointer = panel.pointer(ui);
  if (!held_) {
    if (!state.hovered || !relief->area.contains(pointer)) return;
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
    if (!ui.tooltip.empty()) ui.tooltip += "\ndrag to turn it, double-click for the usual side";
    if (state.double_clicked) return look_from(figure::kReliefTurn, figure::kReliefTilt, view);
    if (ImGui::IsMouseClicked(0)) held_ = Held{view.relief_turn, view.relief_tilt, pointer};
    return;
  }
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  look_from(held_->turn + kTurnPerUnit * (pointer.x - held_->at.x),
            held_->tilt + kTiltPerUnit * (pointer.y - held_->at.y), view);
}

}  // namespace backflow::ui
