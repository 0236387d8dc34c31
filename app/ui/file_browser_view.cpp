// How the browser looks (file_browser.h).
#include <algorithm>
#include <cmath>

#include "app/figure/text_markup.h"
#include "app/ui/elide.h"
#include "app/ui/file_browser.h"
#include "app/ui/file_text.h"
#include "app/ui/icons.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/page.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kWidth = 800.0, kHeight = 560.0;  // of the card, in units
constexpr double kHead = 28.0, kField = 26.0, kCrumb = 24.0, kRow = 23.0, kFoot = 30.0;
constexpr double kGap = 8.0, kPlaces = 128.0, kText = 12.0;
constexpr double kBar = 10.0;                  // of scrolling, with its margin
constexpr double kSize = 70.0, kTime = 124.0;  // columns
constexpr double kLeastName = 180.0;           // room for the name before a column is left out

Rect take_top(UiContext& ui, Rect& rest, double units, double gap = kGap) {
  const Rect top{rest.x, rest.y, rest.width, ui.px(units)};
  rest.y += ui.px(units + gap);
  rest.height -= ui.px(units + gap);
  return top;
}

Rect take_bottom(UiContext& ui, Rect& rest, double units) {
  rest.height -= ui.px(units + kGap);
  return {rest.x, rest.bottom() + ui.px(kGap), rest.width, ui.px(units)};
}

// Where the columns end; 0 for those that there is no room for.
struct Columns {
  double name, size = 0.0, time = 0.0;
};
Columns columns_of(const UiContext& ui, const Rect& row) {
  const double pad = ui.px(8.0);
  double right = row.right() - pad;
  Columns columns{right};
  if (row.width >= ui.px(kLeastName + kSize)) {
    if (row.width >= ui.px(kLeastName + kSize + kTime)) {
      columns.time = right;
      right -= ui.px(kTime);
    }
    columns.size = right;
    right -= ui.px(kSize);
  }
  columns.name = right;
  return columns;
}

// A button without a frame; its text is wider than it looks for the mouse.
bool flat_button(UiContext& ui, const Widget& widget, const std::string& text, bool active) {
  const Interaction state = interact(ui, widget);
  if (state.hovered || active)
    ImGui::GetWindowDrawList()->AddRectFilled(
        top_left(widget.rect), bottom_right(widget.rect),
        to_imgui(active ? mix(ui.colors().background, ui.colors().accent, 0.35)
                        : ui.colors().panel),
        static_cast<float>(ui.px(4.0)));
  const Rect inner{widget.rect.x + ui.px(6.0), widget.rect.y, widget.rect.width - ui.px(12.0),
                   widget.rect.height};
  draw_text(ui, inner, cut_middle(text, ui.px(kText), inner.width), kText,
            active || state.hovered ? ui.colors().text : ui.colors().muted_text);
  return state.clicked;
}

}  // namespace

FileBrowser::Outcome FileBrowser::draw(UiContext& ui, const Rect& window,
                                       session::Documents& documents, const std::string& sentence,
                                       bool offers_desktop) {
  take_listing(documents);
  take_keys(ui, documents);
  Rect rest = begin_page(ui, "files", window, kWidth, kHeight);
  const Rect head = take_top(ui, rest, kHead);
  const double other = offers_desktop ? std::min(ui.px(196.0), head.width / 2.0) : 0.0;
  draw_text(ui, {head.x, head.y, head.width - other, head.height}, question_.title, 15.0,
            ui.colors().text, figure::HAlign::left, true);
  if (offers_desktop &&
      flat_button(ui,
                  {"Desktop dialog",
                   "From now on files are chosen in the dialog of the desktop",
                   {head.right() - other, head.y + ui.px(2.0), other, head.height - ui.px(4.0)}},
                  "Use the desktop's file dialog", false))
    outcome_ = Outcome::other_dialog;
  draw_path(ui, take_top(ui, rest, kField, 4.0), documents);
  draw_parents(ui, take_top(ui, rest, kCrumb, 4.0), documents);
  const Rect foot = take_bottom(ui, rest, kFoot);
  if (question_.save) draw_name(ui, take_bottom(ui, rest, kField), documents);
  if (rest.width >= ui.px(kPlaces + 2.0 * kLeastName)) {
    draw_places(ui, {rest.x, rest.y, ui.px(kPlaces), rest.height}, documents);
    rest.x += ui.px(kPlaces + kGap);
    rest.width -= ui.px(kPlaces + kGap);
  }
  draw_list(ui, rest, documents);
  draw_foot(ui, foot, documents, sentence);
  ImGui::End();
  if (outcome_) return *std::exchange(outcome_, std::nullopt);
  return Outcome::stay;
}

