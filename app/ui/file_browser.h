// The window's own way to choose a file: a page with the entries of one directory at a time. It
// asks for them and shows them when they come; it reads nothing itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"
#include "app/ui/file_list.h"
#include "app/ui/line_input.h"

namespace backflow::ui {

class FileBrowser {
public:
  struct Place {
    std::string label, title, directory;
  };

  /// What is not known of the question is taken from where it was last: the kind of files and
  /// whether hidden ones are shown. `home` may be empty.
  void open(FileQuestion question, std::vector<Place> places, const std::string& home,
            session::Documents& documents);
  bool is_open() const { return open_; }
  void close() { open_ = false; }
  /// It was covered: asks anew for what it shows.
  void come_back(session::Documents& documents);

  enum class Outcome { stay, chosen, cancelled, other_dialog };
  /// `sentence` is what is to be told in it; empty: nothing. `offers_desktop`: with a way to the
  /// desktop's own dialog.
  Outcome draw(UiContext& ui, const Rect& window, session::Documents& documents,
               const std::string& sentence, bool offers_desktop);
  /// The path that was chosen.
  const std::string& chosen() const { return chosen_; }
  const FileQuestion& question() const { return question_; }

  const FileList& list() const { return list_; }
  const std::string& directory() const { return directory_; }
  bool reading() const { return reading_; }
  /// Something has come that is not shown yet.
  bool needs_redraw(const session::Documents& documents) const {
    return open_ && (scrolls_ || documents.listing() != seen_);
  }

private:
  void go(const std::string& directory, session::Documents& documents);
  void ask(session::Documents& documents);
  void take_listing(session::Documents& documents);
  void take_answer(const session::DirectoryListing& listing, session::Documents& documents);
  void take_keys(UiContext& ui, session::Documents& documents);
  void take_letters();
  void enter_row(session::Documents& documents);
  void enter_path(const std::string& typed, session::Documents& documents);
  void follow_path(session::Documents& documents);
  void choose(const std::string& path);
  void choose_name(session::Documents& documents);
  void selection_moved();

  void draw_path(UiContext& ui, const Rect& row, session::Documents& documents);
  void draw_parents(UiContext& ui, const Rect& row, session::Documents& documents);
  void draw_places(UiContext& ui, const Rect& column, session::Documents& documents);
  void draw_list(UiContext& ui, const Rect& rect, session::Documents& documents);
  void draw_rows(UiContext& ui, const Rect& rect, session::Documents& documents);
  void draw_row(UiContext& ui, const Rect& row, std::size_t index);
  void draw_name(UiContext& ui, const Rect& row, session::Documents& documents);
  void draw_foot(UiContext& ui, const Rect& row, session::Documents& documents,
                 const std::string& sentence);
  bool is_able() const;

  bool open_ = false;
  FileQuestion question_;
  std::vector<Place> places_;
  std::string home_, base_;  // what relative paths begin at
  std::size_t kind_ = 0;
  bool hidden_ = false;

  FileList list_;
  std::string directory_;  // asked for
  bool reading_ = false;
  std::shared_ptr<const session::DirectoryListing> seen_;
  std::string select_;                // to be selected when the entries come
  std::optional<std::string> probe_;  // typed: a directory or a file, as its entries will show

  LineInput path_, name_;
  bool path_active_ = false, name_active_ = false;
  std::string before_path_;  // where it was when the path began to be typed
  bool scroll_to_selected_ = false, scrolls_ = false;
  std::size_t page_rows_ = 10;

  std::optional<Outcome> outcome_;
  std::string chosen_;
};

}  // namespace backflow::ui
