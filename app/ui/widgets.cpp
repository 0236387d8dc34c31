#include "app/ui/widgets.h"

#include <algorithm>
#include <sstream>

#include "app/figure/canvas.h"
#include "app/figure/text_markup.h"
#include "app/ui/elide.h"
#include "app/ui/icons.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kTextSize = 12.0;
constexpr double kRounding = 4.0;

void fill(const UiContext& ui, const Rect& rect, ImU32 color) {
  ImGui::GetWindowDrawList()->AddRectFilled(top_left(rect), bottom_right(rect), color,
                                            static_cast<float>(ui.px(kRounding)));
}

void outline(const UiContext& ui, const Rect& rect, ImU32 color) {
  ImGui::GetWindowDrawList()->AddRect(top_left(rect), bottom_right(rect), color,
                                      static_cast<float>(ui.px(kRounding)));
}

figure::Color text_color(const UiContext& ui, bool enabled) {
  return enabled ? ui.colors().text : mix(ui.colors().background, ui.colors().muted_text, 0.55);
}

std::string title_of(const std::vector<Option>& options, const std::string& value) {
  for (const Option& option : options)
    if (option.value == value) return option.title;
  return value;
}

// The option after the present one, or before it.
std::optional<std::string> neighbour(const std::vector<Option>& options, const std::string& current,
                                     int step) {
  // Up and left go towards the top of the list, as lists are read.
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].value != current) continue;
    if (step > 0 && i + 1 < options.size()) return options[i + 1].value;
    if (step < 0 && i > 0) return options[i - 1].value;
  }
  return std::nullopt;
}

}  // namespace

void draw_field(const UiContext& ui, const Rect& rect, const Interaction& state, bool enabled) {
  const figure::Palette& colors = ui.colors();
  const figure::Color base = enabled && state.held      ? colors.grid
                             : enabled && state.hovered ? mix(colors.panel, colors.grid, 0.6)
                                                        : colors.panel;
  fill(ui, rect, to_imgui(base));
  outline(ui, rect, to_imgui(enabled && state.hovered ? colors.axis : colors.grid));
}

void register_widget(UiContext& ui, const Widget& widget) {
  const Rect& rect = widget.rect;
  const ImVec2 low = ImGui::GetWindowDrawList()->GetClipRectMin();
  const ImVec2 high = ImGui::GetWindowDrawList()->GetClipRectMax();
  const double left = std::max<double>(rect.x, low.x), top = std::max<double>(rect.y, low.y);
  const Rect visible{left, top, std::min<double>(rect.right(), high.x) - left,
                     std::min<double>(rect.bottom(), high.y) - top};
  if (visible.height < rect.height / 2.0) return;
  ui.registry.add({ui.full(widget.label), visible, widget.help, widget.enabled});
}

Interaction interact(UiContext& ui, const Widget& widget) {
  const Rect& rect = widget.rect;
  ImGui::SetCursorScreenPos(top_left(rect));
  const ImVec2 size(static_cast<float>(std::max(1.0, rect.width)),
                    static_cast<float>(std::max(1.0, rect.height)));
  const bool released_on_it = ImGui::InvisibleButton(widget.label.c_str(), size);
  Interaction state;
  state.hovered = ImGui::IsItemHovered();
  state.held = widget.enabled && ImGui::IsItemActive();
  state.clicked = (widget.enabled && released_on_it) || take_focus(ui, widget);
  state.double_clicked = widget.enabled && state.hovered && ImGui::IsMouseDoubleClicked(0);
  if (state.hovered && !widget.help.empty()) {
    ui.hover.label = ui.full(widget.label);
    ui.hover.text = widget.help;
  }
  register_widget(ui, widget);
  return state;
}

void draw_text(UiContext& ui, const Rect& rect, const std::string& markup, double size,
               figure::Color color, figure::HAlign align, bool bold) {
  const figure::TextMark mark{.anchor = {align == figure::HAlign::left    ? rect.x
                                         : align == figure::HAlign::right ? rect.right()
                                                                          : rect.x + rect.width / 2,
                                         rect.y + rect.height / 2},
                              .markup = {},
                              .size = ui.px(size),
                              .color = {},
                              .h_align = align,
                              .v_align = figure::VAlign::middle};
  const double width = figure::text_width(markup, ui.px(size), bold);
  figure::Point start = figure::baseline_start(mark, width);
  start.x = std::max(start.x, rect.x);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  // Letters may reach a little beyond their advance.
  const auto slack = static_cast<float>(ui.px(2.0));
  list.PushClipRect({top_left(rect).x - slack, top_left(rect).y},
                    {bottom_right(rect).x + slack, bottom_right(rect).y}, true);
  ui.fonts.draw(list, ImVec2(static_cast<float>(start.x), static_cast<float>(start.y)), markup,
                ui.px(size), to_imgui(color), bold);
  list.PopClipRect();
}

