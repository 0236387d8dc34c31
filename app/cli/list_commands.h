// backflow figures, tasks, keys: lists with one line for each entry, on `out`.
#pragma once

#include <ostream>

namespace backflow::cli {

/// Each returns the exit code: 0, or 1 when `out` cannot be written.
int list_figures(std::ostream& out);
int list_tasks(std::ostream& out);
int list_keys(std::ostream& out);

}  // namespace backflow::cli
