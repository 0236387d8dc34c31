// The grid of a sweep as CSV: a first line that says which sweep it is, a line with the names, and
// one line for each point that is done, in the order in which they were. A line is written whole or
// not at all, so that a killed sweep goes on where it was.
//
//   # backflow sweep: iterations=0 task.name=first-bit metric=reach points=2 over model.…=0.5,1
//   point,model.spectral_radius,reach
//   0,0.5,10
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/cli/sweep.h"

namespace backflow::cli {

/// What a file has.
struct SweepGrid {
  std::string identity;
  std::vector<SweepAxis> axes;  ///< as the identity says
  std::string metric;
  std::map<std::size_t, double> values;  ///< by the number of the point, below size_of(axes)
  std::size_t whole_bytes = 0;           ///< up to the end of the last whole line
};

/// Reads one whose points are those that its first line says. Returns an empty string, or what is
/// wrong, to be read after the file's name; a last line that was cut off is left out.
std::string read_grid(const std::string& path, SweepGrid& grid);

/// Its text: all rows by number.
std::string grid_text(const SweepGrid& grid);

/// The empty grid of a sweep.
SweepGrid grid_of(const Sweep& sweep);

/// One line of a point.
std::string grid_line(const std::vector<SweepAxis>& axes, std::size_t point, double value);

}  // namespace backflow::cli
