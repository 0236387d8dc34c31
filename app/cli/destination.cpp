#include "app/cli/destination.h"

#include <filesystem>
#include <system_error>

namespace backflow::cli {

std::string check_destination(const std::string& output, std::string_view option) {
  if (output == "-") return {};
  const std::filesystem::path path(output);
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code ignored;
  const std::string named = std::string(option) + " " + output;
  if (std::filesystem::is_directory(path, ignored)) return named + " is a directory";
  if (!std::filesystem::is_directory(parent, ignored))
    return named + ": there is no directory " + parent.string();
  return {};
}

std::string check_colors(const figure::FigureInfo& info, figure::Colormap colors) {
  if (info.colored || colors == figure::FigureStyle().colors) return {};
  std::string names;
  for (const figure::FigureInfo& other : figure::catalogue())
    if (other.colored) names += (names.empty() ? "" : ", ") + std::string(other.name);
  return "--colors is for the figures " + names + " and changes nothing in " +
         std::string(info.name);
}

std::string check_existing(const std::vector<std::string>& paths) {
  std::vector<std::string> existing;
  std::error_code ignored;
  for (const std::string& path : paths)
    if (path != "-" && std::filesystem::is_regular_file(path, ignored)) existing.push_back(path);
  if (existing.empty()) return {};
  const std::size_t others = existing.size() - 1;
  return existing.front() +
         (others == 0   ? " exists"
          : others == 1 ? " and 1 other file exist"
                        : " and " + std::to_string(others) + " other files exist") +
         "; --force overwrites";
}

}  // namespace backflow::cli
