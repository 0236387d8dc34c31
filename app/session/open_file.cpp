#include "app/session/open_file.h"

#include "core/io/file_name.h"
#include "core/io/stored_model.h"
#include "core/training/task/task_files.h"

namespace backflow::session {

std::string command_to_open(const std::string& path, training::SequenceLayout layout,
                            SetKey& command) {
  using io::ends_in;
  const bool archive = ends_in(path, ".safetensors") || ends_in(path, ".npz") ||
                       ends_in(path, ".pt") || ends_in(path, ".pth") || ends_in(path, ".bin");
  if (archive) {
    io::TensorFile file;
    if (std::string error = io::TensorFile::read(path, file); !error.empty()) return error;
    if (ends_in(path, ".safetensors") || !io::model_prefixes(file).empty()) {
      command = {"model.file", path};
      return {};
    }
  }
  training::TaskOptions task;
  task.file = path;
  task.layout = layout;
  if (std::string error = training::read_task_files(task); !error.empty()) return error;
  command = {"task.file", path};
  return {};
}

}  // namespace backflow::session
