#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  for (model::Index b = 0; b < sequences.size(); ++b) {
    bool odd = false;
    for (model::Index t = 1; t <= sequences.length(b); ++t) {
      bool one = false;
      sequences.inputs.step(t)(0, b) = noisy_bit(random, options.noise, one);
      odd = odd != one;
      sequences.targets.step(t)(0, b) = odd ? 1.0 : 0.0;
    }
  }
}

}  // namespace

TaskInfo parity_task() {
  return {
      .kind = TaskKind::parity,
      .description = "T noisy random bits; is the number of ones so far odd?",
      .target = TargetKind::binary,
      .shapes = {Shape::many_to_many, Shape::many_to_one, Shape::one_to_one},
      .default_steps = 10,
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
