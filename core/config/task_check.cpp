#include "core/config/task_check.h"

namespace backflow::config {
namespace {

using model::Index;
using training::Shape;
using training::TaskInfo;
using training::TaskKind;
using training::TaskOptions;

std::string setting(std::string_view key, Index value) {
  return std::string(key) + " = " + std::to_string(value);
}

std::string task_name(const TaskOptions& options) {
  return "task.name = " + std::string(model::name_of(options.kind));
}

// A value that the task or the shape fixes; `because` ends the sentence.
std::string fixed(std::string_view key, Index asked, Index own, const std::string& because) {
  if (asked == 0 || asked == own) return {};
  return setting(key, asked) + " does not go with " + because;
}

std::string check_shape(const TaskOptions& options, const TaskInfo& info) {
  if (!options.shape || info.has(*options.shape)) return {};
  std::string allowed = "auto";
  for (const Shape shape : info.shapes) allowed += ", " + std::string(model::name_of(shape));
  return "task.shape = " + std::string(model::name_of(*options.shape)) + " does not go with " +
         task_name(options) + "; allowed: " + allowed;
}

std::string check_one_step(const TaskOptions& options) {
  const std::string because = "task.shape = one-to-one, which has one step; allowed: auto or 1";
  std::string error = fixed("task.steps", options.steps, 1, because);
  if (error.empty()) error = fixed("task.length_min", options.length_min, 1, because);
  return error;
}

std::string check_table(const TaskOptions& options, const TaskInfo& info) {
  const auto because = [&](Index own) {
    return task_name(options) + ", which always has " + std::to_string(own) +
           "; leave it at auto, or choose task.name = first-bit";
  };
  const Index rows = info.default_batch;
  std::string error = fixed("task.batch", options.batch, rows, because(rows));
  if (!error.empty() || options.shape == Shape::one_to_one) return error;  // has one step
  const Index steps = info.default_steps;
  error = fixed("task.steps", options.steps, steps, because(steps));
  if (error.empty()) error = fixed("task.length_min", options.length_min, steps, because(steps));
  return error;
}

std::string check_lengths(const TaskOptions& options, const TaskInfo& info) {
  const TaskOptions full = training::resolved(options);
  const Index least = info.least_steps(full);
  // What the least length depends on.
  std::string given = task_name(options);
  if (options.kind == TaskKind::copy_memory)
    given += " and " + setting("task.symbols", options.symbols);
  if (options.kind == TaskKind::delayed_echo)
    given += " and " + setting("task.delay", options.delay);
  if (full.steps < least)
    return setting("task.steps", full.steps) + " is too short for " + given +
           "; allowed: auto, or " + std::to_string(least) + " and more";
  if (full.length_min < least)
    return setting("task.length_min", full.length_min) + " is too short for " + given +
           "; allowed: auto, or " + std::to_string(least) + " to " + std::to_string(full.steps);
  if (full.length_min > full.steps)
    return setting("task.length_min", full.length_min) + " is more than " +
           setting("task.steps", full.steps) + "; allowed: auto, or " + std::to_string(least) +
           " to " + std::to_string(full.steps);
  return {};
}

std::string check_text(const TaskOptions& options) {
  const auto size = static_cast<Index>(training::text_of(options).training_size());
  const Index steps = training::resolved(options).steps;
  if (steps < size) return {};
  return setting("task.steps", steps) + " is too long for the text, whose first 90 % have " +
         std::to_string(size) + " characters; allowed: up to " + std::to_string(size - 1) +
         ", or a longer task.file";
}

// Files are read when their keys are set, and may have been set in any order.
std::string check_files(const TaskOptions& options) {
  if (!options.problem.empty()) return options.problem;
  if (options.kind == TaskKind::sequences && !options.data)
    return task_name(options) +
           " needs task.file, the path of a CSV, NPY or NPZ file with sequences";
  return {};
}

}  // namespace

std::string validate_task(const TaskOptions& options) {
  const TaskInfo& info = training::task_info(options);
  std::string error = check_files(options);
  if (error.empty()) error = check_shape(options, info);
  if (error.empty() && options.shape == Shape::one_to_one) error = check_one_step(options);
  if (error.empty() && info.fixed_table) error = check_table(options, info);
  if (error.empty()) error = check_lengths(options, info);
  if (error.empty() && options.kind == TaskKind::next_character) error = check_text(options);
  return error;
}

bool task_key_applies(std::string_view key, const TaskOptions& options) {
  const TaskInfo& info = training::task_info(options);
  const bool files = options.kind == TaskKind::sequences;
  const bool one_step = training::effective_shape(options) == Shape::one_to_one;
  if (key == "task.length_min" && files) return false;
  if (key == "task.steps" || key == "task.length_min") return !info.fixed_table && !one_step;
  if (key == "task.batch" || key == "task.seed") return !info.fixed_table;
  if (key == "task.noise") return training::takes_noise(options);
  if (key == "task.shape") return info.shapes.size() > 1;
  if (key == "task.symbols") return options.kind == TaskKind::copy_memory;
  if (key == "task.delay") return options.kind == TaskKind::delayed_echo;
  if (key == "task.file") return files || options.kind == TaskKind::next_character;
  // Before a file is opened, too, for it may need them.
  const bool nothing_yet = options.kind == TaskKind::random_input;
  if (key == "task.targets") return files;
  if (key == "task.layout") return files || nothing_yet;
  if (key == "task.vocabulary") return nothing_yet || options.kind == TaskKind::next_character;
  if (key == "task.inputs") return options.kind == TaskKind::random_input;
  return true;
}

}  // namespace backflow::config
