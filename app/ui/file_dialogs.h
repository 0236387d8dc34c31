// What is asked of whoever lets a person choose a file: the browser in the window, or the desktop's
// own dialog.
#pragma once

#include <string>
#include <vector>

namespace backflow::ui {

/// Files of one kind, by how their names end; no endings: all files.
struct FileKind {
  std::string title;
  std::vector<std::string> endings;
};

struct FileQuestion {
  bool save = false;            ///< a file to be written, not one to be opened
  std::string title;            ///< "Open"
  std::string directory;        ///< where to begin; absolute
  std::string name;             ///< to begin with, when saving
  std::string ending;           ///< given to a name without one, when saving
  std::vector<FileKind> kinds;  ///< the first one is chosen
};

/// A dialog of the desktop, which runs beside the window. One at a time; nothing here waits.
class DesktopDialogs {
public:
  struct Answer {
    enum class Kind { waiting, chosen, cancelled, failed } kind = Kind::waiting;
    std::string path;  ///< what was chosen
  };

  virtual ~DesktopDialogs() = default;

  /// The desktop has one.
  virtual bool available() const = 0;
  virtual void ask(const FileQuestion& question) = 0;
  /// It has ended, which nothing announces.
  virtual bool has_answer() = 0;
  /// Tells once how it ended.
  virtual Answer poll() = 0;
  /// Takes the dialog away; there will be no answer.
  virtual void cancel() = 0;
};

}  // namespace backflow::ui
