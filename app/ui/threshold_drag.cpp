#include "app/ui/threshold_drag.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/ui/theme.h"
#include "core/config/keys.h"

namespace backflow::ui {
namespace {

constexpr const char* kThreshold = "training.clip.threshold";
constexpr double kReach = 6.0;  // from the line, in units

// Of the threshold at that height, within the axis.
double value_at(const figure::PlotArea& area, figure::Point pointer) {
  const double position =
      figure::y_position_at(area, std::clamp(pointer.y, area.rect.y, area.rect.bottom()));
  return area.log_y ? std::pow(10.0, position) : position;
}

std::string help(const session::Snapshot& snapshot, double threshold) {
  std::string text = "threshold c = " + figure::compact(threshold);
  if (const auto range = figure::suggested_threshold(snapshot))
    text += "\nsuggested: " + figure::compact(range->low) + " to " + figure::compact(range->high) +
            ", 0.5 to 10 times the mean norm before clipping\nof the last 100 iterations";
  return text + "\n" + figure::clipping_summary(snapshot);
}

bool clips(const session::Snapshot& side) {
  return side.config.training.clip.mode != training::ClipMode::none;
}

// A or B of a comparison, the one network without; null when there is none of that name any more.
const session::Snapshot* side_of(const session::Snapshot& snapshot, bool is_b) {
  for (const session::Snapshot* side : figure::both(snapshot))
    if (side->is_b == is_b) return side;
  return nullptr;
}

// The network whose line lies nearest to the mouse, within reach; or null.
const session::Snapshot* line_at(const UiContext& ui, const session::Snapshot& snapshot,
                                 const figure::PlotArea& plot, figure::Point pointer) {
  const figure::Axes axes{plot};
  const session::Snapshot* nearest = nullptr;
  double least = kReach;
  for (const session::Snapshot* side : figure::both(snapshot)) {
    if (!clips(*side)) continue;
    const double distance = std::abs(axes.y(side->config.training.clip.threshold) - pointer.y);
    const bool preferred = distance == least && side->is_b == ui.edits_b;
    if (distance > least || (distance == least && nearest != nullptr && !preferred)) continue;
    nearest = side;
    least = distance;
  }
  return nearest;
}

}  // namespace

void ThresholdDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                           const session::Snapshot& snapshot, const PanelServices& services,
                           figure::View& view) {
  const auto& plot = panel.figure().plot;
  const session::Snapshot* held = held_ ? side_of(snapshot, held_->is_b) : nullptr;
  if (held_ && (!state.held || !plot || held == nullptr || !clips(*held))) {
    held_.reset();
    view.gradient_range.reset();
  }
  if (!plot) return;
  const figure::Point pointer = panel.pointer(ui);
  const bool inside = state.hovered && pointer.x >= plot->rect.x && pointer.x <= plot->rect.right();
  const session::Snapshot* shown =
      held_ ? held : (inside ? line_at(ui, snapshot, *plot, pointer) : nullptr);
  if (shown == nullptr) return;
  if (!held_ && ImGui::IsMouseClicked(0)) {
    held_ = {*plot, shown->is_b};
    view.gradient_range = {plot->y_min, plot->y_max};
    sent_.clear();
  }
  const double threshold = shown->config.training.clip.threshold;
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  ui.tooltip = help(*shown, threshold) + (held_ ? "" : "\ndrag the line to change it");
  if (snapshot.other) ui.tooltip = (shown->is_b ? "B: " : "A: ") + ui.tooltip;
  const figure::Color color =
      snapshot.other ? figure::side_color(ui.colors(), shown->is_b) : ui.colors().threshold;
  const float y = panel.on_screen(ui, figure::Point{0.0, figure::Axes{*plot}.y(threshold)}).y;
  ImGui::GetWindowDrawList()->AddLine(
      {panel.on_screen(ui, figure::Point{plot->rect.x, 0.0}).x, y},
      {panel.on_screen(ui, figure::Point{plot->rect.right(), 0.0}).x, y},
      to_imgui(color, held_ ? 0.9 : 0.5), static_cast<float>(ui.px(3.0)));
  if (!held_ || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const config::Key& key = *config::find_key(kThreshold);
  const double wanted = std::clamp(value_at(held_->axes, pointer), key.min, key.max);
  std::string text = fmt::format("{:.3g}", wanted);
  if (text == sent_) return;
  sent_ = text;
  session::Command command = session::SetKey{kThreshold, std::move(text)};
  services.send(held_->is_b && !snapshot.is_b ? session::on_b(std::move(command))
                                              : std::move(command));
}

}  // namespace backflow::ui
