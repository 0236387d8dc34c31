// A page for what a person wants to know of a session later: free text, saved with it.
#pragma once

#include <string>

#include "app/ui/widgets.h"

namespace backflow::ui {

class NotesPage {
public:
  void open(const std::string& notes);
  bool is_open() const { return open_; }
  void close() { open_ = false; }
  void draw(UiContext& ui, const Rect& window);

  /// As written so far.
  const std::string& notes() const { return notes_; }

private:
  bool open_ = false;
  std::string notes_, before_;
  int starting_ = 0;  // frames left in which the text may still be given the keyboard
  bool writing_ = false;
};

}  // namespace backflow::ui
