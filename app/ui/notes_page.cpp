#include "app/ui/notes_page.h"

#include <algorithm>

#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/page.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kWidth = 640.0, kHeight = 440.0, kHead = 28.0, kGap = 10.0, kFoot = 30.0;

int resize(ImGuiInputTextCallbackData* data) {
  if (data->EventFlag != ImGuiInputTextFlags_CallbackResize) return 0;
  auto& text = *static_cast<std::string*>(data->UserData);
  text.resize(static_cast<std::size_t>(data->BufTextLen));
  data->Buf = text.data();
  return 0;
}

}  // namespace

void NotesPage::open(const std::string& notes) {
  open_ = true;
  notes_ = before_ = notes;
  starting_ = 4;
  writing_ = false;
}

void NotesPage::draw(UiContext& ui, const Rect& window) {
  if (!open_) return;
  const Rect inner = begin_page(ui, "notes", window, kWidth, kHeight);
  const Rect head{inner.x, inner.y, inner.width, ui.px(kHead)};
  draw_text(ui, head, "Notes of this session", 15.0, ui.colors().text, figure::HAlign::left, true);
  const double top = head.bottom() + ui.px(kGap);
  const Rect field{inner.x, top, inner.width, inner.bottom() - ui.px(kFoot + kGap) - top};
  const Widget widget{"Session notes", "What the session's file keeps for whoever opens it", field};
  if (take_focus(ui, widget)) starting_ = 4;
  ImGui::SetCursorScreenPos(top_left(field));
  if (starting_ > 0) ImGui::SetKeyboardFocusHere();
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      ImVec2(static_cast<float>(ui.px(8.0)), static_cast<float>(ui.px(8.0))));
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 1.0f);
  ImGui::PushStyleColor(ImGuiCol_Border,
                        to_imgui(writing_ ? ui.colors().accent : ui.colors().grid));
  // Escape would put back what stood there first: nothing that was written is lost by a key.
  const bool escape = writing_ && key_pressed(Key::escape);
  const std::string written = notes_;
  ImGui::InputTextMultiline("##notes", notes_.data(), notes_.size() + 1,
                            {static_cast<float>(field.width), static_cast<float>(field.height)},
                            ImGuiInputTextFlags_CallbackResize, resize, &notes_);
  if (escape) notes_ = written;
  writing_ = ImGui::IsItemActive();
  starting_ = writing_ ? 0 : std::max(0, starting_ - 1);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  register_widget(ui, widget);
  const double width = ui.px(96.0);
  const Rect foot{inner.x, inner.bottom() - ui.px(kFoot), inner.width, ui.px(kFoot)};
  draw_text(ui, {foot.x, foot.y, foot.width - width - ui.px(kGap), foot.height},
            "Saved with the session.", 12.0, ui.colors().muted_text);
  if (button(ui,
             {"Close notes",
              "Back to the window; what is written stays  (Esc)",
              {foot.right() - width, foot.y, width, foot.height}},
             {.text = "Done", .primary = true}) ||
      escape)
    open_ = false;
  ImGui::End();
}

}  // namespace backflow::ui
