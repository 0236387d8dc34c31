// Files the window works on: the session that is open, and what else is opened into it. Nobody here
// waits: open() and save() return at once, and state() tells each frame how far they are.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace backflow::session {

/// What is known of the open session's file and of what is being done. A value: cheap to copy.
struct DocumentState {
  std::string path;      ///< of the session's file; empty while it has none
  bool changed = false;  ///< there is something that this file does not have
  /// What is under way, for people ("Reading text.txt"); empty when nothing is.
  std::string doing;
  double share = -1.0;      ///< of it that is done, 0 to 1; negative when unknown
  std::uint64_t asked = 0;  ///< operations asked for so far; `finished` of them have ended
  /// How the last operation ended: grows by 1 with each, failed or not.
  std::uint64_t finished = 0;
  std::string message;  ///< of the last operation: "Saved lecture.backflow.json", or what is wrong
  bool failed = false;
  std::vector<std::string> recent;  ///< paths, the newest first
  /// An earlier run left something behind when it ended without being asked to: what, for people
  /// ("cat mat rat at iteration 1,200, of 14:03"). Empty: nothing, or it was answered.
  std::string recovery;
  /// Why what was changed could not be kept for a recovery; empty: it was.
  std::string autosave_error;
};

/// One file or directory.
struct DirectoryEntry {
  std::string name;
  bool directory = false;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
};

/// What lies in a directory, sorted: directories first, then by name without regard to case.
struct DirectoryListing {
  std::string path;                     ///< absolute
  std::string error;                    ///< one sentence; empty: it could be read
  std::vector<DirectoryEntry> entries;  ///< hidden ones left out, unless asked for
};

/// What a session's file keeps beside the networks, for the person who opens it.
struct DocumentNotes {
  std::string layout;  ///< JSON object, the window's own
  std::string notes;   ///< free text
};

class Documents {
public:
  virtual ~Documents() = default;

  /// Opens a file by what is in it: a session replaces the one that is open; a model, sequences or
  /// a text go into it. What fails changes nothing.
  virtual void open(const std::string& path) = 0;
  /// Saves the session under that path, which becomes the document's.
  virtual void save(const std::string& path, DocumentNotes with) = 0;
  /// Saves the weights alone as safetensors.
  virtual void save_weights(const std::string& path) = 0;
  /// The window's part of what autosave keeps: the newest, whenever it has changed.
  virtual void keep(DocumentNotes with) = 0;
  /// A new session: the default configuration, no file.
  virtual void start_anew() = 0;
  /// The answer to DocumentState::recovery.
  virtual void recover(bool wanted) = 0;

  virtual DocumentState state() const = 0;
  /// The notes of the session that was opened last, once after each time it was; else nothing.
  virtual std::optional<DocumentNotes> take_opened() = 0;

  /// Asks what is in a directory; the answer comes with listing(), null until then.
  virtual void list(const std::string& directory, bool hidden) = 0;
  virtual std::shared_ptr<const DirectoryListing> listing() const = 0;
};

}  // namespace backflow::session
