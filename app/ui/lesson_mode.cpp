#include "app/ui/lesson_mode.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "app/lesson/library.h"
#include "core/config/keys.h"

namespace backflow::ui {

void LessonMode::open(const std::string& name_or_path) {
  auto reading = std::make_shared<Reading>();
  reading_.push_back(reading);
  std::thread([reading, name_or_path] {
    try {
      reading->error = lesson::find_lesson(name_or_path, reading->lesson);
    } catch (const std::exception& error) {  // such as too little memory
      reading->error = name_or_path + " could not be read: " + error.what();
    }
    reading->done = true;
  }).detach();
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
  refusals_ = snapshot.refusals;
  actions.send(session::StartAnew{std::make_shared<const config::Config>(page().config),
                                  page().iterations, "Lesson: " + lesson_->title, ++number_});
  actions.arrange(page().shown);
}

std::string LessonMode::advance(const session::Snapshot& snapshot, const LessonActions& actions) {
  std::string error;
  if (!reading_.empty() && reading_.back()->done) {
    const std::shared_ptr<Reading> read = reading_.back();
    reading_.clear();
    error = read->error;
    if (error.empty()) {
      lesson_ = std::move(read->lesson);
      number_ = std::max(number_, snapshot.started);
      go_to(0);
    }
  }
  if (!on()) return error;
  if (wanted_ && actions.is_clear()) bring(snapshot, actions);
  if (!coming_) return error;
  const bool refused = snapshot.started != number_ && snapshot.refusals != refusals_;
  if (!refused && (snapshot.started != number_ || snapshot.preparing_until)) return error;
  coming_ = false;
  // Something else may have been done meanwhile.
  const bool there = !refused && config::differing_keys(page().config, snapshot.config).empty() &&
                     (snapshot.iteration == page().iterations || snapshot.divergence);
  if (there && page().shown.playhead) actions.begin_walk(*page().shown.playhead);
  return error;
}

}  // namespace backflow::ui
