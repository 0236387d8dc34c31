// Sequences from the user's own files, and inputs that are nothing but noise.
#include <algorithm>
#include <cmath>

#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

constexpr Index kMostSteps = 1000;  // as many as task.steps may be

// The parts of a batch: all of them in their order where there are as many as it has; else drawn.
// Of one that is longer than T its end where the only target is there, its beginning where nothing
// is to be learned, and else any part.
std::vector<SequencePart> choose(const TaskOptions& options, model::Random& random, bool held_out) {
  const SequenceData& data = *options.data;
  const SequenceParts all(data, options.steps, held_out);
  std::vector<SequencePart> chosen;
  for (Index b = 0; b < options.batch; ++b) {
    const auto count = static_cast<Index>(all.size());
    const bool in_order =
        options.batch == count || (data.target == TargetKind::none && options.batch < count);
    const std::size_t place =
        in_order ? static_cast<std::size_t>(b)
                 : static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(all.size())));
    SequencePart part = all[place];
    if (const Index more = part.length - options.steps; more > 0) {
      if (data.only_last)
        part.begin += more;
      else if (data.target != TargetKind::none)
        part.begin += static_cast<Index>(random.below(static_cast<std::uint64_t>(more) + 1));
      part.length = options.steps;
    }
    chosen.push_back(part);
  }
  return chosen;
}

std::vector<Index> lengths(const TaskOptions& options, model::Random random, bool held_out) {
  std::vector<Index> all;
  for (const SequencePart& part : choose(options, random, held_out)) all.push_back(part.length);
  return all;
}

void generate(const TaskOptions& options, model::Random& random, Sequences& sequences) {
  const std::vector<SequencePart> parts = choose(options, random, sequences.held_out);
  for (Index b = 0; b < sequences.size(); ++b) {
    const SequencePart& part = parts[static_cast<std::size_t>(b)];
    const SequenceData::Sequence& whole = options.data->sequences[part.sequence];
    for (Index t = 1; t <= part.length; ++t) {
      const Index place = part.begin + t - 1;
      sequences.inputs.step(t).col(b) = whole.inputs.col(place);
      if (whole.targets.cols() > 0) sequences.targets.step(t).col(b) = whole.targets.col(place);
    }
  }
}

Index width(const TaskOptions& options) { return options.data ? options.data->input_size() : 1; }

Index target_size(const TaskOptions& options) {
  if (!options.data) return 1;
  const bool classes = task_info(options).target == TargetKind::classes;
  return classes ? std::max(options.data->target_size, options.outputs) : options.data->target_size;
}

Index own_steps(const TaskOptions& options) {
  return options.data ? std::min(options.data->longest, kMostSteps) : 1;
}

Index own_batch(const TaskOptions& options) {
  constexpr Index kMost = 32, kMostWithoutTargets = 8;
  if (!options.data) return 1;
  const Index parts = static_cast<Index>(SequenceParts(*options.data, options.steps, false).size());
  return std::min(parts, options.data->target == TargetKind::none ? kMostWithoutTargets : kMost);
}

Index held_out(const TaskOptions& options, Index wanted) {
  if (!options.data) return 0;
  const SequenceParts parts(*options.data, options.steps, true);
  const bool in_windows = options.data->longest > options.steps && !options.data->only_last;
  if (parts.size() > 0 && in_windows) return wanted;
  return std::min(wanted, static_cast<Index>(parts.size()));
}

Index first_target(const TaskOptions& options, Index length) {
  return options.data && options.data->only_last ? length : 1;
}

TargetSpread spread(const TaskOptions& options) {
  if (!options.data) return {};
  return {.shares = options.data->shares, .variance = options.data->variance};
}

// Of sequences of different lengths that are cut it depends on which are drawn.
double mean_losses(const TaskOptions& options) {
  if (!options.data) return 0.0;
  const SequenceData& data = *options.data;
  if (data.only_last || options.steps >= data.longest) return data.mean_targets;
  if (!data.same_lengths) return std::nan("");
  return data.mean_targets * static_cast<double>(options.steps) / static_cast<double>(data.longest);
}

void generate_noise(const TaskOptions&, model::Random& random, Sequences& sequences) {
  for (Index b = 0; b < sequences.size(); ++b)
    for (Index t = 1; t <= sequences.length(b); ++t)
      for (Index i = 0; i < sequences.inputs.rows(); ++i)
        sequences.inputs.step(t)(i, b) = random.normal();
}

}  // namespace

void add_noise(double deviation, model::Random& random, Sequences& sequences) {
  for (Index b = 0; b < sequences.size(); ++b)
    for (Index t = 1; t <= sequences.length(b); ++t) {
      auto x = sequences.inputs.step(t).col(b);
      for (Index i = 0; i < x.size(); ++i) x(i) += deviation * random.normal();
    }
}

TaskInfo sequences_task(TargetKind target) {
  return {
      .kind = TaskKind::sequences,
      .description = "your own sequences, from task.file",
      .target = target,
      .shapes = {Shape::many_to_many, Shape::many_to_one},
      .default_steps = 1,
      .default_batch = 1,
      .input_size = width,
      .target_size = target_size,
      .least_steps = always<1>,
      .first_target = first_target,
      .spread = spread,
      .generate = generate,
      .lengths = lengths,
      .own_steps = own_steps,
      .own_batch = own_batch,
      .mean_losses = mean_losses,
      .held_out = held_out,
  };
}

TaskInfo random_input_task() {
  return {
      .kind = TaskKind::random_input,
      .description = "random numbers in, nothing asked: how a network passes its past on",
      .target = TargetKind::none,
      .shapes = {Shape::many_to_many},
      .default_steps = 50,
      .default_batch = 4,
      .input_size = [](const TaskOptions& options) { return options.inputs; },
      .target_size = always<0>,
      .least_steps = always<1>,
      .first_target = from_the_first,
      .spread = [](const TaskOptions&) { return TargetSpread(); },
      .generate = generate_noise,
      .held_out = [](const TaskOptions&, Index) { return Index{0}; },
  };
}

}  // namespace backflow::training
