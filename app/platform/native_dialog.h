// The desktop's own dialog for choosing a file: zenity or kdialog, started without a shell. It runs
// beside the window; nothing here waits for it.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace backflow::platform {

struct DialogRequest {
  /// Files by how their names end (".npy"); no endings: all.
  struct Kind {
    std::string title;
    std::vector<std::string> endings;
  };
  bool save = false;
  std::string title;
  std::string directory;  ///< absolute
  std::string name;       ///< to begin with, when saving
  std::vector<Kind> kinds;
};

/// The words that start it. `program` is the path of zenity or of kdialog.
std::vector<std::string> dialog_words(const std::string& program, const DialogRequest& request);

class NativeDialog {
public:
  enum class State {
    idle,
    open,
    chosen,
    cancelled,
    failed  ///< it could not be started, or ended with another code than 0 and 1
  };

  /// Looks for the programs in PATH, once. On KDE kdialog goes before zenity. None without a
  /// display.
  NativeDialog();
  ~NativeDialog() { cancel(); }
  NativeDialog(const NativeDialog&) = delete;
  NativeDialog& operator=(const NativeDialog&) = delete;

  bool available() const { return !program_.empty(); }
  const std::string& program() const { return program_; }

  /// Opens it, in the place of one that is open still.
  void open(const DialogRequest& request);
  /// How far it is. Call until it is not open.
  State poll();
  /// What was chosen: the bytes of a path, whatever they are.
  const std::string& path() const { return path_; }
  /// Takes it off the screen.
  void cancel();

private:
  void read();

  std::string program_;
  State state_ = State::idle;
  pid_t child_ = -1;
  int pipe_ = -1;
  std::string path_;
};

}  // namespace backflow::platform
