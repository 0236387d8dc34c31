#include "app/session/open_document.h"

#include <utility>

namespace backflow::session {

OpenDocument::OpenDocument(std::function<void()> wake, std::string path, DocumentNotes notes,
                           std::optional<std::uint64_t> clean)
    : wake_(std::move(wake)), clean_(clean), clean_notes_(notes.notes), notes_(std::move(notes)) {
  if (!path.empty()) opened_ = notes_;
  state_.path = std::move(path);
}

DocumentState OpenDocument::state(std::uint64_t changes) const {
  const std::lock_guard lock(mutex_);
  DocumentState state = state_;
  state.changed = is_changed(changes);
  return state;
}

std::optional<DocumentNotes> OpenDocument::take_opened() {
  const std::lock_guard lock(mutex_);
  return std::exchange(opened_, std::nullopt);
}

void OpenDocument::keep(DocumentNotes notes) {
  const std::lock_guard lock(mutex_);
  notes_ = std::move(notes);
}

void OpenDocument::ask() {
  const std::lock_guard lock(mutex_);
  ++state_.asked;
}

void OpenDocument::begin(std::string doing) {
  {
    const std::lock_guard lock(mutex_);
    state_.doing = std::move(doing);
    state_.share = -1.0;
  }
  wake();
}

void OpenDocument::tell(double share) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(state_.share, share) == share) return;
  }
  wake();
}

void OpenDocument::finish(std::string message, bool failed) {
  {
    const std::lock_guard lock(mutex_);
    state_.doing.clear();
    state_.message = std::move(message);
    state_.failed = failed;
    ++state_.finished;
  }
  wake();
}

void OpenDocument::saved(const std::string& path, const std::string& notes, std::uint64_t changes) {
  const std::lock_guard lock(mutex_);
  state_.path = path;
  clean_ = changes;
  clean_notes_ = notes;
}

void OpenDocument::opened(const std::string& path, const DocumentNotes& notes,
                          std::optional<std::uint64_t> clean) {
  const std::lock_guard lock(mutex_);
  state_.path = path;
  clean_ = clean;
  clean_notes_ = notes.notes;
  notes_ = notes;
  opened_ = notes;
}

std::optional<OpenDocument::Unsaved> OpenDocument::unsaved(std::uint64_t changes) const {
  const std::lock_guard lock(mutex_);
  if (!is_changed(changes)) return std::nullopt;
  return Unsaved{state_.path, notes_};
}

void OpenDocument::set_recent(std::vector<std::string> paths) {
  const std::lock_guard lock(mutex_);
  state_.recent = std::move(paths);
}

void OpenDocument::set_recovery(std::string offer) {
  const std::lock_guard lock(mutex_);
  state_.recovery = std::move(offer);
}

void OpenDocument::set_autosave_error(std::string error) {
  const std::lock_guard lock(mutex_);
  state_.autosave_error = std::move(error);
}

bool OpenDocument::is_changed(std::uint64_t changes) const {
  return !clean_ || changes > *clean_ || notes_.notes != clean_notes_;
}

void OpenDocument::wake() const {
  if (wake_) wake_();
}

}  // namespace backflow::session
