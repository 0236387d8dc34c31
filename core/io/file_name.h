// What the name of a file says of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace backflow::io {

/// Whether a name or a path ends in `ending` (".npy"), in ASCII letters of either size.
inline bool ends_in(std::string_view name, std::string_view ending) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return name.size() >= ending.size() &&
         std::ranges::equal(name.substr(name.size() - ending.size()), ending, {}, lower, lower);
}

/// The last part of a path.
inline std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The same path from the root of the file system, without "." and ".."; an empty one stays empty.
std::string from_the_root(const std::string& path);

}  // namespace backflow::io
