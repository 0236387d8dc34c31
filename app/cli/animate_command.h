// backflow animate: a figure over the training, or over one walk forward and back, as a GIF, as
// numbered PNG files, or as a film.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "app/cli/map_request.h"
#include "app/cli/start.h"
#include "app/figure/style.h"

namespace backflow::cli {

struct AnimateRequest {
  std::int64_t iterations = 100;
  std::int64_t every = 0;  ///< iterations from picture to picture; 0: about 100 pictures in all
  bool walk = false;       ///< instead, one walk through the last iteration
  std::string figure = "dashboard";
  std::string output;  ///< .gif, .mp4, .webm, or a directory for numbered PNG files
  MapRequest map;
  double per_second = 10.0;  ///< pictures
  double scale = 1.0;        ///< pixels per figure unit
  figure::Theme theme = figure::Theme::light;
  figure::Colormap colors = figure::Colormap::diverging;
  bool force = false;
};

/// Returns the exit code (command_line.h). Precondition: config::validate(start.config) is empty.
int animate(const Start& start, const AnimateRequest& request, std::ostream& out,
            std::ostream& err);

}  // namespace backflow::cli
