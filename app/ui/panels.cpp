#include "app/ui/panels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// Takes a rectangle of that many units off the right end of `bar`.
Rect take_right(const UiContext& ui, Rect& bar, double units) {
  const double width = ui.px(units);
  bar.width -= width + ui.px(6.0);
  return {bar.right() + ui.px(6.0), bar.y, width, bar.height};
}

bool fits(const UiContext& ui, const Rect& bar, double units) {
  return bar.width >= ui.px(units + 6.0);
}

// log10 of a positive number as typed: "100", "0.001", "1e-6", "1e-5000", "10^-6".
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

// A line through the curve at the iteration under the mouse.
void draw_crosshair(const UiContext& ui, const FigurePanel& panel, const Rect& rect) {
  const auto& plot = panel.figure().plot;
  if (!plot || !panel.mouse() || !plot->rect.contains(*panel.mouse())) return;
  const float x = ImGui::GetIO().MousePos.x;
  const double top = rect.y + ui.px(FigurePanel::kBar);
  ImGui::GetWindowDrawList()->AddLine({x, static_cast<float>(top + ui.px(plot->rect.y))},
                                      {x, static_cast<float>(top + ui.px(plot->rect.bottom()))},
                                      to_imgui(ui.colors().axis));
}

}  // namespace

const figure::Figure* Panels::figure(std::string_view name) const {
  for (const FigurePanel* panel : {&network_, &map_, &loss_, &norm_})
    if (panel->figure().name == name) return &panel->figure();
  return nullptr;
}

void Panels::draw(UiContext& ui, const PanelRects& rects, const session::Snapshot& snapshot,
                  const UiServices& services) {
  // The map first: what lies under the mouse there is marked in the network.
  draw_map(ui, rects.map, snapshot, services);
  draw_network(ui, rects.network, snapshot, services);
  draw_curve(ui, loss_, rects.loss, "Loss axis", view_.loss_log, snapshot, services);
  draw_curve(ui, norm_, rects.norm, "Gradient axis", view_.gradient_log, snapshot, services);
}

void Panels::draw_curve(UiContext& ui, FigurePanel& panel, const Rect& rect, const char* label,
                        bool& logarithmic, const session::Snapshot& snapshot,
                        const UiServices& services) {
  Rect bar = panel.begin(ui, rect);
  if (fits(ui, bar, 96.0)) {
    const auto chosen =
        segmented(ui, {label, "Scale of the vertical axis", take_right(ui, bar, 96.0)},
                  {{"linear", "linear"}, {"log", "log"}}, logarithmic ? "log" : "linear");
    if (chosen) logarithmic = *chosen == "log";
  }
  panel.draw(ui, rect, FigurePanel::kBar, snapshot, view_, services.textures);
  draw_crosshair(ui, panel, rect);
}

void Panels::draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                           const UiServices& services) {
  const model::Index batch = snapshot.record->trace.batch();
  const std::string help = "Sequence of the batch that the network and the heatmap show";
  const double side = rect.height;
  const auto show = [&](model::Index sequence) {
    view_.sequence = (sequence + batch) % batch;
    session::AnalysisOptions options = snapshot.analysis_options;
    options.sequence = view_.sequence;
    services.send(session::SetAnalysis{options});
  };
  if (view_.sequence >= batch) show(view_.sequence % batch);  // the batch has become smaller
  if (button(ui, {"Previous sequence", help, {rect.x, rect.y, side, side}, batch > 1}, {"‹"}))
    show(view_.sequence - 1);
  if (button(ui, {"Next sequence", help, {rect.right() - side, rect.y, side, side}, batch > 1},
             {"›"}))
    show(view_.sequence + 1);
  draw_text(ui, {rect.x + side, rect.y, rect.width - 2 * side, rect.height},
            fmt::format("seq {} / {}", view_.sequence + 1, batch), 12.0, ui.colors().text,
            figure::HAlign::center);
}

void Panels::draw_network(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                          const UiServices& services) {
  Rect bar = network_.begin(ui, rect);
  if (fits(ui, bar, 120.0)) draw_sequence(ui, take_right(ui, bar, 120.0), snapshot, services);
  const model::Index steps = snapshot.record->trace.steps();
  if (view_.last_step && *view_.last_step > static_cast<double>(steps))
    view_.first_step = view_.last_step = std::nullopt;
  if (view_.last_step && fits(ui, bar, 70.0) &&
      button(
          ui,
          {"Show all steps", "The whole network again  (double-click)", take_right(ui, bar, 70.0)},
          {"all steps"}))
    view_.first_step = view_.last_step = std::nullopt;
  const Interaction state =
      network_.draw(ui, rect, FigurePanel::kBar, snapshot, view_, services.textures);
  zoom_and_pan(ui, state, steps);
}

