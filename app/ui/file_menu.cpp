#include "app/ui/file_menu.h"

#include <algorithm>
#include <cmath>

#include "app/figure/text_markup.h"
#include "app/ui/elide.h"
#include "app/ui/file_text.h"
#include "app/ui/icons.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kText = 12.0, kRow = 26.0, kLine = 7.0, kPad = 5.0;  // units
constexpr double kWidth = 268.0, kRecent = 400.0, kLeastRecent = 150.0;
constexpr std::size_t kMostRecent = 10;

}  // namespace

std::vector<FileMenu::Row> FileMenu::rows_of(const FileMenuState& state) {
  using enum FileAction;
  const session::DocumentState& document = state.document;
  std::vector<Row> rows{
      {start_anew, "New session", "New", "Ctrl+N", "A new session: the network it all begins with"},
      {open, "Open file", "Open…", "Ctrl+O",
       "A session, a trained model, sequences or a text\nfiles can be dropped on the window, too"},
      {open_recent, "Open recent", "Open recent", "", "What was open last",
       !document.recent.empty()}};
  if (!document.recovery.empty())
    rows.push_back({recover, "Recover session", "Recover…", "",
                    "What an earlier run left behind: " + shown_bytes(document.recovery)});
  rows.push_back({save, "Save session", "Save", "Ctrl+S",
                  document.path.empty() ? "The session: network, curves, settings, notes"
                                        : "To " + shown_bytes(document.path)});
  rows.back().line_above = true;
  rows.push_back(
      {save_as, "Save session as", "Save as…", "Ctrl+Shift+S", "The session, to another file"});
  rows.push_back({save_weights, "Save weights", "Save weights…", "",
                  "The weights alone, as safetensors with the names that PyTorch uses"});
  rows.push_back({export_figures, "Export figures", "Export figures…", "Ctrl+E",
                  "Pictures, numbers, animations", state.can_export});
  rows.push_back({notes, "Notes", "Notes…", "", "What to know of this session, saved with it"});
  rows.back().line_above = true;
  if (state.desktop_dialogs)
    rows.push_back({desktop_dialogs, "Desktop dialogs", "Use the desktop's file dialog", "",
                    "Else files are chosen in this window", true, *state.desktop_dialogs});
  rows.push_back({quit, "Quit", "Quit", "Ctrl+Q", "Asks first when something is not saved"});
  rows.back().line_above = true;
  return rows;
}

std::optional<FileMenu::Choice> FileMenu::draw(UiContext& ui, const Rect& rect,
                                               const FileMenuState& state) {
  const bool by_key = ui.focus.enter && ui.focus.label == "File" && !ui.focus.behind;
  const bool pressed =
      button(ui, {"File", "New, open, save, export, notes, quit", rect}, {.text = "File"});
  if (pressed) {
    ImGui::OpenPopup("file menu");
    marked_ = 0;
    recent_.reset();
    by_key_ = by_key;
    mouse_ = ImGui::GetIO().MousePos;
  }
  return draw_list(ui, rect, state);
}

void FileMenu::take_keys(const std::vector<Row>& rows, std::size_t recent) {
  const auto step = [](std::size_t& at, std::size_t count, auto&& stands) {
    const bool down = key_pressed(Key::down_arrow, true) ||
                      (key_pressed(Key::tab, true) && !ImGui::GetIO().KeyShift);
    const bool up = key_pressed(Key::up_arrow, true) ||
                    (key_pressed(Key::tab, true) && ImGui::GetIO().KeyShift);
    if (down == up) return;
    for (std::size_t i = 0; i < count; ++i) {
      at = (at + (down ? 1 : count - 1)) % count;
      if (stands(at)) return;
    }
  };
  entered_ = key_pressed(Key::enter);
  if (recent_) {
    step(*recent_, recent, [](std::size_t) { return true; });
    if (key_pressed(Key::left_arrow)) recent_.reset();
    return;
  }
  step(marked_, rows.size(), [&](std::size_t i) { return rows[i].enabled; });
  if (key_pressed(Key::home)) marked_ = 0;
  if (key_pressed(Key::end)) marked_ = rows.size() - 1;
  const bool beside = rows[marked_].action == FileAction::open_recent && rows[marked_].enabled;
  if (beside && (key_pressed(Key::right_arrow) || entered_)) {
    recent_ = 0;
    entered_ = false;
  }
}

