// Everything inside the window: controls, figures, transport, status, help. It reads snapshots and
// sends commands; it knows neither the window system nor OpenGL nor the trainer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/export/request.h"
#include "app/figure/style.h"
#include "app/session/command.h"
#include "app/session/documents.h"
#include "app/session/snapshot.h"
#include "app/ui/file_dialogs.h"
#include "app/ui/heatmap_textures.h"
#include "app/ui/settings.h"
#include "app/ui/widget_registry.h"

namespace backflow::ui {

/// What the user interface needs from outside.
struct UiServices {
  std::function<void(session::Command)> send;
  HeatmapTextures* textures = nullptr;      ///< null: heatmaps stay empty
  Settings settings;                        ///< as the window was left
  bool offer_tour = false;                  ///< begin with the tour unless it has been seen
  exporting::Exporter* exporter = nullptr;  ///< null: nothing can be exported
  std::string directory = {};               ///< for files, until another one is chosen
  session::Documents* documents = nullptr;  ///< null: nothing can be opened or saved
  DesktopDialogs* dialogs = nullptr;        ///< null: files are chosen in the window
};

class AppUi {
public:
  explicit AppUi(UiServices services);
  ~AppUi();
  AppUi(const AppUi&) = delete;
  AppUi& operator=(const AppUi&) = delete;

  /// Fonts and sizes for that many pixels per unit, text_size() included. Call before
  /// ImGui::NewFrame, first of all and whenever it changes; the back end must make its font texture
  /// anew.
  void set_scale(double scale);

  /// Draws the window's contents; between ImGui::NewFrame and ImGui::Render.
  void frame(const session::Snapshot& snapshot);

  /// How long the last frame took to make, in milliseconds; shown in the status line.
  void set_frame_time(double milliseconds);

  bool wants_quit() const;
  /// Wants to be asked for, by whoever closes the window: a question may come first.
  void ask_to_quit();
  /// Files that were dropped on the window: opened, after a question where something would be lost.
  void open_dropped(std::vector<std::string> paths);
  /// Begins a lesson by its name or file, without a question.
  void open_lesson(const std::string& name_or_path);
  /// Of the window: the session's file and whether something in it is not saved.
  std::string title() const;
  /// A dialog of the desktop is open: it is to be looked often whether it has ended.
  bool waits_for_desktop() const;
  /// Something will look different in the next frame though nothing happens: a help text about to
  /// appear, a blinking cursor.
  bool needs_redraw() const;

  /// How much larger than usual the person wants everything.
  double text_size() const;
  Settings settings() const;  ///< as the window is now
  figure::Theme theme() const;
  /// The widgets of the last frame.
  const WidgetRegistry& registry() const;
  /// The figure of that name as last drawn, or nullptr; of B in a comparison with "B " before it.
  const figure::Figure* figure(std::string_view name) const;
  /// What is shown of the session, for tests.
  const figure::View& view() const;
  /// Text shown at the mouse, the status line and the banner in the last frame, for tests.
  std::string tooltip() const;
  std::string status() const;
  /// What is told of exports in the status bar; what is chosen, asked and shown in their dialog.
  std::string export_text() const;
  const class ExportDialog& export_dialog() const;
  const class Files& files() const;
  const class LessonMode& lesson() const;
  /// The control that Tab has reached; empty when none.
  std::string focused() const;

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::ui
