#include "core/training/task/task.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

// Streams of random numbers beside those of the iterations, which count from 0.
constexpr std::uint64_t kLengths = std::uint64_t{1} << 62, kHeldOut = std::uint64_t{1} << 63;

std::vector<Index> draw_lengths(const TaskInfo& info, const TaskOptions& options,
                                std::uint64_t stream, bool held_out) {
  if (info.lengths != nullptr)
    return info.lengths(options, model::Random(options.seed, stream), held_out);
  std::vector<Index> lengths(static_cast<std::size_t>(options.batch), options.steps);
  if (options.length_min == options.steps) return lengths;
  model::Random random(options.seed, stream + kLengths);
  const auto choices = static_cast<std::uint64_t>(options.steps - options.length_min + 1);
  for (Index& length : lengths)
    length = options.length_min + static_cast<Index>(random.below(choices));
  lengths.front() = options.steps;
  return lengths;
}

// The first step of a sequence that has a loss.
Index first_loss(const TaskInfo& info, const TaskOptions& options, Index length) {
  return options.shape == Shape::many_to_one ? length : info.first_target(options, length);
}

void encode(TargetKind kind, const Eigen::Ref<const model::Vector>& raw,
            Eigen::Ref<model::Vector> y) {
  if (kind != TargetKind::real && (kind == TargetKind::classes || y.size() == 2))
    y(static_cast<Index>(raw(0))) = 1.0;  // one-hot
  else
    y = raw;
}

// Targets and weights from the first step with a loss to T; no steps where there are no targets.
void set_targets(const TaskInfo& info, const TaskOptions& options, TargetEncoding encoding,
                 const Sequences& sequences, model::Batch& batch) {
  if (info.target == TargetKind::none) {
    batch.targets = model::StepMatrices(output_size(options, encoding), options.batch,
                                        options.steps + 1, options.steps);
    return;
  }
  std::vector<Index> starts;
  for (const Index length : sequences.lengths) starts.push_back(first_loss(info, options, length));
  const Index first = *std::min_element(starts.begin(), starts.end());
  batch.targets =
      model::StepMatrices(output_size(options, encoding), options.batch, first, options.steps);
  model::StepMatrices weights(1, options.batch, first, options.steps);
  for (Index b = 0; b < options.batch; ++b)
    for (Index t = starts[static_cast<std::size_t>(b)]; t <= sequences.length(b); ++t) {
      const auto raw = sequences.targets.step(t).col(b);
      if (std::isnan(raw(0))) continue;  // there is none
      encode(info.target, raw, batch.targets.step(t).col(b));
      weights.step(t)(0, b) = 1.0;
    }
  if ((weights.data().array() != 1.0).any()) batch.weights = std::move(weights);
}

model::Batch make(const TaskOptions& options, TargetEncoding encoding, std::uint64_t stream,
                  bool held_out) {
  const TaskInfo& info = task_info(options);
  const TaskOptions full = resolved(options);
  const Index target_rows = info.target == TargetKind::real ? info.target_size(full) : 1;
  Sequences sequences;
  sequences.inputs = model::StepMatrices(info.input_size(full), full.batch, 1, full.steps);
  sequences.targets = model::StepMatrices(target_rows, full.batch, 1, full.steps);
  sequences.lengths = draw_lengths(info, full, stream, held_out);
  sequences.held_out = held_out;
  model::Random random(full.seed, stream);
  info.generate(full, random, sequences);
  if (takes_noise(full) && !info.has_noise && *full.noise > 0.0)
    add_noise(*full.noise, random, sequences);

  model::Batch batch;
  set_targets(info, full, encoding, sequences, batch);
  batch.inputs = std::move(sequences.inputs);
  if (info.input_words != nullptr) batch.input_words = info.input_words(full);
  if (full.shape == Shape::one_to_many)
    batch.inputs.data().rightCols((full.steps - 1) * full.batch).setZero();
  const auto whole = [&](Index length) { return length == full.steps; };
  if (!std::ranges::all_of(sequences.lengths, whole)) batch.lengths = std::move(sequences.lengths);
  return batch;
}

// −p ln p.
double information(double p) { return p > 0.0 ? -p * std::log(p) : 0.0; }

// Of one step, of the best constant answer to that many targets.
double constant_loss(const TargetSpread& spread, model::Loss loss, Index targets) {
  if (spread.shares.empty())
    return loss == model::Loss::mean_squared_error ? spread.variance
                                                   : std::numeric_limits<double>::quiet_NaN();
  double sum = 0.0;
  for (const double p : spread.shares) {
    switch (loss) {
      case model::Loss::mean_squared_error:
        sum += p * (1.0 - p);
        break;
      case model::Loss::binary_cross_entropy:
        sum += information(p) + information(1.0 - p);
        break;
      case model::Loss::categorical_cross_entropy:
        sum += information(p);
    }
  }
  if (loss == model::Loss::categorical_cross_entropy) return sum;
  // A label costs the same alone as one of two classes.
  return sum / static_cast<double>(std::max<Index>(2, targets));
}

}  // namespace

