// The keys that read files, at once when they are set: a bad file is refused there, and nothing
// later needs it. The list of all keys is core/config/key_table.cpp.
#pragma once

#include <cstddef>
#include <string>

#include "core/config/key_builders.h"

namespace backflow::config {

/// "100 MB".
std::string megabytes(std::size_t bytes);

// `takes` is what the file may be, in words: "a CSV file".

/// One of the paths of a task (core/training/task/task_files.h), with which all of its files are
/// read again. What is wrong with another of them is told by validate(): it may be meant to change
/// as well.
Key task_file_key(About about, const std::string& takes, std::string training::TaskOptions::*path);

/// The order of the dimensions of a task's arrays, which are read again.
Key layout_key(About about);

/// A network (core/config/model_file.h).
Key model_file_key(About about, const std::string& takes);

/// What is to be taken from the file of a network, which is read again; `takes` in words.
Key model_choice_key(About about, std::string takes, std::string io::ModelChoice::*part);

/// The initial W_hh.
Key matrix_file_key(About about, const std::string& takes);

}  // namespace backflow::config