void draw_tooltip(UiContext& ui, const std::string& lines) {
  const double size = ui.px(kTextSize), line_height = size * figure::kLineHeight;
  const double pad = ui.px(8.0);
  double width = 0.0;
  int count = 0;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line); ++count)
    width = std::max(width, figure::text_width(line, size));
  const ImVec2 display = ImGui::GetIO().DisplaySize, mouse = ImGui::GetIO().MousePos;
  Rect box{mouse.x + ui.px(14.0), mouse.y + ui.px(16.0), width + 2 * pad,
           line_height * count + 2 * pad - 0.2 * size};
  if (box.right() > display.x) box.x = std::max(0.0, mouse.x - ui.px(8.0) - box.width);
  if (box.bottom() > display.y) box.y = std::max(0.0, mouse.y - ui.px(8.0) - box.height);
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const auto rounding = static_cast<float>(ui.px(kRounding));
  list.AddRectFilled(top_left(box), bottom_right(box), to_imgui(ui.colors().panel), rounding);
  list.AddRect(top_left(box), bottom_right(box), to_imgui(ui.colors().axis), rounding);
  stream.clear();
  stream.str(lines);
  double y = box.y + pad + figure::kCapHeight * size + 0.12 * size;
  for (std::string line; std::getline(stream, line); y += line_height)
    ui.fonts.draw(list, ImVec2(static_cast<float>(box.x + pad), static_cast<float>(y)), line, size,
                  to_imgui(ui.colors().text));
}

void draw_progress(const UiContext& ui, const Rect& rect, double share) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(rect.height / 2.0);
  list.AddRectFilled(top_left(rect), bottom_right(rect), to_imgui(ui.colors().grid), rounding);
  const Rect part{rect.x, rect.y, std::max(rect.height, rect.width * share), rect.height};
  if (share > 0.0)
    list.AddRectFilled(top_left(part), bottom_right(part), to_imgui(ui.colors().accent), rounding);
}

bool button(UiContext& ui, const Widget& widget, const ButtonLook& look) {
  const Interaction state = interact(ui, widget);
  const figure::Palette& colors = ui.colors();
  figure::Color color = text_color(ui, widget.enabled);
  if (look.primary || look.active) {
    const figure::Color base = mix(colors.background, colors.accent, look.primary ? 1.0 : 0.35);
    fill(ui, widget.rect,
         to_imgui(state.held      ? mix(base, colors.background, 0.3)
                  : state.hovered ? mix(base, colors.text, 0.15)
                                  : base));
    color = readable_on(base);
  } else {
    draw_field(ui, widget.rect, state, widget.enabled);
  }
  const double icon = look.icon == Icon::none ? 0.0 : ui.px(10.0);
  const double gap = icon > 0.0 && !look.text.empty() ? ui.px(7.0) : 0.0;
  const double text = figure::text_width(look.text, ui.px(kTextSize), look.primary);
  const double left = widget.rect.x + (widget.rect.width - icon - gap - text) / 2.0;
  if (look.icon != Icon::none)
    draw_icon(*ImGui::GetWindowDrawList(), look.icon,
              {left, widget.rect.y + (widget.rect.height - icon) / 2.0, icon, icon},
              to_imgui(color));
  draw_text(ui, {left + icon + gap, widget.rect.y, text + 1.0, widget.rect.height}, look.text,
            kTextSize, color, figure::HAlign::left, look.primary);
  return state.clicked;
}

