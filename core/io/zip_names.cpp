#include "core/io/zip_names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/io/zip_format.h"

namespace backflow::io {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

// The last bytes of a regular file.
std::string tail_of(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return {};
  std::string tail(static_cast<std::size_t>(std::min<std::uintmax_t>(size, kMostBytes)), '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(size - tail.size()));
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  tail.resize(static_cast<std::size_t>(file.gcount()));
  return tail;
}

}  // namespace

std::vector<std::string> zip_names(const std::string& path) {
  const std::string tail = tail_of(path);
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || tail.size() - end < kEndBytes) return {};
  const std::size_t bytes = u32(tail, end + 12);
  if (bytes > end) return {};
  std::string_view directory = std::string_view(tail).substr(end - bytes, bytes);
  std::vector<std::string> names;
  while (directory.size() >= kCentralBytes && u32(directory, 0) == kCentral) {
    const std::size_t name = u16(directory, 28);
    const std::size_t all = kCentralBytes + name + u16(directory, 30) + u16(directory, 32);
    if (all > directory.size()) break;
    names.emplace_back(directory.substr(kCentralBytes, name));
    directory.remove_prefix(all);
  }
  return names;
}

}  // namespace backflow::io
