#include "app/ui/panel_parts.h"

#include <cmath>
#include <cstdlib>

#include "app/figure/curve.h"

namespace backflow::ui {

Rect take_right(const UiContext& ui, Rect& bar, double units) {
  const double width = ui.px(units);
  bar.width -= width + ui.px(6.0);
  return {bar.right() + ui.px(6.0), bar.y, width, bar.height};
}

bool fits(const UiContext& ui, const Rect& bar, double units) {
  return bar.width >= ui.px(units + 6.0);
}

std::optional<double> log10_of(const std::string& text) {
  const std::size_t mark = text.find_first_of("eE^");
  char* end = nullptr;
  const double base = std::strtod(text.substr(0, mark).c_str(), &end);
  double exponent = 0.0;
  if (mark != std::string::npos) {
    const std::string rest = text.substr(mark + 1);
    exponent = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str()) return std::nullopt;
  }
  if (!(base > 0.0) || !std::isfinite(base) || !std::isfinite(exponent)) return std::nullopt;
  return mark != std::string::npos && text[mark] == '^' ? exponent * std::log10(base)
                                                        : std::log10(base) + exponent;
}

void track_cursor(const FigurePanel& panel, const session::Snapshot& snapshot, ViewState& state) {
  if (!panel.mouse()) return;
  const figure::FigureInfo& info = panel.info();
  if (info.cell != nullptr)
    state.next_cursor = info.cell(snapshot, state.view, panel.figure(), *panel.mouse());
  if (info.over_iterations)
    state.next_cursor_iteration =
        figure::iteration_at(panel.figure(), figure::longest_curve(snapshot), *panel.mouse());
}

void light_up(const FigurePanel& panel, ViewState& state) {
  if (!panel.mouse()) return;
  if (const auto found = figure::highlight_at(panel.figure(), *panel.mouse()))
    state.next_highlight = found;
}

}  // namespace backflow::ui
