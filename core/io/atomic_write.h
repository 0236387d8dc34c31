// Writing a file so that a reader finds the old or the new contents, never half of one.
#pragma once

#include <string>
#include <string_view>

namespace backflow::io {

/// Writes a temporary file beside `path`, flushes it to the disk and renames it over `path`, which
/// keeps its permissions when it existed; then the directory is flushed too. A symbolic link keeps
/// pointing to the file that is replaced. What is not a regular file (/dev/stdout, a pipe) is
/// written directly. Returns an empty string, or one sentence that names the path and the system's
/// reason; `path` is then unchanged and no temporary file is left.
std::string write_file_atomically(const std::string& path, std::string_view bytes);

/// Removes from that directory the temporary files of writers that were killed. Those being written
/// just now, by this process or by any other, stay.
void remove_stale_temporaries(const std::string& directory);

}  // namespace backflow::io
