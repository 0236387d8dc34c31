// backflow export: train without a window and write figures.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "app/cli/map_request.h"
#include "app/cli/start.h"
#include "app/figure/style.h"

namespace backflow::cli {

struct ExportRequest {
  std::int64_t iterations = 0;
  std::string figure;  ///< name in the catalogue
  std::string output;  ///< path; "-" is CSV on standard output
  /// Instead of figure and output: every figure that the cell has, every format.
  std::string all_directory;
  MapRequest map;
  /// Position of the walk through the iteration (figure/playhead.h); nothing: all of it is shown.
  std::optional<std::int64_t> playhead;
  /// From where a relief is seen, in degrees; nothing: from the usual side.
  std::optional<double> turn, tilt;
  figure::Theme theme = figure::Theme::light;
  figure::Colormap colors = figure::Colormap::diverging;
  std::string preset;                   ///< size and letters (figure/preset.h); empty: none
  std::optional<double> width, height;  ///< figure units; the preset's or the figure's own
  bool title = true, caption = false;   ///< over and under the figure
  bool transparent = false;             ///< no background
  std::optional<double> dpi;            ///< of PNG
  std::optional<int> pixels;            ///< width of PNG, instead
  std::vector<std::string> formats;     ///< of --all; empty: every one
  bool force = false;                   ///< files that exist are overwritten
};

/// Returns the exit code (command_line.h). Nothing is trained before the whole request has been
/// found good. Precondition: config::validate(start.config) is empty.
int export_figures(const Start& start, const ExportRequest& request, std::ostream& out,
                   std::ostream& err);

}  // namespace backflow::cli
