// Any bytes as JSON: what is accepted is accepted again as it is written, and is the same value.
#include <nlohmann/json.hpp>

#include "core/io/strict_json.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  const io::JsonLimits limits{.depth = 8, .values = 200};
  nlohmann::json value, again;
  const std::string error = io::parse_json(fuzz::view_of(data, size), limits, value);
  fuzz::require_sentence(error);
  if (!error.empty()) return 0;
  const std::string written = value.dump();
  fuzz::require(io::parse_json(written, limits, again).empty(), "what was written is read");
  fuzz::require(again == value, "what was written is the same");
  return 0;
}
