// Where an axis has its ticks, and what stands beside them.
#pragma once

#include <string>
#include <vector>

namespace backflow::figure {

/// The axis in figure units and the data range it shows.
struct AxisSpan {
  double min = 0.0, max = 1.0;  ///< of the data, min < max; log10 values on a logarithmic axis
  double length = 100.0;        ///< in figure units
  double font_size = 12.0;      ///< of the labels
  bool vertical = false;        ///< labels stand above one another, not side by side
  bool integers = false;        ///< only whole numbers make sense (iterations, steps)
};

struct Tick {
  double position = 0.0;  ///< in the units of AxisSpan::min and max
  std::string label;      ///< text markup; empty for a minor tick
};

/// Ticks at multiples of 1, 2 or 5 times a power of ten, as many as fit without labels touching.
std::vector<Tick> linear_ticks(const AxisSpan& axis);

/// Ticks of a logarithmic axis: powers of ten, every so many when they are dense, with 2 and 5
/// between when they are sparse, and minor ticks at 2..9 where there is room.
std::vector<Tick> log_ticks(const AxisSpan& axis);

/// The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is ≥ value > 0.
double nice_ceiling(double value);

}  // namespace backflow::figure
