// backflow sweep and backflow merge.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "app/cli/map_request.h"
#include "app/cli/start.h"
#include "app/figure/colormap.h"

namespace backflow::cli {

struct SweepRequest {
  std::vector<std::string> over;  ///< parse_axis()
  std::string metric = "reach";   ///< a quantity (app/session/quantity.h)
  MapRequest map;
  std::int64_t iterations = 0;
  int jobs = 1;
  std::string output;   ///< CSV
  std::string shard;    ///< "2/4": only every fourth point, into a file of its own; empty: all
  std::string picture;  ///< SVG, PDF or PNG; empty: none
  bool logarithmic = false;
  figure::Colormap colors = figure::Colormap::viridis;
};

/// Measures all points that the output does not have yet. Returns the exit code.
int sweep(const Start& start, const SweepRequest& request, std::ostream& out, std::ostream& err);

struct MergeRequest {
  std::vector<std::string> inputs;
  std::string output, picture;
  bool logarithmic = false;
  figure::Colormap colors = figure::Colormap::viridis;
  bool force = false;
};

/// Puts the grids of shards together.
int merge(const MergeRequest& request, std::ostream& out, std::ostream& err);

/// The file of a shard: "grid.2-of-4.csv" of "grid.csv".
std::string shard_path(const std::string& output, int shard, int of);

}  // namespace backflow::cli
