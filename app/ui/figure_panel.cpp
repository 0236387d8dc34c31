#include "app/ui/figure_panel.h"

#include <algorithm>
#include <cmath>

#include "app/figure/text_markup.h"
#include "app/ui/icons.h"
#include "app/ui/imgui_canvas.h"
#include "app/ui/side.h"
#include "app/ui/theme.h"

namespace backflow::ui {

void draw_card(const UiContext& ui, const Rect& rect) {
  ImGui::GetWindowDrawList()->AddRectFilled(top_left(rect), bottom_right(rect),
                                            to_imgui(ui.colors().background),
                                            static_cast<float>(ui.px(6.0)));
}

void draw_export_button(UiContext& ui, Rect& bar, std::string_view figure) {
  constexpr double kSide = 20.0, kBeside = 5.0, kFromEdge = 5.0;  // nearer to the edge than others
  const double side = ui.px(kSide), right = bar.right() + ui.px(kFromEdge);
  const Rect rect{right - side, bar.y + (bar.height - side) / 2.0, side, side};
  bar.width = rect.x - ui.px(kBeside) - bar.x;
  const Interaction state =
      interact(ui, {"Export " + std::string(figure), "Export this figure …  (Ctrl+E)", rect});
  const figure::Palette& colors = ui.colors();
  if (state.hovered)
    ImGui::GetWindowDrawList()->AddRectFilled(
        top_left(rect), bottom_right(rect), to_imgui(colors.panel), static_cast<float>(ui.px(4.0)));
  draw_icon(*ImGui::GetWindowDrawList(), Icon::leave, inset(rect, ui.px(5.0)),
            to_imgui(state.hovered ? colors.text : colors.muted_text));
  if (state.clicked) ui.export_asked = FigureChoice{figure, ui.side};
}

FigurePanel::FigurePanel(std::string_view name) : info_(figure::find_figure(name)) {}

Rect FigurePanel::begin(UiContext& ui, const Rect& rect) const {
  draw_card(ui, rect);
  const std::string title(info_->title);
  const double pad = ui.px(9.0), bar = ui.px(kBar);
  const double badge = draw_side_badge(ui, {rect.x + pad, rect.y, rect.width, bar});
  draw_text(ui, {rect.x + pad + badge, rect.y, rect.width - 2 * pad - badge, bar}, title, 13.0,
            ui.colors().text, figure::HAlign::left, true);
  const double used = figure::text_width(title, ui.px(13.0), true) + 2.2 * pad + badge;
  Rect rest{rect.x + used, rect.y + ui.px(4.0), rect.width - used - pad, bar - ui.px(8.0)};
  draw_export_button(ui, rest, info_->name);
  return rest;
}

figure::Point FigurePanel::in_figure(const UiContext& ui, ImVec2 pixel) const {
  return {(pixel.x - area_.x) / ui.scale, (pixel.y - area_.y) / ui.scale};
}

figure::Point FigurePanel::pointer(const UiContext& ui) const {
  return in_figure(ui, ImGui::GetIO().MousePos);
}

figure::Point FigurePanel::pressed_at(const UiContext& ui) const {
  return in_figure(ui, ImGui::GetIO().MouseClickedPos[0]);
}

ImVec2 FigurePanel::on_screen(const UiContext& ui, figure::Point point) const {
  return top_left({area_.x + ui.px(point.x), area_.y + ui.px(point.y), 0.0, 0.0});
}

Rect FigurePanel::on_screen(const UiContext& ui, const Rect& rect) const {
  const ImVec2 low = on_screen(ui, figure::Point{rect.x, rect.y});
  const ImVec2 high = on_screen(ui, figure::Point{rect.right(), rect.bottom()});
  return {low.x, low.y, high.x - low.x, high.y - low.y};
}

Interaction FigurePanel::draw(UiContext& ui, const Rect& rect, double bar,
                              const session::Snapshot& snapshot, const figure::View& view,
                              HeatmapTextures* textures) {
  const Rect area{std::round(rect.x), std::round(rect.y + ui.px(bar)), rect.width,
                  rect.height - ui.px(bar) - ui.px(2.0)};
  mouse_.reset();
  area_ = area;
  if (area.width < ui.px(60.0) || area.height < ui.px(60.0)) return {};
  const bool of_neuron = info_->needs_neuron && snapshot.analysis && snapshot.analysis->neuron;
  Key key{of_neuron ? 0 : snapshot.revision,
          of_neuron ? snapshot.analysis->neuron : nullptr,
          figure::relevant(*info_, view),
          {ui.theme, 12.0, false, ui.norm_colors},
          {area.width / ui.scale, area.height / ui.scale}};
  if (!(key == key_)) {
    figure_ = info_->build(snapshot, key.view, key.style, key.size);
    key_ = key;
  }
  ui.shown.push_back({info_->name, ui.side, rect, key.size});
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect(top_left(area), bottom_right(area), true);
  ImGuiCanvas canvas(list, ui.fonts, textures, top_left(area), ui.scale, ui.full(figure_.name));
  draw_groups(figure_, canvas);
  list.PopClipRect();

  const Interaction state = interact(ui, {"figure " + figure_.name, "", area, true});
  if (!state.hovered) return state;
  mouse_ = pointer(ui);
  if (!state.held) ui.tooltip = info_->tooltip(snapshot, view, figure_, *mouse_);
  return state;
}

}  // namespace backflow::ui
