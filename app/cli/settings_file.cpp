#include "app/cli/settings_file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "app/export/atomic_write.h"

namespace backflow::cli {
namespace {

using nlohmann::json;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void take(const json& from, const char* name, bool& value) {
  if (const auto found = from.find(name); found != from.end() && found->is_boolean())
    value = found->get<bool>();
}

void take(const json& from, const char* name, double& value, double low, double high) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number()) return;
  const double number = found->get<double>();
  if (std::isfinite(number)) value = std::clamp(number, low, high);
}

// Shares, each 0 to 1.
void take(const json& from, const char* name, std::array<double, 2>& shares) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_array() || found->size() != shares.size()) return;
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (const json& share = (*found)[i]; share.is_number() && std::isfinite(share.get<double>()))
      shares[i] = std::clamp(share.get<double>(), 0.0, 1.0);
}

json to_json(const ui::Settings& settings) {
  return {{"theme", settings.theme == figure::Theme::light ? "light" : "dark"},
          {"colors", model::name_of(settings.colors)},
          {"text_size", settings.text_size},
          {"controls_width", settings.controls_width},
          {"middle_share", settings.middle_share},
          {"middle_rows", settings.middle_rows},
          {"right_rows", settings.right_rows},
          {"two_rows", settings.two_rows},
          {"two_rows_with_lower", settings.two_rows_with_lower},
          {"tabs", settings.tabs},
          {"loss_log", settings.loss_log},
          {"gradient_log", settings.gradient_log},
          {"export_directory", settings.export_directory},
          {"toured", settings.toured}};
}

ui::Settings from_json(const json& from) {
  ui::Settings settings;
  if (!from.is_object()) return settings;
  if (from.value("theme", json()) == "light") settings.theme = figure::Theme::light;
  if (const auto colors = from.find("colors"); colors != from.end() && colors->is_string())
    settings.colors =
        model::parse_enum<figure::Colormap>(colors->get<std::string>()).value_or(settings.colors);
  take(from, "text_size", settings.text_size, ui::kLeastTextSize, ui::kMostTextSize);
  take(from, "controls_width", settings.controls_width, 100.0, 2000.0);
  take(from, "middle_share", settings.middle_share, 0.0, 1.0);
  take(from, "middle_rows", settings.middle_rows, 0.0, 1.0);
  take(from, "right_rows", settings.right_rows, 0.0, 1.0);
  take(from, "two_rows", settings.two_rows);
  take(from, "two_rows_with_lower", settings.two_rows_with_lower);
  if (const auto tabs = from.find("tabs"); tabs != from.end() && tabs->is_array())
    for (std::size_t i = 0; i < std::min(tabs->size(), settings.tabs.size()); ++i)
      if ((*tabs)[i].is_string()) settings.tabs[i] = (*tabs)[i].get<std::string>();
  take(from, "loss_log", settings.loss_log);
  take(from, "gradient_log", settings.gradient_log);
  if (const auto found = from.find("export_directory"); found != from.end() && found->is_string())
    settings.export_directory = found->get<std::string>();
  take(from, "toured", settings.toured);
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
