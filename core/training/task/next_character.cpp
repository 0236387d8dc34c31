#include <algorithm>
#include <cmath>

#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  const Text& text = text_of(options);
  const std::size_t part_begin = sequences.held_out ? text.training_size() : 0;
  const std::size_t part_size = sequences.held_out ? text.held_out_size() : text.training_size();
  const auto T = static_cast<std::size_t>(options.steps);
  for (Index b = 0; b < sequences.size(); ++b) {
    const std::size_t begin = part_begin + static_cast<std::size_t>(random.below(part_size - T));
    for (Index t = 1; t <= sequences.length(b); ++t) {
      const std::size_t place = begin + static_cast<std::size_t>(t);
      sequences.inputs.step(t)(text.characters[place - 1], b) = 1.0;
      sequences.targets.step(t)(0, b) = text.characters[place];
    }
  }
}

Index held_out(const TaskOptions& options, Index wanted) {
  return text_of(options).held_out_size() > static_cast<std::size_t>(options.steps) ? wanted : 0;
}

Index alphabet_size(const TaskOptions& options) {
  return static_cast<Index>(text_of(options).alphabet.size());
}

std::vector<std::string> words(const TaskOptions& options) {
  const Text& text = text_of(options);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < text.alphabet.size(); ++i) all.push_back(text.label(i));
  return all;
}

TargetSpread spread(const TaskOptions& options) { return {.shares = text_of(options).frequency}; }

}  // namespace

TaskInfo next_character_task() {
  return {
      .kind = TaskKind::next_character,
      .description = "a text, character by character; which one comes next?",
      .target = TargetKind::classes,
      .shapes = {Shape::many_to_many, Shape::many_to_one, Shape::one_to_one},
      .default_steps = 25,
      .default_batch = 32,
      .input_size = alphabet_size,
      .target_size = alphabet_size,
      .least_steps = always<1>,
      .first_target = from_the_first,
      .spread = spread,
      .generate = generate,
      .held_out = held_out,
      .input_words = words,
  };
}

}  // namespace backflow::training
