#include "core/io/atomic_write.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace backflow::io {
namespace {

std::string could_not_write(const std::string& path, int error) {
  return path + " could not be written: " + std::generic_category().message(error);
}

// Closes on every way out. A negative number is no descriptor.
class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  bool valid() const { return number_ >= 0; }
  int get() const { return number_; }
  /// Some file systems report a full disk only here. Returns 0 or errno.
  int close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

private:
  int number_;
};

// 0 or errno.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

std::string write_directly(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return could_not_write(path, errno);
  int error = write_all(file.get(), bytes);
  if (error == 0) error = file.close();
  return error == 0 ? "" : could_not_write(path, error);
}

// Of files that do not exist yet. Read from the system's own table, because asking umask() means to
// change it, also for the other threads.
mode_t mode_of_new_files() {
  constexpr mode_t kReadWriteForAll = 0666;
  mode_t mask = 022;
  const Descriptor status(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  char text[512];
  const ssize_t length = status.valid() ? ::read(status.get(), text, sizeof text) : -1;
  if (length > 0) {
    const std::string_view table(text, static_cast<std::size_t>(length));
    constexpr std::string_view kLabel = "Umask:";
    const std::size_t at = table.find(kLabel);
    if (at != std::string_view::npos)
      mask = static_cast<mode_t>(
          std::strtoul(std::string(table.substr(at + kLabel.size(), 8)).c_str(), nullptr, 8));
  }
  return kReadWriteForAll & ~mask;
}

// Fills the open temporary file and closes it. 0 or errno.
int fill(Descriptor& file, std::string_view bytes, mode_t mode) {
  if (const int error = write_all(file.get(), bytes); error != 0) return error;
  // A file system without permissions refuses this; the contents matter more.
  if (::fchmod(file.get(), mode) != 0 && errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
    return errno;
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOTSUP) return errno;
  return file.close();
}

// A name of its own rather than path + suffix, which could be longer than a name may be.
constexpr std::string_view kTemporaryName = ".backflow-tmp-XXXXXX";

// A new temporary file, locked for as long as somebody writes it: one that can be locked is
// nobody's (remove_stale_temporaries). One that was taken for such, before it was locked, is gone
// and left for another.
Descriptor make_temporary(const std::filesystem::path& directory, std::string& name) {
  // Some file systems do not count links.
  constexpr int kMostAttempts = 20;
  for (int attempt = 0;; ++attempt) {
    name = (directory / kTemporaryName).string();
    Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.valid()) return file;
    const bool taken = ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    struct stat status {};
    if (attempt == kMostAttempts) return file;
    if (!taken && ::fstat(file.get(), &status) == 0 && status.st_nlink > 0) return file;
  }
}

// So that the new name is on the disk too. What fails here fails quietly: the file is in its place.
void flush_directory(const std::filesystem::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) ::fsync(opened.get());
}

std::string replace(const std::string& path, const std::filesystem::path& target, mode_t mode,
                    std::string_view bytes) {
  const std::filesystem::path parent = target.has_parent_path() ? target.parent_path() : ".";
  std::string temporary;
  Descriptor file = make_temporary(parent, temporary);
  if (!file.valid()) return could_not_write(path, errno);
  // Keeps the lock until the file has its name.
  const Descriptor lock(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  int error = fill(file, bytes, mode);
  if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) {
    flush_directory(parent);
    return {};
  }
  ::unlink(temporary.c_str());
  return could_not_write(path, error);
}

bool is_temporary(std::string_view name) {
  return name.size() == kTemporaryName.size() &&
         name.starts_with(kTemporaryName.substr(0, kTemporaryName.find('X')));
}

// Where a chain of symbolic links ends, so that the link is not what gets replaced. The end need
// not exist. Nothing when the links go in circles.
std::optional<std::filesystem::path> follow_links(std::filesystem::path path) {
  std::error_code ignored;
  for (int depth = 0; std::filesystem::is_symlink(path, ignored); ++depth) {
    if (depth == 40) return std::nullopt;
    path = path.parent_path() / std::filesystem::read_symlink(path, ignored);
  }
  return path;
}

}  // namespace

std::string write_file_atomically(const std::string& path, std::string_view bytes) {
  if (path.empty()) return "the file name is empty";
  struct stat existing {};
  const bool exists = ::stat(path.c_str(), &existing) == 0;
  if (!exists && errno != ENOENT) return could_not_write(path, errno);
  if (exists && S_ISDIR(existing.st_mode)) return path + " is a directory";
  if (exists && !S_ISREG(existing.st_mode)) return write_directly(path, bytes);
  // A file that must not be written must not be replaced either, though the directory allows it.
  if (exists && ::access(path.c_str(), W_OK) != 0) return could_not_write(path, errno);

  const auto target = follow_links(path);
  if (!target) return could_not_write(path, ELOOP);
  const std::filesystem::path parent = target->has_parent_path() ? target->parent_path() : ".";
  std::error_code ignored;
  if (!std::filesystem::is_directory(parent, ignored))
    return path + " could not be written: there is no directory " + parent.string();
  if (!target->has_filename()) return path + " is a directory";
  const mode_t mode = exists ? existing.st_mode & 07777 : mode_of_new_files();
  return replace(path, *target, mode, bytes);
}

void remove_stale_temporaries(const std::string& directory) {
  std::error_code error;
  const std::string where = directory.empty() ? "." : directory;
  for (std::filesystem::directory_iterator entry(where, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_temporary(entry->path().filename().native())) continue;
    // Neither a pipe that waits for its writer nor what a link leads to.
    const Descriptor file(
        ::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(entry->path().c_str());
  }
}

}  // namespace backflow::io
