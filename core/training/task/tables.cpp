#include "core/training/task/tables.h"

namespace backflow::training {
namespace {

using model::Index;

template <std::size_t Rows>
struct Table {
  std::array<std::array<int, 3>, Rows> inputs;
  std::array<double, Rows> labels;
};

constexpr std::array<const char*, 3> kWords{"cat", "mat", "rat"};
constexpr Table<3> kCatMatRat{{{{0, 1, 0}, {2, 2, 1}, {1, 1, 0}}}, {1, 1, 0}};
constexpr Table<4> kBinary{{{{1, 0, 1}, {0, 0, 1}, {0, 0, 0}, {1, 1, 1}}}, {1, 0, 0, 1}};

}  // namespace

void generate_cat_mat_rat(const TaskOptions&, std::uint64_t, model::Batch& batch,
                          model::Vector& labels) {
  batch.input_labels.resize(kCatMatRat.inputs.size());
  for (std::size_t row = 0; row < kCatMatRat.inputs.size(); ++row) {
    const auto column = static_cast<Index>(row);
    for (std::size_t i = 0; i < 3; ++i) {
      const int word = kCatMatRat.inputs[row][i];
      batch.inputs.step(static_cast<Index>(i) + 1)(word, column) = 1.0;
      batch.input_labels[row].emplace_back(kWords[static_cast<std::size_t>(word)]);
    }
    labels(column) = kCatMatRat.labels[row];
  }
}

void generate_binary_table(const TaskOptions&, std::uint64_t, model::Batch& batch,
                           model::Vector& labels) {
  for (std::size_t row = 0; row < kBinary.inputs.size(); ++row) {
    const auto column = static_cast<Index>(row);
    for (std::size_t i = 0; i < 3; ++i)
      batch.inputs.step(static_cast<Index>(i) + 1)(0, column) = kBinary.inputs[row][i];
    labels(column) = kBinary.labels[row];
  }
}

}  // namespace backflow::training
