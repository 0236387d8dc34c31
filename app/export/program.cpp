#include "app/export/program.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace backflow::exporting {

std::string find_program(const std::string& name) {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');) {
    const std::string file = (std::filesystem::path(folder) / name).string();
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

pid_t start_program(std::vector<std::string> words, int input, bool silent) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  if (input >= 0) posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  if (silent)
    for (const int output : {STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_addopen(&files, output, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failure =
      posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  return failure == 0 ? child : -1;
}

int wait_for(pid_t program, const std::function<bool()>& stop) {
  if (program < 0) return -1;
  int status = 0;
  bool ended = false;
  while (true) {
    const pid_t found = waitpid(program, &status, stop && !ended ? WNOHANG : 0);
    if (found == program) break;
    if (found < 0 && errno != EINTR) return -1;
    if (found < 0 || ended) continue;
    if (stop()) {
      kill(program, SIGKILL);
      ended = true;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  return WIFEXITED(status) && !ended ? WEXITSTATUS(status) : -1;
}

}  // namespace backflow::exporting
