// The data of a figure as an NPY file: what numpy.load() turns into an array of records with the
// names of the columns, map["log10_norm"].
#pragma once

#include <string>
#include <string_view>

namespace backflow::exporting {

/// From a CSV text as the figures write it: a header row of names, then rows of as many fields,
/// none with a comma or quotes. Columns of whole numbers become int64, of other numbers float64 (an
/// empty field is a NaN), all others text (numpy's <U). Throws std::runtime_error when a row has
/// another number of fields than the header.
std::string npy_from_csv(std::string_view csv);

}  // namespace backflow::exporting
