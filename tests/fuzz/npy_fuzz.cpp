// Any bytes as NPY, of any dimension and as a matrix: the two readings agree.
#include "core/io/matrix_file.h"
#include "core/io/npy.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  const std::string_view bytes = fuzz::view_of(data, size);
  io::TensorFile file;
  const bool is_tensor = fuzz::read_tensors(bytes, file);
  if (!io::is_npy(bytes)) return 0;
  model::Matrix matrix;
  const std::string error = io::parse_npy(bytes, matrix);
  fuzz::require_sentence(error);
  if (!error.empty()) return 0;
  fuzz::require(is_tensor && file.format() == "npy", "a matrix is a tensor");
  std::vector<double> values;
  fuzz::require(file.values(file.tensors()[0], values).empty(), "numbers are read");
  fuzz::require(static_cast<std::size_t>(matrix.size()) == values.size(), "sizes agree");
  for (model::Index i = 0; i < matrix.rows(); ++i)
    for (model::Index j = 0; j < matrix.cols(); ++j)
      fuzz::require(matrix(i, j) == values[static_cast<std::size_t>(i * matrix.cols() + j)],
                    "numbers agree");
  return 0;
}
