#include "app/ui/file_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "core/io/file_name.h"
#include "core/io/utf8.h"

namespace backflow::ui {
std::string shown_bytes(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::optional<io::CodePoint> next = io::code_point_at(bytes, i);
    if (!next || next->value < 0x20 || (next->value >= 0x7F && next->value < 0xA0)) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[i]));
      ++i;
      continue;
    }
    text += bytes.substr(i, next->bytes);
    i += next->bytes;
    // A character without width keeps "_{" and "^{" from being markup.
    const bool mark = next->value == '_' || next->value == '^';
    if (mark && i < bytes.size() && bytes[i] == '{') text += "\u2060";
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
  return path == "/" ? path : io::file_name(path);
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
