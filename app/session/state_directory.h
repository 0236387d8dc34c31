// What the program keeps between its runs, beside its settings: recent files, and what autosave
// needs. Several programs may use the directory at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace backflow::session {

/// "$XDG_STATE_HOME/backflow", or "~/.local/state/backflow"; empty when there is no home.
std::string state_directory();

/// A file locked by flock(2) for as long as this lives; the system unlocks it when the process
/// ends, however it does.
class FileLock {
public:
  /// Opens the file, making it when it is not there, and waits for the lock.
  static FileLock wait_for(const std::string& path);
  /// Nothing when somebody has it, or when there is no such file.
  static std::optional<FileLock> try_existing(const std::string& path);
  /// A new file; its name is `pattern` with XXXXXX replaced. Nothing when none can be made.
  static std::optional<FileLock> make_new(std::string pattern, int suffix_length);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  const std::string& path() const { return path_; }

private:
  FileLock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1;
};

/// The files opened and saved last, in "recent.json".
class RecentFiles {
public:
  static constexpr std::size_t kMost = 10;

  /// An empty directory keeps nothing.
  explicit RecentFiles(std::string directory) : directory_(std::move(directory)) {}

  /// Paths, the newest first.
  std::vector<std::string> read() const;
  /// Puts the path first; returns the new list.
  std::vector<std::string> add(const std::string& path) const;

private:
  std::string directory_;
};

/// What is left of a session whose program ended without being asked to. As long as it is held,
/// nobody else is offered it.
struct Orphan {
  std::string path;  ///< of the session
  FileLock lock;
};

/// The session as it was a while ago, in a file of this object's own.
class Autosave {
public:
  /// An empty directory keeps nothing.
  explicit Autosave(std::string directory);
  /// A clean end: removes what was kept.
  ~Autosave();

  /// What others have left behind, the newest first.
  std::vector<Orphan> orphans() const;
  /// An orphan's file becomes what is kept here. False when that does not work.
  bool adopt(Orphan& orphan);
  static void remove(Orphan& orphan);

  /// Returns an empty string, or one sentence.
  std::string write(const std::string& text) const;
  void clear() const;
  bool is_on() const { return !directory_.empty(); }

private:
  std::string path() const;

  std::string directory_;
  std::string trouble_;  // why there is no lock
  std::optional<FileLock> own_;
};

}  // namespace backflow::session
