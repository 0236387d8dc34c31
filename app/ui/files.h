// All that the window has to do with files: the menu, choosing a file, the questions that come
// before something is lost, what is dropped on it, and what stands in its title. It asks the
// session's documents and waits for nobody.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"
#include "app/ui/document_line.h"
#include "app/ui/file_browser.h"
#include "app/ui/file_menu.h"
#include "app/ui/notes_page.h"
#include "app/ui/page.h"
#include "core/config/model_file.h"

namespace backflow::ui {

/// What the files need from the rest of the window.
struct FileServices {
  session::Documents* documents = nullptr;  ///< null: there are no files
  DesktopDialogs* dialogs = nullptr;        ///< null: the desktop has none
  std::string working_directory;
  std::function<std::string()> layout;                  ///< as it is now, JSON
  std::function<void(const std::string&)> take_layout;  ///< of a session that was opened
  std::function<void()> session_opened;                 ///< by the person, not for a lesson
  /// One of several networks in a file, by its prefix.
  std::function<void(const std::string& prefix)> choose_network;
  std::function<void(const std::string& name_or_path)> open_lesson;
};

class Files {
public:
  /// `desktop_dialogs`: the person's choice.
  Files(FileServices services, bool desktop_dialogs);

  bool there_are() const { return services_.documents != nullptr; }
  /// At the start of a frame: what has come since the last one; `model` is the network's file as
  /// of now. No question of its own while something else lies over the window (`covered`).
  /// `two_networks`: two of them are compared.
  void begin_frame(double seconds, bool covered, const config::ModelFile& model, bool two_networks);
  /// A page of it covers the window.
  bool is_open() const { return stage_ != Stage::none; }
  bool menu_is_open() const { return menu_.is_open(); }
  /// True when the keyboard asks for the export of figures.
  void take_keys();
  /// Escape.
  void close_one();

  void draw_menu(UiContext& ui, const Rect& rect, bool can_export);
  Rect draw_line(UiContext& ui, const Rect& bar, double seconds);
  void draw_page(UiContext& ui, const Rect& window);

  /// What was chosen in the menu and is not of files.
  bool take_export_asked() { return std::exchange(export_asked_, false); }

  /// The window wants to close: it does, or a question comes first.
  void ask_to_quit();
  bool quits() const { return quits_; }
  void open_dropped(std::vector<std::string> paths);
  /// After a question where something would be lost that undo does not bring back: a session's file
  /// is closed, and of two networks one ends.
  void begin_lesson(const std::string& name_or_path);
  /// Whether nothing is being opened or saved, and no session's file is open into which Ctrl+S
  /// would write the network of a lesson. Closes one that is.
  bool is_clear_for_lesson();

  /// "lecture.backflow.json* — Backflow".
  std::string title() const;
  bool desktop_dialogs() const { return desktop_dialogs_; }
  bool needs_redraw() const;
  /// A dialog of the desktop is open, whose answer nothing announces.
  bool waits_for_desktop() const { return stage_ == Stage::desktop; }

  // For tests.
  const FileBrowser& browser() const { return browser_; }
  const DocumentLine& line() const { return line_; }
  /// The title of the question that is asked; empty when none is.
  std::string question() const;
  const std::string& notes() const { return notes_; }

private:
  enum class Stage {
    none,
    unsaved,    // the question what is to become of changes
    saving,     // their answer, under way
    browsing,   // in the window
    desktop,    // in the desktop's dialog
    checking,   // what lies where something is to be saved
    overwrite,  // the question about it
    notes,
    recovery,
    network  // which of several in a file that was opened
  };
  enum class Purpose { open, save_as, save_weights };
  /// What a question came before.
  struct Wish {
    enum class Kind { none, quit, start_anew, open, lesson, recover } kind = Kind::none;
    std::vector<std::string> paths;
  };

  // files.cpp
  void take_opened();
  void keep();
  void keep_now();
  void take_recovery(bool covered);
  void take_queue();
  void take_networks(bool covered, const config::ModelFile& model);
  void take_saved();
  void wish(Wish wish);
  void fulfil();
  void open_paths(const std::vector<std::string>& paths);
  void save();
  void save_to(const std::string& path);
  void end_saving();
  session::DocumentNotes document_notes() const;

  // file_choice.cpp
  void take(const FileMenu::Choice& choice);
  void choose_file(Purpose purpose);
  void browse();
  FileQuestion question_for(Purpose purpose) const;
  std::vector<FileBrowser::Place> places() const;
  /// `confirmed`: by whoever let it be chosen, if something lies there.
  void take_path(const std::string& path, bool confirmed);
  void take_desktop_answer();
  void take_check();
  void give_up_choice();
  void draw_browser(UiContext& ui, const Rect& window);
  void ask(UiContext& ui, const Rect& window);
  Question present_question() const;
  Question network_question() const;
  void answer(std::size_t choice);

  FileServices services_;
  session::DocumentState state_;  // as of this frame
  std::string home_;
  bool desktop_dialogs_, desktop_failed_ = false;
  FileMenu menu_;
  FileBrowser browser_;
  NotesPage notes_page_;
  DocumentLine line_;
  Stage stage_ = Stage::none;
  Purpose purpose_ = Purpose::open;
  FileQuestion asked_file_;
  Wish wish_;
  std::string target_;  // where something is to be saved
  std::shared_ptr<const session::DirectoryListing> listing_before_;  // that of the check is another
  std::string sentence_;                                             // told in the browser
  std::string directory_;                                            // where a file was chosen last
  std::uint64_t finished_before_ = 0;                                // when saving began
  std::deque<std::string> queue_;                                    // dropped, to be opened
  std::optional<std::uint64_t> queue_finished_;
  std::vector<std::string> opened_;    // at once, and perhaps a network
  std::vector<std::string> networks_;  // that may be chosen from it, by their prefixes
  std::string notes_;
  std::optional<session::DocumentNotes> kept_;
  double since_kept_ = 0.0;
  std::string recovery_answered_;  // there may be another one behind it
  bool two_networks_ = false;      // are compared
  bool leaves_document_ = false;   // for a lesson: the new session is not the person's
  bool recovery_put_off_ = false, export_asked_ = false, quits_ = false;
};

}  // namespace backflow::ui
