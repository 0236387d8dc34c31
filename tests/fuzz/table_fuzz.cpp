// Any bytes as CSV: a table, and a matrix, which is stricter and else the same.
#include "core/io/matrix_file.h"
#include "core/io/table.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  const std::string_view bytes = fuzz::view_of(data, size);
  io::Table table;
  const std::string error = io::parse_table(bytes, table);
  fuzz::require_sentence(error);
  model::Matrix matrix;
  const std::string strict = io::parse_csv(bytes, matrix);
  fuzz::require_sentence(strict);
  if (error.empty()) {
    fuzz::require(table.values.size() > 0, "a table has numbers");
    fuzz::require(table.lines.size() == static_cast<std::size_t>(table.values.rows()),
                  "each row has its line");
    fuzz::require(
        table.names.empty() || table.names.size() == static_cast<std::size_t>(table.values.cols()),
        "each column has its name");
    for (const std::string& name : table.names) fuzz::require(io::is_utf8(name), "names are UTF-8");
    fuzz::require(!table.names.empty() || table.values.allFinite(), "no empty field without names");
  }
  if (!strict.empty()) return 0;
  fuzz::require(matrix.allFinite(), "a matrix is finite");
  // Names that are not UTF-8, or twice the same, matter to a table alone; and where tabs separate,
  // a line of tabs is a row of empty fields there, but an empty line here.
  if (error.empty() && table.values.allFinite())
    fuzz::require(table.values == matrix, "both read the same");
  return 0;
}
