// The controls at the left, made from the table of configuration keys: those that matter most stay
// in sight, the others are in groups that open and close and scroll below them.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/key_groups.h"
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

  /// The groups, below the controls in sight, or after them where the whole panel scrolls.
  void scrolled_part(UiContext& ui, const Rect& panel, const Rect& rect,
                     const session::Snapshot& snapshot, const Send& send);
  void rows(UiContext& ui, Rect& row, KeyGroup group, const session::Snapshot& snapshot,
            const Send& send);
  /// The session's; while a matrix file is asked for, as if it were in use.
  const config::Config& shown_config(const session::Snapshot& snapshot);
  void folded_group(UiContext& ui, Rect& row, KeyGroup group, const session::Snapshot& snapshot,
                    const Send& send);
  bool& is_open(KeyGroup group) { return open_[static_cast<std::size_t>(group)]; }
  /// What is shown: what was asked for until the session has taken it up.
  std::string wanted_value(const config::Key& key, const config::Config& config,
                           const session::Snapshot& snapshot);
  void change(const std::string& name, const std::string& value, const session::Snapshot& snapshot,
              const Send& send);

  std::array<bool, kFoldedGroups.size() + 1> open_{};
  std::optional<KeyGroup> just_opened_;
  // Initial weights from a file were chosen before there was a file: its field is there, and the
  // choice takes effect with the path.
  bool asks_for_matrix_ = false, starts_asking_ = false;
  config::Config with_matrix_;
  std::map<std::string, Pending> pending_;
  std::optional<std::string> answer_;
  bool of_b_ = false;  // whose controls they were in the last frame
};

}  // namespace backflow::ui
