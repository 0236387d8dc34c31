#include "core/training/task/array_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/tensor_file.h"

namespace backflow::training {
namespace {

using model::Index;

// Numbers in C order.
struct Array {
  std::string name;  // for messages: "the array \"x\"", "the array"
  std::vector<std::uint64_t> shape;
  std::string type;
  std::vector<double> values;

  std::uint64_t size(std::size_t dimension) const { return shape[dimension]; }
  std::string text() const { return name + ", of shape " + io::shape_text(shape) + ","; }
};

std::string read_array(const io::TensorFile& file, const io::TensorInfo& info, Array& array) {
  array.name = info.name.empty() ? "the array" : "the array \"" + info.name + "\"";
  array.shape = info.shape;
  array.type = std::string(io::name_of(info.type));
  if (std::string error = file.values(info, array.values); !error.empty()) return error;
  const io::NonFinite bad = io::find_non_finite(array.shape, array.values);
  if (bad.count == 0) return {};
  return "has a number that is not finite in " + array.name + " at " + io::shape_text(bad.first) +
         ", counted from 0";
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
  if (!columns) data.take_classes(y.values);
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

}  // namespace

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

}  // namespace backflow::training
