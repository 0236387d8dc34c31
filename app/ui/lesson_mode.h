// A lesson in the window: which page is open, what was answered, and how the session and the
// figures come to the page's state. No window in it.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/lesson/lesson.h"
#include "app/session/command.h"
#include "app/session/snapshot.h"

namespace backflow::ui {

/// What a page needs of the rest of the window.
struct LessonActions {
  std::function<void(session::Command)> send;
  /// Shows what the page shows; the walk, which needs the page's record, comes with begin_walk.
  std::function<void(const lesson::Shown&)> arrange;
  std::function<void(model::Index position)> begin_walk;
  /// Whether the page's state may be sent: no file is being opened, and none is the window's any
  /// more, into which the page's network could be saved. Makes it so where it is not.
  std::function<bool()> is_clear;
};

class LessonMode {
public:
  /// Reads a lesson by its name, or a file, in a thread of its own; advance() takes it up.
  void open(const std::string& name_or_path);
  void close();

  bool on() const { return lesson_.has_value(); }
  /// Precondition of what follows: on().
  const lesson::Lesson& lesson() const { return *lesson_; }
  const lesson::Page& page() const { return lesson_->pages[index_]; }
  std::size_t index() const { return index_; }  ///< of the page, from 0

  /// The next page; where a question is open, its answer first. False on the last page.
  bool next();
  bool previous();
  /// Back to the state of the page, whatever was done since.
  void restore() { wanted_ = true; }

  void choose(std::size_t choice);
  /// The answer is shown.
  bool is_answered() const { return answered_; }
  /// What was chosen; nothing when the answer was only looked up.
  std::optional<std::size_t> chosen() const { return chosen_; }

  /// Once a frame. Returns why a lesson could not be opened, one sentence, or an empty string.
  std::string advance(const session::Snapshot& snapshot, const LessonActions& actions);
  /// The page's state is not there yet.
  bool is_coming() const { return wanted_ || coming_; }
  bool is_reading() const { return !reading_.empty(); }

private:
  struct Reading {
    lesson::Lesson lesson;
    std::string error;
    std::atomic<bool> done = false;
  };

  void go_to(std::size_t index);
  void bring(const session::Snapshot& snapshot, const LessonActions& actions);

  std::optional<lesson::Lesson> lesson_;
  // The last one counts; nobody waits for the others, which may lie on a disk that does not answer.
  std::deque<std::shared_ptr<Reading>> reading_;
  std::size_t index_ = 0;
  std::optional<std::size_t> chosen_;
  bool answered_ = false;
  bool wanted_ = false, coming_ = false;
  std::uint64_t number_ = 0, refusals_ = 0;  // StartAnew::number, Snapshot::refusals before it
};

}  // namespace backflow::ui
