// Sequences and their targets from arrays: NPY, NPZ and safetensors files.
#pragma once

#include <string>

#include "core/training/task/task.h"

namespace backflow::training {

/// Reads options.file and, where there is one, options.targets_file into empty `data`, as
/// read_task_files() (task_files.h) describes them. Returns what is wrong with options.file, to be
/// read after its name, or an empty string; `problem` takes, as a whole sentence, what does not go
/// together with the inputs, which are then without those targets or lengths.
std::string read_arrays(const TaskOptions& options, SequenceData& data, std::string& problem);

}  // namespace backflow::training
