// The slider of widgets.h: a field with a bar in it, dragged or typed into.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/ui/inline_edit.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

// A logarithmic range from 0, which means "off", has eight decades right of it, or all counts.
double least(const SliderRange& range) {
  if (range.min > 0.0) return range.min;
  return range.integers ? 0.5 : 1e-8 * range.max;
}

// Where a value stands in the range, 0 to 1, and back.
double share_of(const SliderRange& range, double value) {
  const double v = std::clamp(value, range.min, range.max);
  if (range.logarithmic)
    return std::log(std::max(v, least(range)) / least(range)) / std::log(range.max / least(range));
  return (v - range.min) / (range.max - range.min);
}

double value_at(const SliderRange& range, double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  if (s == 0.0) return range.min;
  const double value = range.logarithmic ? least(range) * std::pow(range.max / least(range), s)
                                         : range.min + (range.max - range.min) * s;
  return range.integers ? std::round(value) : value;
}

// Whole counts over a wide range are chosen on a logarithmic scale as well.
SliderRange effective(SliderRange range) {
  if (range.integers && range.min >= 0.0 && range.max > 100.0 * std::max(range.min, 1.0))
    range.logarithmic = true;
  return range;
}

std::string text_of(const SliderRange& range, double value) {
  if (range.integers) return fmt::format("{:.0f}", value);
  // Three digits are what a mouse can set; the ends are exact.
  const double rounded = std::stod(fmt::format("{:.3g}", value));
  return fmt::format("{:.6g}", std::clamp(rounded, range.min, range.max));
}

// By an arrow key: a fiftieth of the range, or the next count.
double stepped(const SliderRange& range, double value, int direction) {
  const double from = std::isnan(value) ? range.min : value;
  const double to = value_at(range, share_of(range, from) + 0.02 * direction);
  if (!range.integers) return to;
  return direction > 0 ? std::min(range.max, std::max(to, from + 1.0))
                       : std::max(range.min, std::min(to, from - 1.0));
}

void draw_slider(UiContext& ui, const Widget& widget, const SliderRange& range, double value,
                 const std::string& text, const Interaction& state) {
  const figure::Palette& colors = ui.colors();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Rect& r = widget.rect;
  const auto rounding = static_cast<float>(ui.px(4.0));
  list.AddRectFilled(top_left(r), bottom_right(r), to_imgui(colors.panel), rounding);
  const double strength = !widget.enabled ? 0.1 : state.held ? 0.6 : state.hovered ? 0.5 : 0.4;
  const double share = std::isnan(value) ? 0.0 : share_of(range, value);
  if (share > 0.0) {
    list.PushClipRect(top_left(r), {static_cast<float>(r.x + r.width * share), bottom_right(r).y},
                      true);
    list.AddRectFilled(top_left(r), bottom_right(r),
                       to_imgui(mix(colors.panel, colors.accent, strength)), rounding);
    list.PopClipRect();
  }
  if (range.mark) {
    const auto x = static_cast<float>(std::round(r.x + r.width * share_of(range, *range.mark)));
    list.AddLine({x, top_left(r).y + 1}, {x, bottom_right(r).y - 1}, to_imgui(colors.threshold),
                 static_cast<float>(ui.px(1.0)));
  }
  list.AddRect(
      top_left(r), bottom_right(r),
      to_imgui(widget.enabled && (state.hovered || state.held) ? colors.accent : colors.grid),
      rounding);
  draw_text(ui, r, text, 12.0,
            widget.enabled ? colors.text : mix(colors.background, colors.muted_text, 0.55),
            figure::HAlign::center);
}

}  // namespace

std::optional<SliderInput> slider(UiContext& ui, const Widget& widget, const SliderRange& asked,
                                  double value, const std::string& text) {
  if (is_edited(ui, widget)) {
    const auto text_typed = edit(ui, widget);
    return text_typed ? std::optional(SliderInput{*text_typed, true}) : std::nullopt;
  }
  const SliderRange range = effective(asked);
  const Interaction state = interact(ui, widget);
  draw_slider(ui, widget, range, value, text, state);
  if (const int step = arrow_step(ui, widget); step != 0)
    return SliderInput{text_of(range, stepped(range, value, step)), false};
  if (state.double_clicked || entered_by_key(ui, widget)) {
    begin_edit(ui, widget.label,
               !range.edit_text.empty() ? range.edit_text
               : std::isnan(value)      ? std::string()
                                        : text_of(range, value));
    return std::nullopt;
  }
  // A click alone changes nothing, so that a double click does not either.
  if (!state.held || ImGui::GetIO().MouseDelta.x == 0.0f || !ImGui::IsMouseDragging(0, 2.0f))
    return std::nullopt;
  const double share =
      (ImGui::GetIO().MousePos.x - widget.rect.x) / std::max(1.0, widget.rect.width);
  return SliderInput{text_of(range, value_at(range, share)), false};
}

}  // namespace backflow::ui
