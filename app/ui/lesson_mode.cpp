#include "app/ui/lesson_mode.h"

#include <chrono>
#include <memory>
#include <utility>

#include "app/lesson/library.h"
#include "core/config/keys.h"

namespace backflow::ui {

void LessonMode::open(const std::string& name_or_path) {
  reading_ = std::async(std::launch::async, [name_or_path] {
    Read read;
    read.error = lesson::find_lesson(name_or_path, read.lesson);
    return read;
  });
}

void LessonMode::close() {
  lesson_.reset();
  wanted_ = coming_ = false;
}

void LessonMode::go_to(std::size_t index) {
  index_ = index;
  chosen_.reset();
  answered_ = false;
  wanted_ = true;
}

bool LessonMode::next() {
  if (page().question && !answered_) {
    answered_ = true;
    return true;
  }
  if (index_ + 1 >= lesson_->pages.size()) return false;
  go_to(index_ + 1);
  return true;
}

bool LessonMode::previous() {
  if (index_ == 0) return false;
  go_to(index_ - 1);
  return true;
}

void LessonMode::choose(std::size_t choice) {
  if (answered_) return;
  chosen_ = choice;
  answered_ = true;
}

void LessonMode::bring(const session::Snapshot& snapshot, const LessonActions& actions) {
  wanted_ = false;
  coming_ = true;
  revision_ = snapshot.revision;
  actions.send(session::StartAnew{std::make_shared<const config::Config>(page().config),
                                  page().iterations, "Lesson: " + lesson_->title});
  actions.arrange(page().shown);
}

std::string LessonMode::advance(const session::Snapshot& snapshot, bool ready,
                                const LessonActions& actions) {
  std::string error;
  if (reading_.valid() && reading_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    Read read = reading_.get();
    error = std::move(read.error);
    if (error.empty()) {
      lesson_ = std::move(read.lesson);
      go_to(0);
    }
  }
  if (!on()) return error;
  if (wanted_ && ready) bring(snapshot, actions);
  if (!coming_ || snapshot.revision <= revision_ || snapshot.going_to || snapshot.other)
    return error;
  // It is there, or something else was done since.
  const bool there = config::differing_keys(page().config, snapshot.config).empty() &&
                     (snapshot.iteration == page().iterations || snapshot.divergence);
  const bool overtaken = !there && (snapshot.running || snapshot.iteration > page().iterations);
  if (!there && !overtaken) return error;
  coming_ = false;
  if (there && page().shown.playhead) actions.begin_walk(*page().shown.playhead);
  return error;
}

}  // namespace backflow::ui
