// A line that is typed into whenever it has the keyboard, for pages that are about what is typed.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "app/ui/widgets.h"

namespace backflow::ui {

class LineInput {
public:
  struct State {
    bool active = false;   ///< it has the keyboard
    bool changed = false;  ///< by typing, in this frame
    bool entered = false;  ///< Enter was pressed in it
    bool left = false;     ///< Escape was
  };
  using Complete = std::function<std::string(const std::string&)>;

  /// What stands in it. Bytes that are not UTF-8 stay as they are until it is typed into.
  void set(const std::string& text);
  std::string text() const { return text_.data(); }
  /// From one of the next frames on it has the keyboard, with that much of its beginning selected;
  /// nothing: all of it.
  void take_keyboard(std::optional<std::size_t> selected = {});
  /// The same, with the cursor at its end.
  void take_keyboard_at_end();
  void give_keyboard_back();
  /// It is to have the keyboard and has not yet: what is typed meanwhile is for add().
  bool waits() const { return starting_ > 0 && !was_active_; }
  void add(const std::string& typed);

  /// `complete` makes more of the text when Tab is pressed; where it cannot, Tab leaves the line.
  State draw(UiContext& ui, const Widget& widget, const Complete& complete = {});

private:
  static int call_back(ImGuiInputTextCallbackData* data);

  std::array<char, 4352> text_{};  // a path, and some
  std::optional<std::string> to_set_;
  std::optional<std::pair<int, int>> to_select_;
  int starting_ = 0;    // frames left in which it may still be given the keyboard
  int generation_ = 0;  // another input, in its place, has not the keyboard
  bool was_active_ = false, replaced_ = false, tabbed_ = false;
  const Complete* complete_ = nullptr;  // while it is drawn
};

}  // namespace backflow::ui