bool TaskInfo::has(Shape shape) const {
  return std::find(shapes.begin(), shapes.end(), shape) != shapes.end();
}

std::span<const TaskInfo> task_list() {
  static const std::array<TaskInfo, 12> kTasks{
      cat_mat_rat_task(),
      binary_table_task(),
      first_bit_task(),
      adding_task(),
      copy_memory_task(),
      temporal_order_task(),
      parity_task(),
      delayed_echo_task(),
      sine_task(),
      next_character_task(),
      sequences_task(TargetKind::real),
      random_input_task(),
  };
  return kTasks;
}

const TaskInfo& task_info(TaskKind kind) {
  for (const TaskInfo& info : task_list())
    if (info.kind == kind) return info;
  return task_list().front();
}

const TaskInfo& task_info(const TaskOptions& options) {
  if (options.kind != TaskKind::sequences || !options.data) return task_info(options.kind);
  static const std::array<TaskInfo, 4> kByTarget{
      sequences_task(TargetKind::binary), sequences_task(TargetKind::classes),
      sequences_task(TargetKind::real), sequences_task(TargetKind::none)};
  // A network with two outputs for two classes has its own way of telling labels.
  const bool as_classes = options.data->target == TargetKind::binary && options.outputs == 2;
  return *std::ranges::find(kByTarget, as_classes ? TargetKind::classes : options.data->target,
                            &TaskInfo::target);
}

bool uses_file(const TaskOptions& options) {
  return (options.kind == TaskKind::sequences && options.data) ||
         (options.kind == TaskKind::next_character && options.text);
}

Shape effective_shape(const TaskOptions& options) {
  const bool only_last =
      options.kind == TaskKind::sequences && options.data && options.data->only_last;
  if (!options.shape && only_last) return Shape::many_to_one;
  return options.shape.value_or(task_info(options).shapes.front());
}

TaskOptions resolved(TaskOptions options) {
  const TaskInfo& info = task_info(options);
  options.shape = effective_shape(options);
  if (options.steps == 0 && info.own_steps != nullptr) options.steps = info.own_steps(options);
  if (options.steps == 0)
    options.steps = options.shape == Shape::one_to_one
                        ? 1
                        : std::max(info.default_steps, info.least_steps(options));
  if (options.batch == 0)
    options.batch = info.own_batch != nullptr ? info.own_batch(options) : info.default_batch;
  if (options.length_min == 0) options.length_min = options.steps;
  if (!options.noise) options.noise = info.has_noise ? 0.2 : 0.0;
  return options;
}

bool takes_noise(const TaskOptions& options) {
  return !task_info(options).fixed_table && options.kind != TaskKind::sequences &&
         options.kind != TaskKind::random_input;
}

const Text& text_of(const TaskOptions& options) {
  return options.text ? *options.text : builtin_text();
}

Index input_size(const TaskOptions& options) {
  return task_info(options).input_size(resolved(options));
}

Index output_size(const TaskOptions& options, TargetEncoding encoding) {
  const TaskInfo& info = task_info(options);
  if (info.target == TargetKind::none) return options.outputs;
  if (info.target == TargetKind::binary) return encoding == TargetEncoding::one_hot ? 2 : 1;
  return info.target_size(resolved(options));
}

model::Batch make_batch(const TaskOptions& options, TargetEncoding encoding,
                        std::uint64_t iteration) {
  return make(options, encoding, iteration, false);
}

std::optional<model::Batch> make_validation_batch(TaskOptions options, TargetEncoding encoding,
                                                  Index size) {
  const TaskInfo& info = task_info(options);
  if (info.fixed_table) return std::nullopt;
  options.batch = info.held_out == nullptr ? size : info.held_out(resolved(options), size);
  if (options.batch == 0) return std::nullopt;
  return make(options, encoding, kHeldOut, true);
}

Chance chance_level(const TaskOptions& options, model::Loss loss) {
  const TaskInfo& info = task_info(options);
  const TaskOptions full = resolved(options);
  const TargetSpread spread = info.spread(full);
  const bool classes = !spread.shares.empty();
  Chance chance{constant_loss(spread, loss, info.target_size(full)),
                classes ? *std::ranges::max_element(spread.shares) : spread.near_best};
  const auto loss_steps = [&](Index length) {
    return static_cast<double>(length - first_loss(info, full, length) + 1);
  };
  if (info.mean_losses != nullptr) {
    chance.loss *= full.shape == Shape::many_to_one ? 1.0 : info.mean_losses(full);
    return chance;
  }
  double drawn = 0.0;  // mean of the loss steps over the lengths that are drawn
  for (Index length = full.length_min; length <= full.steps; ++length) drawn += loss_steps(length);
  drawn /= static_cast<double>(full.steps - full.length_min + 1);
  const auto B = static_cast<double>(full.batch);
  chance.loss *= (loss_steps(full.steps) + (B - 1.0) * drawn) / B;  // the first always has T
  return chance;
}

}  // namespace backflow::training
