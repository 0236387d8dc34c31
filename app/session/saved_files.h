// The files that a session's configurations name: found again when it is opened, and known by size
// and checksum.
#pragma once

#include <string>
#include <vector>

#include "app/session/json_place.h"
#include "app/session/saved_session.h"
#include "core/config/keys.h"

namespace backflow::session {

/// The "files" of a session's file.
class SavedFiles {
public:
  /// Complains, at its place, about what is no list of files.
  SavedFiles(const JsonPlace& place, std::string directory);

  /// Sets a key that names a file to where that file is now: there, or in the session's directory.
  /// The first one with the contents that were saved is taken, and read only if the configuration
  /// does not have it already. Returns an empty string, or one sentence; `config` is unchanged
  /// then.
  std::string open(const config::Key& key, const std::string& named, config::Config& config) const;

private:
  std::vector<SavedFile> files_;
  std::string directory_;
};

}  // namespace backflow::session
