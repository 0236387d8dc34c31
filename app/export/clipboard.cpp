#include "app/export/clipboard.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/export/program.h"

namespace backflow::exporting {
namespace {

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// The program's words; none with one sentence.
std::vector<std::string> words(std::string& error) {
  const bool wayland = is_set("WAYLAND_DISPLAY"), x11 = is_set("DISPLAY");
  if (wayland && !find_program("wl-copy").empty()) return {"wl-copy", "--type", "image/png"};
  if (x11 && !find_program("xclip").empty())
    return {"xclip", "-selection", "clipboard", "-t", "image/png", "-i"};
  error = wayland ? "to copy figures, install the package wl-clipboard"
          : x11   ? "to copy figures, install the package xclip"
                  : "there is no desktop to copy the figure to";
  return {};
}

// The bytes as a file without a name, from its beginning; −1 when there is no memory for it.
int in_memory(std::string_view bytes) {
  const int file = memfd_create("backflow", MFD_CLOEXEC);
  while (file >= 0 && !bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      ::close(file);
      return -1;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  if (file >= 0) ::lseek(file, 0, SEEK_SET);
  return file;
}

}  // namespace

bool Clipboard::bury() {
  std::erase_if(serving_, [](pid_t child) { return waitpid(child, nullptr, WNOHANG) != 0; });
  return !serving_.empty();
}

std::string Clipboard::put(std::string_view png) {
  std::string error;
  const std::vector<std::string> program = words(error);
  if (program.empty()) return error;
  const int input = in_memory(png);
  if (input < 0)
    return "the picture could not be copied: " + std::generic_category().message(errno);
  const pid_t child = start_program(program, input, true);
  ::close(input);
  if (child < 0) return program.front() + " could not be started";
  // It reads the picture, leaves a process of its own behind and ends, or it goes on itself.
  constexpr std::chrono::milliseconds kPatience{2000}, kPause{5};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (int status = 0; std::chrono::steady_clock::now() < deadline;) {
    const pid_t found = waitpid(child, &status, WNOHANG);
    if (found == child)
      return WIFEXITED(status) && WEXITSTATUS(status) == 0
                 ? std::string()
                 : program.front() + " could not take the picture";
    if (found < 0 && errno != EINTR) return {};
    std::this_thread::sleep_for(kPause);
  }
  serving_.push_back(child);
  return {};
}

}  // namespace backflow::exporting
