// What tasks learn from files of the user: sequences with their targets, and texts.
#pragma once

#include <string>

#include "core/training/task/task.h"

namespace backflow::training {

/// Reads options.file, and with it targets_file and vocabulary_file, into `data` (arrays: NPY, NPZ,
/// safetensors; and tables: a name that ends in .csv or .tsv) or else into `text`; the other one,
/// or both where there is no file, become null.
///
/// Arrays: inputs of three dimensions as options.layout says, or (T, d) of one sequence. With other
/// targets_file, or as the arrays "x" and "y" of one file (also "inputs" and "targets"): targets of
/// the same first two dimensions and a third (m real numbers), without a third (a whole number is
/// the number of a class, when all are; when all of these are 0 or 1, a label), or with as many
/// entries as there are sequences (and m columns): then of the last step alone. "lengths" are whole
/// numbers of steps, one for each sequence.
///
/// Tables: one row for each step; columns whose names begin with y are targets, one named
/// "sequence" tells the sequences apart, whose rows follow one another; all others are inputs.
/// Without names all are inputs, of one sequence. An empty field of a target: none at that step.
///
/// Returns what is wrong with a file, to be read after its name, or an empty string; the options
/// are unchanged then. What does not go together is put into options.problem.
std::string read_task_files(TaskOptions& options);

}  // namespace backflow::training
