#include "app/ui/neuron_drag.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/theme.h"
#include "core/config/keys.h"

namespace backflow::ui {
namespace {

constexpr const char *kW = "lab.start_w", *kB = "lab.start_b";
constexpr double kReach = 9.0;     // from the ring, in units
constexpr double kKeyStep = 0.01;  // of the plot's width and height

// To four digits, within what the keys take; nothing is sent that changes nothing.
void send_start(lab::NeuronPoint to, const session::Snapshot& snapshot,
                const PanelServices& services) {
  for (const auto& [name, value] : {std::pair(kW, to.w), std::pair(kB, to.b)}) {
    const config::Key& key = *config::find_key(name);
    std::string text = fmt::format("{:.4g}", std::clamp(value, key.min, key.max));
    if (text != key.get(snapshot.config)) services.send(session::SetKey{name, std::move(text)});
  }
}

figure::Point place_of(const figure::PlotArea& plot, lab::NeuronPoint at) {
  const figure::Axes axes{plot};
  return {axes.x(at.w), axes.y_at(at.b)};
}

void draw_ring(UiContext& ui, const FigurePanel& panel, figure::Point at) {
  ImGui::GetWindowDrawList()->AddCircle(panel.on_screen(ui, at), static_cast<float>(ui.px(9.0)),
                                        to_imgui(ui.colors().accent), 0,
                                        static_cast<float>(ui.px(2.0)));
}

}  // namespace

// Reached with Tab: the arrows move the start.
void NeuronDrag::use_keys(UiContext& ui, const FigurePanel& panel,
                          const session::Snapshot& snapshot, const PanelServices& services) {
  const figure::PlotArea& plot = *panel.figure().plot;
  const Widget widget{"Start of the descents", "", panel.on_screen(ui, plot.rect)};
  take_focus(ui, widget);
  const auto keys = arrow_move(ui, widget);
  if (!keys) return;
  const lab::NeuronPoint start = snapshot.config.lab.descent.start;
  draw_ring(ui, panel, place_of(plot, start));
  const auto [right, down] = *keys;
  if (right == 0 && down == 0) return;
  send_start({start.w + kKeyStep * right * (plot.x_max - plot.x_min),
              start.b - kKeyStep * down * (plot.y_max - plot.y_min)},
             snapshot, services);
}

void NeuronDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                        const session::Snapshot& snapshot, const PanelServices& services) {
  const auto& plot = panel.figure().plot;
  if (!state.held) held_.reset();
  if (!plot) return;
  if (!held_) use_keys(ui, panel, snapshot, services);
  const figure::Point pointer = panel.pointer(ui);
  const lab::NeuronPoint start = snapshot.config.lab.descent.start;
  const figure::Point ring = place_of(held_ ? *held_ : *plot, start);
  const bool near = std::hypot(pointer.x - ring.x, pointer.y - ring.y) <= kReach;
  if (!held_ && !(state.hovered && near)) return;
  if (!held_ && ImGui::IsMouseClicked(0)) held_ = *plot;
  ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ui.tooltip = "start: w = " + figure::compact(start.w) + ", b = " + figure::compact(start.b) +
               (held_ ? "" : "\ndrag it: both descents begin there");
  draw_ring(ui, panel, ring);
  if (!held_ || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const figure::Rect& r = held_->rect;
  send_start({figure::x_value_at(*held_, std::clamp(pointer.x, r.x, r.right())),
              figure::y_position_at(*held_, std::clamp(pointer.y, r.y, r.bottom()))},
             snapshot, services);
}

}  // namespace backflow::ui
