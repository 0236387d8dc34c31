// Names and paths as people read and write them. A file's name is bytes, not text: what is shown of
// it is made safe here, and what is opened are always the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace backflow::ui {

/// The bytes as text that can be drawn: control characters and what is not UTF-8 as "\x1b", no text
/// markup in it.
std::string shown_bytes(std::string_view bytes);

/// "812 B", "3.4 kB", "12 MB".
std::string size_text(std::uint64_t bytes);
/// "2026-11-22 14:03", in the person's time zone.
std::string time_text(std::int64_t seconds);

/// The last part of a path; the whole of "/".
std::string name_of_path(const std::string& path);
/// The directory that it lies in; "/" of itself.
std::string parent_of(const std::string& path);
std::string join(const std::string& directory, const std::string& name);

/// What was typed as an absolute path without "." and ".." and without a slash at its end: "~" is
/// the home, and what does not begin at the root begins at `base`.
std::string absolute_path(const std::string& typed, const std::string& base,
                          const std::string& home);
/// "~/lectures" for what lies in the home.
std::string short_path(const std::string& path, const std::string& home);
/// The path and all directories above it, the root first.
std::vector<std::string> with_parents(const std::string& path);

/// Whether a name is one of those that end so, in letters of either size; not the ending alone.
bool ends_with_any(std::string_view name, const std::vector<std::string>& endings);

}  // namespace backflow::ui
