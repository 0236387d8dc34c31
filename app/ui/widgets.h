// The window's controls. All are placed by rectangles in pixels, carry a label that tests find them
// by, and explain themselves when the mouse rests on them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/ui/ui_context.h"

namespace backflow::ui {

/// What every control has.
struct Widget {
  std::string label;  ///< unique in the window
  std::string help;   ///< text markup, lines separated by '\n'
  Rect rect;
  bool enabled = true;
};

struct Interaction {
  bool hovered = false, held = false, clicked = false, double_clicked = false;
};

/// The behaviour of all of them: makes the rectangle react to the mouse and registers it.
Interaction interact(UiContext& ui, const Widget& widget);

/// Makes a widget known to tests and to the layout checks, with the part of it that is visible; not
/// when most of it is scrolled away.
void register_widget(UiContext& ui, const Widget& widget);

/// The background of a field by what the mouse does with it.
void draw_field(const UiContext& ui, const Rect& rect, const Interaction& state, bool enabled);

/// One line of text markup, centred vertically in the rectangle and cut off at its edge. `size` in
/// units.
void draw_text(UiContext& ui, const Rect& rect, const std::string& markup, double size,
               figure::Color color, figure::HAlign align = figure::HAlign::left, bool bold = false);

/// Lines of text markup in a box at the mouse.
void draw_tooltip(UiContext& ui, const std::string& lines);

/// How much of something is done, 0 to 1.
void draw_progress(const UiContext& ui, const Rect& rect, double share);

enum class Icon { none, play, pause, step, step_back, reset, undo, redo, leave, folder, file };

struct ButtonLook {
  std::string text;  ///< text markup
  Icon icon = Icon::none;
  bool primary = false;  ///< in the accent colour
  bool active = false;   ///< a switch that is on
};
/// True when clicked.
bool button(UiContext& ui, const Widget& widget, const ButtonLook& look);

struct Option {
  std::string value, title;
};
/// Both return the value that was chosen, if it is another one. An option's own label, for tests,
/// is "label=value".
std::optional<std::string> segmented(UiContext& ui, const Widget& widget,
                                     const std::vector<Option>& options,
                                     const std::string& current);
/// `shown` stands in the closed field instead of the option's title, unless empty.
std::optional<std::string> combo(UiContext& ui, const Widget& widget,
                                 const std::vector<Option>& options, const std::string& current,
                                 const std::string& shown = {});

struct SliderRange {
  double min = 0.0, max = 1.0;
  bool logarithmic = false;
  bool integers = false;
  std::optional<double> mark;  ///< a value worth a tick
  std::string edit_text;       ///< what typing starts from; empty: the value
};

/// What a slider was set to.
struct SliderInput {
  std::string text;
  bool typed = false;  ///< whatever was typed; else a number within the range
};
/// A field that is dragged, or typed into after a double click. `text` is shown in it; `value` is
/// where the bar stands. What was typed counts on Enter and when something else is clicked; Escape
/// leaves the value as it was.
std::optional<SliderInput> slider(UiContext& ui, const Widget& widget, const SliderRange& range,
                                  double value, const std::string& text);

/// A field for text, typed into after a click; it counts as the slider's. `when_empty` stands in it
/// when there is none. Returns the text when it has become another one.
std::optional<std::string> text_field(UiContext& ui, const Widget& widget, const std::string& text,
                                      const std::string& when_empty);

/// A bar that is dragged to resize what lies on its sides; returns how far it moved, in pixels.
double splitter(UiContext& ui, const Widget& widget, bool vertical);

}  // namespace backflow::ui
