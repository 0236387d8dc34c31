// A sweep: one number of a trained network over a grid of settings, as for phase diagrams. No file
// here (sweep_file.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/map_request.h"
#include "app/session/quantity.h"
#include "core/config/config.h"

namespace backflow::cli {

/// One setting that is varied.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values;  ///< as the key takes them
};

struct Sweep {
  config::Config config;  ///< what all points have in common
  std::vector<SweepAxis> axes;
  std::string metric;
  session::Quantity quantity;
  MapRequest map;               ///< of which products it is
  std::int64_t iterations = 0;  ///< of training before it is measured

  /// All that decides about the numbers, in one line: two sweeps with the same are the same. What
  /// the points have in common stands before kMetric.
  std::string identity() const;
  static constexpr std::string_view kMetric = " metric=";
};

/// Of the axes that Sweep::identity() says; nothing when it says none, or not as many points.
std::optional<std::vector<SweepAxis>> axes_of(std::string_view identity);

/// The values of a point of such a grid, axis by axis; the last axis varies fastest. Precondition:
/// it has that point.
std::vector<std::string> values_at(const std::vector<SweepAxis>& axes, std::size_t point);
/// Which of each axis's values they are.
std::vector<std::size_t> indices_at(const std::vector<SweepAxis>& axes, std::size_t point);
std::size_t size_of(const std::vector<SweepAxis>& axes);

/// Reads "key=a:b:n" (n numbers from a to b), "key=a:b:n:log" or "key=one,two,three". Returns an
/// empty string, or one sentence; `axis` is unchanged then.
std::string parse_axis(std::string_view text, SweepAxis& axis);

/// Returns an empty string, or what is wrong with it: a point that cannot be, in one sentence.
std::string check(const Sweep& sweep);

/// The number of one point; NaN where there is none. After a divergence it is that of the record in
/// which it was met.
double measure(const Sweep& sweep, std::size_t point);

/// Measures the points, `jobs` at a time in threads of their own; `take` gets each as it is done,
/// one at a time, and returns false to stop.
void measure_all(const Sweep& sweep, const std::vector<std::size_t>& points, int jobs,
                 const std::function<bool(std::size_t point, double value)>& take);

}  // namespace backflow::cli
