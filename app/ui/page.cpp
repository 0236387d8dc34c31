#include "app/ui/page.h"

#include <algorithm>
#include <cmath>

#include "app/figure/text_markup.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kPad = 20.0, kMargin = 12.0;  // inside and around the card, in units
constexpr double kText = 12.0, kLine = 17.0;
constexpr double kQuestion = 460.0, kHead = 28.0, kFoot = 30.0, kGap = 10.0, kBetween = 8.0;

// Of the answers, at the foot of the card: one below the other, or from the right.
std::vector<Rect> places_of(const UiContext& ui, const Rect& inner, const Question& question) {
  const auto count = static_cast<double>(question.choices.size());
  const double height = ui.px(kFoot), gap = ui.px(kBetween);
  std::vector<Rect> places(question.choices.size());
  if (question.in_rows) {
    double y = inner.bottom() - count * height - (count - 1.0) * gap;
    for (Rect& place : places) {
      place = {inner.x, y, inner.width, height};
      y += height + gap;
    }
    return places;
  }
  double least = 110.0;
  for (const Question::Choice& choice : question.choices)
    least = std::max(least, 24.0 + figure::text_width(choice.text, kText, choice.primary));
  const double width =
      std::min(ui.px(least), std::floor((inner.width - gap * (count - 1.0)) / count));
  double right = inner.right();
  for (std::size_t i = places.size(); i-- > 0;) {
    const bool apart = question.choices[i].apart;
    places[i] = {apart ? inner.x : right - width, inner.bottom() - height, width, height};
    if (!apart) right -= width + gap;
  }
  return places;
}

}  // namespace

Rect begin_page(UiContext& ui, const char* name, const Rect& window, double width, double height) {
  ImGui::SetNextWindowPos(top_left(window));
  ImGui::SetNextWindowSize(
      ImVec2(static_cast<float>(window.width), static_cast<float>(window.height)));
  // An open list would lose the focus, and close.
  if (!ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, to_imgui(ui.colors().surround, 0.72));
  ImGui::Begin(name, nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
  const double wide = std::min(ui.px(width), window.width - 2.0 * ui.px(kMargin));
  const double high = std::min(ui.px(height), window.height - 2.0 * ui.px(kMargin));
  const Rect card{std::round(window.x + (window.width - wide) / 2.0),
                  std::round(window.y + (window.height - high) / 2.0), wide, high};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(8.0));
  list.AddRectFilled(top_left(card), bottom_right(card), to_imgui(ui.colors().background),
                     rounding);
  list.AddRect(top_left(card), bottom_right(card), to_imgui(ui.colors().axis), rounding);
  return inset(card, ui.px(kPad));
}

void draw_lines(UiContext& ui, const Rect& rect, const std::string& text, figure::Color color,
                std::size_t most) {
  const double line = ui.px(15.0);
  std::vector<std::string> lines = figure::wrapped(text, ui.px(kText), rect.width);
  lines.resize(std::min(lines.size(), most));
  double y = rect.y + (rect.height - static_cast<double>(lines.size()) * line) / 2.0;
  for (const std::string& one : lines) {
    draw_text(ui, {rect.x, y, rect.width, line}, one, kText, color);
    y += line;
  }
}

bool page_has_enter(const UiContext& ui) {
  return ui.focus.label.empty() && ui.edit.label.empty() &&
         !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup) && !ImGui::GetIO().WantTextInput &&
         key_pressed(Key::enter);
}

std::optional<std::size_t> draw_question(UiContext& ui, const Rect& window,
                                         const Question& question) {
  const double width =
      std::min(ui.px(kQuestion - 2.0 * kPad), window.width - 2.0 * ui.px(kMargin + kPad));
  const std::vector<std::string> lines = figure::wrapped(question.text, ui.px(kText), width);
  const double text = kLine * static_cast<double>(lines.size());
  const auto count = static_cast<double>(question.choices.size());
  const double foot = question.in_rows ? count * kFoot + (count - 1.0) * kBetween : kFoot;
  const Rect inner = begin_page(ui, "question", window, kQuestion,
                                2.0 * kPad + kHead + kGap + text + 2.0 * kGap + foot);
  draw_text(ui, {inner.x, inner.y, inner.width, ui.px(kHead)}, question.title, 15.0,
            ui.colors().text, figure::HAlign::left, true);
  double y = inner.y + ui.px(kHead + kGap);
  for (const std::string& line : lines) {
    draw_text(ui, {inner.x, y, inner.width, ui.px(kLine)}, line, kText, ui.colors().text);
    y += ui.px(kLine);
  }
  const bool entered = page_has_enter(ui);
  std::optional<std::size_t> taken;
  const std::vector<Rect> places = places_of(ui, inner, question);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Question::Choice& choice = question.choices[i];
    if (button(ui, {choice.label, choice.help, places[i]},
               {.text = choice.text, .primary = choice.primary}) ||
        (choice.primary && entered))
      taken = i;
  }
  ImGui::End();
  return taken;
}

}  // namespace backflow::ui
