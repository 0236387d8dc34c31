// The files that a session's configurations name: found again when it is opened, and known by size
// and checksum.
#pragma once

#include <string>
#include <vector>

#include "app/session/json_place.h"
#include "app/session/saved_session.h"

namespace backflow::session {

/// The "files" of a session's file.
class SavedFiles {
public:
  /// Complains, at its place, about what is no list of files.
  SavedFiles(const JsonPlace& place, std::string directory);

  /// Goes from the path that a configuration names to where the file is now: there, or in the
  /// session's directory. One with the contents that were saved comes first. Returns an empty
  /// string, or one sentence; `path` is unchanged then.
  std::string find(std::string& path) const;

private:
  std::vector<SavedFile> files_;
  std::string directory_;
};

}  // namespace backflow::session
