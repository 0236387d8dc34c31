// What every part of the window shares while it draws a frame.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imgui.h>

#include "app/figure/figure.h"
#include "app/figure/style.h"
#include "app/figure/view.h"
#include "app/ui/fonts.h"
#include "app/ui/widget_registry.h"

namespace backflow::ui {

/// Rectangles on the screen, in pixels.
using figure::Rect;

/// Help for what lies under the mouse, shown when it rests there.
struct HoverHelp {
  std::string label;  ///< widget under the mouse in this frame; empty when none
  std::string text;   ///< its help
  std::string resting_on;
  double rested = 0.0;  ///< seconds
};

/// A field that is being typed into.
struct InlineEdit {
  std::string label;  ///< of the field; empty when none
  char text[4352] = "";
  std::string start;  ///< the text before anything was typed
  int starting = 0;   ///< frames left in which it may still be given the keyboard
};

/// The control that was reached with Tab (keyboard_focus.h).
struct KeyboardFocus {
  std::string label;         ///< empty when none
  bool behind = false;       ///< what is drawn now lies behind a page over the window: not for keys
  bool enter = false;        ///< Enter was pressed in this frame
  bool uses_arrows = false;  ///< arrow keys are the control's, not the window's
  bool asked_for_arrows = false;
  bool moved = false;              ///< in this frame
  int steps = 0;                   ///< to go with the next frame, asked for by a control
  std::vector<std::string> order;  ///< the labels of all controls of the frame so far
};

/// Whose figures are drawn (side.h).
enum class Side { none, a, b };

/// A figure as it lies on the screen.
struct ShownFigure {
  std::string_view name;
  Side side = Side::none;
  Rect card;          ///< with its title bar, in pixels
  figure::Size size;  ///< of the figure, in units
};
/// One that is to be exported.
struct FigureChoice {
  std::string_view name;
  Side side = Side::none;
};

struct UiContext {
  Fonts fonts;
  WidgetRegistry registry;
  HoverHelp hover;
  InlineEdit edit;
  KeyboardFocus focus;
  double scale = 1.0;  ///< pixels per unit
  figure::Theme theme = figure::Theme::dark;
  figure::Colormap norm_colors = figure::Colormap::diverging;
  /// Changes with the same number belong to one gesture, such as one drag (session::SetKey).
  std::uint64_t gesture = 1;
  Side side = Side::none;
  bool edits_b = false;                      ///< of two networks, the controls show B's settings
  std::vector<ShownFigure> shown;            ///< in this frame so far
  std::optional<FigureChoice> export_asked;  ///< by a button of this frame
  std::string tooltip;  ///< to be shown at the mouse in this frame, at once; text markup

  const figure::Palette& colors() const { return figure::palette(theme); }
  double px(double units) const { return units * scale; }
  /// A label as it is known in the whole window: of B's widgets with "B " before it.
  std::string full(const std::string& label) const {
    return side == Side::b ? "B " + label : label;
  }
};

inline ImVec2 top_left(const Rect& r) { return {static_cast<float>(r.x), static_cast<float>(r.y)}; }
inline ImVec2 bottom_right(const Rect& r) {
  return {static_cast<float>(r.right()), static_cast<float>(r.bottom())};
}
/// The left or the right half, on whole pixels, with a gap between the two.
inline Rect half(const Rect& r, bool right, double gap) {
  const double width = std::floor((r.width - gap) / 2.0);
  return {right ? r.right() - width : r.x, r.y, width, r.height};
}
/// Smaller by so much on every side.
inline Rect inset(const Rect& r, double by) {
  return {r.x + by, r.y + by, r.width - 2 * by, r.height - 2 * by};
}

}  // namespace backflow::ui
