// What stands in a file, for a message: short and printable, whatever the file is.
#pragma once

#include <string>
#include <string_view>

namespace backflow::io {

/// In quotes, at most `most` bytes of it, "?" for what is not printable ASCII.
inline std::string shown(std::string_view text, char quote = '"', std::size_t most = 20) {
  std::string printable(text.substr(0, most));
  for (char& c : printable)
    if (c < ' ' || c > '~') c = '?';
  return quote + printable + (text.size() > most ? "…" : "") + quote;
}

}  // namespace backflow::io
