#include "app/ui/file_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>

#include "core/io/file_name.h"

namespace backflow::ui {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool continues(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xC0) == 0x80;
}

// The length of the character that begins at `i`, 0 where there is none: not UTF-8, too long a
// form, half of a pair, or beyond Unicode.
std::size_t character_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  for (std::size_t k = 1; k < length; ++k)
    if (!continues(text, i + k)) return 0;
  const unsigned char next = byte_at(text, i + 1);
  const bool bad = (lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F) ||
                   (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

std::string shown_bytes(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = character_length(bytes, i);
    const unsigned char first = byte_at(bytes, i);
    // C1 controls are two bytes in UTF-8.
    const bool control = first < 0x20 || first == 0x7F ||
                         (length == 2 && first == 0xC2 && byte_at(bytes, i + 1) < 0xA0);
    if (length == 0 || control) {
      text += fmt::format("\\x{:02x}", first);
      ++i;
      continue;
    }
    text += bytes.substr(i, length);
    i += length;
    // A character without width keeps "_{" and "^{" from being markup.
    if ((first == '_' || first == '^') && i < bytes.size() && bytes[i] == '{') text += "\u2060";
  }
  return text;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::array kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000.0;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000.0;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string time_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  if (localtime_r(&time, &parts) == nullptr) return {};
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts);
  return {text.data(), length};
}

std::string name_of_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

std::string join(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

std::string absolute_path(const std::string& typed, const std::string& base,
                          const std::string& home) {
  std::string path = typed;
  if (!home.empty() && (path == "~" || path.starts_with("~/"))) path = home + path.substr(1);
  if (!path.starts_with('/')) path = join(base.empty() ? "/" : base, path);
  path = std::filesystem::path(path).lexically_normal().string();
  // Two slashes at the beginning are one.
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  while (path.ends_with('/')) path.pop_back();
  return "/" + path;
}

std::string short_path(const std::string& path, const std::string& home) {
  if (home.size() < 2 || !path.starts_with(home)) return path;
  if (path.size() == home.size()) return "~";
  return path[home.size()] == '/' ? "~" + path.substr(home.size()) : path;
}

std::vector<std::string> with_parents(const std::string& path) {
  std::vector<std::string> list{path};
  while (list.back() != "/") list.push_back(parent_of(list.back()));
  std::reverse(list.begin(), list.end());
  return list;
}

bool ends_with_any(std::string_view name, const std::vector<std::string>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
    return name.size() > ending.size() && io::ends_in(name, ending);
  });
}

}  // namespace backflow::ui
