// Any bytes as a session: what is accepted is accepted again as it is written, and is written the
// same. (What the configuration names is looked for, but mostly not there.)
#include "app/session/session_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace backflow;
  const std::string_view text = fuzz::view_of(data, size);
  session::looks_like_session(text);
  session::SavedSession saved, again;
  const std::string error = session::parse_session(text, saved, "/no/such/directory");
  for (const char c : error)
    fuzz::require(static_cast<unsigned char>(c) >= 32, "an error has no control characters");
  fuzz::require(error.empty() == !saved.networks.empty(), "what is refused changes nothing");
  if (!error.empty()) return 0;
  const std::string written = session::session_text(saved);
  fuzz::require(session::parse_session(written, again).empty(), "what was written is read");
  fuzz::require(session::session_text(again) == written, "what was written is the same");
  return 0;
}
