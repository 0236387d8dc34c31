// What the task.* keys allow together, and which of them do something now.
#pragma once

#include <string>
#include <string_view>

#include "core/training/task/task.h"

namespace backflow::config {

/// Empty when batches can be made with these options, else one sentence that names the keys.
std::string validate_task(const training::TaskOptions& options);

/// Whether the task.* key of that name does something for the task and shape of these options.
bool task_key_applies(std::string_view key, const training::TaskOptions& options);

}  // namespace backflow::config
