#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

constexpr double kTolerance = 0.04;

// One of the steps from..to.
Index any_step(model::Random& random, Index from, Index to) {
  return from + static_cast<Index>(random.below(static_cast<std::uint64_t>(to - from + 1)));
}

void generate(const TaskOptions&, model::Random& random, Sequences& sequences) {
  for (Index b = 0; b < sequences.size(); ++b) {
    const Index T = sequences.length(b);
    const Index half = T / 2;
    for (Index t = 1; t <= T; ++t) sequences.inputs.step(t)(0, b) = random.uniform();
    const Index first = any_step(random, 1, half), second = any_step(random, half + 1, T);
    sequences.inputs.step(first)(1, b) = sequences.inputs.step(second)(1, b) = 1.0;
    sequences.targets.step(T)(0, b) =
        sequences.inputs.step(first)(0, b) + sequences.inputs.step(second)(0, b);
  }
}

}  // namespace

TaskInfo adding_task() {
  return {
      .kind = TaskKind::adding,
      .description = "T random numbers, two of them marked; the answer is the sum of these two",
      .target = TargetKind::real,
      .shapes = {Shape::many_to_one},
      .default_steps = 20,
      .default_batch = 32,
      .tolerance = kTolerance,
      .input_size = always<2>,
      .target_size = always<1>,
      .least_steps = always<2>,
      .first_target = at_the_last,
      .spread =
          [](const TaskOptions&) {
            // The sum has the density 1 − |s − 1| on (0, 2).
            return TargetSpread{.variance = 1.0 / 6.0,
                                .near_best = 2.0 * kTolerance - kTolerance * kTolerance};
          },
      .generate = generate,
  };
}

}  // namespace backflow::training
