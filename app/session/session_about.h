// What can be told of a session's file.
#pragma once

#include <string>

#include "app/session/saved_session.h"

namespace backflow::session {

/// Whether a name ends in .json, in letters of either size: as a session's does.
bool ends_in_json(const std::string& path);

/// Whether the file is to be opened as a session: by its beginning, or because it is JSON.
bool is_session_file(const std::string& path);

/// "cat mat rat at iteration 1,200, of 14:03"; by its document's name where it has one, and of the
/// time when the file at `path` was written.
std::string description(const SavedSession& saved, const std::string& path);

}  // namespace backflow::session
