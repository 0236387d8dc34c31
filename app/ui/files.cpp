#include "app/ui/files.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/lesson/lesson.h"
#include "app/ui/file_text.h"
#include "app/ui/imgui_compat.h"

namespace backflow::ui {
namespace {

constexpr double kKeepSeconds = 1.0;  // between two layouts that are kept

bool is_lesson(const std::string& path) {
  return ends_with_any(path, {std::string(lesson::kLessonExtension)});
}
bool is_session(const std::string& path) { return ends_with_any(path, {".json"}); }

std::string home_directory() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? absolute_path(home, "/", "") : std::string();
}

// What is opened first of several: a session or a model, to which the others are data. An archive
// of arrays can be either.
std::ptrdiff_t rank(const std::string& path) {
  if (is_session(path)) return 0;
  if (ends_with_any(path, {".safetensors"})) return 1;
  return 2;
}

}  // namespace

Files::Files(FileServices services, bool desktop_dialogs)
    : services_(std::move(services)), home_(home_directory()), desktop_dialogs_(desktop_dialogs) {
  if (there_are()) state_ = services_.documents->state();
}

void Files::begin_frame(double seconds, bool covered, const config::ModelFile& model,
                        bool two_networks) {
  if (!there_are()) return;
  two_networks_ = two_networks;
  state_ = services_.documents->state();
  since_kept_ += seconds;
  take_opened();
  keep();
  take_networks(covered, model);  // before anything else is opened
  take_queue();
  take_saved();
  if (stage_ == Stage::desktop) take_desktop_answer();
  if (stage_ == Stage::checking) take_check();
  take_recovery(covered);
}

void Files::take_opened() {
  auto opened = services_.documents->take_opened();
  if (!opened) return;
  notes_ = opened->notes;
  kept_.reset();
  if (stage_ == Stage::notes) notes_page_.open(notes_);
  if (std::exchange(leaves_document_, false)) return;
  services_.session_opened();
  services_.take_layout(opened->layout);
}

session::DocumentNotes Files::document_notes() const { return {services_.layout(), notes_}; }

// Not while something is dragged, and not with each letter.
void Files::keep() {
  if (since_kept_ >= kKeepSeconds && !ImGui::IsMouseDown(0)) keep_now();
}

void Files::keep_now() {
  since_kept_ = 0.0;
  session::DocumentNotes now = document_notes();
  if (kept_ && kept_->layout == now.layout && kept_->notes == now.notes) return;
  kept_ = now;
  services_.documents->keep(std::move(now));
}

void Files::take_recovery(bool covered) {
  if (state_.recovery.empty()) {
    if (stage_ == Stage::recovery) stage_ = Stage::none;
  } else if (stage_ == Stage::none && !recovery_put_off_ && !covered && state_.doing.empty() &&
             state_.recovery != recovery_answered_) {
    stage_ = Stage::recovery;
  }
}

// One after the other: the model is there before its data.
void Files::take_queue() {
  if (queue_.empty() || !state_.doing.empty()) return;
  if (queue_finished_ && state_.finished == *queue_finished_) return;
  if (queue_finished_ && state_.failed) {
    queue_.clear();
  } else {
    queue_finished_ = state_.finished;
    if (!is_session(queue_.front())) opened_.push_back(queue_.front());
    services_.documents->open(queue_.front());
    queue_.pop_front();
  }
  if (queue_.empty()) queue_finished_.reset();
}

// The first network of a file is opened without a question; which one is meant is asked when all
// that was opened with it is there.
void Files::take_networks(bool covered, const config::ModelFile& model) {
  if (opened_.empty() || !queue_.empty() || state_.finished < state_.asked) return;
  if (stage_ != Stage::none || covered || !model.stored ||
      std::ranges::find(opened_, model.path) == opened_.end())
    return;
  opened_.clear();
  if (model.stored->prefixes.size() < 2) return;
  networks_ = model.stored->prefixes;
  stage_ = Stage::network;
}

void Files::take_saved() {
  if (stage_ != Stage::saving || state_.finished == finished_before_ || !state_.doing.empty() ||
      state_.finished < state_.asked)
    return;
  stage_ = Stage::none;
  if (state_.failed)
    wish_ = {};
  else
    fulfil();
}

