// How well a network does on data it is not trained with.
#pragma once

#include "core/model/network.h"
#include "core/training/task/task.h"

namespace backflow::training {

struct Validation {
  double loss = 0.0;           ///< as Trace::loss
  double accuracy = 0.0;       ///< core/training/accuracy.h; NaN where the task has none
  model::Index sequences = 0;  ///< of the data: at least a batch, and 64 where memory allows
};

/// The forward pass over all sequences of a batch, at most so many of them at a time: no more than
/// their trace is in memory. The sums are those of the whole batch, added up part by part.
Validation validate(const model::Model& model, const model::Batch& batch, const TaskInfo& info,
                    model::Index at_a_time);

}  // namespace backflow::training
