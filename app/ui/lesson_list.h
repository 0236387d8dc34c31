// The page with all lessons, over the window.
#pragma once

#include <optional>
#include <string>

#include "app/ui/widgets.h"

namespace backflow::ui {

class LessonList {
public:
  void toggle() { open_ = !open_; }
  void close() { open_ = false; }
  bool is_open() const { return open_; }

  /// The name of the lesson that was chosen in this frame.
  std::optional<std::string> draw(UiContext& ui, const Rect& window);

private:
  bool open_ = false;
};

}  // namespace backflow::ui
