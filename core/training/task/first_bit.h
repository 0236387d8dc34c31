// Remember the first of T bits: the inputs are random bits as ±1 with Gaussian noise, the label is
// the first bit. After Bengio, Simard & Frasconi (1994), section III: information must be held
// against later inputs.
#pragma once

#include "core/training/task/task.h"

namespace backflow::training {

void generate_first_bit(const TaskOptions& options, std::uint64_t iteration, model::Batch& batch,
                        model::Vector& labels);

}  // namespace backflow::training
