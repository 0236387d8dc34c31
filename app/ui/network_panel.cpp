#include "app/ui/network_panel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/plot_axes.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

void NetworkPanel::draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                                 figure::View& view) {
  const model::Index batch = snapshot.record->trace.batch();
  const std::string help = "Sequence of the batch that the network and the heatmap show";
  const double side = rect.height;
  view.sequence %= batch;  // the batch may have become smaller
  if (button(ui, {"Previous sequence", help, {rect.x, rect.y, side, side}, batch > 1}, {"‹"}))
    view.sequence = (view.sequence + batch - 1) % batch;
  if (button(ui, {"Next sequence", help, {rect.right() - side, rect.y, side, side}, batch > 1},
             {"›"}))
    view.sequence = (view.sequence + 1) % batch;
  draw_text(ui, {rect.x + side, rect.y, rect.width - 2 * side, rect.height},
            fmt::format("seq {} / {}", view.sequence + 1, batch), 12.0, ui.colors().text,
            figure::HAlign::center);
}

void NetworkPanel::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                        const PanelServices& services, ViewState& shared) {
  figure::View& view = shared.view;
  const bool folded = view.fold >= 1.0;
  FigurePanel& panel = folded ? folded_ : network_;
  Rect bar = panel.begin(ui, rect);
  if (fits(ui, bar, 124.0)) draw_fold(ui, take_right(ui, bar, 124.0), shared.wants_folded);
  if (fits(ui, bar, 120.0)) draw_sequence(ui, take_right(ui, bar, 120.0), snapshot, view);
  const model::Index steps = snapshot.record->trace.steps();
  if (view.last_step && *view.last_step > static_cast<double>(steps))
    view.first_step = view.last_step = std::nullopt;
  if (view.last_step && fits(ui, bar, 70.0) &&
      button(
          ui,
          {"Show all steps", "The whole network again  (double-click)", take_right(ui, bar, 70.0)},
          {"all steps"}))
    view.first_step = view.last_step = std::nullopt;
  strip_.draw_switch(ui, bar, rect, shared);
  Rect upper = rect;
  upper.height -= strip_.draw(ui, rect, snapshot, shared, services.textures);
  const Interaction state =
      panel.draw(ui, upper, FigurePanel::kBar, snapshot, view, services.textures);
  if (!folded) zoom_and_pan(ui, state, steps, view);
  light_up(panel, shared);
}

void NetworkPanel::draw_fold(UiContext& ui, const Rect& rect, bool& wants_folded) {
  const auto chosen = segmented(
      ui,
      {"Network view",
       "unrolled: a column for every step\nfolded: the one cell that all steps share  (F)", rect},
      {{"unrolled", "unrolled"}, {"folded", "folded"}}, wants_folded ? "folded" : "unrolled");
  if (chosen) wants_folded = *chosen == "folded";
}

void NetworkPanel::zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps,
                                figure::View& view) {
  const auto& plot = network_.figure().plot;
  if (!plot || !network_.mouse()) return;
  const double T = static_cast<double>(steps);
  const double first = view.first_step.value_or(0.0), last = view.last_step.value_or(T);
  const ImGuiIO& io = ImGui::GetIO();
  const auto show = [&](double from, double width) {
    const double limited = std::clamp(width, std::min(2.0, T), T);
    const double start = std::clamp(from, 0.0, T - limited);
    if (limited >= T)
      view.first_step = view.last_step = std::nullopt;
    else
      view.first_step = start, view.last_step = start + limited;
  };
  if (state.double_clicked) {
    show(0.0, T);
  } else if (state.hovered && io.MouseWheel != 0.0f) {
    const double factor = std::pow(0.8, io.MouseWheel);
    const double center = figure::x_value_at(*plot, network_.mouse()->x);
    show(center - (center - first) * factor, (last - first) * factor);
  } else if (state.held && view.last_step && io.MouseDelta.x != 0.0f) {
    const double per_pixel = (plot->x_max - plot->x_min) / std::max(1.0, ui.px(plot->rect.width));
    show(first - io.MouseDelta.x * per_pixel, last - first);
  }
}

}  // namespace backflow::ui
