// Matrices from files: CSV, and NPY as numpy.save() writes it (NumPy Enhancement Proposal 1 and the
// manual of numpy.lib.format, versions 1.0 to 3.0).
//
// An NPY file is known by its first bytes, whatever its name; everything else is read as CSV. All
// entries of a matrix are finite. Errors are to be read after the file's name ("is a directory");
// they count lines, rows and columns from 1, a column of a CSV being a field, and bytes from 0.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/model/types.h"

namespace backflow::io {

inline constexpr std::size_t kMostFileBytes = 100'000'000;
inline constexpr std::size_t kMostEntries = 4096 * 512;

/// Reads a matrix from a regular file of up to kMostFileBytes. Returns an empty string, or what is
/// wrong and where; `matrix` is unchanged then.
std::string read_matrix(const std::string& path, model::Matrix& matrix);

/// The same from the contents of a file.
std::string parse_matrix(std::string_view bytes, model::Matrix& matrix);

/// The parts of parse_matrix(). CSV as in csv.h, without empty fields.
std::string parse_csv(std::string_view bytes, model::Matrix& matrix);

/// Precondition: is_npy(bytes) of npy.h. Integers of 1, 2, 4 and 8 bytes and floating-point numbers
/// of 4 and 8, in either byte order, in C or Fortran order. One dimension (k) gives a column (k,
/// 1).
std::string parse_npy(std::string_view bytes, model::Matrix& matrix);

}  // namespace backflow::io
