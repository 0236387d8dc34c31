#include "app/session/directory_lister.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include <sys/stat.h>

namespace backflow::session {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Of what a link leads to, or of the link when it leads nowhere.
DirectoryEntry entry_of(const fs::path& path) {
  DirectoryEntry entry;
  entry.name = path.filename().string();
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && ::lstat(path.c_str(), &status) != 0) return entry;
  entry.directory = S_ISDIR(status.st_mode);
  entry.bytes = static_cast<std::uint64_t>(status.st_size);
  entry.modified = status.st_mtime;
  return entry;
}

}  // namespace

DirectoryListing list_directory(const std::string& directory, bool hidden) {
  DirectoryListing listing;
  std::error_code error;
  fs::path path = fs::absolute(directory.empty() ? "." : directory, error).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  listing.path = path.string();
  fs::directory_iterator entry(path, error);
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (hidden || !name.starts_with('.')) listing.entries.push_back(entry_of(entry->path()));
  }
  if (error) listing.error = listing.path + " cannot be read: " + error.message();
  std::sort(listing.entries.begin(), listing.entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) {
              return std::make_tuple(!a.directory, lower(a.name), a.name) <
                     std::make_tuple(!b.directory, lower(b.name), b.name);
            });
  return listing;
}

DirectoryLister::DirectoryLister(std::function<void()> on_result)
    : on_result_(std::move(on_result)), thread_([this] { loop(); }) {}

DirectoryLister::~DirectoryLister() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void DirectoryLister::ask(const std::string& directory, bool hidden) {
  {
    const std::lock_guard lock(mutex_);
    question_ = Question{directory, hidden};
    result_.reset();
  }
  changed_.notify_one();
}

std::shared_ptr<const DirectoryListing> DirectoryLister::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

void DirectoryLister::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || question_; });
    if (stop_) return;
    const Question question = *std::exchange(question_, std::nullopt);
    lock.unlock();
    auto found = std::make_shared<const DirectoryListing>(
        list_directory(question.directory, question.hidden));
    lock.lock();
    if (question_) continue;  // another one is wanted by now
    result_ = std::move(found);
    lock.unlock();
    if (on_result_) on_result_();
    lock.lock();
  }
}

}  // namespace backflow::session
