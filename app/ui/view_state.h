// What the window shows and what it wants computed. There is one of it, whichever panels show it:
// of two networks both are seen in the same way, and what is under the mouse is marked on both
// sides.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "app/figure/catalogue.h"
#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/heatmap_textures.h"

namespace backflow::ui {

/// What the panels need from outside.
struct PanelServices {
  std::function<void(session::Command)> send;
  HeatmapTextures* textures = nullptr;  ///< null: heatmaps stay empty
};

struct ViewState {
  figure::View view;
  /// Sent once a frame when it is not what was last asked for, however many panels had a say.
  session::AnalysisOptions wanted;
  /// What lies under the mouse in this frame, in whichever panel: View::highlight, View::cursor and
  /// View::cursor_iteration of the next one, so that every figure of a frame shows the same.
  std::optional<figure::Highlight> next_highlight;
  std::optional<figure::Cell> next_cursor;
  std::optional<std::size_t> next_cursor_iteration;
  /// The figures drawn in this frame behind tabs.
  std::vector<const figure::FigureInfo*> shown;
  /// Which tab is chosen in the map, the loss and the norm card.
  std::array<std::size_t, 3> tabs{};
  bool wants_folded = false;  ///< where the network is going; View::fold: how far it is
  /// The formulas below the network, by their switch; nothing: where there is room, and along a
  /// walk.
  std::optional<bool> formulas;

  /// Before the panels of a frame are drawn: the network folds and unfolds, drawn or not.
  void begin_frame(const session::Snapshot& snapshot, double seconds);
  /// After all of them: asks for what they need, and takes up what the mouse has come to.
  void end_frame(const PanelServices& services);

  /// It is on its way from unrolled to folded, or back.
  bool is_folding() const { return view.fold != (wants_folded ? 1.0 : 0.0); }
  /// The next frame will look different: the mouse has come to other steps.
  bool cursor_moved() const { return cursor_moved_; }

private:
  void ask_for_analysis(const PanelServices& services);

  std::optional<session::AnalysisOptions> asked_;  // of the worker, last
  bool cursor_moved_ = false;
};

}  // namespace backflow::ui
