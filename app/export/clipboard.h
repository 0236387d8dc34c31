// Pictures for other programs to paste, through the program that the desktop has for it: wl-copy
// under Wayland, xclip under X11. Both go on running for as long as the picture is theirs to give.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace backflow::exporting {

class Clipboard {
public:
  /// Hands over a PNG file. Empty, or one sentence, which says what to install where that is what
  /// is missing.
  std::string put(std::string_view png);

  /// Takes leave of those that have ended; false when none is left.
  bool bury();

private:
  std::vector<pid_t> serving_;  // started and not known to have ended
};

}  // namespace backflow::exporting
