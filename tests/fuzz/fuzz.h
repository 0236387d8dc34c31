// What all fuzz targets ask of a reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/tensor_file.h"
#include "core/io/utf8.h"

namespace backflow::fuzz {

/// Ends the run with a report when something that always holds does not.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// An error is one line of UTF-8 without control characters, of a length that fits a message.
inline void require_sentence(const std::string& error) {
  require(error.size() < 500, "an error is short");
  require(io::is_utf8(error), "an error is UTF-8");
  for (const char c : error)
    require(static_cast<unsigned char>(c) >= 32, "an error has no control characters");
}

inline std::string_view view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Reads a file of tensors and all of its numbers; what is accepted is consistent.
inline bool read_tensors(std::string_view bytes, io::TensorFile& file) {
  const std::string error = io::TensorFile::parse(std::string(bytes), file);
  require_sentence(error);
  if (!error.empty()) return false;
  bool all_read = true;
  std::vector<double> values;
  for (const io::TensorInfo& tensor : file.tensors()) {
    require(io::is_utf8(tensor.name), "a name is UTF-8");
    require(file.find(tensor.name) == &tensor, "names differ");
    require(io::count_of(tensor.shape) == tensor.count, "the count is that of the shape");
    const std::string fault = file.values(tensor, values);
    require_sentence(fault);
    all_read = all_read && fault.empty();
    if (!fault.empty()) continue;
    require(values.size() == tensor.count, "there are as many numbers as stated");
    const io::NonFinite found = io::find_non_finite(tensor.shape, values);
    require(found.count == 0 || found.first.size() == tensor.shape.size(), "an index is whole");
  }
  return all_read;
}

}  // namespace backflow::fuzz