void Panels::zoom_and_pan(const UiContext& ui, const Interaction& state, model::Index steps) {
  const auto& plot = network_.figure().plot;
  if (!plot || !network_.mouse()) return;
  const double T = static_cast<double>(steps);
  const double first = view_.first_step.value_or(0.0), last = view_.last_step.value_or(T);
  const ImGuiIO& io = ImGui::GetIO();
  const auto show = [&](double from, double width) {
    const double limited = std::clamp(width, std::min(2.0, T), T);
    const double start = std::clamp(from, 0.0, T - limited);
    if (limited >= T)
      view_.first_step = view_.last_step = std::nullopt;
    else
      view_.first_step = start, view_.last_step = start + limited;
  };
  if (state.double_clicked) {
    show(0.0, T);
  } else if (state.hovered && io.MouseWheel != 0.0f) {
    const double factor = std::pow(0.8, io.MouseWheel);
    const double center = figure::x_value_at(*plot, network_.mouse()->x);
    show(center - (center - first) * factor, (last - first) * factor);
  } else if (state.held && view_.last_step && io.MouseDelta.x != 0.0f) {
    const double per_pixel = (plot->x_max - plot->x_min) / std::max(1.0, ui.px(plot->rect.width));
    show(first - io.MouseDelta.x * per_pixel, last - first);
  }
}

void Panels::draw_map(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                      const UiServices& services) {
  Rect bar = map_.begin(ui, rect);
  const bool fixed = view_.heatmap_low.has_value();
  if (fits(ui, bar, 150.0)) {
    const auto chosen =
        segmented(ui,
                  {"Norm",
                   "Matrix norm of ∂h_{t}/∂h_{k}\nspectral: the most it stretches any direction\n"
                   "Frobenius: root of the sum of squares; faster",
                   take_right(ui, bar, 150.0)},
                  {{"spectral", "spectral"}, {"frobenius", "Frobenius"}},
                  std::string(model::name_of(snapshot.analysis_options.norm)));
    if (chosen) {
      session::AnalysisOptions options = snapshot.analysis_options;
      options.norm = *model::parse_enum<gradient::MatrixNorm>(*chosen);
      services.send(session::SetAnalysis{options});
    }
  }
  if (fits(ui, bar, 100.0)) {
    const auto chosen = segmented(
        ui,
        {"Colour limits", "auto: as wide as the map needs\nfixed: stay, to compare settings",
         take_right(ui, bar, 100.0)},
        {{"auto", "auto"}, {"fixed", "fixed"}}, fixed ? "fixed" : "auto");
    if (chosen && *chosen == "auto") view_.heatmap_low = view_.heatmap_high = std::nullopt;
    if (chosen && *chosen == "fixed" && snapshot.analysis) {
      const double limit = figure::automatic_limit(snapshot.analysis->range);
      view_.heatmap_low = -limit;
      view_.heatmap_high = limit;
    }
  }
  double bar_height = FigurePanel::kBar;
  if (fixed) {
    draw_limits(ui, {rect.x + ui.px(9.0), rect.y + ui.px(bar_height), rect.width - ui.px(18.0),
                     ui.px(22.0)});
    bar_height += 26.0;
  }
  map_.draw(ui, rect, bar_height, snapshot, view_, services.textures);
  view_.cursor = map_.mouse() ? figure::cell_at(map_.figure(), *map_.mouse()) : std::nullopt;
}

void Panels::draw_limits(UiContext& ui, const Rect& rect) {
  // Both fields count decades away from 10^0, so that one logarithmic scale serves 10^0.1 and
  // 10^5000; what is typed is the norm itself.
  const auto limit = [&](const char* label, const char* help, double x, double& value,
                         double sign) {
    SliderRange decades{0.1, 10000.0, true, false, {}, fmt::format("1e{:.4g}", value)};
    const Widget widget{label, help, {x, rect.y, ui.px(110.0), rect.height}};
    const auto input = slider(ui, widget, decades, std::abs(value), figure::compact_power(value));
    if (!input) return;
    const std::optional<double> log10_value =
        input->typed ? log10_of(input->text)
                     : std::optional(sign * std::strtod(input->text.c_str(), nullptr));
    if (log10_value && *log10_value * sign > 0.0)
      value = sign * std::clamp(std::abs(*log10_value), decades.min, decades.max);
  };
  draw_text(ui, {rect.x, rect.y, ui.px(84.0), rect.height}, "colours from", 12.0,
            ui.colors().muted_text);
  limit("Lowest colour",
        "The norm below 1 that gets the deepest blue\ndouble-click to type, e.g. 1e-6",
        rect.x + ui.px(84.0), *view_.heatmap_low, -1.0);
  draw_text(ui, {rect.x + ui.px(202.0), rect.y, ui.px(20.0), rect.height}, "to", 12.0,
            ui.colors().muted_text);
  limit("Highest colour",
        "The norm above 1 that gets the deepest red\ndouble-click to type, e.g. 100",
        rect.x + ui.px(222.0), *view_.heatmap_high, 1.0);
}

}  // namespace backflow::ui
