// Schedules: the learning rate of each iteration, from the rate η that is set.
//
// During the warm-up of W iterations, i < W, the rate is η (i + 1) / (W + 1); after it, with
// j = i − W:
//   constant      η
//   step          η γ^⌊j / S⌋
//   exponential   η γ^j
//   cosine        η_min + (η − η_min) (1 + cos(π j / N)) / 2, and η_min from j = N on
// (Loshchilov & Hutter 2017 for the cosine.) The same as PyTorch's StepLR, ExponentialLR and
// CosineAnnealingLR behind a LinearLR that starts at 1/(W + 1), but that PyTorch's cosine rises
// again after N.
#pragma once

#include <array>
#include <cstdint>

#include "core/model/enum_names.h"

namespace backflow::training {

enum class ScheduleKind { constant, step, exponential, cosine };

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  std::uint64_t step_size = 1000;  ///< S ≥ 1
  double step_gamma = 0.5;         ///< γ of step
  double gamma = 0.999;            ///< γ of exponential, for one iteration
  std::uint64_t period = 10000;    ///< N ≥ 1
  double final_rate = 0.0;         ///< η_min ≥ 0
  std::uint64_t warmup = 0;        ///< W
};

/// The learning rate of iteration i = 0, 1, …; η is `rate`. Depends on nothing else, so options may
/// change in mid-run.
double scheduled_rate(double rate, const ScheduleOptions& options, std::uint64_t iteration);

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::ScheduleKind> {
  using Kind = backflow::training::ScheduleKind;
  static constexpr std::array<EnumName<Kind>, 4> kAll{{
      {Kind::constant, "constant", "constant"},
      {Kind::step, "step", "in steps"},
      {Kind::exponential, "exponential", "exponential"},
      {Kind::cosine, "cosine", "cosine"},
  }};
};
