#include "core/training/task/task_files.h"

#include <memory>
#include <string_view>
#include <utility>

#include "core/io/file_name.h"
#include "core/training/task/array_files.h"
#include "core/training/task/table_files.h"
#include "core/training/task/vocabulary.h"

namespace backflow::training {
namespace {

bool is_table(std::string_view path) {
  return io::ends_in(path, ".csv") || io::ends_in(path, ".tsv");
}

bool is_arrays(std::string_view path) {
  return io::ends_in(path, ".npy") || io::ends_in(path, ".npz") ||
         io::ends_in(path, ".safetensors");
}

std::string read_text(const TaskOptions& options, Text& text, std::string& problem) {
  if (options.vocabulary_file.empty()) return load_text(options.file, text);
  Vocabulary vocabulary;
  const std::string fault = load_vocabulary(options.vocabulary_file, vocabulary);
  if (!fault.empty()) {
    problem = "task.vocabulary = " + options.vocabulary_file + " " + fault;
    return {};
  }
  if (std::string error = load_text(options.file, text); !error.empty()) return error;
  const std::string lack = use_vocabulary(vocabulary, text);
  if (!lack.empty()) problem = "task.file = " + options.file + " " + lack;
  return {};
}

}  // namespace

std::string read_task_files(TaskOptions& options) {
  TaskOptions read = options;
  read.text = nullptr;
  read.data = nullptr;
  read.problem.clear();
  if (!read.file.empty() && (is_arrays(read.file) || is_table(read.file))) {
    auto data = std::make_shared<SequenceData>();
    std::string error =
        is_table(read.file) ? read_table(read.file, *data) : read_arrays(read, *data, read.problem);
    if (!error.empty()) return error;
    data->summarise();
    if (is_table(read.file) && !read.targets_file.empty())
      read.problem =
          "task.targets is for inputs from arrays; a table has its targets in columns "
          "whose names begin with y";
    read.data = std::move(data);
  } else if (!read.file.empty()) {
    auto text = std::make_shared<Text>();
    if (std::string error = read_text(read, *text, read.problem); !error.empty()) return error;
    read.text = std::move(text);
  }
  options = std::move(read);
  return {};
}

}  // namespace backflow::training
