// The two tables of the source material: all rows are the batch of every iteration.
#pragma once

#include "core/training/task/task.h"

namespace backflow::training {

/// cat mat cat → 1, rat rat mat → 1, mat mat cat → 0, with cat = [100], mat = [010], rat = [001].
void generate_cat_mat_rat(const TaskOptions&, std::uint64_t iteration, model::Batch& batch,
                          model::Vector& labels);

/// 1 0 1 → 1, 0 0 1 → 0, 0 0 0 → 0, 1 1 1 → 1; one input.
void generate_binary_table(const TaskOptions&, std::uint64_t iteration, model::Batch& batch,
                           model::Vector& labels);

}  // namespace backflow::training
