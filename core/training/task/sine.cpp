#include <cmath>
#include <numbers>

#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

constexpr double kShortestPeriod = 8.0, kLongestPeriod = 32.0;

// sin 2πu, by + − × ÷ alone: std::sin may differ in the last bit between machines.
double sine_of_turns(double u) {
  u -= std::floor(u);
  const double folded = u < 0.25 ? u : u < 0.75 ? 0.5 - u : u - 1.0;  // in [−¼, ¼]
  const double a = 2.0 * std::numbers::pi * folded;
  double series = 1.0;  // Taylor, nested; the first term left out is below 1e-19
  for (int k = 22; k >= 2; k -= 2) series = 1.0 - a * a / (k * (k + 1)) * series;
  return a * series;
}

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  const bool only_first = options.shape == Shape::one_to_many;
  const auto noise = [&] { return *options.noise * random.normal(); };
  for (Index b = 0; b < sequences.size(); ++b) {
    const double phase = random.uniform();
    const double period = kShortestPeriod + (kLongestPeriod - kShortestPeriod) * random.uniform();
    const auto turns = [&](Index t) { return phase + static_cast<double>(t) / period; };
    for (Index t = 1; t <= sequences.length(b); ++t) {
      sequences.targets.step(t)(0, b) = sine_of_turns(turns(t));
      if (!only_first) sequences.inputs.step(t)(0, b) = sine_of_turns(turns(t - 1)) + noise();
    }
    if (only_first) {
      sequences.inputs.step(1)(0, b) = sine_of_turns(phase) + noise();
      sequences.inputs.step(1)(1, b) = sine_of_turns(phase + 0.25) + noise();
      sequences.inputs.step(1)(2, b) = kShortestPeriod / period;
    }
  }
}

}  // namespace

TaskInfo sine_task() {
  return {
      .kind = TaskKind::sine,
      .description = "a noisy sine wave of random period and phase; what is its next value?",
      .target = TargetKind::real,
      .shapes = {Shape::many_to_many, Shape::many_to_one, Shape::one_to_many},
      .default_steps = 40,
      .default_batch = 32,
      .has_noise = true,
      .input_size = [](const TaskOptions& options) -> Index {
        return options.shape == Shape::one_to_many ? 3 : 1;
      },
      .target_size = always<1>,
      .least_steps = always<1>,
      .first_target = from_the_first,
      .spread = [](const TaskOptions&) { return TargetSpread{.variance = 0.5}; },
      .generate = generate,
  };
}

}  // namespace backflow::training
