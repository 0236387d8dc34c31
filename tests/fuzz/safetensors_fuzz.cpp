// Any bytes as safetensors: what is accepted and written again has the same numbers.
#include <bit>

#include "core/io/safetensors.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  io::TensorFile file, again;
  if (!fuzz::read_tensors(fuzz::view_of(data, size), file) || file.format() != "safetensors")
    return 0;
  std::vector<std::vector<double>> values(file.tensors().size());
  std::vector<io::NamedTensor> tensors;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const io::TensorInfo& tensor = file.tensors()[i];
    fuzz::require(file.values(tensor, values[i]).empty(), "numbers are read twice");
    tensors.push_back({tensor.name, tensor.shape, values[i]});
  }
  const std::string bytes =
      io::safetensors_bytes(tensors, io::NumberType::float64, file.metadata());
  fuzz::require(io::TensorFile::parse(bytes, again).empty(), "what was written is read");
  fuzz::require(again.tensors().size() == values.size(), "all tensors are there");
  fuzz::require(again.metadata().size() == file.metadata().size(), "the metadata are there");
  std::vector<double> read;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const io::TensorInfo* tensor = again.find(tensors[i].name);
    fuzz::require(tensor != nullptr && tensor->shape == tensors[i].shape, "names and shapes stay");
    fuzz::require(again.values(*tensor, read).empty(), "numbers are read");
    for (std::size_t k = 0; k < read.size(); ++k)
      fuzz::require(
          std::bit_cast<std::uint64_t>(read[k]) == std::bit_cast<std::uint64_t>(values[i][k]),
          "numbers stay");
  }
  return 0;
}
