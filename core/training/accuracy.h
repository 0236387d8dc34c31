// The share of right answers of one batch.
//
// An answer is one sequence's output at one step that has a loss for it (its weight is not 0).
//   label 0 or 1, m = 1   right when ŷ is on the same side of ½ as y
//   one-hot, m = K        right when the largest ŷ_j is that of the class; the first of equal ones
//   real numbers          right when every |ŷ_j − y_j| is below the task's tolerance, where it has
//                         one (the adding problem: 0.04, Hochreiter & Schmidhuber 1997)
// An output that is not a number is wrong.
#pragma once

#include "core/model/batch.h"
#include "core/training/task/task.h"

namespace backflow::training {

/// Answers counted by their weights; `right` is NaN when the task knows no right and wrong (real
/// targets without a tolerance).
struct Answers {
  double right = 0.0, all = 0.0;
  double share() const { return right / all; }
  Answers& operator+=(const Answers& more) {
    right += more.right;
    all += more.all;
    return *this;
  }
};

/// Those of a batch. ŷ_t is (m, B) at the steps of batch.targets, as in Trace::y_hat.
Answers count_answers(const TaskInfo& info, const model::Batch& batch,
                      const model::StepMatrices& y_hat);

/// Their share, in [0, 1] or NaN.
double accuracy(const TaskInfo& info, const model::Batch& batch, const model::StepMatrices& y_hat);

}  // namespace backflow::training
