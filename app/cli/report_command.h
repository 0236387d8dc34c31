// backflow report: train without a window and write one page about it.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "app/cli/map_request.h"
#include "app/cli/start.h"
#include "app/figure/colormap.h"

namespace backflow::cli {

struct ReportRequest {
  std::int64_t iterations = 0;
  std::string output;  ///< path of the page
  MapRequest map;
  figure::Colormap colors = figure::Colormap::diverging;
  std::string lesson;  ///< of which a handout is made instead, by name or file; empty: none
  bool force = false;  ///< a file that exists is overwritten
};

/// Returns the exit code (command_line.h). Precondition: config::validate(start.config) is empty.
int write_report(const Start& start, const ReportRequest& request, std::ostream& out,
                 std::ostream& err);

}  // namespace backflow::cli