bool FileMenu::draw_row(UiContext& ui, const Rect& rect, const Row& row, bool marked) {
  const figure::Palette& colors = ui.colors();
  const figure::Color color =
      row.enabled ? colors.text : mix(colors.panel, colors.muted_text, 0.55);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (marked && row.enabled)
    list.AddRectFilled(top_left(rect), bottom_right(rect), to_imgui(colors.grid),
                       static_cast<float>(ui.px(4.0)));
  if (row.checked) {
    const double size = ui.px(9.0);
    const Rect r{rect.x + ui.px(7.0), rect.y + (rect.height - size) / 2.0, size, size};
    const auto at = [&](double x, double y) {
      return ImVec2(static_cast<float>(r.x + x * size), static_cast<float>(r.y + y * size));
    };
    const ImVec2 mark[] = {at(0.0, 0.55), at(0.35, 0.9), at(1.0, 0.1)};
    list.AddPolyline(mark, 3, to_imgui(colors.accent), 0, static_cast<float>(ui.px(1.6)));
  }
  const Rect inner{rect.x + ui.px(22.0), rect.y, rect.width - ui.px(30.0), rect.height};
  draw_text(ui, inner, row.title, kText, color);
  if (!row.keys.empty())
    draw_text(ui, inner, row.keys, kText,
              mix(colors.panel, colors.muted_text, row.enabled ? 1.0 : 0.55),
              figure::HAlign::right);
  if (row.action == FileAction::open_recent)
    draw_fold_mark(list,
                   {inner.right() - ui.px(7.0), rect.y + rect.height / 2.0 - ui.px(4.0), ui.px(8.0),
                    ui.px(8.0)},
                   false, to_imgui(color), static_cast<float>(ui.px(1.4)));
  return row.enabled;
}