void FileBrowser::draw_path(UiContext& ui, const Rect& row, session::Documents& documents) {
  const auto complete = [&](const std::string& typed) {
    const std::size_t slash = typed.rfind('/');
    if (slash == std::string::npos || reading_) return typed == "~" ? "~/" : typed;
    return typed.substr(0, slash + 1) + list_.completed(typed.substr(slash + 1));
  };
  const LineInput::State state = path_.draw(
      ui,
      {"File path", "Where to look; a path can be typed: ~ is your home, Tab completes  (Ctrl+L)",
       row},
      complete);
  if (state.active && !path_active_) before_path_ = directory_;
  // What was typed half and left says no more where this is.
  if (path_active_ && !state.active && !state.entered && !state.left)
    path_.set(directory_ == "/" ? "/" : directory_ + "/");
  path_active_ = state.active;
  if (state.changed) follow_path(documents);
  if (state.entered) enter_path(path_.text(), documents);
  if (state.left) {
    probe_.reset();
    go(before_path_, documents);
  }
}

void FileBrowser::draw_parents(UiContext& ui, const Rect& row, session::Documents& documents) {
  const std::vector<std::string> all = with_parents(directory_);
  const double most = ui.px(160.0), between = ui.px(14.0);
  std::vector<std::string> names;
  std::vector<double> widths;
  for (const std::string& path : all) {
    names.push_back(shown_bytes(path == "/" ? path : name_of_path(path)));
    widths.push_back(std::min(most, figure::text_width(names.back(), ui.px(kText)) + ui.px(13.0)));
  }
  // The last ones, as many as have room.
  const double up = ui.px(64.0);
  double room = row.width - up - ui.px(kGap);
  std::size_t first = all.size();
  while (first > 0 && room >= widths[first - 1]) {
    room -= widths[first - 1] + between;
    --first;
  }
  double x = row.x;
  for (std::size_t i = first; i < all.size(); ++i) {
    if (flat_button(
            ui,
            {"Parent " + std::to_string(i), shown_bytes(all[i]), {x, row.y, widths[i], row.height}},
            names[i], i + 1 == all.size()))
      go(all[i], documents);
    x += widths[i];
    if (i + 1 < all.size())
      draw_text(ui, {x, row.y, between, row.height}, "›", kText, ui.colors().muted_text,
                figure::HAlign::center);
    x += between;
  }
  if (button(ui,
             {"Parent directory",
              "Up to the directory above  (Backspace)",
              {row.right() - up, row.y, up, row.height},
              directory_ != "/"},
             {"↑ Up"}))
    go(parent_of(directory_), documents);
}

void FileBrowser::draw_places(UiContext& ui, const Rect& column, session::Documents& documents) {
  double y = column.y;
  for (const Place& place : places_) {
    const Rect row{column.x, y, column.width, ui.px(kRow + 1.0)};
    y += row.height + ui.px(3.0);
    if (row.bottom() > column.bottom()) return;
    if (flat_button(ui, {place.label, shown_bytes(place.directory), row}, place.title,
                    place.directory == directory_))
      go(place.directory, documents);
  }
}

void FileBrowser::draw_list(UiContext& ui, const Rect& rect, session::Documents& documents) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(6.0));
  list.AddRectFilled(top_left(rect), bottom_right(rect), to_imgui(ui.colors().panel), rounding);
  const Widget widget{"File list", "", {rect.x, rect.y, rect.width, rect.height}};
  register_widget(ui, widget);
  take_focus(ui, widget);
  const Rect head{rect.x, rect.y, rect.width, ui.px(kRow)};
  // As far as the rows reach beside a scroll bar.
  const double high = rect.height - head.height - ui.px(4.0) - 1.0;
  const bool bar = std::round(ui.px(kRow)) * static_cast<double>(list_.size()) > high;
  const Columns columns =
      columns_of(ui, {head.x, head.y, head.width - (bar ? ui.px(kBar) : 0.0), head.height});
  const figure::Color muted = ui.colors().muted_text;
  draw_text(ui, {head.x + ui.px(32.0), head.y, ui.px(80.0), head.height}, "name", kText, muted);
  if (columns.size > 0.0)
    draw_text(ui, {columns.size - ui.px(kSize), head.y, ui.px(kSize), head.height}, "size", kText,
              muted, figure::HAlign::right);
  if (columns.time > 0.0)
    draw_text(ui, {columns.time - ui.px(kTime), head.y, ui.px(kTime), head.height}, "changed",
              kText, muted, figure::HAlign::right);
  list.AddLine({top_left(rect).x, static_cast<float>(head.bottom())},
               {bottom_right(rect).x, static_cast<float>(head.bottom())},
               to_imgui(ui.colors().grid));
  draw_rows(ui,
            {rect.x, head.bottom() + 1.0, rect.width, rect.bottom() - head.bottom() - ui.px(4.0)},
            documents);
}

