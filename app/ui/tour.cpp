#include "app/ui/tour.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/text_markup.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

struct Stop {
  const char* widgets[2];  // labels of what it points at, the first that is in sight
  const char* title;
  const char* lines[4];
};

constexpr Stop kStops[] = {
    {{"Run", "Pause"},
     "A recurrent network learns while you watch",
     {"Space runs and pauses. Choose another task at the left.", "", "", ""}},
    {{"figure unrolled", nullptr},
     "The network, unrolled through time",
     {"Inputs x_{t} enter below, states h_{t} go right, losses L_{t} arise above.",
      "The lane of blame shows ∂L/∂h_{t} on its way back:", "blue has faded, red has grown.", ""}},
    {{"figure jacobian-norms", "figure gradient-by-lag"},
     "What is left of a gradient",
     {"Each cell is the size of ∂h_{t}/∂h_{k}: a gradient of size 1",
      "that starts at step t (down) and arrives at step k (across).",
      "White is 1, blue vanishes, red explodes.", ""}},
    {{"Spectral radius", "Activation"},
     "Make it vanish, make it explode",
     {"Drag the spectral radius of W_{hh} below and above 1,",
      "or change the activation: everything follows at once.", "Ctrl+Z takes a change back.", ""}},
    {{"Help", nullptr},
     "More when you need it",
     {"Every control explains itself when the mouse rests on it.",
      "Double-click a card's title for the projector; + and − set the text size.",
      "F1 lists all keys, F2 opens the lessons.", ""}},
};
constexpr std::size_t kCount = std::size(kStops);

Rect target_of(const UiContext& ui, const Stop& stop, const Rect& window) {
  for (const char* label : stop.widgets)
    if (label != nullptr)
      if (const WidgetInfo* widget = ui.registry.find(label)) return widget->rect;
  return {window.x + window.width / 2.0, window.y + window.height / 2.0, 0.0, 0.0};
}

// Everything but the target is dimmed.
void dim_around(const UiContext& ui, const Rect& window, const Rect& target) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 shade = to_imgui(ui.colors().surround, 0.72);
  const auto fill = [&](double x0, double y0, double x1, double y1) {
    list.AddRectFilled({static_cast<float>(x0), static_cast<float>(y0)},
                       {static_cast<float>(x1), static_cast<float>(y1)}, shade);
  };
  fill(window.x, window.y, window.right(), target.y);
  fill(window.x, target.bottom(), window.right(), window.bottom());
  fill(window.x, target.y, target.x, target.bottom());
  fill(target.right(), target.y, window.right(), target.bottom());
  list.AddRect(top_left(target), bottom_right(target), to_imgui(ui.colors().accent),
               static_cast<float>(ui.px(4.0)), 0, static_cast<float>(ui.px(2.0)));
}

// Below the target, or above it, or inside where it fills the window; always in sight.
Rect place_card(const UiContext& ui, const Rect& window, const Rect& target, double width,
                double height) {
  const double gap = ui.px(12.0);
  double x = target.x + (target.width - width) / 2.0, y = target.bottom() + gap;
  if (y + height > window.bottom() - gap) y = target.y - gap - height;
  if (y < window.y + gap) y = target.y + (target.height - height) / 2.0;
  const auto within = [&](double v, double low, double high) {
    return std::clamp(v, low, std::max(low, high));
  };
  x = within(x, window.x + gap, window.right() - gap - width);
  y = within(y, window.y + gap, window.bottom() - gap - height);
  return {x, y, width, height};
}

}  // namespace

bool Tour::draw(UiContext& ui, const Rect& window) {
  if (!on_) return false;
  const Stop& stop = kStops[stop_];
  const Rect found = target_of(ui, stop, window);
  ImGui::SetNextWindowPos(top_left(window));
  ImGui::SetNextWindowSize(
      ImVec2(static_cast<float>(window.width), static_cast<float>(window.height)));
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0.0f, 0.0f, 0.0f, 0.0f));
  ImGui::Begin("tour", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
  dim_around(ui, window, inset(found, -ui.px(4.0)));

  double width = figure::text_width(stop.title, ui.px(14.0), true);
  int lines = 0;
  for (const char* line : stop.lines) {
    width = std::max(width, figure::text_width(line, ui.px(12.5)));
    if (*line != '\0') ++lines;
  }
  const double pad = ui.px(16.0);
  const Rect card = place_card(ui, window, found, std::max(width, ui.px(300.0)) + 2.0 * pad,
                               ui.px(30.0 + 20.0 * lines + 44.0) + 2.0 * pad);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(8.0));
  list.AddRectFilled(top_left(card), bottom_right(card), to_imgui(ui.colors().background),
                     rounding);
  list.AddRect(top_left(card), bottom_right(card), to_imgui(ui.colors().accent), rounding);
  const Rect inner = inset(card, pad);
  draw_text(ui, {inner.x, inner.y, inner.width, ui.px(22.0)}, stop.title, 14.0, ui.colors().text,
            figure::HAlign::left, true);
  double y = inner.y + ui.px(30.0);
  for (const char* line : stop.lines) {
    draw_text(ui, {inner.x, y, inner.width, ui.px(20.0)}, line, 12.5, ui.colors().text);
    y += ui.px(20.0);
  }
  const bool ended = buttons(ui, inner);
  ImGui::End();
  return ended;
}

bool Tour::buttons(UiContext& ui, const Rect& inner) {
  const double height = ui.px(28.0), y = inner.bottom() - height;
  draw_text(ui, {inner.x, y, ui.px(60.0), height}, fmt::format("{} of {}", stop_ + 1, kCount), 12.0,
            ui.colors().muted_text);
  const bool last = stop_ + 1 == kCount;
  const Rect next{inner.right() - ui.px(96.0), y, ui.px(96.0), height};
  const Rect skip{next.x - ui.px(102.0), y, ui.px(96.0), height};
  const bool forward = button(ui, {"Tour next", "Go on  (Enter)", next},
                              {last ? "Begin" : "Next", Icon::none, true}) ||
                       (ui.focus.label.empty() && key_pressed(Key::enter)) ||
                       key_pressed(Key::right_arrow);
  const bool over =
      !last &&
      button(ui, {"Tour skip", "Not now  (Esc); the help page (F1) has it", skip}, {"Skip"});
  if (forward && !last) ++stop_;
  on_ = !(over || key_pressed(Key::escape) || (forward && last));
  return !on_;
}

}  // namespace backflow::ui
