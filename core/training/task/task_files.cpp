#include "core/training/task/task_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/table.h"
#include "core/io/tensor_file.h"
#include "core/training/task/vocabulary.h"

namespace backflow::training {
namespace {

using model::Index;

bool ends_in(std::string_view name, std::string_view ending) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return name.size() >= ending.size() &&
         std::equal(ending.begin(), ending.end(), name.end() - static_cast<long>(ending.size()),
                    [&](char wanted, char given) { return same(given, wanted); });
}

bool is_table(std::string_view path) { return ends_in(path, ".csv") || ends_in(path, ".tsv"); }

bool is_arrays(std::string_view path) {
  return ends_in(path, ".npy") || ends_in(path, ".npz") || ends_in(path, ".safetensors");
}

// --- arrays --------------------------------------------------------------------------------------

// Numbers in C order.
struct Array {
  std::string name;  // for messages: "the array \"x\"", "the array"
  std::vector<std::uint64_t> shape;
  std::string type;
  std::vector<double> values;

  std::uint64_t size(std::size_t dimension) const { return shape[dimension]; }
  std::string text() const { return name + ", of shape " + io::shape_text(shape) + ","; }
};

std::string not_finite(const Array& array) {
  const auto bad =
      std::ranges::find_if_not(array.values, [](double v) { return std::isfinite(v); });
  if (bad == array.values.end()) return {};
  auto place = static_cast<std::uint64_t>(bad - array.values.begin());
  std::vector<std::uint64_t> index(array.shape.size());
  for (std::size_t i = index.size(); i-- > 0; place /= array.shape[i])
    index[i] = place % array.shape[i];
  return "has a number that is not finite in " + array.name + " at " + io::shape_text(index) +
         ", counted from 0";
}

std::string read_array(const io::TensorFile& file, const io::TensorInfo& info, Array& array) {
  array.name = info.name.empty() ? "the array" : "the array \"" + info.name + "\"";
  array.shape = info.shape;
  array.type = std::string(io::name_of(info.type));
  if (std::string error = file.values(info, array.values); !error.empty()) return error;
  return not_finite(array);
}

const io::TensorInfo* find_any(const io::TensorFile& file,
                               std::span<const std::string_view> names) {
  for (const std::string_view name : names)
    if (const io::TensorInfo* info = file.find(name)) return info;
  return nullptr;
}

constexpr std::array<std::string_view, 4> kInputNames{"x", "X", "inputs", "input"};
constexpr std::array<std::string_view, 5> kTargetNames{"y", "Y", "targets", "target", "labels"};

// The one array of a file, or the one of those names.
std::string read_one(const io::TensorFile& file, std::span<const std::string_view> names,
                     Array& array) {
  const io::TensorInfo* info =
      file.tensors().size() == 1 ? &file.tensors().front() : find_any(file, names);
  if (info == nullptr)
    return "has no array named \"" + std::string(names.front()) + "\" among its " +
           std::to_string(file.tensors().size());
  return read_array(file, *info, array);
}

struct Arrays {
  Array inputs;
  std::unique_ptr<Array> targets, lengths;
};

// The inputs, (T, d) or of three dimensions, put into sequences without targets.
std::string take_inputs(const Array& x, SequenceLayout layout, SequenceData& data) {
  if (x.shape.size() != 2 && x.shape.size() != 3)
    return "has " + std::to_string(x.shape.size()) + " dimensions in " + x.name +
           "; inputs have 2, (T, d), or 3, (T, B, d)";
  if (x.values.empty()) return "has no numbers in " + x.text() + " which inputs need";
  const bool one = x.shape.size() == 2, batch_first = layout == SequenceLayout::batch_first;
  const auto d = static_cast<Index>(x.shape.back());
  const auto T = static_cast<Index>(one || !batch_first ? x.size(0) : x.size(1));
  const Index B = one ? 1 : static_cast<Index>(batch_first ? x.size(0) : x.size(1));
  for (Index b = 0; b < B; ++b) {
    SequenceData::Sequence sequence;
    sequence.inputs.resize(d, T);
    for (Index t = 0; t < T; ++t) {
      const Index row = batch_first ? b * T + t : t * B + b;
      sequence.inputs.col(t) = Eigen::Map<const model::Vector>(x.values.data() + row * d, d);
    }
    data.sequences.push_back(std::move(sequence));
  }
  data.source = io::shape_text(x.shape) + " of " + x.type;
  return {};
}

bool are_whole(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return v >= 0.0 && v == std::floor(v); });
}

