// Learning tasks: where the batches come from.
//
// Every task is a pure function of (options, encoding, iteration): the batch of any iteration can
// be made again at any time, the same bits on every machine. The list of tasks is task_list() in
// task.cpp; a new one is one more file and one more line there.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "core/model/batch.h"
#include "core/model/enum_names.h"

namespace backflow::training {

enum class TaskKind { cat_mat_rat, binary_table, first_bit };

/// Where the network has an output and a loss: at the last step only (sequence-to-vector) or at
/// every step (sequence-to-sequence; the target is repeated at each).
enum class Outputs { last, every };

/// How a class label becomes a target column: one probability (m = 1), or one-hot over the two
/// classes (m = 2), which is what a softmax read-out needs.
enum class TargetEncoding { probability, one_hot };

struct TaskOptions {
  TaskKind kind = TaskKind::cat_mat_rat;
  model::Index steps = 0;  ///< T; 0 is the task's own. The tables have 3 and no other.
  model::Index batch = 0;  ///< B; 0 is the task's own. The tables have all their rows, no other.
  double noise = 0.2;      ///< standard deviation of the noise on the inputs, where a task has it
  Outputs outputs = Outputs::last;
  std::uint64_t seed = 1;
};

struct TaskInfo {
  TaskKind kind;
  std::string_view name;         ///< as in the key task.name
  std::string_view title;        ///< as shown to people
  std::string_view description;  ///< one line
  model::Index input_size;       ///< d
  model::Index default_steps;
  model::Index default_batch;
  bool fixed_table;  ///< steps and batch cannot be chosen, there is no noise, the seed changes
                     ///< nothing
  /// Fills inputs (1..T; d × B), the labels (B; 0 or 1), and input_labels where there are words.
  void (*generate)(const TaskOptions& resolved, std::uint64_t iteration, model::Batch& batch,
                   model::Vector& labels);
};

std::span<const TaskInfo> task_list();
const TaskInfo& task_info(TaskKind kind);

/// The options with the task's own steps and batch in place of 0.
TaskOptions resolved(TaskOptions options);

/// The batch of the given iteration; its initial_state is left empty, for it is the model's affair.
model::Batch make_batch(const TaskOptions& options, TargetEncoding encoding,
                        std::uint64_t iteration);

/// m for an encoding: 1 or 2.
model::Index output_size(TargetEncoding encoding);

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::TaskKind> {
  using Kind = backflow::training::TaskKind;
  static constexpr std::array<EnumName<Kind>, 3> kAll{{
      {Kind::cat_mat_rat, "cat-mat-rat", "cat mat rat"},
      {Kind::binary_table, "binary-table", "binary table"},
      {Kind::first_bit, "first-bit", "first bit"},
  }};
};

template <>
struct backflow::model::EnumNames<backflow::training::Outputs> {
  using Outputs = backflow::training::Outputs;
  static constexpr std::array<EnumName<Outputs>, 2> kAll{{
      {Outputs::last, "last", "last step"},
      {Outputs::every, "every", "every step"},
  }};
};
