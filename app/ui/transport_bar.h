// The menu of the files; run, iterations forward and back, reset, speed; the walk through one
// iteration; theme and help.
#pragma once

#include <functional>

#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/ui_context.h"
#include "app/ui/walk.h"

namespace backflow::ui {

struct TransportActions {
  std::function<void(session::Command)> send;
  std::function<void()> toggle_theme, toggle_help, toggle_lessons;
  std::function<void(const Rect&)> draw_file_menu;  ///< empty: there are no files
};

void draw_transport_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                        Walk& walk, const TransportActions& actions);

}  // namespace backflow::ui
