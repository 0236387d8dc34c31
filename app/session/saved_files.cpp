#include "app/session/saved_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include <zlib.h>

#include "app/session/session_file.h"
#include "core/config/keys.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;

// Size and checksum of a regular file; else nothing.
void stamp(SavedFile& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file.path, ignored)) return;
  std::ifstream stream(file.path, std::ios::binary);
  std::vector<char> block(std::size_t{1} << 18);
  std::uint64_t bytes = 0;
  uLong sum = crc32(0, nullptr, 0);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
         stream.gcount() > 0) {
    sum = crc32(sum, reinterpret_cast<const Bytef*>(block.data()),
                static_cast<uInt>(stream.gcount()));
    bytes += static_cast<std::uint64_t>(stream.gcount());
  }
  if (!stream.eof()) return;
  file.bytes = bytes;
  file.crc32 = static_cast<std::uint32_t>(sum);
}

std::string from_the_root(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

}  // namespace

void stamp_files(SavedSession& saved) {
  saved.files.clear();
  for (const SavedNetwork& network : saved.networks)
    for (const config::Key& key : config::keys()) {
      const std::string named = key.get(network.config);
      // The matrix of that one is in the session.
      if (key.name == "model.init_file" || !key.names_file || named.empty()) continue;
      if (std::any_of(saved.files.begin(), saved.files.end(),
                      [&](const SavedFile& file) { return file.named == named; }))
        continue;
      SavedFile file{named, from_the_root(named), std::nullopt, 0};
      stamp(file);
      saved.files.push_back(std::move(file));
    }
}

SavedFiles::SavedFiles(const JsonPlace& place, std::string directory)
    : directory_(std::move(directory)) {
  for (std::size_t i = 0; i < place.size() && place.good(); ++i) {
    const JsonPlace entry = place.at(i);
    entry.has_only({"path", "bytes", "crc32"});
    SavedFile file;
    file.named = file.path = entry.at("path").text();
    if (!entry.at("bytes").is_null()) {
      file.bytes = entry.at("bytes").whole();
      const std::string digits = entry.at("crc32").text();
      const char* const end = digits.data() + digits.size();
      const auto read = std::from_chars(digits.data(), end, file.crc32, 16);
      if (digits.size() != 8 || read.ec != std::errc() || read.ptr != end)
        entry.at("crc32").complain("is not eight hexadecimal digits");
    }
    files_.push_back(std::move(file));
  }
}

std::string SavedFiles::find(std::string& path) const {
  const fs::path directory = directory_.empty() ? fs::path(".") : fs::path(directory_);
  std::vector<std::string> candidates{path};
  if (fs::path(path).is_relative()) candidates.push_back((directory / path).string());
  candidates.push_back((directory / fs::path(path).filename()).string());
  const auto saved = std::find_if(files_.begin(), files_.end(),
                                  [&](const SavedFile& file) { return file.named == path; });
  bool exists = false;
  for (const std::string& candidate : candidates) {
    std::error_code ignored;
    if (!fs::is_regular_file(candidate, ignored)) continue;
    exists = true;
    SavedFile now{candidate, candidate, std::nullopt, 0};
    if (saved != files_.end() && saved->bytes) {
      stamp(now);
      if (now.bytes != saved->bytes || now.crc32 != saved->crc32) continue;
    }
    path = candidate;
    return {};
  }
  return exists ? path + " is not the file any more that it was when the session was saved"
                : path + " is missing, here and beside the session";
}

}  // namespace backflow::session