// Whole numbers are labels or classes, unless there are too many for classes.
void take_classes(const std::vector<double>& values, SequenceData& data) {
  constexpr double kMostClasses = 4096.0;
  const double most = *std::ranges::max_element(values);
  if (!are_whole(values) || most >= kMostClasses) return;
  data.target = most <= 1.0 ? TargetKind::binary : TargetKind::classes;
  data.target_size = most <= 1.0 ? 1 : static_cast<Index>(most) + 1;
}

// Targets for the sequences that are there: (T, B), (T, B, m), (B) or (B, m), the first two in the
// order of the layout; for one sequence (T, d) also (T) and (T, m).
std::string take_targets(const Array& y, bool one, SequenceLayout layout, SequenceData& data) {
  const auto B = static_cast<std::uint64_t>(data.sequences.size());
  const auto T = static_cast<std::uint64_t>(data.sequences.front().length());
  std::vector<std::uint64_t> steps{layout == SequenceLayout::batch_first ? B : T,
                                   layout == SequenceLayout::batch_first ? T : B};
  if (one) steps = {T};
  const auto begins_with = [&](const std::vector<std::uint64_t>& wanted) {
    return y.shape.size() >= wanted.size() && y.shape.size() <= wanted.size() + 1 &&
           std::equal(wanted.begin(), wanted.end(), y.shape.begin());
  };
  const bool every = begins_with(steps), last = !every && begins_with({B});
  if (!every && !last)
    return "has targets in " + y.text() + " which do not go with inputs of " + data.source +
           "; needed: " + io::shape_text(steps) + " and perhaps a dimension more, or " +
           io::shape_text(std::vector<std::uint64_t>{B}) + " for the last steps alone";
  const bool columns = y.shape.size() == (every ? steps.size() : 1) + 1;
  const Index m = columns ? static_cast<Index>(y.shape.back()) : 1;
  if (m == 0) return "has no numbers in " + y.text() + " which targets need";
  data.target = TargetKind::real;
  data.target_size = m;
  if (!columns) take_classes(y.values, data);
  for (std::size_t b = 0; b < data.sequences.size(); ++b) {
    SequenceData::Sequence& sequence = data.sequences[b];
    sequence.targets = model::Matrix::Constant(m, sequence.length(), std::nan(""));
    for (Index t = last ? sequence.length() - 1 : 0; t < sequence.length(); ++t) {
      const auto at = static_cast<Index>(b);
      const Index all = static_cast<Index>(B), length = static_cast<Index>(T);
      const bool by_sequence = layout == SequenceLayout::batch_first && !one;
      const Index row = last ? at : by_sequence ? at * length + t : t * all + at;
      sequence.targets.col(t) = Eigen::Map<const model::Vector>(y.values.data() + row * m, m);
    }
  }
  return {};
}

void forget_targets(SequenceData& data) {
  data.target = TargetKind::none;
  data.target_size = 1;
  for (SequenceData::Sequence& sequence : data.sequences) sequence.targets.resize(0, 0);
}

// Cuts the sequences to their lengths. What stands at a sequence's own last step may stand at the
// last of all: where the targets are of the last step alone, they move to it.
std::string take_lengths(const Array& lengths, SequenceData& data) {
  if (lengths.shape.size() != 1 || lengths.size(0) != data.sequences.size())
    return "has " + lengths.text() + " for " + std::to_string(data.sequences.size()) + " sequences";
  const bool last = data.target != TargetKind::none &&
                    data.sequences.front().targets.row(0).array().isNaN().any();
  for (std::size_t b = 0; b < data.sequences.size(); ++b) {
    SequenceData::Sequence& sequence = data.sequences[b];
    const double length = lengths.values[b];
    if (length < 1.0 || length > static_cast<double>(sequence.length()) ||
        length != std::floor(length))
      return "has a length in " + lengths.name + " for sequence " + std::to_string(b) +
             ", counted from 0, that is no whole number from 1 to " +
             std::to_string(sequence.length());
    const auto steps = static_cast<Index>(length);
    if (last) sequence.targets.col(steps - 1) = model::Vector(sequence.targets.rightCols(1));
    sequence.inputs = model::Matrix(sequence.inputs.leftCols(steps));
    if (data.target != TargetKind::none)
      sequence.targets = model::Matrix(sequence.targets.leftCols(steps));
  }
  return {};
}

