// What is being done with files, and how the last of it ended, in the status bar.
#pragma once

#include <cstdint>
#include <string>

#include "app/session/documents.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

class DocumentLine {
public:
  /// Draws at the right end of the status bar, when there is something to tell; returns what is
  /// left of it. `seconds` have passed since the last frame.
  Rect draw(UiContext& ui, const Rect& bar, const session::DocumentState& state, double seconds);

  /// What it shows, for tests; empty when nothing.
  const std::string& text() const { return text_; }
  /// It will go away by itself.
  bool fades() const { return seconds_ > 0.0; }

private:
  Rect draw_message(UiContext& ui, const Rect& bar);
  void draw_whole(UiContext& ui, const Rect& bar) const;

  std::uint64_t finished_ = 0;
  double seconds_ = 0.0;
  std::string message_, text_, autosave_error_;
  bool failed_ = false;
};

}  // namespace backflow::ui
