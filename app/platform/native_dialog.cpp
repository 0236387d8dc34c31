#include "app/platform/native_dialog.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace backflow::platform {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;  // of an answer; paths are shorter

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string find_in_path(const std::string& name) {
  std::istringstream path(variable("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (!folder.empty() && access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

bool is_kdialog(const std::string& program) {
  return std::string_view(program).substr(program.rfind('/') + 1) == "kdialog";
}

std::string patterns(const DialogRequest::Kind& kind) {
  if (kind.endings.empty()) return "*";
  std::string text;
  for (const std::string& ending : kind.endings) text += (text.empty() ? "*" : " *") + ending;
  return text;
}

// Not in the child, which could do nothing about it: −1 where it does not start.
pid_t start(std::vector<std::string> words, int output) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  // Toolkits grumble there.
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // A group of its own, so that what it starts ends with it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int failure =
      posix_spawn(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure == 0 ? child : -1;
}

}  // namespace

// Each value stands in one word behind its option, or is an absolute path: none can be taken for an
// option.
std::vector<std::string> dialog_words(const std::string& program, const DialogRequest& request) {
  const std::string slash = request.directory.ends_with('/') ? "" : "/";
  const std::string start = request.directory + slash + (request.save ? request.name : "");
  if (is_kdialog(program)) {
    std::string filter;
    for (const DialogRequest::Kind& kind : request.kinds)
      filter += (filter.empty() ? "" : "\n") + patterns(kind) + "|" + kind.title;
    return {program, "--title=" + request.title,
            request.save ? "--getsavefilename" : "--getopenfilename", start, filter};
  }
  std::vector<std::string> words{program, "--file-selection", "--title=" + request.title,
                                 "--filename=" + start};
  if (request.save) {
    words.emplace_back("--save");
    words.emplace_back("--confirm-overwrite");
  }
  for (const DialogRequest::Kind& kind : request.kinds)
    words.push_back("--file-filter=" + kind.title + " | " + patterns(kind));
  return words;
}

NativeDialog::NativeDialog() {
  if (variable("DISPLAY").empty() && variable("WAYLAND_DISPLAY").empty()) return;
  std::array<const char*, 2> names{"zenity", "kdialog"};
  if (variable("XDG_CURRENT_DESKTOP").find("KDE") != std::string::npos)
    std::swap(names[0], names[1]);
  for (const char* name : names)
    if (program_.empty()) program_ = find_in_path(name);
}

void NativeDialog::open(const DialogRequest& request) {
  cancel();
  path_.clear();
  state_ = State::failed;
  std::array<int, 2> ends{};
  if (!available() || pipe2(ends.data(), O_CLOEXEC) != 0) return;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  child_ = start(dialog_words(program_, request), ends[1]);
  close(ends[1]);
  if (child_ < 0) {
    close(ends[0]);
    return;
  }
  pipe_ = ends[0];
  state_ = State::open;
}

void NativeDialog::read() {
  std::array<char, 4096> buffer;
  while (pipe_ >= 0) {
    const ssize_t count = ::read(pipe_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      close(pipe_);
      pipe_ = -1;
    } else if (path_.size() <= kMostBytes) {
      path_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

NativeDialog::State NativeDialog::poll() {
  if (state_ != State::open) return state_;
  read();
  int status = 0;
  const pid_t ended = waitpid(child_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return state_;
  child_ = -1;
  read();  // what it wrote last
  if (pipe_ >= 0) close(pipe_);
  pipe_ = -1;
  // Only the last line break is the program's: a name may have some of its own.
  if (path_.ends_with('\n')) path_.pop_back();
  const int code = ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  state_ = code == 0 ? State::chosen : code == 1 ? State::cancelled : State::failed;
  if (state_ == State::chosen && path_.empty()) state_ = State::cancelled;
  if (state_ == State::chosen && (path_.size() > kMostBytes || path_.front() != '/'))
    state_ = State::failed;
  return state_;
}

void NativeDialog::cancel() {
  if (child_ > 0) {
    // Ended at once, so this waits for nothing but the system.
    kill(-child_, SIGKILL);
    kill(child_, SIGKILL);
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (pipe_ >= 0) close(pipe_);
  child_ = pipe_ = -1;
  state_ = State::idle;
}

}  // namespace backflow::platform