// `problem` takes what is wrong with the targets' own file.
std::string read_arrays(const TaskOptions& options, SequenceData& data, std::string& problem) {
  io::TensorFile file;
  std::string error = io::TensorFile::read(options.file, file);
  Array x;
  if (error.empty()) error = read_one(file, kInputNames, x);
  if (error.empty()) error = take_inputs(x, options.layout, data);
  if (!error.empty()) return error;
  const bool one = x.shape.size() == 2;
  Array y;
  if (!options.targets_file.empty()) {
    io::TensorFile other;
    std::string fault = io::TensorFile::read(options.targets_file, other);
    if (fault.empty()) fault = read_one(other, kTargetNames, y);
    if (fault.empty()) fault = take_targets(y, one, options.layout, data);
    if (!fault.empty()) {
      forget_targets(data);
      problem = "task.targets = " + options.targets_file + " " + fault;
    }
  } else if (const io::TensorInfo* info = find_any(file, kTargetNames)) {
    error = read_array(file, *info, y);
    if (!error.empty()) return error;
    // The layout may be meant to change as well.
    const std::string misfit = take_targets(y, one, options.layout, data);
    if (!misfit.empty()) {
      forget_targets(data);
      problem = "task.file = " + options.file + " " + misfit;
    }
  }
  if (!problem.empty()) return {};
  const io::TensorInfo* info = file.find("lengths");
  if (info == nullptr) return {};
  Array lengths;
  error = read_array(file, *info, lengths);
  if (!error.empty()) return error;
  const std::string misfit = take_lengths(lengths, data);
  if (!misfit.empty()) problem = "task.file = " + options.file + " " + misfit;
  return {};
}

// --- tables --------------------------------------------------------------------------------------

// Which column is what.
struct Columns {
  std::vector<Index> inputs, targets;
  Index sequence = -1;
};

Columns columns_of(const io::Table& table) {
  Columns columns;
  for (Index i = 0; i < table.values.cols(); ++i) {
    const std::string name =
        table.names.empty() ? std::string() : table.names[static_cast<std::size_t>(i)];
    if (name == "sequence")
      columns.sequence = i;
    else if (name.starts_with('y'))
      columns.targets.push_back(i);
    else
      columns.inputs.push_back(i);
  }
  return columns;
}

std::string line(const io::Table& table, Index row) {
  return " in line " + std::to_string(table.lines[static_cast<std::size_t>(row)]);
}

// What may not be missing, and targets that are there only in part.
std::string check_row(const io::Table& table, const Columns& columns, Index row) {
  const auto missing = [&](Index column) { return std::isnan(table.values(row, column)); };
  for (Index column = 0; column < table.values.cols(); ++column)
    if (missing(column) && std::ranges::count(columns.targets, column) == 0)
      return "has an empty field" + line(table, row) + ", column " + std::to_string(column + 1) +
             "; only targets may be left out";
  const auto left_out = std::ranges::count_if(columns.targets, missing);
  if (left_out > 0 && left_out < static_cast<std::ptrdiff_t>(columns.targets.size()))
    return "has some targets" + line(table, row) + " and leaves out others";
  return {};
}

SequenceData::Sequence sequence_of(const io::Table& table, const Columns& columns, Index first,
                                   Index end) {
  SequenceData::Sequence sequence;
  const auto rows = table.values.middleRows(first, end - first);
  sequence.inputs = rows(Eigen::all, columns.inputs).transpose();
  if (!columns.targets.empty()) sequence.targets = rows(Eigen::all, columns.targets).transpose();
  return sequence;
}

std::string take_table(const io::Table& table, SequenceData& data) {
  const Columns columns = columns_of(table);
  if (columns.inputs.empty())
    return "has no column for inputs: all begin with y or are named \"sequence\"";
  Index first = 0;
  std::vector<double> targets;  // of the first column, where there are any
  for (Index row = 0; row < table.values.rows(); ++row) {
    if (std::string error = check_row(table, columns, row); !error.empty()) return error;
    if (!columns.targets.empty() && !std::isnan(table.values(row, columns.targets[0])))
      targets.push_back(table.values(row, columns.targets[0]));
    const bool last = row + 1 == table.values.rows();
    if (last || (columns.sequence >= 0 &&
                 table.values(row, columns.sequence) != table.values(row + 1, columns.sequence))) {
      data.sequences.push_back(sequence_of(table, columns, first, row + 1));
      first = row + 1;
    }
  }
  for (const Index i : columns.inputs)
    if (!table.names.empty()) data.input_names.push_back(table.names[static_cast<std::size_t>(i)]);
  data.source = std::to_string(table.values.rows()) + " rows";
  if (targets.empty()) {
    for (SequenceData::Sequence& sequence : data.sequences) sequence.targets.resize(0, 0);
    return {};
  }
  data.target = TargetKind::real;
  data.target_size = static_cast<Index>(columns.targets.size());
  if (data.target_size == 1) take_classes(targets, data);
  return {};
}

std::string read_table(const std::string& path, SequenceData& data) {
  io::Table table;
  std::string error = io::read_table(path, table);
  return error.empty() ? take_table(table, data) : error;
}

// --- texts ---------------------------------------------------------------------------------------

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
