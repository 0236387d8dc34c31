// backflow report: train without a window and write one page about it.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "app/figure/colormap.h"
#include "core/config/config.h"

namespace backflow::cli {

struct ReportRequest {
  std::int64_t iterations = 0;
  std::string output;  ///< path of the page
  figure::Colormap colors = figure::Colormap::diverging;
  bool force = false;  ///< a file that exists is overwritten
};

/// Returns the exit code (command_line.h). Precondition: config::validate(config) is empty.
int write_report(const config::Config& config, const ReportRequest& request, std::ostream& out,
                 std::ostream& err);

}  // namespace backflow::cli
