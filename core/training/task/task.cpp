#include "core/training/task/task.h"

#include "core/training/task/first_bit.h"
#include "core/training/task/tables.h"

namespace backflow::training {
namespace {

constexpr std::array<TaskInfo, 3> kTasks{{
    {TaskKind::cat_mat_rat, "cat-mat-rat", "cat mat rat",
     "three sentences of three words, one-hot; is the sentence one of the two good ones?", 3, 3, 3,
     true, generate_cat_mat_rat},
    {TaskKind::binary_table, "binary-table", "binary table",
     "four sequences of three bits; the answer is the first bit", 1, 3, 4, true,
     generate_binary_table},
    {TaskKind::first_bit, "first-bit", "first bit",
     "T noisy random bits; remember the first one until the end", 1, 20, 32, false,
     generate_first_bit},
}};

}  // namespace

std::span<const TaskInfo> task_list() { return kTasks; }

const TaskInfo& task_info(TaskKind kind) {
  for (const TaskInfo& info : kTasks)
    if (info.kind == kind) return info;
  return kTasks[0];
}

TaskOptions resolved(TaskOptions options) {
  const TaskInfo& info = task_info(options.kind);
  if (options.steps == 0) options.steps = info.default_steps;
  if (options.batch == 0) options.batch = info.default_batch;
  return options;
}

model::Index output_size(TargetEncoding encoding) {
  return encoding == TargetEncoding::one_hot ? 2 : 1;
}

model::Batch make_batch(const TaskOptions& options, TargetEncoding encoding,
                        std::uint64_t iteration) {
  const TaskInfo& info = task_info(options.kind);
  const TaskOptions full = resolved(options);
  model::Batch batch;
  batch.inputs = model::StepMatrices(info.input_size, full.batch, 1, full.steps);
  const model::Index first_output = full.outputs == Outputs::every ? 1 : full.steps;
  batch.targets = model::StepMatrices(output_size(encoding), full.batch, first_output, full.steps);
  model::Vector labels(full.batch);
  info.generate(full, iteration, batch, labels);
  for (model::Index t = first_output; t <= full.steps; ++t) {
    auto y = batch.targets.step(t);
    if (encoding == TargetEncoding::one_hot) {
      y.row(0) = 1.0 - labels.transpose().array();
      y.row(1) = labels.transpose();
    } else {
      y.row(0) = labels.transpose();
    }
  }
  return batch;
}

}  // namespace backflow::training
