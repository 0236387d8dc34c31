#include "app/ui/line_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr int kPatience = 4;  // frames until it has the keyboard at the latest
constexpr int kEnd = 1 << 20;

void replace(ImGuiInputTextCallbackData* data, const std::string& text) {
  data->DeleteChars(0, data->BufTextLen);
  data->InsertChars(0, text.c_str());
}

}  // namespace

void LineInput::set(const std::string& text) {
  text_.fill('\0');
  std::memcpy(text_.data(), text.data(), std::min(text.size(), text_.size() - 1));
  // What has the keyboard works on a copy.
  if (was_active_) to_set_ = text_.data();
}

void LineInput::take_keyboard(std::optional<std::size_t> selected) {
  starting_ = kPatience;
  to_select_ = {0, selected ? static_cast<int>(*selected) : kEnd};
}

void LineInput::take_keyboard_at_end() {
  starting_ = kPatience;
  to_select_ = {kEnd, kEnd};
}

void LineInput::add(const std::string& typed) {
  std::string whole = text();
  const auto [from, to] = to_select_.value_or(std::pair(kEnd, kEnd));
  const std::size_t first = std::min(whole.size(), static_cast<std::size_t>(from));
  const std::size_t last = std::min(whole.size(), static_cast<std::size_t>(to));
  whole.replace(first, last - first, typed);
  set(whole);
  const auto cursor = static_cast<int>(first + typed.size());
  to_select_ = {cursor, cursor};
}

void LineInput::give_keyboard_back() {
  ++generation_;
  starting_ = 0;
  was_active_ = false;
}

int LineInput::call_back(ImGuiInputTextCallbackData* data) {
  auto& self = *static_cast<LineInput*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackCompletion) {
    const std::string text(data->Buf, static_cast<std::size_t>(data->BufTextLen));
    const std::string longer = *self.complete_ ? (*self.complete_)(text) : text;
    self.tabbed_ = longer == text;
    if (!self.tabbed_ && longer.size() < self.text_.size()) replace(data, longer);
    return 0;
  }
  if (const auto text = std::exchange(self.to_set_, std::nullopt)) {
    replace(data, *text);
    self.replaced_ = true;
  }
  if (const auto select = std::exchange(self.to_select_, std::nullopt)) {
    data->SelectionStart = std::min(select->first, data->BufTextLen);
    data->SelectionEnd = data->CursorPos = std::min(select->second, data->BufTextLen);
  }
  return 0;
}

LineInput::State LineInput::draw(UiContext& ui, const Widget& widget, const Complete& complete) {
  State state;
  if (take_focus(ui, widget)) take_keyboard();
  ImGui::SetCursorScreenPos(top_left(widget.rect));
  ImGui::SetNextItemWidth(static_cast<float>(widget.rect.width));
  if (starting_ > 0) ImGui::SetKeyboardFocusHere();
  const float pad = (static_cast<float>(widget.rect.height) - ImGui::GetFontSize()) / 2.0f;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(static_cast<float>(ui.px(6.0)), std::max(0.0f, pad)));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 1.0f);
  ImGui::PushStyleColor(ImGuiCol_Border,
                        to_imgui(was_active_ ? ui.colors().accent : ui.colors().grid));
  const auto before = text_;
  const bool escape = was_active_ && key_pressed(Key::escape);
  complete_ = &complete;
  tabbed_ = replaced_ = false;
  ImGui::PushID(generation_);
  state.entered = ImGui::InputText(("##" + widget.label).c_str(), text_.data(), text_.size(),
                                   ImGuiInputTextFlags_EnterReturnsTrue |
                                       ImGuiInputTextFlags_CallbackCompletion |
                                       ImGuiInputTextFlags_CallbackAlways,
                                   call_back, this);
  ImGui::PopID();
  complete_ = nullptr;
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  register_widget(ui, widget);
  if (ImGui::IsItemHovered() && !widget.help.empty()) {
    ui.hover.label = ui.full(widget.label);
    ui.hover.text = widget.help;
  }
  state.active = was_active_ = ImGui::IsItemActive();
  starting_ = state.active ? 0 : std::max(0, starting_ - 1);
  // Escape has put back what stood there first; what it means is the page's matter.
  if (escape) text_ = before;
  state.left = escape;
  state.changed = !escape && !replaced_ && text_ != before;
  if (tabbed_) {
    give_keyboard_back();
    ui.focus.label = ui.full(widget.label);
    ui.focus.steps = ImGui::GetIO().KeyShift ? -1 : 1;
  }
  return state;
}

}  // namespace backflow::ui
