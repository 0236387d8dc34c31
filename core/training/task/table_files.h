// Sequences and their targets from tables: CSV files with a row for each step.
#pragma once

#include <string>

#include "core/training/task/sequence_data.h"

namespace backflow::training {

/// Reads a table into empty `data`, as read_task_files() (task_files.h) describes it. Returns what
/// is wrong with the file, to be read after its name, or an empty string.
std::string read_table(const std::string& path, SequenceData& data);

}  // namespace backflow::training
