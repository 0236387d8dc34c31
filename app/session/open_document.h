// What is known of the document that is open, between the window, which asks for it in every frame,
// and the keeper's thread, which works on it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"

namespace backflow::session {

/// All of it may be called from any thread. Changes of the networks are counted as in
/// Snapshot::changes.
class OpenDocument {
public:
  /// `wake` is called after each change of what is told. The document's path, empty where it has no
  /// file, its notes, and the changes that its file has: nothing when it has never had the
  /// networks.
  OpenDocument(std::function<void()> wake, std::string path, DocumentNotes notes,
               std::optional<std::uint64_t> clean);

  // As Documents has them.
  DocumentState state(std::uint64_t changes) const;
  std::optional<DocumentNotes> take_opened();
  void keep(DocumentNotes notes);

  /// An operation is asked for, which finish() ends; begin() and tell() say how far it is.
  void ask();
  void begin(std::string doing);
  void tell(double share);
  void finish(std::string message, bool failed);

  /// The file has them now.
  void saved(const std::string& path, const std::string& notes, std::uint64_t changes);
  /// Another document has taken its place.
  void opened(const std::string& path, const DocumentNotes& notes,
              std::optional<std::uint64_t> clean);

  /// What the file does not have.
  struct Unsaved {
    std::string path;
    DocumentNotes notes;
  };
  /// Nothing when it has everything.
  std::optional<Unsaved> unsaved(std::uint64_t changes) const;

  // Of DocumentState; told by nobody else.
  void set_recent(std::vector<std::string> paths);
  void set_recovery(std::string offer);
  void set_autosave_error(std::string error);

private:
  bool is_changed(std::uint64_t changes) const;
  void wake() const;

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  DocumentState state_;                 // but for `changed`
  std::optional<std::uint64_t> clean_;  // changes that the file has
  std::string clean_notes_;             // and notes
  DocumentNotes notes_;                 // now
  std::optional<DocumentNotes> opened_;
};

}  // namespace backflow::session
