#include "app/session/saved_files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/session/session_file.h"
#include "core/io/file_name.h"
#include "core/io/read_file.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;

bool has_file(const std::vector<SavedFile>& files, const std::string& named) {
  return std::ranges::any_of(files, [&](const SavedFile& file) { return file.named == named; });
}

// Whether the file could be the one that was saved, as far as can be told without reading it.
bool may_be(const std::string& path, const std::optional<io::FileStamp>& saved) {
  std::error_code error;
  const std::uintmax_t bytes = saved ? fs::file_size(path, error) : 0;
  return !saved || (!error && bytes == saved->bytes);
}

std::optional<io::FileStamp> stamp_of(const io::FileStamps& read, const std::string& path) {
  const auto found = read.find(path);
  return found == read.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

void stamp_files(SavedSession& saved) {
  saved.files.clear();
  for (const SavedNetwork& network : saved.networks)
    for (const config::Key& key : config::keys()) {
      const std::string named = key.get(network.config);
      // The matrix of that one is in the session.
      if (key.name == "model.init_file" || !key.names_file || named.empty()) continue;
      if (has_file(saved.files, named)) continue;
      saved.files.push_back(
          {named, io::from_the_root(named), stamp_of(network.config.files, named)});
    }
}

std::string changed_since_read(const std::vector<SavedFile>& files) {
  for (const SavedFile& file : files) {
    constexpr std::uint64_t kMostBytes = 256'000'000;  // beyond it takes longer than saving
    if (!file.stamp || file.stamp->bytes > kMostBytes) continue;
    const io::StampScope reading;
    std::string bytes;
    if (!io::read_file(file.path, file.stamp->bytes, bytes).empty() ||
        stamp_of(reading.files(), file.path) != file.stamp)
      return file.path;
  }
  return {};
}

SavedFiles::SavedFiles(const JsonPlace& place, std::string directory)
    : directory_(std::move(directory)) {
  for (std::size_t i = 0; i < place.size() && place.good(); ++i) {
    const JsonPlace entry = place.at(i);
    entry.has_only({"path", "bytes", "crc32"});
    SavedFile file;
    file.named = file.path = entry.at("path").text();
    if (!entry.at("bytes").is_null()) {
      io::FileStamp& stamp = file.stamp.emplace();
      stamp.bytes = entry.at("bytes").whole();
      const std::string digits = entry.at("crc32").text();
      const char* const end = digits.data() + digits.size();
      const auto read = std::from_chars(digits.data(), end, stamp.crc32, 16);
      if (digits.size() != 8 || read.ec != std::errc() || read.ptr != end)
        entry.at("crc32").complain("is not eight hexadecimal digits");
    }
    files_.push_back(std::move(file));
  }
}

std::string SavedFiles::open(const config::Key& key, const std::string& named,
                             config::Config& config) const {
  const fs::path directory = directory_.empty() ? fs::path(".") : fs::path(directory_);
  std::vector<std::string> candidates{named};
  if (fs::path(named).is_relative()) candidates.push_back((directory / named).string());
  candidates.push_back((directory / fs::path(named).filename()).string());
  const auto listed = std::ranges::find(files_, named, &SavedFile::named);
  const auto saved = listed == files_.end() ? std::nullopt : listed->stamp;
  bool exists = false;
  for (const std::string& path : candidates) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) continue;
    exists = true;
    if (!may_be(path, saved)) continue;
    if (key.get(config) == path && (!saved || stamp_of(config.files, path) == saved)) return {};
    const io::StampScope reading;
    config::Config with = config;
    std::string error = config::set_key(with, key.name, path);
    const auto read = stamp_of(reading.files(), path);
    if (saved && read && *read != *saved) continue;
    if (error.empty()) config = std::move(with);
    return error;
  }
  return exists ? named + " is not the file any more that this session was made from"
                : named + " is missing, here and beside the session";
}

}  // namespace backflow::session
