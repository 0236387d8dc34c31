// The window: wires the worker, the user interface and the platform together.
#pragma once

#include <string>

#include "app/cli/start.h"

namespace backflow::cli {

struct WindowOptions {
  int width = 1280, height = 800;  ///< for a monitor of content scale 1
  double scale = 0.0;              ///< pixels per unit; 0: the monitor's content scale
  long frames = 0;                 ///< close after that many; 0: when the person closes it
  std::string screenshot;          ///< PNG of the last frame; empty: none
  bool run = false;                ///< start training at once
  bool light = false;              ///< light colours
  std::string lesson;              ///< to begin with, by its name or file; empty: none
  bool tour = false;               ///< begin with the tour, though it has been seen
};

/// Opens the window and returns when it is closed; the exit code (command_line.h). Without a
/// display it says so in one sentence on standard error. Precondition:
/// config::validate(start.config) is empty.
int run_window(const Start& start, const WindowOptions& options);

}  // namespace backflow::cli
