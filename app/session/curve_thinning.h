// Which iterations of a curve a session's file keeps, and what it calls the series.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/training/history.h"

namespace backflow::session {

/// In the order of training::Series.
inline constexpr std::array<std::string_view, training::kSeriesCount> kSeriesNames{
    "loss",          "norm_before_clip", "norm_after_clip", "threshold",
    "learning_rate", "accuracy",         "validation_loss", "validation_accuracy"};

inline constexpr std::uint64_t kMostSavedPoints = std::uint64_t{1} << 18;

/// Every how many iterations: a power of two, so that what was kept of a shorter curve is what is
/// kept of a longer one.
inline std::uint64_t kept_every(std::uint64_t iterations) {
  std::uint64_t every = 1;
  while (iterations / every > kMostSavedPoints) every *= 2;
  return every;
}

/// How many points are kept.
inline std::uint64_t kept_points(std::uint64_t iterations) {
  const std::uint64_t every = kept_every(iterations);
  return iterations / every + (iterations % every != 0);
}

}  // namespace backflow::session
