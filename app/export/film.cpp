#include "app/export/film.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "app/export/atomic_write.h"
#include "app/export/program.h"
#include "core/io/read_file.h"

namespace backflow::exporting {

namespace fs = std::filesystem;

ScratchDirectory::ScratchDirectory(const fs::path& parent) {
  std::string name = (parent / ".backflow-XXXXXX").string();
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
  if (!find_program("ffmpeg").empty()) return {};
  return "films need ffmpeg, which is not installed; install it, or write a .gif or a directory of "
         "PNG files";
}

std::string make_film(const fs::path& pictures, double per_second, const std::string& output,
                      const std::function<bool()>& stop) {
  const fs::path film = pictures / ("film" + fs::path(output).extension().string());
  // Codecs of films want even sides.
  const int code =
      wait_for(start_program({"ffmpeg", "-loglevel", "error", "-y", "-framerate",
                              fmt::format("{}", per_second), "-i", (pictures / "%04d.png").string(),
                              "-nostdin", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white",
                              "-pix_fmt", "yuv420p", film.string()}),
               stop);
  if (stop && stop()) return {};
  if (code != 0) return fmt::format("ffmpeg could not make {} (its exit code is {})", output, code);
  std::string bytes;
  constexpr std::size_t kMost = std::size_t{4} << 30;
  if (const std::string error = io::read_file(film.string(), kMost, bytes); !error.empty())
    return fmt::format("ffmpeg could not make {}: what it wrote {}", output, error);
  return write_file_atomically(output, bytes);
}

}  // namespace backflow::exporting
