// What the browser does; how it looks is in file_browser_view.cpp.
#include "app/ui/file_browser.h"

#include <algorithm>

#include "app/ui/file_text.h"
#include "app/ui/imgui_compat.h"

namespace backflow::ui {
namespace {

// A typed character as UTF-8; nothing for those that only control.
std::string utf8(ImWchar typed) {
  const auto c = static_cast<unsigned>(typed);
  if (c < 0x20 || c == 0x7F) return {};
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  std::string text;
  if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
  } else {
    text += static_cast<char>(0xE0 | ((c >> 12) & 0x0F));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  }
  return text + static_cast<char>(0x80 | (c & 0x3F));
}

// What a person changes of a name: all before the ending.
std::size_t stem_length(const std::string& name, const std::string& ending) {
  if (ends_with_any(name, {ending})) return name.size() - ending.size();
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name.size() : dot;
}

}  // namespace

void FileBrowser::open(FileQuestion question, std::vector<Place> places, const std::string& home,
                       session::Documents& documents) {
  const bool same_kinds =
      question.save == question_.save && question.kinds.size() == question_.kinds.size();
  if (!same_kinds) kind_ = 0;
  question_ = std::move(question);
  places_ = std::move(places);
  home_ = home;
  open_ = true;
  outcome_.reset();
  probe_.reset();
  select_ = question_.name;
  base_ = absolute_path(question_.directory, "/", home_);
  name_.set(question_.name);
  if (question_.save) name_.take_keyboard(stem_length(question_.name, question_.ending));
  path_.give_keyboard_back();
  path_active_ = name_active_ = false;
  go(base_, documents);
}

void FileBrowser::come_back(session::Documents& documents) {
  outcome_.reset();
  if (question_.save) name_.take_keyboard();
  ask(documents);
}

void FileBrowser::go(const std::string& directory, session::Documents& documents) {
  // On the way up, where one comes from is selected.
  if (directory_ != directory && parent_of(directory_) == directory && select_.empty())
    select_ = name_of_path(directory_);
  directory_ = directory;
  if (!path_active_) path_.set(directory_ == "/" ? "/" : directory_ + "/");
  list_.clear();
  ask(documents);
}

void FileBrowser::ask(session::Documents& documents) {
  seen_ = documents.listing();
  reading_ = true;
  documents.list(directory_, hidden_);
}

void FileBrowser::take_listing(session::Documents& documents) {
  const auto latest = documents.listing();
  if (latest == seen_) return;
  seen_ = latest;
  if (!latest) return;
  // What was asked for before and comes late is not wanted any more.
  if (probe_ && latest->path == *probe_) return take_answer(*latest, documents);
  if (latest->path != directory_) return;
  reading_ = false;
  list_.set(latest, question_.kinds[kind_]);
  if (!select_.empty()) list_.select_name(select_);
  select_.clear();
  scroll_to_selected_ = true;
}

// A typed path that can be read is a directory; what else it is finds out whoever opens it.
void FileBrowser::take_answer(const session::DirectoryListing& listing,
                              session::Documents& documents) {
  const std::string path = *probe_;
  probe_.reset();
  if (!listing.error.empty()) return choose(path);
  path_.give_keyboard_back();
  path_active_ = false;
  go(path, documents);
}

void FileBrowser::choose(const std::string& path) {
  chosen_ = path;
  outcome_ = Outcome::chosen;
}

void FileBrowser::choose_name(session::Documents& documents) {
  const std::string typed = name_.text();
  if (typed.empty()) return;
  if (typed.find('/') != std::string::npos || typed == "~" || typed == "." || typed == "..")
    return enter_path(typed, documents);
  if (const session::DirectoryEntry* entry = list_.find(typed);
      entry != nullptr && entry->directory)
    return go(join(directory_, typed), documents);
  choose(join(directory_, typed));
}

