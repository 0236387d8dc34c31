// A message in the status line, for as long as it takes to read it.
#pragma once

#include <string>

#include "app/session/snapshot.h"

namespace backflow::ui {

class Notice {
public:
  /// In place of what is shown; an empty one takes it away.
  void show(const std::string& text);

  /// What the session has refused since the last call, the same sentence again as well.
  void follow(const session::Snapshot& snapshot);

  /// The message, or nothing when its time is over; `seconds` since the last call.
  std::string advance(double seconds);

  bool is_on() const { return seconds_ > 0.0; }

private:
  std::string text_, refusal_;
  std::uint64_t refusals_ = 0;
  double seconds_ = 0.0;  // for which it is still shown
};

}  // namespace backflow::ui
