// A whole file as bytes, for what a user names: refused at once when it is no regular file (a pipe
// would block, a device never end) or too large.
#pragma once

#include <cstddef>
#include <string>

namespace backflow::io {

/// Reads a regular file of up to `most_bytes`. Returns an empty string, or what is wrong with it,
/// to be read after its name ("is a directory"); `bytes` is unchanged then.
std::string read_file(const std::string& path, std::size_t most_bytes, std::string& bytes);

}  // namespace backflow::io
