#include "app/ui/neuron_drag.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/error_relief_figure.h"
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

void draw_ring(UiContext& ui, const FigurePanel& panel, figure::Point at) {
  ImGui::GetWindowDrawList()->AddCircle(panel.on_screen(ui, at), static_cast<float>(ui.px(9.0)),
                                        to_imgui(ui.colors().accent), 0,
                                        static_cast<float>(ui.px(2.0)));
}

}  // namespace

std::optional<NeuronDrag::Ground> NeuronDrag::ground_of(const FigurePanel& panel,
                                                        const session::Snapshot& snapshot,
                                                        const figure::View& view) {
  if (const auto found = figure::relief_in(snapshot, view, panel.figure())) {
    const figure::Relief& relief = found->relief;
    // The axis that is nearest to the right and away from the viewer, of a turn by quarters.
    const long quarter = std::lround(view.relief_turn / 90.0) % 4;
    constexpr lab::NeuronPoint kRight[] = {{1, 0}, {0, -1}, {-1, 0}, {0, 1}};
    constexpr lab::NeuronPoint kAway[] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
    return Ground{found->area,
                  relief.range(),
                  [relief](lab::NeuronPoint at) { return relief.place(relief.on(at)); },
                  [relief](lab::NeuronPoint at) { return relief.is_seen(relief.on(at)); },
                  kRight[quarter],
                  kAway[quarter],
                  [relief](figure::Point at) { return relief.under(at); }};
  }
  if (panel.figure().name != "error-surface" || !panel.figure().plot) return std::nullopt;
  const figure::PlotArea plot = *panel.figure().plot;
  return Ground{plot.rect,
                {plot.x_min, plot.x_max, plot.y_min, plot.y_max},
                [plot](lab::NeuronPoint at) {
                  const figure::Axes axes{plot};
                  return figure::Point{axes.x(at.w), axes.y_at(at.b)};
                },
                [](lab::NeuronPoint) { return true; },
                {1.0, 0.0},
                {0.0, 1.0},
                [plot](figure::Point at) -> std::optional<lab::NeuronPoint> {
                  const figure::Rect& r = plot.rect;
                  return lab::NeuronPoint{
                      figure::x_value_at(plot, std::clamp(at.x, r.x, r.right())),
                      figure::y_position_at(plot, std::clamp(at.y, r.y, r.bottom()))};
                }};
}

// Reached with Tab: the arrows move the start the way they point.
void NeuronDrag::use_keys(UiContext& ui, const FigurePanel& panel, const Ground& ground,
                          const session::Snapshot& snapshot, const PanelServices& services) {
  const Widget widget{"Start of the descents", "", panel.on_screen(ui, ground.area)};
  take_focus(ui, widget);
  const auto keys = arrow_move(ui, widget);
  if (!keys) return;
  const lab::NeuronPoint start = snapshot.config.lab.descent.start;
  draw_ring(ui, panel, ground.place(start));
  const auto [right, down] = *keys;
  if (right == 0 && down == 0) return;
  const lab::SurfaceRange& range = ground.range;
  const double along_w = right * ground.right.w - down * ground.up.w;
  const double along_b = right * ground.right.b - down * ground.up.b;
  send_start({start.w + kKeyStep * along_w * (range.w_max - range.w_min),
              start.b + kKeyStep * along_b * (range.b_max - range.b_min)},
             snapshot, services);
}

bool NeuronDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                        const session::Snapshot& snapshot, const PanelServices& services,
                        const figure::View& view) {
  if (!state.held) held_.reset();
  std::optional<Ground> own;
  if (!held_) own = ground_of(panel, snapshot, view);
  if (!held_ && !own) return false;
  const Ground& ground = held_ ? *held_ : *own;
  if (!held_) use_keys(ui, panel, ground, snapshot, services);
  const figure::Point pointer = panel.pointer(ui);
  const lab::NeuronPoint start = snapshot.config.lab.descent.start;
  const figure::Point ring = ground.place(start);
  const bool held = held_.has_value();
  if (!held) {
    const bool near = std::hypot(pointer.x - ring.x, pointer.y - ring.y) <= kReach;
    if (!state.hovered || !near || !ground.seen(start)) return false;
    if (state.held && !ImGui::IsMouseClicked(0)) return false;  // something else is dragged
  }
  ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  ui.tooltip = "start: w = " + figure::compact(start.w) + ", b = " + figure::compact(start.b) +
               (held ? "" : "\ndrag it: both descents begin there");
  draw_ring(ui, panel, ring);
  if (held && ImGui::IsMouseDragging(0, 2.0f))
    if (const auto to = ground.under(pointer)) send_start(*to, snapshot, services);
  if (!held && ImGui::IsMouseClicked(0)) held_ = std::move(own);
  return true;
}

}  // namespace backflow::ui
