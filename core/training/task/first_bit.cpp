#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  for (model::Index b = 0; b < sequences.size(); ++b) {
    bool first = false;
    for (model::Index t = 1; t <= sequences.length(b); ++t) {
      bool one = false;
      sequences.inputs.step(t)(0, b) = noisy_bit(random, options.noise, one);
      if (t == 1) first = one;
      sequences.targets.step(t)(0, b) = first ? 1.0 : 0.0;
    }
  }
}

}  // namespace

TaskInfo first_bit_task() {
  return {
      .kind = TaskKind::first_bit,
      .description = "T noisy random bits; remember the first one until the end",
      .target = TargetKind::binary,
      .shapes = {Shape::many_to_one, Shape::one_to_one, Shape::one_to_many, Shape::many_to_many},
      .default_steps = 20,
      .default_batch = 32,
      .has_noise = true,
      .input_size = always<1>,
      .target_size = always<1>,
      .least_steps = always<1>,
      .first_target = from_the_first,
      .chance = [](const TaskOptions&) { return uniform_chance(2); },
      .generate = generate,
  };
}

}  // namespace backflow::training
