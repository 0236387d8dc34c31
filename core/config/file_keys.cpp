#include "core/config/file_keys.h"

#include <memory>
#include <string_view>
#include <utility>

#include "core/io/matrix_file.h"
#include "core/training/task/task_files.h"

namespace backflow::config {
namespace {

Key text_key(About about, std::string takes) {
  Key key = key_about(std::move(about), KeyKind::text, KeyEffect::restart);
  key.takes = std::move(takes);
  return key;
}

Key file_key(About about, const std::string& takes) {
  Key key = text_key(std::move(about), "the path of " + takes + "; or nothing");
  key.names_file = true;
  return key;
}

}  // namespace

std::string megabytes(std::size_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

Key task_file_key(About about, const std::string& takes, std::string training::TaskOptions::*path) {
  Key key = file_key(std::move(about), takes);
  key.get = [path](const Config& config) { return config.task.*path; };
  key.assign = [path](Config& config, std::string_view text) {
    training::TaskOptions task = config.task;
    task.*path = text;
    std::string error = training::read_task_files(task);
    if (error.empty()) config.task = std::move(task);
    return error;
  };
  return key;
}

Key layout_key(About about) {
  Key key = choice_key<training::SequenceLayout>(
      std::move(about), KeyEffect::restart, [](Config & c) -> auto& { return c.task.layout; });
  key.assign = [](Config& config, std::string_view text) {
    config.task.layout = *model::parse_enum<training::SequenceLayout>(text);
    // Known to be readable; what does not fit is told by validate().
    if (const std::string error = training::read_task_files(config.task); !error.empty())
      config.task.problem = "task.file = " + config.task.file + " " + error;
    return std::string();
  };
  return key;
}

Key model_file_key(About about, const std::string& takes) {
  Key key = file_key(std::move(about), takes);
  key.get = [](const Config& config) { return config.model.file.path; };
  key.assign = [](Config& config, std::string_view text) {
    Config wanted = config;
    wanted.model.file.path = text;
    std::string error = read_model_file(wanted);
    if (error.empty()) config = std::move(wanted);
    return error;
  };
  return key;
}

Key model_choice_key(About about, std::string takes, std::string io::ModelChoice::*part) {
  Key key = text_key(std::move(about), std::move(takes));
  key.get = [part](const Config& config) { return config.model.file.choice.*part; };
  key.assign = [part](Config& config, std::string_view text) {
    Config wanted = config;
    wanted.model.file.choice.*part = text;
    const std::string error = read_model_file(wanted);
    if (!error.empty())
      return "cannot be taken: model.file = " + wanted.model.file.path + " " + error;
    config = std::move(wanted);
    return std::string();
  };
  return key;
}

Key matrix_file_key(About about, const std::string& takes) {
  Key key = file_key(std::move(about), takes);
  key.get = [](const Config& config) { return config.model.init_file; };
  key.assign = [](Config& config, std::string_view text) {
    const std::string path(text);
    std::shared_ptr<model::Matrix> matrix;
    if (!path.empty()) {
      matrix = std::make_shared<model::Matrix>();
      if (std::string error = io::read_matrix(path, *matrix); !error.empty()) return error;
    }
    config.model.weights.matrix = std::move(matrix);
    config.model.init_file = path;
    return std::string();
  };
  return key;
}

}  // namespace backflow::config
