// What is in an archive, without reading it: to decide what to do with it. zip.h reads it.
#pragma once

#include <string>
#include <vector>

namespace backflow::io {

/// The names of the entries, from the directory at the end of the file. Nothing is held against
/// anything; none where there is no directory, where it is one of ZIP64, or larger than a megabyte.
std::vector<std::string> zip_names(const std::string& path);

}  // namespace backflow::io
