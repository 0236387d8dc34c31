// Keeps the window's arrangement (app/ui/settings.h) in a JSON file between two starts. What is
// missing or damaged in the file falls back to the default, one value at a time: an arrangement is
// never worth an error at the start.
#pragma once

#include <string>

#include "app/ui/settings.h"

namespace backflow::cli {

/// "$XDG_CONFIG_HOME/backflow/window.json", or below ~/.config; empty when there is no home.
std::string settings_path();

/// The settings to start with where the command line asks for light colours or for the tour.
ui::Settings starting_with(const ui::Settings& kept, bool light, bool tour);

/// Those to keep of a window that began with `start`: what only the command line asked for is no
/// choice of the person's.
ui::Settings worth_keeping(const ui::Settings& kept, const ui::Settings& start, ui::Settings now);

class SettingsFile {
public:
  /// An empty path reads defaults and writes nothing.
  explicit SettingsFile(std::string path) : path_(std::move(path)) {}

  ui::Settings read() const;

  /// Makes the folders too; does nothing when the file says the same already. Returns an empty
  /// string, or one sentence.
  std::string write(const ui::Settings& settings) const;

private:
  std::string path_;
};

}  // namespace backflow::cli
