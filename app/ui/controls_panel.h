// The controls at the left, made from the table of configuration keys.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

class ControlsPanel {
public:
  using Send = std::function<void(session::Command)>;

  /// Draws the panel; every change is sent at once.
  void draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot, const Send& send);

  /// Once after each change: why the value was not taken, or an empty string when it was. Nothing
  /// when there was no change since the last call.
  std::optional<std::string> take_answer() { return std::exchange(answer_, std::nullopt); }

private:
  struct Pending {
    std::string value;
    std::uint64_t revision, iteration;  // of the snapshot when it was sent
  };

  void group(UiContext& ui, Rect& row, const std::string& title,
             std::initializer_list<const char*> keys, const session::Snapshot& snapshot,
             const Send& send);
  void control(UiContext& ui, Rect& row, const char* name, const session::Snapshot& snapshot,
               const Send& send);
  /// What is shown: what was asked for until the session has taken it up.
  std::string shown_value(const char* name, const session::Snapshot& snapshot);
  static bool radius_is_known(const session::Snapshot& snapshot, const Pending& pending);
  void change(const std::string& name, const std::string& value, const session::Snapshot& snapshot,
              const Send& send);

  std::map<std::string, Pending> pending_;
  std::optional<std::string> answer_;
};

}  // namespace backflow::ui
