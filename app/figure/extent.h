// How far numbers reach, as far as they are finite.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace backflow::figure {

/// The range of the finite numbers that were included.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  bool empty() const { return low > high; }
  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// The largest |value| that is finite; 0 when there is none.
template <class Values>
double largest_size(const Values& values) {
  double largest = 0.0;
  for (const double value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace backflow::figure
