#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

constexpr Index kSymbols = 8;  // K
constexpr Index kBlank = kSymbols, kGo = kSymbols + 1;

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  const Index S = options.symbols;
  for (Index b = 0; b < sequences.size(); ++b) {
    const Index T = sequences.length(b);
    for (Index t = 1; t <= T; ++t) {
      if (t <= T - S) sequences.targets.step(t)(0, b) = kBlank;
      if (t <= S) {
        const auto symbol = static_cast<Index>(random.below(kSymbols));
        sequences.inputs.step(t)(symbol, b) = 1.0;
        sequences.targets.step(T - S + t)(0, b) = static_cast<double>(symbol);
      } else {
        sequences.inputs.step(t)(t == T - S ? kGo : kBlank, b) = 1.0;
      }
    }
  }
}

std::vector<std::string> words(const TaskOptions&) {
  std::vector<std::string> all;
  for (Index symbol = 1; symbol <= kSymbols; ++symbol) all.push_back(std::to_string(symbol));
  all.insert(all.end(), {"·", "go"});
  return all;
}

}  // namespace

TaskInfo copy_memory_task() {
  return {
      .kind = TaskKind::copy_memory,
      .description = "S symbols, a long pause, a go sign; then repeat the symbols in their order",
      .target = TargetKind::classes,
      .shapes = {Shape::many_to_many, Shape::many_to_one},
      .default_steps = 40,
      .default_batch = 32,
      .input_size = always<kSymbols + 2>,
      .target_size = always<kSymbols + 1>,
      .least_steps = [](const TaskOptions& options) { return 2 * options.symbols + 1; },
      .first_target = [](const TaskOptions& options,
                         Index length) { return length - options.symbols + 1; },
      .spread = [](const TaskOptions&) { return equal_shares(kSymbols); },
      .generate = generate,
      .input_words = words,
  };
}

}  // namespace backflow::training