std::optional<FileMenu::Choice> FileMenu::draw_list(UiContext& ui, const Rect& button,
                                                    const FileMenuState& state) {
  const std::vector<Row> rows = rows_of(state);
  double height = 2.0 * kPad + kRow * static_cast<double>(rows.size());
  for (const Row& row : rows) height += row.line_above ? kLine : 0.0;
  const ImVec2 display = ImGui::GetIO().DisplaySize;
  const double width = ui.px(kWidth);
  const double beside = recent_ ? std::clamp(display.x - button.x - width - ui.px(8.0),
                                             ui.px(kLeastRecent), ui.px(kRecent))
                                : 0.0;
  const double least = recent_ ? ui.px(2.0 * kPad + 4.0 * kRow) +
                                     ui.px(kRow) * static_cast<double>(std::min(
                                                       kMostRecent, state.document.recent.size()))
                               : 0.0;
  const double high = std::min<double>(std::max(ui.px(height), least), display.y);
  const double top = std::max(0.0, std::min(button.bottom() + ui.px(2.0), display.y - high));
  ImGui::SetNextWindowPos({static_cast<float>(button.x), static_cast<float>(top)});
  ImGui::SetNextWindowSize({static_cast<float>(width + beside), static_cast<float>(high)});
  std::optional<Choice> choice;
  const bool was_open = open_;
  open_ = ImGui::BeginPopup("file menu", ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav);
  if (was_open && !open_ && by_key_) ui.focus.label = "File";
  if (!open_) return choice;
  ui.focus.label.clear();  // the keys are the list's
  entered_ = false;
  if (was_open) take_keys(rows, std::min(kMostRecent, state.document.recent.size()));
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool moved = mouse.x != mouse_.x || mouse.y != mouse_.y;
  mouse_ = mouse;
  double y = ImGui::GetWindowPos().y + ui.px(kPad) - ImGui::GetScrollY();
  const double left = ImGui::GetWindowPos().x + ui.px(kPad);
  Rect recent_row{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (row.line_above) {
      const auto at = static_cast<float>(std::round(y + ui.px(kLine / 2.0)));
      ImGui::GetWindowDrawList()->AddLine(
          {static_cast<float>(left), at},
          {static_cast<float>(left + width - 2.0 * ui.px(kPad)), at}, to_imgui(ui.colors().grid));
      y += ui.px(kLine);
    }
    const Rect rect{left, y, width - 2.0 * ui.px(kPad), ui.px(kRow)};
    y += ui.px(kRow);
    if (row.action == FileAction::open_recent) recent_row = rect;
    ImGui::SetCursorScreenPos(top_left(rect));
    const bool clicked = ImGui::InvisibleButton(
        row.label.c_str(), {static_cast<float>(rect.width), static_cast<float>(rect.height)});
    if (ImGui::IsItemHovered()) {
      ui.hover.label = row.label;
      ui.hover.text = row.help;
      if (moved && row.enabled) {
        marked_ = i;
        recent_.reset();
        if (row.action == FileAction::open_recent) recent_ = kMostRecent;  // none of them yet
      }
    }
    draw_row(ui, rect, row, marked_ == i);
    register_widget(ui, {row.label, row.help, rect, row.enabled});
    if (!row.enabled || !(clicked || (entered_ && marked_ == i && !recent_))) continue;
    if (row.action == FileAction::open_recent)
      recent_ = 0;
    else
      choice = Choice{row.action, {}};
  }
  if (recent_)
    if (const auto chosen = draw_recent(
            ui, {left + width - ui.px(kPad), recent_row.y, beside - ui.px(kPad), ui.px(kRow)},
            state))
      choice = chosen;
  if (choice || key_pressed(Key::escape)) {
    ImGui::CloseCurrentPopup();
    entered_ = false;
  }
  ImGui::EndPopup();
  return choice;
}

std::optional<FileMenu::Choice> FileMenu::draw_recent(UiContext& ui, const Rect& beside,
                                                      const FileMenuState& state) {
  const std::vector<std::string>& paths = state.document.recent;
  const std::size_t count = std::min(kMostRecent, paths.size());
  // Beside the row that opens it, higher where there is no room below.
  const double lowest = ImGui::GetWindowPos().y + ImGui::GetWindowSize().y - ui.px(kPad) -
                        beside.height * static_cast<double>(count);
  Rect rect = beside;
  rect.y = std::max<double>(ImGui::GetWindowPos().y + ui.px(kPad), std::min(rect.y, lowest));
  std::optional<Choice> choice;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string label = "Recent " + std::to_string(i + 1);
    ImGui::SetCursorScreenPos(top_left(rect));
    const bool clicked = ImGui::InvisibleButton(
        label.c_str(), {static_cast<float>(rect.width), static_cast<float>(rect.height)});
    const std::string full = shown_bytes(paths[i]);
    if (ImGui::IsItemHovered()) {
      recent_ = i;
      ui.hover.label = label;
      ui.hover.text = full;
    }
    if (recent_ == i)
      ImGui::GetWindowDrawList()->AddRectFilled(top_left(rect), bottom_right(rect),
                                                to_imgui(ui.colors().grid),
                                                static_cast<float>(ui.px(4.0)));
    const Rect inner = inset(rect, ui.px(8.0));
    const std::string shown = shown_bytes(short_path(paths[i], state.home));
    draw_text(ui, {inner.x, rect.y, inner.width, rect.height},
              cut_start(shown, ui.px(kText), inner.width), kText, ui.colors().text);
    register_widget(ui, {label, full, rect});
    if (clicked || (entered_ && recent_ == i)) choice = Choice{FileAction::open_recent, paths[i]};
    rect.y += rect.height;
  }
  return choice;
}

}  // namespace backflow::ui
