#include "core/training/schedule.h"

#include <cmath>
#include <numbers>

namespace backflow::training {

double scheduled_rate(double rate, const ScheduleOptions& options, std::uint64_t iteration) {
  if (iteration < options.warmup)
    return rate * (static_cast<double>(iteration) + 1.0) /
           (static_cast<double>(options.warmup) + 1.0);
  const std::uint64_t j = iteration - options.warmup;
  switch (options.kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      return rate * std::pow(options.step_gamma, static_cast<double>(j / options.step_size));
    case ScheduleKind::exponential:
      return rate * std::pow(options.gamma, static_cast<double>(j));
    case ScheduleKind::cosine: {
      if (j >= options.period) return options.final_rate;
      const double share = static_cast<double>(j) / static_cast<double>(options.period);
      return options.final_rate +
             (rate - options.final_rate) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
    }
  }
  return rate;
}

}  // namespace backflow::training