void FileBrowser::draw_rows(UiContext& ui, const Rect& rect, session::Documents& documents) {
  std::string words;
  if (reading_)
    words = "Reading " + cut_middle(shown_bytes(directory_), ui.px(kText), rect.width * 0.7) + " …";
  else if (list_.listing() != nullptr && !list_.listing()->error.empty())
    words = shown_bytes(list_.listing()->error);
  else if (list_.size() == 0)
    words = list_.listing() != nullptr && !list_.listing()->entries.empty()
                ? "Nothing of this kind is here."
                : "This directory is empty.";
  if (!words.empty()) {
    const Rect inner = inset(rect, ui.px(12.0));
    const bool failed = !reading_ && !list_.listing()->error.empty();
    draw_lines(ui, inner, words, failed ? ui.colors().warning : ui.colors().muted_text, 4);
    return;
  }
  ImGui::SetCursorScreenPos(top_left(rect));
  ImGui::PushStyleColor(ImGuiCol_ChildBg, to_imgui(ui.colors().panel));
  ImGui::BeginChild("file rows",
                    ImVec2(static_cast<float>(rect.width), static_cast<float>(rect.height)));
  const double step = std::round(ui.px(kRow));
  page_rows_ = static_cast<std::size_t>(std::max(1.0, std::floor(rect.height / step)));
  const double scroll = ImGui::GetScrollY();
  scrolls_ = false;
  if (std::exchange(scroll_to_selected_, false) && list_.selected()) {
    const double top = step * static_cast<double>(*list_.selected());
    const double wanted = std::clamp(scroll, std::max(0.0, top + step - rect.height), top);
    scrolls_ = wanted != scroll;  // seen in the next frame
    ImGui::SetScrollY(static_cast<float>(wanted));
  }
  const bool bar = step * static_cast<double>(list_.size()) > rect.height;
  const double width = rect.width - (bar ? ui.px(kBar) : 0.0);
  // Only what is in sight is drawn, however many there are.
  const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(scroll / step)));
  for (std::size_t i = first; i < list_.size(); ++i) {
    const Rect row{rect.x, rect.y - scroll + step * static_cast<double>(i), width, step};
    if (row.y >= rect.bottom()) break;
    ImGui::SetCursorScreenPos(top_left(row));
    ImGui::PushID(static_cast<int>(i));
    const bool clicked = ImGui::InvisibleButton(
        "row", ImVec2(static_cast<float>(row.width), static_cast<float>(row.height)));
    ImGui::PopID();
    const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0);
    if (clicked || twice) {
      list_.select(i);
      selection_moved();
      leave_focus(ui);
    }
    draw_row(ui, row, i);
    if (!twice) continue;
    enter_row(documents);
    break;  // there may be other entries now
  }
  ImGui::SetCursorScreenPos(
      {static_cast<float>(rect.x),
       static_cast<float>(rect.y - scroll + step * static_cast<double>(list_.size()) - 1.0)});
  ImGui::Dummy(ImVec2(1.0f, 1.0f));
  ImGui::EndChild();
  ImGui::PopStyleColor();
}

