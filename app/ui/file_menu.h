// The menu of the files: the button in the transport bar and its list.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/session/documents.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

enum class FileAction {
  start_anew,
  open,
  open_recent,
  save,
  save_as,
  save_weights,
  export_figures,
  notes,
  recover,
  desktop_dialogs,
  quit
};

struct FileMenuState {
  const session::DocumentState& document;
  std::string home;
  bool can_export = true;
  std::optional<bool> desktop_dialogs;  ///< on or off; nothing: the desktop has none
};

class FileMenu {
public:
  struct Choice {
    FileAction action;
    std::string path;  ///< of open_recent
  };

  /// The button; what was chosen in its list.
  std::optional<Choice> draw(UiContext& ui, const Rect& rect, const FileMenuState& state);
  bool is_open() const { return open_; }

private:
  struct Row {
    FileAction action;
    std::string label, title, keys, help;
    bool enabled = true, checked = false, line_above = false;
  };

  static std::vector<Row> rows_of(const FileMenuState& state);
  std::optional<Choice> draw_list(UiContext& ui, const Rect& button, const FileMenuState& state);
  std::optional<Choice> draw_recent(UiContext& ui, const Rect& beside, const FileMenuState& state);
  bool draw_row(UiContext& ui, const Rect& rect, const Row& row, bool marked);
  void take_keys(const std::vector<Row>& rows, std::size_t recent);

  bool open_ = false, by_key_ = false;
  std::size_t marked_ = 0;
  std::optional<std::size_t> recent_;  // marked in the list beside; nothing: it is closed
  bool entered_ = false;
  ImVec2 mouse_{-1.0f, -1.0f};  // a mark follows the mouse only when it moves
};

}  // namespace backflow::ui
