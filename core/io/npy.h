// NPY, as numpy.save() writes it: versions 1.0 to 3.0, either byte order, C and Fortran order
// (NumPy Enhancement Proposal 1 and the manual of numpy.lib.format). Of the types, those of
// NumberType; Python objects, which are stored as pickle and may run any program, and records are
// refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/number_type.h"

namespace backflow::io {

struct NpyHeader {
  std::string descr;  ///< as written: "<f8"; empty when that is no string but a list (a record)
  bool is_record = false;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t end = 0;  ///< where the data begins
};

/// The number of bytes that are enough for npy_header_end().
inline constexpr std::size_t kNpyStart = 12;

bool is_npy(std::string_view bytes);

/// Where the header ends in an NPY file of `file_bytes` that begins with `start`, which is the file
/// or has kNpyStart bytes. Errors are to be read after the file's name. Precondition:
/// is_npy(start).
std::string npy_header_end(std::string_view start, std::uint64_t file_bytes, std::uint64_t& end);

/// Reads the header from the first bytes of a file, up to the end found.
std::string parse_npy_header(std::string_view bytes, NpyHeader& header);

struct NpyType {
  NumberType type;
  bool big_endian;
};

/// Empty, or why numbers of that type are not read.
std::string npy_type(const NpyHeader& header, NpyType& type);

/// Empty when a file of `file_bytes` has the data that its shape and type need, not more nor less.
std::string check_npy_size(const NpyHeader& header, const NpyType& type, std::uint64_t file_bytes);

/// Puts numbers that come in a file's order where C order (the last index changes fastest) has
/// them.
class NpyOrder {
public:
  /// `shape` stays where it is while this is used.
  NpyOrder(std::span<const std::uint64_t> shape, bool fortran_order);

  /// The next numbers of the file into `values`, which has room for all.
  void place(std::span<const double> next, double* values);

private:
  std::span<const std::uint64_t> shape_;
  std::vector<std::uint64_t> stride_, index_;  // empty: the order is C's already
  std::uint64_t at_ = 0;
};

}  // namespace backflow::io
