#include "app/ui/keyboard_focus.h"

#include <algorithm>
#include <utility>

#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// Figures and what only resizes have nothing to press.
bool takes_focus(const Widget& widget) {
  const auto begins = [&](std::string_view prefix) { return widget.label.starts_with(prefix); };
  constexpr std::string_view kTold[] = {"Status", "Coarse map", "Differences", "Stopped",
                                        "Timeline memory"};
  return widget.enabled && !begins("figure ") && !begins("Splitter") &&
         std::find(std::begin(kTold), std::end(kTold), widget.label) == std::end(kTold);
}

void go_on(KeyboardFocus& focus, bool backward) {
  const std::vector<std::string>& labels = focus.order;
  if (labels.empty()) return;
  const auto found = std::find(labels.begin(), labels.end(), focus.label);
  const auto count = static_cast<std::ptrdiff_t>(labels.size());
  std::ptrdiff_t next = backward ? count - 1 : 0;
  if (found != labels.end()) next = (found - labels.begin() + (backward ? count - 1 : 1)) % count;
  focus.label = labels[static_cast<std::size_t>(next)];
  focus.moved = true;
}

// Where the widget lies outside what its window shows.
void scroll_into_sight(const UiContext& ui, const Rect& rect) {
  const ImVec2 low = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const double margin = ui.px(8.0);
  const double above = low.y + margin - rect.y;
  const double below = rect.bottom() + margin - (low.y + size.y);
  if (above > 0.0) ImGui::SetScrollY(ImGui::GetScrollY() - static_cast<float>(above));
  if (below > 0.0) ImGui::SetScrollY(ImGui::GetScrollY() + static_cast<float>(below));
}

// Whether it has the focus; tells that it uses arrow keys then.
bool takes_arrows(UiContext& ui, const Widget& widget) {
  if (ui.focus.label.empty() || ui.full(widget.label) != ui.focus.label || !widget.enabled ||
      ui.focus.behind)
    return false;
  ui.focus.asked_for_arrows = true;
  return true;
}

}  // namespace

void move_focus(UiContext& ui) {
  const ImGuiIO& io = ImGui::GetIO();
  KeyboardFocus& focus = ui.focus;
  focus.uses_arrows = std::exchange(focus.asked_for_arrows, false);
  focus.enter = focus.moved = false;
  const bool gone =
      std::find(focus.order.begin(), focus.order.end(), focus.label) == focus.order.end();
  if (const int steps = std::exchange(focus.steps, 0); steps != 0) {
    go_on(focus, steps < 0);
  } else if (!io.WantTextInput) {
    if (gone || ImGui::IsMouseClicked(0)) focus.label.clear();
    if (key_pressed(Key::tab, true) && !io.KeyCtrl) go_on(focus, io.KeyShift);
    focus.enter = !focus.label.empty() && key_pressed(Key::enter);
  }
  focus.order.clear();
}

bool leave_focus(UiContext& ui) { return !std::exchange(ui.focus.label, {}).empty(); }

bool take_focus(UiContext& ui, const Widget& widget) {
  if (ui.focus.behind || !takes_focus(widget)) return false;
  ui.focus.order.push_back(ui.full(widget.label));
  if (ui.full(widget.label) != ui.focus.label) return false;
  if (ui.focus.moved) scroll_into_sight(ui, widget.rect);
  const Rect ring = inset(widget.rect, -ui.px(2.0));
  ImGui::GetForegroundDrawList()->AddRect(
      top_left(ring), bottom_right(ring), to_imgui(ui.colors().accent),
      static_cast<float>(ui.px(5.0)), 0, static_cast<float>(ui.px(2.0)));
  return ui.focus.enter;
}

bool entered_by_key(const UiContext& ui, const Widget& widget) {
  return ui.focus.enter && !ui.focus.behind && widget.enabled &&
         ui.full(widget.label) == ui.focus.label;
}

int arrow_step(UiContext& ui, const Widget& widget, bool list) {
  if (!takes_arrows(ui, widget) || ImGui::GetIO().WantTextInput) return 0;
  const Key more = list ? Key::down_arrow : Key::up_arrow;
  const Key less = list ? Key::up_arrow : Key::down_arrow;
  if (key_pressed(Key::right_arrow, true) || key_pressed(more, true)) return 1;
  if (key_pressed(Key::left_arrow, true) || key_pressed(less, true)) return -1;
  return 0;
}

std::optional<std::pair<int, int>> arrow_move(UiContext& ui, const Widget& widget) {
  if (!takes_arrows(ui, widget)) return std::nullopt;
  if (ImGui::GetIO().WantTextInput) return std::pair(0, 0);
  const auto pressed = [](Key key) { return key_pressed(key, true) ? 1 : 0; };
  return std::pair(pressed(Key::right_arrow) - pressed(Key::left_arrow),
                   pressed(Key::down_arrow) - pressed(Key::up_arrow));
}

}  // namespace backflow::ui
