// Safetensors (https://github.com/huggingface/safetensors): the length of a header, 8 bytes,
// little-endian; the header, JSON with a type, a shape and the place of each tensor; then their
// numbers, in C order and little-endian, without gaps.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/number_type.h"
#include "core/io/tensor_file.h"

namespace backflow::io {

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// Whether a file could be one: its header begins where it should.
bool is_safetensors(std::string_view bytes);

/// Reads the header of a whole file and holds it against the file's size. Returns an empty string,
/// or what is wrong, to be read after the file's name.
std::string parse_safetensors(std::string_view bytes, std::vector<TensorInfo>& tensors,
                              Metadata& metadata);

struct NamedTensor {
  std::string name;  ///< UTF-8, of one file all different, not "__metadata__"
  std::vector<std::uint64_t> shape;
  std::span<const double> values;  ///< in C order, as many as the shape says
};

/// The contents of a file with these tensors as float32 (each number the nearest one) or float64,
/// in the order given. The numbers begin at a multiple of 8 bytes.
std::string safetensors_bytes(std::span<const NamedTensor> tensors, NumberType type,
                              std::span<const std::pair<std::string, std::string>> metadata = {});

}  // namespace backflow::io
