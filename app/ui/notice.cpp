#include "app/ui/notice.h"

#include <utility>

namespace backflow::ui {

void Notice::show(const std::string& text) {
  constexpr double kSeconds = 8.0;
  text_ = text;
  seconds_ = text.empty() ? 0.0 : kSeconds;
}

void Notice::follow(const session::Snapshot& snapshot) {
  const bool refused = std::exchange(refusals_, snapshot.refusals) != snapshot.refusals;
  if (std::exchange(refusal_, snapshot.refusal) != snapshot.refusal || refused) show(refusal_);
}

std::string Notice::advance(double seconds) {
  seconds_ -= seconds;
  return is_on() ? text_ : std::string();
}

}  // namespace backflow::ui
