#include "app/session/state_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/session/session_file.h"
#include "core/io/atomic_write.h"
#include "core/io/read_file.h"
#include "core/io/strict_json.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kAutosave = "autosave-", kLock = ".lock";

// For what must not be done by two at once: looking for orphans while a new lock is made.
FileLock lock_of(const std::string& directory) { return FileLock::wait_for(directory + "/lock"); }

// Returns an empty string, or the system's reason.
std::string make_directory(const std::string& directory) {
  std::error_code error;
  if (fs::create_directories(directory, error))
    fs::permissions(directory, fs::perms::owner_all, error);
  return error ? error.message() : std::string();
}

std::string session_of(const std::string& lock_path) {
  return lock_path.substr(0, lock_path.size() - kLock.size()) + std::string(kSessionExtension);
}

}  // namespace

std::string state_directory() {
  const char* const folder = std::getenv("XDG_STATE_HOME");
  if (folder != nullptr && *folder == '/') return std::string(folder) + "/backflow";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::string(home) + "/.local/state/backflow";
  return {};
}

FileLock FileLock::wait_for(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  while (descriptor >= 0 && ::flock(descriptor, LOCK_EX) != 0 && errno == EINTR) {
  }
  return {path, descriptor};
}

std::optional<FileLock> FileLock::try_existing(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  FileLock lock(path, descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return lock;
}

std::optional<FileLock> FileLock::make_new(std::string pattern, int suffix_length) {
  const int descriptor = ::mkostemps(pattern.data(), suffix_length, O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  FileLock lock(pattern, descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  ::unlink(pattern.c_str());
  return std::nullopt;
}

FileLock::FileLock(FileLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::vector<std::string> RecentFiles::read() const {
  std::vector<std::string> paths;
  std::string text;
  json value;
  constexpr std::size_t kMostBytes = 1'000'000;
  if (directory_.empty() || !io::read_file(directory_ + "/recent.json", kMostBytes, text).empty() ||
      !io::parse_json(text, {}, value).empty() || !value.is_object())
    return paths;
  const json recent = value.value("recent", json());
  if (!recent.is_array()) return paths;
  for (const json& path : recent)
    if (path.is_string() && paths.size() < kMost) paths.push_back(path.get<std::string>());
  return paths;
}

std::vector<std::string> RecentFiles::add(const std::string& path) const {
  if (directory_.empty()) return {};
  make_directory(directory_);
  const FileLock lock = lock_of(directory_);
  std::vector<std::string> paths = read();
  std::erase(paths, path);
  paths.insert(paths.begin(), path);
  if (paths.size() > kMost) paths.resize(kMost);
  const json value{{"recent", paths}};
  io::write_file_atomically(directory_ + "/recent.json",
                            value.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  return paths;
}

Autosave::Autosave(std::string directory) : directory_(std::move(directory)) {
  if (directory_.empty()) return;
  trouble_ = make_directory(directory_);
  if (!trouble_.empty()) return;
  io::remove_stale_temporaries(directory_);
  const FileLock lock = lock_of(directory_);
  own_ = FileLock::make_new(directory_ + "/" + std::string(kAutosave) + std::to_string(getpid()) +
                                "-XXXXXX" + std::string(kLock),
                            static_cast<int>(kLock.size()));
  if (!own_) trouble_ = std::generic_category().message(errno);
}

Autosave::~Autosave() {
  // After an error that ends the program, what was kept is offered at the next start.
  if (!own_ || std::uncaught_exceptions() > 0) return;
  clear();
  ::unlink(own_->path().c_str());
}

std::string Autosave::path() const { return session_of(own_->path()); }

std::vector<Orphan> Autosave::orphans() const {
  std::vector<Orphan> found;
  if (!own_) return found;
  const FileLock lock = lock_of(directory_);
  std::error_code error;
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(kAutosave) || !name.ends_with(kLock)) continue;
    auto other = FileLock::try_existing(entry->path().string());
    if (!other) continue;  // it lives
    const std::string session = session_of(other->path());
    std::error_code ignored;
    if (fs::is_regular_file(session, ignored))
      found.push_back({session, std::move(*other)});
    else
      ::unlink(other->path().c_str());
  }
  std::sort(found.begin(), found.end(), [](const Orphan& a, const Orphan& b) {
    std::error_code ignored;
    return fs::last_write_time(a.path, ignored) > fs::last_write_time(b.path, ignored);
  });
  return found;
}

bool Autosave::adopt(Orphan& orphan) {
  if (!own_ || ::rename(orphan.path.c_str(), path().c_str()) != 0) return false;
  ::unlink(orphan.lock.path().c_str());
  return true;
}

void Autosave::remove(Orphan& orphan) {
  ::unlink(orphan.path.c_str());
  ::unlink(orphan.lock.path().c_str());
}

std::string Autosave::write(const std::string& text) const {
  if (own_) return io::write_file_atomically(path(), text);
  return directory_.empty() ? "" : directory_ + " cannot be used: " + trouble_;
}

void Autosave::clear() const {
  if (own_) ::unlink(path().c_str());
}

}  // namespace backflow::session