std::optional<std::string> segmented(UiContext& ui, const Widget& widget,
                                     const std::vector<Option>& options,
                                     const std::string& current) {
  std::optional<std::string> chosen;
  const figure::Palette& colors = ui.colors();
  fill(ui, widget.rect, to_imgui(colors.panel));
  const double width = widget.rect.width / static_cast<double>(options.size());
  double x = widget.rect.x;
  for (const Option& option : options) {
    const Rect part{x, widget.rect.y, width, widget.rect.height};
    const Interaction state =
        interact(ui, {widget.label + "=" + option.value, widget.help, part, widget.enabled});
    const bool on = option.value == current;
    if (on)
      fill(ui, inset(part, ui.px(1.5)),
           to_imgui(mix(colors.panel, colors.accent, widget.enabled ? 0.42 : 0.15)));
    else if (state.hovered && widget.enabled)
      fill(ui, inset(part, ui.px(1.5)), to_imgui(colors.grid));
    draw_text(ui, part, option.title, kTextSize, text_color(ui, widget.enabled),
              figure::HAlign::center);
    if (state.clicked && !on) chosen = option.value;
    x += width;
  }
  outline(ui, widget.rect, to_imgui(colors.grid));
  return chosen;
}

std::optional<std::string> combo(UiContext& ui, const Widget& widget,
                                 const std::vector<Option>& options, const std::string& current,
                                 const std::string& shown) {
  const Interaction state = interact(ui, widget);
  draw_field(ui, widget.rect, state, widget.enabled);
  const figure::Color color = text_color(ui, widget.enabled);
  const double pad = ui.px(8.0), height = widget.rect.height;
  const Rect inner{widget.rect.x + pad, widget.rect.y, widget.rect.width - 3.4 * pad, height};
  draw_text(
      ui, inner,
      cut_end(shown.empty() ? title_of(options, current) : shown, ui.px(kTextSize), inner.width),
      kTextSize, color);
  draw_chevron(*ImGui::GetWindowDrawList(),
               {widget.rect.right() - ui.px(16.0), widget.rect.y + height / 2 - ui.px(2.0),
                ui.px(8.0), ui.px(4.5)},
               to_imgui(color), static_cast<float>(ui.px(1.4)));
  if (const int step = arrow_step(ui, widget, true); step != 0)
    return neighbour(options, current, step);
  const std::string popup = widget.label + " options";
  if (state.clicked) ImGui::OpenPopup(popup.c_str());
  // Below the field, or above it where there is no room below.
  const double list_height = height * static_cast<double>(options.size()) + ui.px(8.0);
  const bool above = widget.rect.bottom() + list_height > ImGui::GetIO().DisplaySize.y;
  const double top = above ? widget.rect.y - list_height : widget.rect.bottom() + 1.0;
  double width = widget.rect.width;
  for (const Option& option : options)
    width = std::max(width, figure::text_width(option.title, ui.px(kTextSize)) + 2 * pad);
  ImGui::SetNextWindowPos(
      ImVec2(static_cast<float>(widget.rect.x), static_cast<float>(std::max(0.0, top))));
  ImGui::SetNextWindowSize(ImVec2(static_cast<float>(width), static_cast<float>(list_height)));
  std::optional<std::string> chosen;
  if (!ImGui::BeginPopup(popup.c_str(), ImGuiWindowFlags_NoMove)) return chosen;
  Rect row{ImGui::GetWindowPos().x, ImGui::GetWindowPos().y + ui.px(4.0), width, height};
  for (const Option& option : options) {
    const Interaction item = interact(ui, {widget.label + "=" + option.value, "", row, true});
    if (item.hovered) fill(ui, inset(row, ui.px(2.0)), to_imgui(ui.colors().grid));
    draw_text(ui, {row.x + pad, row.y, row.width - pad, row.height}, option.title, kTextSize,
              option.value == current ? ui.colors().accent : ui.colors().text);
    if (item.clicked) {
      if (option.value != current) chosen = option.value;
      ImGui::CloseCurrentPopup();
    }
    row.y += row.height;
  }
  if (key_pressed(Key::escape)) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
  return chosen;
}

double splitter(UiContext& ui, const Widget& widget, bool vertical) {
  const Interaction state = interact(ui, widget);
  if (state.hovered || state.held) {
    ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    fill(ui, widget.rect, to_imgui(ui.colors().accent, state.held ? 0.9 : 0.5));
  }
  if (!state.held) return 0.0;
  return vertical ? ImGui::GetIO().MouseDelta.x : ImGui::GetIO().MouseDelta.y;
}

}  // namespace backflow::ui
