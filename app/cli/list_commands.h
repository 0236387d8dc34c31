// backflow figures, tasks, keys: lists with one line for each entry, on `out`.
#pragma once

#include <ostream>

namespace backflow::cli {

void list_figures(std::ostream& out);
void list_tasks(std::ostream& out);
void list_keys(std::ostream& out);

}  // namespace backflow::cli
