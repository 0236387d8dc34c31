#include "app/ui/side.h"

#include "app/figure/comparison.h"
#include "app/ui/theme.h"

namespace backflow::ui {

SideScope::SideScope(UiContext& ui, Side side) : ui_(ui) {
  ui_.side = side;
  ImGui::PushID(side == Side::b ? "B" : "A");
}

SideScope::~SideScope() {
  ImGui::PopID();
  ui_.side = Side::none;
}

double draw_side_badge(UiContext& ui, const Rect& bar) {
  if (ui.side == Side::none) return 0.0;
  const bool is_b = ui.side == Side::b;
  const figure::Color color = figure::side_color(ui.colors(), is_b);
  const double side = ui.px(18.0);
  const Rect badge{bar.x, bar.y + (bar.height - side) / 2.0, side, side};
  ImGui::GetWindowDrawList()->AddRectFilled(top_left(badge), bottom_right(badge), to_imgui(color),
                                            static_cast<float>(ui.px(4.0)));
  draw_text(ui, badge, is_b ? "B" : "A", 12.0, readable_on(color), figure::HAlign::center, true);
  return side + ui.px(6.0);
}

}  // namespace backflow::ui
