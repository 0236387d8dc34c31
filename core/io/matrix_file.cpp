#include "core/io/matrix_file.h"

#include "core/io/read_file.h"

namespace backflow::io {

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
