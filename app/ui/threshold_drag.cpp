#include "app/ui/threshold_drag.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/gradient_norm_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/ui/theme.h"
#include "core/config/keys.h"

namespace backflow::ui {
namespace {

constexpr const char* kThreshold = "training.clip.threshold";
constexpr double kReach = 6.0;  // from the line, in units

double value_at(const figure::PlotArea& area, double y) {
  const double inside = std::clamp(y, area.rect.y, area.rect.bottom());
  const double share = (area.rect.bottom() - inside) / area.rect.height;
  const double position = area.y_min + share * (area.y_max - area.y_min);
  return area.log_y ? std::pow(10.0, position) : position;
}

std::string help(const session::Snapshot& snapshot, double threshold) {
  std::string text = "threshold c = " + figure::compact(threshold);
  if (const auto range = figure::suggested_threshold(snapshot))
    text += "\nsuggested: " + figure::compact(range->low) + " to " + figure::compact(range->high) +
            ", 0.5 to 10 times the mean norm before clipping\nof the last 100 iterations";
  return text + "\n" + figure::clipping_summary(snapshot);
}

}  // namespace

void ThresholdDrag::update(UiContext& ui, const FigurePanel& panel, const Interaction& state,
                           const session::Snapshot& snapshot, const UiServices& services,
                           figure::View& view) {
  const training::ClipOptions& clip = snapshot.config.training.clip;
  const auto& plot = panel.figure().plot;
  if (!state.held || clip.mode == training::ClipMode::none || !plot) {
    held_.reset();
    view.gradient_range.reset();
  }
  if (clip.mode == training::ClipMode::none || !plot) return;
  const figure::Point pointer = panel.pointer(ui);
  const figure::Axes axes{*plot};
  const bool at_line = state.hovered && pointer.x >= plot->rect.x &&
                       pointer.x <= plot->rect.right() &&
                       std::abs(axes.y(clip.threshold) - pointer.y) <= kReach;
  if (at_line && ImGui::IsMouseClicked(0)) {
    held_ = *plot;
    view.gradient_range = {plot->y_min, plot->y_max};
    sent_.clear();
  }
  if (!held_ && !at_line) return;
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  ui.tooltip = help(snapshot, clip.threshold) + (held_ ? "" : "\ndrag the line to change it");
  const float y = panel.on_screen(ui, {0.0, axes.y(clip.threshold)}).y;
  ImGui::GetWindowDrawList()->AddLine({panel.on_screen(ui, {plot->rect.x, 0.0}).x, y},
                                      {panel.on_screen(ui, {plot->rect.right(), 0.0}).x, y},
                                      to_imgui(ui.colors().threshold, held_ ? 0.9 : 0.5),
                                      static_cast<float>(ui.px(3.0)));
  if (!held_ || !ImGui::IsMouseDragging(0, 2.0f)) return;
  const config::Key& key = *config::find_key(kThreshold);
  const double wanted = std::clamp(value_at(*held_, pointer.y), key.min, key.max);
  std::string text = fmt::format("{:.3g}", wanted);
  if (text == sent_) return;
  sent_ = text;
  services.send(session::SetKey{kThreshold, std::move(text)});
}

}  // namespace backflow::ui
