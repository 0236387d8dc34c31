#include "app/cli/settings_file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "app/export/atomic_write.h"
#include "app/ui/settings_json.h"

namespace backflow::cli {
namespace {

using nlohmann::json;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

json to_json(const ui::Settings& settings) {
  json to = ui::arrangement_to_json(settings);
  to["theme"] = settings.theme == figure::Theme::light ? "light" : "dark";
  to["text_size"] = settings.text_size;
  to["export_directory"] = settings.export_directory;
  to["desktop_dialogs"] = settings.desktop_dialogs;
  to["toured"] = settings.toured;
  return to;
}

ui::Settings from_json(const json& from) {
  ui::Settings settings;
  if (!from.is_object()) return settings;
  ui::take_arrangement(from, settings);
  const auto take = [&](const char* name, bool& value) {
    if (const auto found = from.find(name); found != from.end() && found->is_boolean())
      value = found->get<bool>();
  };
  if (from.value("theme", json()) == "light") settings.theme = figure::Theme::light;
  if (const auto size = from.find("text_size"); size != from.end() && size->is_number())
    if (const auto number = size->get<double>(); std::isfinite(number))
      settings.text_size = std::clamp(number, ui::kLeastTextSize, ui::kMostTextSize);
  if (const auto found = from.find("export_directory"); found != from.end() && found->is_string())
    settings.export_directory = found->get<std::string>();
  take("desktop_dialogs", settings.desktop_dialogs);
  take("toured", settings.toured);
  return settings;
}

}  // namespace

std::string settings_path() {
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder != nullptr && *folder == '/') return std::string(folder) + "/backflow/window.json";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::string(home) + "/.config/backflow/window.json";
  return {};
}

ui::Settings starting_with(const ui::Settings& kept, bool light, bool tour) {
  ui::Settings start = kept;
  if (light) start.theme = figure::Theme::light;
  if (tour) start.toured = false;
  return start;
}

ui::Settings worth_keeping(const ui::Settings& kept, const ui::Settings& start, ui::Settings now) {
  if (now.theme == start.theme) now.theme = kept.theme;
  now.toured = now.toured || kept.toured;
  return now;
}

ui::Settings SettingsFile::read() const {
  if (path_.empty()) return {};
  return from_json(json::parse(contents(path_), nullptr, false));
}

std::string SettingsFile::write(const ui::Settings& settings) const {
  if (path_.empty()) return {};
  const std::string text =
      to_json(settings).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  if (text == contents(path_)) return {};
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  return exporting::write_file_atomically(path_, text);
}

}  // namespace backflow::cli
