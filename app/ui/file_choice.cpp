// Which file, and the questions that come with it (files.h).
#include <utility>

#include "app/ui/file_text.h"
#include "app/ui/files.h"
#include "app/ui/imgui_compat.h"
#include "core/io/stored_model.h"

namespace backflow::ui {
namespace {

constexpr const char* kSession = ".backflow.json";
constexpr const char* kWeights = ".safetensors";

}  // namespace

FileQuestion Files::question_for(Purpose purpose) const {
  const FileKind sessions{"Sessions", {".json"}};
  const FileKind data{"Models and data", {".safetensors", ".npz", ".npy", ".csv", ".txt"}};
  const FileKind all{"All files", {}};
  FileQuestion question;
  const std::string file = state_.path;
  question.directory = !directory_.empty() ? directory_
                       : !file.empty()     ? parent_of(file)
                                           : services_.working_directory;
  question.save = purpose != Purpose::open;
  std::string stem = file.empty() ? "session" : name_of_path(file);
  for (const char* ending : {kSession, ".json"})
    if (ends_with_any(stem, {ending})) stem.resize(stem.size() - std::string(ending).size());
  switch (purpose) {
    case Purpose::open: {
      FileKind every{"Sessions, models, data", data.endings};
      every.endings.push_back(".json");
      question.title = "Open";
      question.kinds = {every, sessions, data, all};
      break;
    }
    case Purpose::save_as:
      question.title = "Save session";
      question.name = stem + kSession;
      question.ending = kSession;
      question.kinds = {sessions, all};
      break;
    case Purpose::save_weights:
      question.title = "Save weights";
      question.name = (file.empty() ? "weights" : stem) + kWeights;
      question.ending = kWeights;
      question.kinds = {{"Weights", {kWeights}}, all};
      break;
  }
  return question;
}

std::vector<FileBrowser::Place> Files::places() const {
  std::vector<FileBrowser::Place> list;
  const auto add = [&](const char* label, const char* title, const std::string& directory) {
    for (const FileBrowser::Place& place : list)
      if (place.directory == directory) return;
    if (!directory.empty()) list.push_back({label, title, directory});
  };
  add("Place home", "Home", home_);
  add("Place working", "Working directory",
      services_.working_directory.empty() ? std::string()
                                          : absolute_path(services_.working_directory, "/", home_));
  add("Place session", "This session's",
      state_.path.empty() ? std::string() : parent_of(state_.path));
  return list;
}

void Files::choose_file(Purpose purpose) {
  purpose_ = purpose;
  asked_file_ = question_for(purpose);
  sentence_.clear();
  DesktopDialogs* dialogs = services_.dialogs;
  if (!desktop_dialogs_ || desktop_failed_ || dialogs == nullptr || !dialogs->available())
    return browse();
  dialogs->ask(asked_file_);
  stage_ = Stage::desktop;
}

void Files::browse() {
  stage_ = Stage::browsing;
  browser_.open(asked_file_, places(), home_, *services_.documents);
}

void Files::give_up_choice() {
  if (stage_ == Stage::desktop) services_.dialogs->cancel();
  if (stage_ == Stage::notes) notes_ = notes_page_.notes();
  browser_.close();
  notes_page_.close();
  wish_ = {};
  stage_ = Stage::none;
}

void Files::take_desktop_answer() {
  using Kind = DesktopDialogs::Answer::Kind;
  const DesktopDialogs::Answer answer = services_.dialogs->poll();
  if (answer.kind == Kind::chosen) return take_path(answer.path, true);
  if (answer.kind == Kind::cancelled) {
    stage_ = Stage::none;
    return give_up_choice();
  }
  if (answer.kind != Kind::failed) return;
  desktop_failed_ = true;
  sentence_ = "The desktop's file dialog does not work here.";
  browse();
}

void Files::take_path(const std::string& path, bool confirmed) {
  directory_ = parent_of(path);
  if (purpose_ == Purpose::open) {
    browser_.close();
    stage_ = Stage::none;
    return open_dropped({path});
  }
  std::vector<std::string> endings{asked_file_.ending};
  if (purpose_ == Purpose::save_as) endings.emplace_back(".json");
  target_ = ends_with_any(name_of_path(path), endings) ? path : path + asked_file_.ending;
  if (confirmed && target_ == path) return end_saving();
  stage_ = Stage::checking;
  listing_before_ = services_.documents->listing();
  services_.documents->list(parent_of(target_), true);
}

// What lies there may have come since the entries were shown, and the ending may be new.
void Files::take_check() {
  const auto listing = services_.documents->listing();
  if (listing == listing_before_ || !listing || listing->path != parent_of(target_)) return;
  const std::string name = name_of_path(target_);
  bool there = false, directory = false;
  for (const session::DirectoryEntry& entry : listing->entries)
    if (entry.name == name) {
      there = true;
      directory = entry.directory;
    }
  sentence_ = listing->error;
  if (directory) sentence_ = name + " is a directory";
  if (!sentence_.empty()) {
    sentence_ = shown_bytes(sentence_);
    if (!browser_.is_open()) return browse();
    stage_ = Stage::browsing;
    return browser_.come_back(*services_.documents);
  }
  // The person's own file is written without a question: that is what saving is.
  if (there && !(purpose_ == Purpose::save_as && target_ == state_.path)) {
    stage_ = Stage::overwrite;
    return;
  }
  end_saving();
}

void Files::end_saving() {
  browser_.close();
  stage_ = Stage::none;
  if (purpose_ == Purpose::save_weights)
    services_.documents->save_weights(target_);
  else
    save_to(target_);
}

void Files::take(const FileMenu::Choice& choice) {
  switch (choice.action) {
    case FileAction::start_anew:
      return wish({Wish::Kind::start_anew, {}});
    case FileAction::open:
      return choose_file(Purpose::open);
    case FileAction::open_recent:
      return open_dropped({choice.path});
    case FileAction::save:
      return save();
    case FileAction::save_as:
      return choose_file(Purpose::save_as);
    case FileAction::save_weights:
      return choose_file(Purpose::save_weights);
    case FileAction::export_figures:
      export_asked_ = true;
      return;
    case FileAction::notes:
      notes_page_.open(notes_);
      stage_ = Stage::notes;
      return;
    case FileAction::recover:
      return wish({Wish::Kind::recover, {}});
    case FileAction::desktop_dialogs:
      desktop_dialogs_ = !desktop_dialogs_;
      desktop_failed_ = false;
      return;
    case FileAction::quit:
      return ask_to_quit();
  }
}

void Files::take_keys() {
  if (!there_are() || is_open() || !ImGui::GetIO().KeyCtrl) return;
  if (key_pressed(Key::n)) take({FileAction::start_anew, {}});
  if (key_pressed(Key::o)) take({FileAction::open, {}});
  if (key_pressed(Key::s))
    take({ImGui::GetIO().KeyShift ? FileAction::save_as : FileAction::save, {}});
}

void Files::close_one() {
  switch (stage_) {
    case Stage::recovery:
      recovery_put_off_ = true;  // the menu has it
      stage_ = Stage::none;
      break;
    case Stage::overwrite:
    case Stage::checking:
      stage_ = Stage::browsing;
      if (browser_.is_open())
        browser_.come_back(*services_.documents);
      else
        choose_file(purpose_);
      break;
    default:
      give_up_choice();
  }
}

void Files::draw_menu(UiContext& ui, const Rect& rect, bool can_export) {
  FileMenuState state{state_, home_, can_export, {}};
  if (services_.dialogs != nullptr && services_.dialogs->available())
    state.desktop_dialogs = desktop_dialogs_ && !desktop_failed_;
  if (const auto choice = menu_.draw(ui, rect, state)) take(*choice);
}

Rect Files::draw_line(UiContext& ui, const Rect& bar, double seconds) {
  return there_are() ? line_.draw(ui, bar, state_, seconds) : bar;
}

void Files::draw_browser(UiContext& ui, const Rect& window) {
  const bool desktop = services_.dialogs != nullptr && services_.dialogs->available();
  switch (browser_.draw(ui, window, *services_.documents, sentence_, desktop && !desktop_failed_)) {
    case FileBrowser::Outcome::stay:
      return;
    case FileBrowser::Outcome::chosen:
      sentence_.clear();
      return take_path(browser_.chosen(), false);
    case FileBrowser::Outcome::cancelled:
      return give_up_choice();
    case FileBrowser::Outcome::other_dialog:
      desktop_dialogs_ = true;
      browser_.close();
      asked_file_.directory = browser_.directory();
      services_.dialogs->ask(asked_file_);
      stage_ = Stage::desktop;
  }
}

void Files::draw_page(UiContext& ui, const Rect& window) {
  switch (stage_) {
    case Stage::none:
      return;
    case Stage::browsing:
      return draw_browser(ui, window);
    case Stage::notes:
      notes_page_.draw(ui, window);
      notes_ = notes_page_.notes();
      if (!notes_page_.is_open()) stage_ = Stage::none;
      return;
    default:
      return ask(ui, window);
  }
}

std::string Files::question() const {
  const bool asks = stage_ != Stage::none && stage_ != Stage::browsing && stage_ != Stage::notes;
  return asks ? present_question().title : std::string();
}

Question Files::present_question() const {
  const std::string name =
      state_.path.empty() ? "this session" : shown_bytes(name_of_path(state_.path));
  const Question::Choice cancel{"Cancel question", "Back, and nothing is done  (Esc)", "Cancel"};
  switch (stage_) {
    case Stage::unsaved:
      return {"Save changes?",
              (state_.path.empty() ? "This session is not saved." : name + " has changes.") +
                  " Without saving, what was trained and changed since is lost.",
              {{"Discard changes", "Goes on without saving", "Don't save", false, true},
               cancel,
               {"Save changes", "Saves, then goes on  (Enter)", "Save", true}}};
    case Stage::saving:
      return {"Saving …", "Saving " + name + ", then it goes on.", {cancel}};
    case Stage::desktop:
      return {"Choose a file",
              "The desktop's file dialog is open, in a window of its own.",
              {{"Own dialog", "From now on files are chosen in this window", "Choose here instead",
                false, true},
               cancel}};
    case Stage::checking:
      return {"Looking …", "Looking what is in " + shown_bytes(parent_of(target_)) + ".", {cancel}};
    case Stage::overwrite:
      return {"Replace the file?",
              shown_bytes(name_of_path(target_)) + " is there already, in " +
                  shown_bytes(short_path(parent_of(target_), home_)) +
                  ". What is in it now is lost when it is replaced.",
              {{"Keep file", "Writes nothing; choose another name  (Esc)", "Keep it"},
               {"Replace file", "Writes over it  (Enter)", "Replace", true}}};
    case Stage::recovery:
      return {
          "Recover the last session?",
          "Backflow ended without being asked to. Kept until then: " +
              shown_bytes(state_.recovery) + ".",
          {{"Discard recovery", "What was kept is deleted", "Discard", false, true},
           {"Recover", "Goes on with it; no file of yours is changed  (Enter)", "Recover", true}}};
    case Stage::network:
      return network_question();
    case Stage::none:
    case Stage::browsing:
    case Stage::notes:
      break;
  }
  return {};
}

// The first is shown already.
Question Files::network_question() const {
  constexpr std::size_t kMost = 8;
  Question question{"Which network?",
                    "The file has " + std::to_string(networks_.size()) +
                        " recurrent networks. The one that is shown can be changed at any time: "
                        "Network, Which network.",
                    {}};
  if (networks_.size() > kMost)
    question.text += " The first " + std::to_string(kMost) + " are listed here.";
  question.in_rows = true;
  for (std::size_t i = 0; i < std::min(kMost, networks_.size()); ++i) {
    const std::string name =
        networks_[i].empty() ? "(without a name)" : shown_bytes(io::choice_of(networks_[i]));
    question.choices.push_back(
        {"Network " + std::to_string(i + 1), "Shows this one", name, i == 0, false});
  }
  return question;
}

void Files::ask(UiContext& ui, const Rect& window) {
  if (const auto choice = draw_question(ui, window, present_question())) answer(*choice);
}

void Files::answer(std::size_t choice) {
  switch (stage_) {
    case Stage::unsaved:
      if (choice == 0) return fulfil();
      if (choice == 1) return give_up_choice();
      return save();
    case Stage::desktop: {
      if (choice == 1) return give_up_choice();
      services_.dialogs->cancel();
      desktop_dialogs_ = false;
      return browse();
    }
    case Stage::overwrite:
      return choice == 0 ? close_one() : end_saving();
    case Stage::recovery:
      stage_ = Stage::none;
      recovery_answered_ = state_.recovery;
      recovery_put_off_ = choice == 1;
      if (choice == 1) return wish({Wish::Kind::recover, {}});
      return services_.documents->recover(false);
    case Stage::network:
      stage_ = Stage::none;
      if (choice > 0) services_.choose_network(io::choice_of(networks_[choice]));
      return;
    default:
      return close_one();
  }
}

}  // namespace backflow::ui