void Files::wish(Wish wish) {
  wish_ = std::move(wish);
  keep_now();  // notes that were written just now are changes, too
  state_ = services_.documents->state();
  if (state_.changed)
    stage_ = Stage::unsaved;
  else
    fulfil();
}

void Files::fulfil() {
  stage_ = Stage::none;
  const Wish wish = std::exchange(wish_, {});
  switch (wish.kind) {
    case Wish::Kind::none:
      break;
    case Wish::Kind::quit:
      quits_ = true;
      break;
    case Wish::Kind::start_anew:
      services_.documents->start_anew();
      break;
    case Wish::Kind::open:
      open_paths(wish.paths);
      break;
    case Wish::Kind::lesson:
      services_.open_lesson(wish.paths.front());
      break;
    case Wish::Kind::recover:
      services_.documents->recover(true);
      break;
  }
}

void Files::begin_lesson(const std::string& name_or_path) {
  // Else undo brings back what was there.
  if (!there_are() || (state_.path.empty() && !two_networks_))
    services_.open_lesson(name_or_path);
  else
    wish({Wish::Kind::lesson, {name_or_path}});
}

bool Files::is_clear_for_lesson() {
  if (!there_are()) return true;
  if (state_.finished < state_.asked) return false;
  if (state_.path.empty()) return true;
  leaves_document_ = true;
  services_.documents->start_anew();
  state_ = services_.documents->state();
  return false;
}

void Files::open_paths(const std::vector<std::string>& paths) {
  queue_.assign(paths.begin(), paths.end());
  opened_.clear();
  queue_finished_.reset();
  take_queue();
}

void Files::save() {
  if (state_.path.empty())
    choose_file(Purpose::save_as);
  else
    save_to(state_.path);
}

// What is wished for waits until it has been saved.
void Files::save_to(const std::string& path) {
  finished_before_ = services_.documents->state().finished;
  services_.documents->save(path, document_notes());
  stage_ = wish_.kind == Wish::Kind::none ? Stage::none : Stage::saving;
}

void Files::ask_to_quit() {
  if (!there_are()) {
    quits_ = true;
    return;
  }
  if (stage_ == Stage::unsaved || stage_ == Stage::saving) {
    wish_ = {Wish::Kind::quit, {}};
    return;
  }
  give_up_choice();
  wish({Wish::Kind::quit, {}});
}

void Files::open_dropped(std::vector<std::string> paths) {
  if (!there_are() || paths.empty()) return;
  const bool choosing = stage_ == Stage::browsing || stage_ == Stage::desktop;
  if (choosing && purpose_ == Purpose::open) give_up_choice();
  // Any other question is answered first.
  if (is_open()) return;
  std::stable_sort(paths.begin(), paths.end(),
                   [](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  // Of sessions and models there is one at a time.
  std::vector<std::string> wanted;
  for (std::string& path : paths)
    if (wanted.empty() || rank(path) == 2) wanted.push_back(std::move(path));
  if (is_lesson(wanted.front()))
    begin_lesson(wanted.front());
  else if (is_session(wanted.front()))
    wish({Wish::Kind::open, std::move(wanted)});
  else
    open_paths(wanted);
}

std::string Files::title() const {
  if (!there_are()) return "Backflow";
  if (state_.path.empty()) return state_.changed ? "new session* — Backflow" : "Backflow";
  return shown_bytes(name_of_path(state_.path)) + (state_.changed ? "*" : "") + " — Backflow";
}

bool Files::needs_redraw() const {
  if (!there_are()) return false;
  const session::DocumentState now = services_.documents->state();
  const bool news = now.finished != state_.finished || now.doing != state_.doing ||
                    now.share != state_.share || now.changed != state_.changed ||
                    now.path != state_.path || now.recovery != state_.recovery ||
                    now.recent != state_.recent || now.autosave_error != state_.autosave_error;
  const bool listed =
      stage_ == Stage::checking && services_.documents->listing() != listing_before_;
  const bool notes = !kept_ || kept_->notes != notes_;
  return news || listed || notes || line_.fades() ||
         (stage_ == Stage::desktop && services_.dialogs->has_answer()) ||
         (stage_ == Stage::browsing && browser_.needs_redraw(*services_.documents));
}

}  // namespace backflow::ui
