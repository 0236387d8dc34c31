#include "core/io/zip_names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace backflow::io {
namespace {

constexpr std::size_t kEndBytes = 22, kHeaderBytes = 46, kMostBytes = 1 << 20;

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

std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

std::vector<std::string> zip_names(const std::string& path) {
  const std::string tail = tail_of(path);
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || tail.size() - end < kEndBytes) return {};
  const std::size_t bytes = number_at(tail, end + 12, 4);
  if (bytes > end) return {};
  std::string_view directory = std::string_view(tail).substr(end - bytes, bytes);
  std::vector<std::string> names;
  while (directory.size() >= kHeaderBytes && directory.starts_with("PK\x01\x02")) {
    const std::size_t name = number_at(directory, 28, 2);
    const std::size_t all =
        kHeaderBytes + name + number_at(directory, 30, 2) + number_at(directory, 32, 2);
    if (all > directory.size()) break;
    names.emplace_back(directory.substr(kHeaderBytes, name));
    directory.remove_prefix(all);
  }
  return names;
}

}  // namespace backflow::io
