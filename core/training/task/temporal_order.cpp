#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

constexpr Index kOthers = 4;  // the rows before X and Y

// A step, counted from 1, in the tenths from..to of T.
Index step_within(model::Random& random, Index T, Index from, Index to) {
  const Index low = from * T / 10, high = to * T / 10;
  return low + 1 + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

void generate(const TaskOptions&, model::Random& random, Sequences& sequences) {
  for (Index b = 0; b < sequences.size(); ++b) {
    const Index T = sequences.length(b);
    const Index t1 = step_within(random, T, 1, 2), t2 = step_within(random, T, 4, 5);
    const auto order = static_cast<Index>(random.below(4));  // XX, XY, YX, YY
    for (Index t = 1; t <= T; ++t) {
      auto symbol = static_cast<Index>(random.below(kOthers));
      if (t == t1) symbol = kOthers + order / 2;
      if (t == t2) symbol = kOthers + order % 2;
      sequences.inputs.step(t)(symbol, b) = 1.0;
    }
    sequences.targets.step(T)(0, b) = static_cast<double>(order);
  }
}

}  // namespace

TaskInfo temporal_order_task() {
  return {
      .kind = TaskKind::temporal_order,
      .description = "two signs, each X or Y, among other symbols; which came first, which second?",
      .target = TargetKind::classes,
      .shapes = {Shape::many_to_one},
      .default_steps = 20,
      .default_batch = 32,
      .input_size = always<6>,
      .target_size = always<4>,
      .least_steps = always<3>,
      .first_target = at_the_last,
      .spread = [](const TaskOptions&) { return equal_shares(4); },
      .generate = generate,
      .input_words =
          [](const TaskOptions&) { return std::vector<std::string>{"a", "b", "c", "d", "X", "Y"}; },
  };
}

}  // namespace backflow::training
