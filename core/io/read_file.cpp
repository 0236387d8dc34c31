#include "core/io/read_file.h"

#include <filesystem>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/io/file_stamp.h"
#include "core/io/progress.h"

namespace backflow::io {

namespace {

std::string read_all(const std::string& path, std::size_t most_bytes, std::string& bytes) {
  constexpr std::size_t kBlock = 1 << 20;
  const std::string too_big = "is larger than " + std::to_string(most_bytes / 1'000'000) + " MB";
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return "does not exist";
  if (std::filesystem::is_directory(status)) return "is a directory";
  if (!std::filesystem::status_known(status)) return "cannot be read";
  if (!std::filesystem::is_regular_file(status)) return "is not a regular file";
  const std::uintmax_t stated = std::filesystem::file_size(path, error);
  if (stated > most_bytes && !error) return too_big;
  std::ifstream file(path, std::ios::binary);
  std::string read;
  if (!error) read.reserve(static_cast<std::size_t>(stated) + kBlock);
  ProgressMeter progress(error ? 0 : static_cast<std::size_t>(stated));
  FileStamp stamp;
  // Until there is more than allowed, should the file have grown.
  while (file && read.size() <= most_bytes) {
    const std::size_t before = read.size();
    read.resize(before + kBlock);
    file.read(read.data() + before, kBlock);
    read.resize(before + static_cast<std::size_t>(file.gcount()));
    if (StampScope::is_open()) stamp.add(std::string_view(read).substr(before));
    progress.at(read.size());
  }
  if (read.size() > most_bytes) return too_big;
  if (!file.eof()) return "cannot be read";
  report_file(path, stamp);
  bytes = std::move(read);
  return {};
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most_bytes, std::string& bytes) {
  try {
    return read_all(path, most_bytes, bytes);
  } catch (const std::bad_alloc&) {
    return "needs more memory than there is";
  }
}

}  // namespace backflow::io