void FileBrowser::enter_row(session::Documents& documents) {
  if (!list_.selected()) return;
  const session::DirectoryEntry& entry = list_.entry(*list_.selected());
  const std::string path = join(directory_, entry.name);
  if (entry.directory) return go(path, documents);
  choose(path);
}

void FileBrowser::enter_path(const std::string& typed, session::Documents& documents) {
  const std::string path = absolute_path(typed, base_, home_);
  if (typed.ends_with('/') || path == "/") return go(path, documents);
  if (parent_of(path) == directory_ && !reading_)
    if (const session::DirectoryEntry* entry = list_.find(name_of_path(path)))
      return entry->directory ? go(path, documents) : choose(path);
  probe_ = path;
  seen_ = documents.listing();
  documents.list(path, hidden_);
}

// While a path is typed, the entries are those of the directory that it has come to.
void FileBrowser::follow_path(session::Documents& documents) {
  const std::string typed = path_.text();
  const std::size_t slash = typed.rfind('/');
  if (slash == std::string::npos) return;
  const std::string directory = absolute_path(typed.substr(0, slash + 1), base_, home_);
  const std::string begun = typed.substr(slash + 1);
  if (directory != directory_) go(directory, documents);
  if (begun.empty()) return;
  list_.pass(10.0);
  list_.type_ahead(begun);
  scroll_to_selected_ = true;
}

void FileBrowser::selection_moved() {
  scroll_to_selected_ = true;
  if (!question_.save || !list_.selected()) return;
  const session::DirectoryEntry& entry = list_.entry(*list_.selected());
  if (!entry.directory) name_.set(entry.name);
}

void FileBrowser::take_letters() {
  const ImGuiIO& io = ImGui::GetIO();
  if (io.KeyCtrl || io.InputQueueCharacters.empty()) return;
  std::string typed;
  for (const ImWchar c : io.InputQueueCharacters) typed += utf8(c);
  if (typed.empty()) return;
  if (path_.waits()) {
    path_.add(typed);
  } else if (name_.waits()) {
    name_.add(typed);
  } else if (typed == "/" || typed == "~") {
    before_path_ = directory_;
    path_.set(typed);
    path_.take_keyboard_at_end();
  } else if (question_.save) {
    name_.set(typed);
    name_.take_keyboard_at_end();
  } else {
    list_.type_ahead(typed);
    scroll_to_selected_ = true;
  }
}

void FileBrowser::take_keys(UiContext& ui, session::Documents& documents) {
  list_.pass(ImGui::GetIO().DeltaTime);
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return;
  if (ImGui::GetIO().KeyCtrl) {
    if (key_pressed(Key::l)) path_.take_keyboard();
    if (key_pressed(Key::h)) {
      hidden_ = !hidden_;
      ask(documents);
    }
    return;
  }
  // Other controls have their own use for these keys.
  if (path_active_ ||
      (!ui.focus.label.empty() && ui.focus.label != "File list" && ui.focus.label != "File name"))
    return;
  const auto rows = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page_rows_, 2) - 1);
  const auto all = static_cast<std::ptrdiff_t>(list_.size());
  const auto step = [&](Key key, std::ptrdiff_t by) {
    if (!key_pressed(key, true)) return;
    list_.move(by);
    selection_moved();
  };
  step(Key::down_arrow, 1);
  step(Key::up_arrow, -1);
  step(Key::page_down, rows);
  step(Key::page_up, -rows);
  if (name_active_ || ImGui::GetIO().WantTextInput) return;  // the rest is for the text
  step(Key::home, -all);
  step(Key::end, all);
  if (key_pressed(Key::backspace, true)) go(parent_of(directory_), documents);
  if (key_pressed(Key::enter)) enter_row(documents);
  take_letters();
}

bool FileBrowser::is_able() const {
  if (question_.save) return !name_.text().empty();
  return list_.selected().has_value();
}

}  // namespace backflow::ui
