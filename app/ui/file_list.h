// The entries of a directory that are shown, and the one that is selected. No window in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"
#include "app/ui/file_dialogs.h"

namespace backflow::ui {

class FileList {
public:
  /// Directories are of every kind. Selects the first entry, or keeps the selected name of the same
  /// directory.
  void set(std::shared_ptr<const session::DirectoryListing> listing, const FileKind& kind);
  void clear();

  /// Null until there is one.
  const session::DirectoryListing* listing() const { return listing_.get(); }
  std::size_t size() const { return shown_.size(); }
  const session::DirectoryEntry& entry(std::size_t row) const {
    return listing_->entries[shown_[row]];
  }
  std::optional<std::size_t> selected() const { return selected_; }
  void select(std::size_t row);
  bool select_name(const std::string& name);
  /// By so many rows, stopping at the ends.
  void move(std::ptrdiff_t rows);

  /// Selects the first entry whose name begins with what was typed within the last second; the same
  /// letter again and again goes through all that begin with it.
  void type_ahead(const std::string& typed);
  void pass(double seconds);

  /// The entry of that name in the whole listing, of any kind; or null.
  const session::DirectoryEntry* find(const std::string& name) const;
  /// How much all names that begin with `text` have in common; `text` where none does.
  std::string completed(const std::string& text) const;

private:
  bool select_beginning(const std::string& text, std::size_t from);

  std::shared_ptr<const session::DirectoryListing> listing_;
  std::vector<std::size_t> shown_;  // of the entries
  std::optional<std::size_t> selected_;
  std::string typed_;
  double since_typed_ = 0.0;
};

}  // namespace backflow::ui
