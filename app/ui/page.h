// A card over the whole window, which is dimmed and out of reach behind it: for what is chosen or
// answered before anything else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/ui/widgets.h"

namespace backflow::ui {

/// Begins it with a card of that size in units, or as large as there is room for. Returns the
/// inside of the card; ImGui::End() ends it. Call last in a frame.
Rect begin_page(UiContext& ui, const char* name, const Rect& window, double width, double height);

/// Text markup on as many lines as it needs, `most` at most, in the middle of the rectangle.
void draw_lines(UiContext& ui, const Rect& rect, const std::string& text, figure::Color color,
                std::size_t most = 2);

/// No control has the keyboard, so that Enter is the page's.
bool page_has_enter(const UiContext& ui);

/// A question and its answers.
struct Question {
  struct Choice {
    std::string label, help;  ///< as of every control
    std::string text;
    bool primary = false;  ///< Enter takes it
    bool apart = false;    ///< at the left, away from the others
  };
  std::string title, text;  ///< text markup
  std::vector<Choice> choices;
  bool in_rows = false;  ///< each answer has a row of its own, for names of any length
};

/// Draws it as a page of its own; which answer was taken.
std::optional<std::size_t> draw_question(UiContext& ui, const Rect& window,
                                         const Question& question);

}  // namespace backflow::ui
