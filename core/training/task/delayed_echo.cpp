#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  for (Index b = 0; b < sequences.size(); ++b) {
    const Index T = sequences.length(b);
    for (Index t = 1; t <= T; ++t) {
      bool one = false;
      sequences.inputs.step(t)(0, b) = noisy_bit(random, *options.noise, one);
      if (t + options.delay <= T) sequences.targets.step(t + options.delay)(0, b) = one ? 1.0 : 0.0;
    }
  }
}

}  // namespace

TaskInfo delayed_echo_task() {
  return {
      .kind = TaskKind::delayed_echo,
      .description = "noisy random bits; repeat each one a fixed number of steps later",
      .target = TargetKind::binary,
      .shapes = {Shape::many_to_many, Shape::many_to_one},
      .default_steps = 20,
      .default_batch = 32,
      .has_noise = true,
      .input_size = always<1>,
      .target_size = always<1>,
      .least_steps = [](const TaskOptions& options) { return options.delay + 1; },
      .first_target = [](const TaskOptions& options, Index) { return options.delay + 1; },
      .spread = [](const TaskOptions&) { return equal_shares(2); },
      .generate = generate,
  };
}

}  // namespace backflow::training
