#include "app/cli/film.h"

#include <cstdlib>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace backflow::cli {
namespace {

namespace fs = std::filesystem;

// Runs a program found in PATH, without a shell; its exit code, or −1 when it did not start.
int run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    return -1;
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  std::string name = (fs::temp_directory_path() / "backflow-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw fs::filesystem_error("a temporary directory could not be made", name,
                               std::error_code(errno, std::generic_category()));
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string check_film() {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');)
    if (access((fs::path(folder) / "ffmpeg").c_str(), X_OK) == 0) return {};
  return "films need ffmpeg, which is not installed; install it, or write a .gif or a directory of "
         "PNG files";
}

std::string make_film(const fs::path& pictures, double per_second, const std::string& output) {
  const fs::path target(output), temporary = pictures / ("film" + target.extension().string());
  // Codecs of films want even sides.
  const int code =
      run({"ffmpeg", "-loglevel", "error", "-y", "-framerate", fmt::format("{}", per_second), "-i",
           (pictures / "%04d.png").string(), "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white",
           "-pix_fmt", "yuv420p", temporary.string()});
  if (code != 0) return fmt::format("ffmpeg could not make {} (its exit code is {})", output, code);
  // Beside the target first: a rename is whole or not at all.
  const fs::path beside = fs::path(output + ".part");
  std::error_code failure;
  fs::copy_file(temporary, beside, fs::copy_options::overwrite_existing, failure);
  if (!failure) fs::rename(beside, target, failure);
  if (!failure) return {};
  std::error_code ignored;
  fs::remove(beside, ignored);
  return output + " could not be written: " + failure.message();
}

}  // namespace backflow::cli
