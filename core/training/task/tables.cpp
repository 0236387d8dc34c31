#include <algorithm>
#include <cmath>

#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

using model::Index;

template <std::size_t Rows>
struct Table {
  std::array<std::array<int, 3>, Rows> inputs;
  std::array<int, Rows> labels;
};

// 0, 1, 2: cat, mat, rat.
constexpr Table<3> kCatMatRat{{{{0, 1, 0}, {2, 2, 1}, {1, 1, 0}}}, {1, 1, 0}};
constexpr Table<4> kBinary{{{{1, 0, 1}, {0, 0, 1}, {0, 0, 0}, {1, 1, 1}}}, {1, 0, 0, 1}};

// put(t, row of the table, entry) for all steps asked for; the label at each.
template <std::size_t Rows, class Put>
void fill(const Table<Rows>& table, Sequences& sequences, Put put) {
  for (std::size_t row = 0; row < Rows; ++row)
    for (Index t = 1; t <= sequences.inputs.last(); ++t) {
      const auto b = static_cast<Index>(row);
      put(t, b, table.inputs[row][static_cast<std::size_t>(t - 1)]);
      sequences.targets.step(t)(0, b) = table.labels[row];
    }
}

template <std::size_t Rows>
TargetSpread spread_of(const Table<Rows>& table) {
  const auto ones = std::count(table.labels.begin(), table.labels.end(), 1);
  const double p = static_cast<double>(ones) / static_cast<double>(Rows);
  return {.shares = {1.0 - p, p}};
}

TaskInfo table_task(TaskKind kind, std::string_view description) {
  TaskInfo info{};
  info.kind = kind;
  info.description = description;
  info.target = TargetKind::binary;
  info.shapes = {Shape::many_to_one, Shape::one_to_one, Shape::one_to_many, Shape::many_to_many};
  info.default_steps = 3;
  info.fixed_table = true;
  info.target_size = always<1>;
  info.least_steps = always<1>;
  info.first_target = from_the_first;
  return info;
}

}  // namespace

TaskInfo cat_mat_rat_task() {
  TaskInfo info = table_task(
      TaskKind::cat_mat_rat,
      "three sentences of three words, one-hot; is the sentence one of the two good ones?");
  info.default_batch = 3;
  info.input_size = always<3>;
  info.spread = [](const TaskOptions&) { return spread_of(kCatMatRat); };
  info.generate = [](const TaskOptions&, model::Random&, Sequences& sequences) {
    fill(kCatMatRat, sequences,
         [&](Index t, Index b, int word) { sequences.inputs.step(t)(word, b) = 1.0; });
  };
  info.input_words = [](const TaskOptions&) {
    return std::vector<std::string>{"cat", "mat", "rat"};
  };
  return info;
}

TaskInfo binary_table_task() {
  TaskInfo info = table_task(TaskKind::binary_table,
                             "four sequences of three bits; the answer is the first bit");
  info.default_batch = 4;
  info.input_size = always<1>;
  info.spread = [](const TaskOptions&) { return spread_of(kBinary); };
  info.generate = [](const TaskOptions&, model::Random&, Sequences& sequences) {
    fill(kBinary, sequences,
         [&](Index t, Index b, int bit) { sequences.inputs.step(t)(0, b) = bit; });
  };
  return info;
}

}  // namespace backflow::training
