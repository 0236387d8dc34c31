#include "app/ui/tabbed_panel.h"

#include <algorithm>
#include <string>

#include "app/figure/comparison.h"
#include "app/figure/text_markup.h"
#include "app/ui/side.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kTextSize = 12.5, kTabPad = 6.0;
constexpr double kEdge = 3.0, kGap = 6.0, kPad = 9.0;  // before the tabs, behind them, at the end
constexpr double kExport = 20.0;                       // what the button for that takes

double tab_width(const UiContext& ui, const char* title) {
  return figure::text_width(title, ui.px(kTextSize), true) + 2.0 * ui.px(kTabPad);
}

}  // namespace

TabbedPanel::TabbedPanel(std::vector<Tab> tabs, std::size_t& chosen)
    : tabs_(std::move(tabs)), chosen_(chosen) {
  for (const Tab& tab : tabs_) figures_.emplace_back(tab.figure);
}

void TabbedPanel::take_keys() {
  for (std::size_t i = 0; i < tabs_.size(); ++i)
    if (key_pressed(tabs_[i].key)) chosen_ = i;
}

void TabbedPanel::show(std::string_view figure) {
  for (std::size_t i = 0; i < tabs_.size(); ++i)
    if (tabs_[i].figure == figure) chosen_ = i;
}

Rect TabbedPanel::begin(UiContext& ui, const Rect& rect, double wanted) {
  draw_card(ui, rect);
  double room = rect.width - ui.px(wanted + kEdge + kGap + kPad + kExport);
  for (const Tab& tab : tabs_) room -= tab_width(ui, tab.title);
  double x = rect.x + ui.px(kEdge);
  const double bar = ui.px(FigurePanel::kBar);
  if (!figure::is_overlaid(tabs_[chosen_].figure)) {
    const double badge = draw_side_badge(ui, {rect.x + ui.px(9.0), rect.y, rect.width, bar});
    const double used = std::max(0.0, badge - ui.px(4.0));  // a tab has room of its own
    x += used;
    room -= used;
  }
  for (std::size_t i = 0; i < tabs_.size(); ++i) {
    const Tab& tab = tabs_[i];
    const char* title = room < 0.0 ? tab.brief : tab.title;
    const Rect part{x, rect.y + ui.px(3.0), tab_width(ui, title), bar - ui.px(5.0)};
    if (part.right() > rect.right() - ui.px(kExport)) break;  // the keys still reach it
    const std::string help =
        std::string(figures_[i].info().title) + "\n" +
        figure::subscripts_to_markup(std::string(figures_[i].info().description)) + "  (" +
        tab.key_name + ")";
    const Interaction state = interact(ui, {"Tab " + std::string(tab.figure), help, part});
    if (state.clicked) chosen_ = i;
    const bool on = i == chosen_;
    const figure::Palette& colors = ui.colors();
    draw_text(ui, part, title, kTextSize, on || state.hovered ? colors.text : colors.muted_text,
              figure::HAlign::center, on);
    if (on)
      ImGui::GetWindowDrawList()->AddRectFilled(
          {top_left(part).x + static_cast<float>(ui.px(kTabPad)),
           bottom_right(part).y - static_cast<float>(ui.px(2.0))},
          {bottom_right(part).x - static_cast<float>(ui.px(kTabPad)), bottom_right(part).y},
          to_imgui(colors.accent));
    x = part.right();
  }
  const double left = x + ui.px(kGap);
  Rect rest{left, rect.y + ui.px(4.0), rect.right() - ui.px(kPad) - left, bar - ui.px(8.0)};
  draw_export_button(ui, rest, tabs_[chosen_].figure);
  return rest;
}

}  // namespace backflow::ui
