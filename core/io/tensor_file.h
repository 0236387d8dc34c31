// Tensors from files that nobody vouches for: safetensors (Hugging Face), NPZ and NPY (NumPy).
// Which of them a file is, its contents say, whatever its name. PyTorch's own files are pickle,
// which can run any program: they are refused, and the sentence says what to save instead.
//
// Every size is held against the file's before anything is allocated. Errors are one sentence to be
// read after the file's name ("has a tensor \"w\" that …").
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/number_type.h"
#include "core/io/zip.h"

namespace backflow::io {

inline constexpr std::size_t kMostTensorFileBytes = 4'000'000'000;
inline constexpr std::uint64_t kMostTensorNumbers = 250'000'000;  ///< that values() reads of one

struct TensorInfo {
  std::string name;
  NumberType type = NumberType::float64;
  std::vector<std::uint64_t> shape;
  std::uint64_t count = 0;  ///< of numbers; 0 when a length is

  // Where they lie, for TensorFile.
  std::uint64_t begin = 0;  ///< byte of the file, or of the unpacked entry
  std::size_t entry = 0;    ///< of the archive
  bool big_endian = false;
  bool fortran_order = false;
};

class TensorFile {
public:
  /// Reads a regular file of up to kMostTensorFileBytes. Returns an empty string, or what is wrong;
  /// `file` is unchanged then.
  static std::string read(const std::string& path, TensorFile& file);

  /// The same from the contents of a file.
  static std::string parse(std::string bytes, TensorFile& file);

  /// "safetensors", "npz" or "npy".
  std::string_view format() const { return format_; }

  /// In the file's order; that of an NPY file has the name "". Names are UTF-8 and differ.
  std::span<const TensorInfo> tensors() const { return tensors_; }

  /// The tensor of that name, or null.
  const TensorInfo* find(std::string_view name) const;

  /// What a safetensors file says of itself, keys in alphabetical order.
  std::span<const std::pair<std::string, std::string>> metadata() const { return metadata_; }

  /// The numbers of one of tensors() in C order (the last index changes fastest), NaN and infinity
  /// as they are. Returns an empty string, or what is wrong; `values` is unchanged then.
  std::string values(const TensorInfo& tensor, std::vector<double>& values) const;

private:
  std::string open_npy();
  std::string open_npz();
  std::string open_safetensors();
  std::string add_entry(std::size_t entry);

  std::string bytes_;
  std::string_view format_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<ZipEntry> entries_;
};

/// The numbers that are not finite.
struct NonFinite {
  std::uint64_t count = 0;
  std::vector<std::uint64_t>
      first;  ///< index of the first in C order, counted from 0; if there is one
};

NonFinite find_non_finite(std::span<const std::uint64_t> shape, std::span<const double> values);

}  // namespace backflow::io
