#include "core/training/task/table_files.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/io/table.h"

namespace backflow::training {
namespace {

using model::Index;

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

// All sequences, each of which stands in one place: one that came again would become two.
std::string take_sequences(const io::Table& table, const Columns& columns, SequenceData& data) {
  const auto id = [&](Index row) { return table.values(row, columns.sequence); };
  std::vector<std::pair<double, Index>>
      places;  // number and first row of each, where they have numbers
  const Index rows = table.values.rows();
  for (Index first = 0, end = 0; first < rows; first = end) {
    end = first + 1;
    while (end < rows && (columns.sequence < 0 || id(end) == id(first))) ++end;
    data.sequences.push_back(sequence_of(table, columns, first, end));
    if (columns.sequence >= 0) places.emplace_back(id(first), first);
  }
  std::ranges::sort(places);
  const auto twice = std::ranges::adjacent_find(places, {}, &std::pair<double, Index>::first);
  if (twice == places.end()) return {};
  return "has rows of one sequence" + line(table, twice->second) + " and again" +
         line(table, std::next(twice)->second) +
         ", with another's between; those of a sequence must follow one another";
}

std::string take_table(const io::Table& table, SequenceData& data) {
  const Columns columns = columns_of(table);
  if (columns.inputs.empty())
    return "has no column for inputs: all begin with y or are named \"sequence\"";
  std::vector<double> targets;  // of the first column, where there are any
  for (Index row = 0; row < table.values.rows(); ++row) {
    if (std::string error = check_row(table, columns, row); !error.empty()) return error;
    if (!columns.targets.empty() && !std::isnan(table.values(row, columns.targets[0])))
      targets.push_back(table.values(row, columns.targets[0]));
  }
  if (std::string error = take_sequences(table, columns, data); !error.empty()) return error;
  data.source = std::to_string(table.values.rows()) + " rows";
  if (targets.empty()) {
    for (SequenceData::Sequence& sequence : data.sequences) sequence.targets.resize(0, 0);
    return {};
  }
  data.target = TargetKind::real;
  data.target_size = static_cast<Index>(columns.targets.size());
  if (data.target_size == 1) data.take_classes(targets);
  return {};
}

}  // namespace

std::string read_table(const std::string& path, SequenceData& data) {
  io::Table table;
  std::string error = io::read_table(path, table);
  return error.empty() ? take_table(table, data) : error;
}

}  // namespace backflow::training
