// Any bytes as a text of characters: spelled from its alphabet it is the text again.
#include "core/training/task/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  std::string_view bytes = fuzz::view_of(data, size);
  training::Text text;
  const std::string error = training::parse_text(bytes, text);
  fuzz::require_sentence(error);
  if (!error.empty()) return 0;
  if (bytes.substr(0, 3) == io::kByteOrderMark) bytes.remove_prefix(3);
  std::string spelled;
  for (const std::uint8_t place : text.characters) spelled += text.alphabet[place];
  fuzz::require(spelled == bytes, "the characters spell the text");
  return 0;
}