void FileBrowser::draw_row(UiContext& ui, const Rect& row, std::size_t index) {
  const session::DirectoryEntry& entry = list_.entry(index);
  const std::string name = shown_bytes(entry.name);
  const bool selected = list_.selected() == index, hovered = ImGui::IsItemHovered();
  const figure::Palette& colors = ui.colors();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (selected || hovered) {
    const Rect back{row.x + ui.px(3.0), row.y, row.width - ui.px(6.0), row.height};
    list.AddRectFilled(top_left(back), bottom_right(back),
                       to_imgui(selected ? mix(colors.panel, colors.accent, 0.42) : colors.grid),
                       static_cast<float>(ui.px(4.0)));
  }
  const double icon = ui.px(12.0);
  draw_icon(list, entry.directory ? Icon::folder : Icon::file,
            {row.x + ui.px(11.0), row.y + (row.height - icon) / 2.0, icon, icon},
            to_imgui(entry.directory ? colors.accent : colors.muted_text));
  const Columns columns = columns_of(ui, row);
  const double left = row.x + ui.px(32.0), room = columns.name - ui.px(8.0) - left;
  const std::string shown = cut_middle(name, ui.px(kText), room);
  draw_text(ui, {left, row.y, room, row.height}, shown, kText, colors.text);
  const figure::Color beside = selected ? colors.text : colors.muted_text;
  if (columns.size > 0.0 && !entry.directory)
    draw_text(ui, {columns.size - ui.px(kSize), row.y, ui.px(kSize), row.height},
              size_text(entry.bytes), kText, beside, figure::HAlign::right);
  if (columns.time > 0.0)
    draw_text(ui, {columns.time - ui.px(kTime), row.y, ui.px(kTime), row.height},
              time_text(entry.modified), kText, beside, figure::HAlign::right);
  std::string help = shown == name ? std::string() : name;
  register_widget(ui, {"File " + entry.name, help, row});
  if (hovered && !help.empty()) {
    ui.hover.label = "File " + entry.name;
    ui.hover.text = help;
  }
}

void FileBrowser::draw_name(UiContext& ui, const Rect& row, session::Documents& documents) {
  const double label = ui.px(52.0);
  draw_text(ui, {row.x, row.y, label, row.height}, "Name", kText, ui.colors().muted_text);
  const std::string ending =
      name_.text().empty() || ends_with_any(name_.text(), {question_.ending, ".json"})
          ? std::string()
          : question_.ending;
  const double behind =
      ending.empty() ? 0.0 : figure::text_width(ending, ui.px(kText)) + ui.px(6.0);
  const Rect field{row.x + label, row.y, row.width - label - behind, row.height};
  draw_text(ui, {field.right() + ui.px(6.0), row.y, behind, row.height}, ending, kText,
            ui.colors().muted_text);
  const LineInput::State state = name_.draw(
      ui, {"File name", "Its name in this directory, or a whole path  (Enter saves)", field});
  name_active_ = state.active;
  if (state.entered) choose_name(documents);
  if (state.left) outcome_ = Outcome::cancelled;
}

void FileBrowser::draw_foot(UiContext& ui, const Rect& row, session::Documents& documents,
                            const std::string& sentence) {
  const double width = std::min(ui.px(96.0), row.width / 5.0), gap = ui.px(kGap);
  double left = row.x;
  const auto next = [&](double units) {
    const Rect part{left, row.y, std::min(ui.px(units), row.width / 3.2), row.height};
    left = part.right() + gap;
    return part;
  };
  std::vector<Option> kinds;
  for (std::size_t i = 0; i < question_.kinds.size(); ++i)
    kinds.push_back({std::to_string(i), question_.kinds[i].title});
  if (const auto kind = combo(ui, {"Files of kind", "Which files are shown", next(196.0)}, kinds,
                              std::to_string(kind_))) {
    kind_ = static_cast<std::size_t>(std::stoul(*kind));
    ask(documents);
  }
  if (button(ui,
             {"Hidden files", "Show those whose names begin with a dot, too  (Ctrl+H)", next(72.0)},
             {.text = "hidden", .active = hidden_})) {
    hidden_ = !hidden_;
    ask(documents);
  }
  const Rect go{row.right() - width, row.y, width, row.height};
  const Rect cancel{go.x - gap - width, row.y, width, row.height};
  if (!sentence.empty())
    draw_lines(ui, {left, row.y, cancel.x - gap - left, row.height}, sentence, ui.colors().warning);
  if (button(ui, {"Cancel files", "Back to the window  (Esc)", cancel}, {"Cancel"}))
    outcome_ = Outcome::cancelled;
  const bool able = is_able();
  if (button(ui, {"Take file", question_.save ? "Write it  (Enter)" : "Open it  (Enter)", go, able},
             {.text = question_.save ? "Save" : "Open", .primary = able})) {
    if (question_.save)
      choose_name(documents);
    else
      enter_row(documents);
  }
}

}  // namespace backflow::ui
