#include "app/session/session_about.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <sys/stat.h>

#include "app/session/session_file.h"
#include "core/io/file_name.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// "14:03", with the day when that was another one.
std::string time_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "before";
  const std::time_t now = std::time(nullptr);
  std::tm then{}, today{};
  ::localtime_r(&status.st_mtime, &then);
  ::localtime_r(&now, &today);
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  char text[64];
  std::strftime(text, sizeof text, same_day ? "%H:%M" : "%e %B, %H:%M", &then);
  const std::string shown = text;
  return shown.substr(shown.find_first_not_of(' '));
}

}  // namespace

bool ends_in_json(const std::string& path) { return io::ends_in(path, ".json"); }

bool is_session_file(const std::string& path) {
  if (ends_in_json(path)) return true;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  std::string beginning(4096, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return looks_like_session(beginning);
}

std::string description(const SavedSession& saved, const std::string& path) {
  const SavedNetwork& network = saved.networks.front();
  const std::string what = saved.document.empty()
                               ? std::string(model::title_of(network.config.task.kind))
                               : io::file_name(saved.document);
  return what + " at iteration " + with_thousands(network.state.setup.iteration) + ", of " +
         time_of(path);
}

}  // namespace backflow::session
