#include "app/ui/inline_edit.h"

#include <algorithm>
#include <cstring>

#include "app/ui/elide.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kTextSize = 12.0;
// Frames until an input has the keyboard at the latest; a list that closes may take it away first.
constexpr int kPatience = 4;

}  // namespace

void begin_edit(UiContext& ui, const std::string& label, const std::string& text) {
  ui.edit.label = ui.full(label);
  ui.edit.starting = kPatience;
  std::memset(ui.edit.text, 0, sizeof ui.edit.text);
  std::memcpy(ui.edit.text, text.data(), std::min(text.size(), sizeof ui.edit.text - 1));
  ui.edit.start = ui.edit.text;
}

void end_edit(UiContext& ui, const std::string& label) {
  if (ui.edit.label != ui.full(label)) return;
  ui.edit.label.clear();
  ui.edit.starting = 0;
}

std::optional<std::string> edit(UiContext& ui, const Widget& widget) {
  ImGui::SetCursorScreenPos(top_left(widget.rect));
  ImGui::SetNextItemWidth(static_cast<float>(widget.rect.width));
  if (ui.edit.starting > 0) ImGui::SetKeyboardFocusHere();
  // As high as the field that it stands in for, and marked as the one that listens.
  const float pad = (static_cast<float>(widget.rect.height) - ImGui::GetFontSize()) / 2.0f;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(static_cast<float>(ui.px(6.0)), std::max(0.0f, pad)));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 1.0f);
  ImGui::PushStyleColor(ImGuiCol_Border, to_imgui(ui.colors().accent));
  const bool entered =
      ImGui::InputText(("##edit " + widget.label).c_str(), ui.edit.text, sizeof ui.edit.text,
                       ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  register_widget(ui, widget);
  ui.focus.order.push_back(ui.full(widget.label));
  const bool active = ImGui::IsItemActive();
  const bool left = ui.edit.starting == 0 && !active;
  ui.edit.starting = active ? 0 : std::max(0, ui.edit.starting - 1);
  if (!entered && !left) return std::nullopt;
  // Escape has put the old text back.
  const std::string text = ui.edit.text;
  ui.edit.label.clear();
  return text != ui.edit.start ? std::optional(text) : std::nullopt;
}

std::optional<std::string> text_field(UiContext& ui, const Widget& widget, const std::string& text,
                                      const std::string& when_empty) {
  if (is_edited(ui, widget)) return edit(ui, widget);
  const Interaction state = interact(ui, widget);
  draw_field(ui, widget.rect, state, widget.enabled);
  const Rect inner = inset(widget.rect, ui.px(6.0));
  const bool empty = text.empty();
  draw_text(ui, {inner.x, widget.rect.y, inner.width, widget.rect.height},
            empty ? when_empty
                  : cut_start(  // the end of a path says more
                        text, ui.px(kTextSize), inner.width),
            kTextSize, empty ? ui.colors().muted_text : ui.colors().text);
  if (state.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
  if (state.clicked) begin_edit(ui, widget.label, text);
  return std::nullopt;
}

}  // namespace backflow::ui
