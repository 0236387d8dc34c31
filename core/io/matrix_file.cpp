#include "core/io/matrix_file.h"

#include <cmath>
#include <utility>
#include <vector>

#include "core/io/csv.h"
#include "core/io/npy.h"
#include "core/io/read_file.h"
#include "core/io/shown.h"

namespace backflow::io {
namespace {

// Empty when a matrix may have that shape.
std::string check_shape(const std::vector<std::uint64_t>& shape) {
  const std::string given = "has 'shape' = " + shape_text(shape) + " in its NPY header, ";
  if (shape.empty() || shape.size() > 2)
    return "has 'shape' with " + std::to_string(shape.size()) +
           " dimensions in its NPY header, which may have 1 or 2";
  const std::uint64_t cols = shape.size() == 2 ? shape[1] : 1;
  if (shape[0] == 0 || cols == 0) return given + "which holds no numbers";
  if (cols > kMostEntries || shape[0] > kMostEntries / cols)
    return given + "which is more than " + std::to_string(kMostEntries) + " numbers";
  return {};
}

// Weights are not kept in half precision.
std::string check_type(const NpyHeader& header, NpyType& type) {
  if (npy_type(header, type).empty() && type.type != NumberType::float16 &&
      type.type != NumberType::boolean)
    return {};
  return "has 'descr' = " + shown(header.descr, '\'') +
         " in its NPY header, which is none of f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 with < or > "
         "before it";
}

}  // namespace

std::string parse_npy(std::string_view bytes, model::Matrix& matrix) {
  NpyHeader header;
  NpyType type{};
  std::uint64_t end = 0;
  std::string error = npy_header_end(bytes, bytes.size(), end);
  if (error.empty()) error = parse_npy_header(bytes.substr(0, end), header);
  if (error.empty()) error = check_shape(header.shape);
  if (error.empty()) error = check_type(header, type);
  if (error.empty()) error = check_npy_size(header, type, bytes.size());
  if (!error.empty()) return error;

  const std::size_t rows = header.shape[0], cols = header.shape.size() == 2 ? header.shape[1] : 1;
  std::vector<double> in_file(rows * cols), values(rows * cols);
  decode_numbers(type.type, type.big_endian, bytes.data() + end, in_file.size(), in_file.data());
  for (std::size_t place = 0; place < in_file.size(); ++place) {
    const double value = in_file[place];
    if (std::isfinite(value)) continue;
    const std::size_t row = header.fortran_order ? place % rows : place / cols;
    const std::size_t col = header.fortran_order ? place / rows : place % cols;
    return "has " +
           std::string(std::isnan(value) ? "nan"
                       : value > 0.0     ? "inf"
                                         : "-inf") +
           " in row " + std::to_string(row + 1) + ", column " + std::to_string(col + 1) +
           " (byte " + std::to_string(end + place * bytes_of(type.type)) + "), which is not finite";
  }
  NpyOrder(header.shape, header.fortran_order).place(in_file, values.data());
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  matrix = Eigen::Map<const RowMajor>(values.data(), static_cast<model::Index>(rows),
                                      static_cast<model::Index>(cols));
  return {};
}

std::string parse_csv(std::string_view bytes, model::Matrix& matrix) {
  CsvRows rows;
  std::string error = parse_csv_rows(bytes, {.most_entries = kMostEntries}, rows);
  if (error.empty()) matrix = matrix_of(std::move(rows));
  return error;
}

std::string parse_matrix(std::string_view bytes, model::Matrix& matrix) {
  if (bytes.empty()) return "is empty";
  return is_npy(bytes) ? parse_npy(bytes, matrix) : parse_csv(bytes, matrix);
}

std::string read_matrix(const std::string& path, model::Matrix& matrix) {
  std::string bytes;
  std::string error = read_file(path, kMostFileBytes, bytes);
  return error.empty() ? parse_matrix(bytes, matrix) : error;
}

}  // namespace backflow::io
