// Lessons in the window, all of it: the list to choose from, the column with the open page, what
// the page shows and points at, and how the window comes back to what it was before.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/ui/card_layout.h"
#include "app/ui/lesson_list.h"
#include "app/ui/lesson_mode.h"
#include "app/ui/lesson_panel.h"
#include "app/ui/panels.h"
#include "app/ui/walk.h"

namespace backflow::ui {

class LessonStage {
public:
  /// What of the window a page arranges; all of it outlives the stage.
  struct Window {
    Panels& panels;
    CardLayout& layout;
    ViewState& state;
    Walk& walk;
    std::function<Settings()> settings;  ///< as they are now
  };
  explicit LessonStage(Window window) : window_(std::move(window)) {}

  const LessonMode& mode() const { return mode_; }
  /// The figures that were shown before the lesson; nothing while there is none.
  const std::optional<Settings>& before() const { return before_; }

  void open(const std::string& name_or_path) { mode_.open(name_or_path); }
  /// The lesson ends and the figures of before come back.
  void end();
  /// The lesson ends because the window shows something else; the figures are that one's.
  void leave();

  /// Page Down, Page Up and Backspace.
  void take_keys();
  /// Once a frame. Returns why a lesson could not be opened, one sentence, or an empty string.
  std::string advance(const session::Snapshot& snapshot, std::function<void(session::Command)> send,
                      std::function<void(model::Index position)> begin_walk,
                      std::function<bool()> is_clear);

  /// The page with all lessons; the name of the one that was chosen in this frame.
  LessonList& list() { return list_; }
  const LessonList& list() const { return list_; }

  /// The open page in a column of its own, where the window is wide enough for it beside the
  /// controls; what is left of the body.
  Rect draw_beside(UiContext& ui, const session::Snapshot& snapshot, const Rect& body);
  /// After draw_beside(): the width in units of the column in which the page stands in place of the
  /// controls, for whoever drags its edge; null where it does not.
  double* column_width();
  /// In the column of the controls, where the page stands in their place: the page, or the way
  /// back to it. Returns what is left for the controls.
  Rect draw_instead(UiContext& ui, const session::Snapshot& snapshot, const Rect& column);
  /// A frame around what the page points at, as it was drawn in this frame.
  void draw_highlight(const UiContext& ui) const;

private:
  void arrange(const lesson::Shown& shown);

  Window window_;
  LessonMode mode_;
  LessonList list_;
  LessonPanel panel_;
  std::optional<Settings> before_;
  double width_ = LessonPanel::kWidth;
  bool is_beside_ = false;       // in this frame
  bool shows_controls_ = false;  // there for a while, in place of the page
};

}  // namespace backflow::ui
