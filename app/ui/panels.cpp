#include "app/ui/panels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/text_markup.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// Widths in units of the controls over the figures.
constexpr double kNormWords = 150.0, kNormSymbols = 74.0, kBlock = 96.0;
constexpr double kLimits = 84.0;  // or ε, as wide
constexpr double kAxis = 88.0, kShortAxis = 64.0;

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

// A line through the curves at what is under the mouse.
void draw_crosshair(const UiContext& ui, const FigurePanel& panel, const Rect& rect,
                    double bar = FigurePanel::kBar) {
  const auto& plot = panel.figure().plot;
  if (!plot || !panel.mouse() || !plot->rect.contains(*panel.mouse())) return;
  const float x = ImGui::GetIO().MousePos.x;
  const double top = rect.y + ui.px(bar);
  ImGui::GetWindowDrawList()->AddLine({x, static_cast<float>(top + ui.px(plot->rect.y))},
                                      {x, static_cast<float>(top + ui.px(plot->rect.bottom()))},
                                      to_imgui(ui.colors().axis));
}

// Says that the map has only some of the steps yet.
void draw_coarse_chip(UiContext& ui, const Rect& room) {
  for (const char* text : {"coarse map, refining …", "coarse …"}) {
    const double width = figure::text_width(text, ui.px(11.0)) + ui.px(14.0);
    if (width > room.width) continue;
    const Rect chip{room.x, room.y + ui.px(2.0), width, room.height - ui.px(4.0)};
    interact(ui, {"Coarse map",
                  "The map was computed for some of the steps only, to be here at once;\n"
                  "the exact one follows when the processor has had the time.",
                  chip});
    const figure::Palette& colors = ui.colors();
    ImGui::GetWindowDrawList()->AddRect(top_left(chip), bottom_right(chip), to_imgui(colors.axis),
                                        static_cast<float>(chip.height / 2.0));
    draw_text(ui, chip, text, 11.0, colors.muted_text, figure::HAlign::center);
    return;
  }
}

}  // namespace

void Panels::take_keys() {
  for (TabbedPanel* panel : {&map_, &loss_, &norm_}) panel->take_keys();
}

const figure::Figure* Panels::figure(std::string_view name) const {
  for (const FigurePanel* panel : {&network_, &map_.shown(), &loss_.shown(), &norm_.shown()})
    if (panel->figure().name == name) return &panel->figure();
  return nullptr;
}

void Panels::draw(UiContext& ui, const PanelRects& rects, const session::Snapshot& snapshot,
                  const UiServices& services) {
  if (!asked_) asked_ = wanted_ = snapshot.analysis_options;
  // The map first: what lies under the mouse there is marked in the network.
  draw_map(ui, rects.map, snapshot, services);
  draw_network(ui, rects.network, snapshot, services);
  draw_curve(ui, loss_, rects.loss, snapshot, services);
  draw_curve(ui, norm_, rects.norm, snapshot, services);
  wanted_.sequence = view_.sequence;
  wanted_.spectra = false;
  for (const TabbedPanel* panel : {&map_, &loss_, &norm_})
    wanted_.spectra = wanted_.spectra || panel->shown().info().needs_spectra;
  if (wanted_ == *asked_) return;
  asked_ = wanted_;
  services.send(session::SetAnalysis{wanted_});
}

void Panels::draw_axis(UiContext& ui, const Rect& rect, const char* label, bool& logarithmic) {
  const auto chosen =
      segmented(ui, {label, "Scale of the vertical axis", rect},
                {{"linear", rect.width < ui.px(kAxis - 0.5) ? "lin" : "linear"}, {"log", "log"}},
                logarithmic ? "log" : "linear");
  if (chosen) logarithmic = *chosen == "log";
}

void Panels::draw_curve(UiContext& ui, TabbedPanel& panel, const Rect& rect,
                        const session::Snapshot& snapshot, const UiServices& services) {
  Rect bar = panel.begin(ui, rect, kShortAxis + 12.0);
  const double axis = fits(ui, bar, kAxis) ? kAxis : kShortAxis;
  if (fits(ui, bar, axis)) {
    if (panel.shows("loss")) draw_axis(ui, take_right(ui, bar, axis), "Loss axis", view_.loss_log);
    if (panel.shows("gradient-norm"))
      draw_axis(ui, take_right(ui, bar, axis), "Gradient axis", view_.gradient_log);
  }
  panel.shown().draw(ui, rect, FigurePanel::kBar, snapshot, view_, services.textures);
  if (!panel.shows("spectrum")) draw_crosshair(ui, panel.shown(), rect);
}

void Panels::draw_sequence(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot) {
  const model::Index batch = snapshot.record->trace.batch();
  const std::string help = "Sequence of the batch that the network and the heatmap show";
  const double side = rect.height;
  view_.sequence %= batch;  // the batch may have become smaller
  if (button(ui, {"Previous sequence", help, {rect.x, rect.y, side, side}, batch > 1}, {"‹"}))
    view_.sequence = (view_.sequence + batch - 1) % batch;
  if (button(ui, {"Next sequence", help, {rect.right() - side, rect.y, side, side}, batch > 1},
             {"›"}))
    view_.sequence = (view_.sequence + 1) % batch;
  draw_text(ui, {rect.x + side, rect.y, rect.width - 2 * side, rect.height},
            fmt::format("seq {} / {}", view_.sequence + 1, batch), 12.0, ui.colors().text,
            figure::HAlign::center);
}

void Panels::draw_network(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                          const UiServices& services) {
  Rect bar = network_.begin(ui, rect);
  if (fits(ui, bar, 120.0)) draw_sequence(ui, take_right(ui, bar, 120.0), snapshot);
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

void Panels::draw_norm(UiContext& ui, const Rect& rect, bool in_words) {
  const auto chosen = segmented(
      ui,
      {"Norm",
       "Matrix norm of ∂h_{t}/∂h_{k}\nspectral ‖·‖_{2}: the most it stretches any direction\n"
       "Frobenius ‖·‖_{F}: root of the sum of squares; faster",
       rect},
      {{"spectral", in_words ? "spectral" : "‖·‖_{2}"},
       {"frobenius", in_words ? "Frobenius" : "‖·‖_{F}"}},
      std::string(model::name_of(wanted_.norm)));
  if (chosen) wanted_.norm = *model::parse_enum<gradient::MatrixNorm>(*chosen);
}

void Panels::draw_block(UiContext& ui, const Rect& rect) {
  const auto chosen = segmented(ui,
                                {"State",
                                 "Which part of the LSTM's state the gradient flows through\n"
                                 "h: ∂h_{t}/∂h_{k}, c_{k} held;  c: ∂c_{t}/∂c_{k}, h_{k} held, the "
                                 "way past the gates;  h, c: both together",
                                 rect},
                                {{"hidden", "h"}, {"cell", "c"}, {"full", "h, c"}},
                                std::string(model::name_of(wanted_.block)));
  if (chosen) wanted_.block = *model::parse_enum<gradient::StateBlock>(*chosen);
}

void Panels::draw_color_limits(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot) {
  const auto chosen =
      segmented(ui,
                {"Colour limits",
                 "Colours\nauto: as wide as the map needs\nfixed: stay, to compare settings", rect},
                {{"auto", "auto"}, {"fixed", "fixed"}}, view_.heatmap_low ? "fixed" : "auto");
  if (chosen && *chosen == "auto") view_.heatmap_low = view_.heatmap_high = std::nullopt;
  if (chosen && *chosen == "fixed" && snapshot.analysis) {
    const double limit = figure::automatic_limit(snapshot.analysis->range);
    view_.heatmap_low = -limit;
    view_.heatmap_high = limit;
  }
}

void Panels::draw_epsilon(UiContext& ui, const Rect& rect) {
  const SliderRange range{1e-12, 0.9, true, false, {}, fmt::format("{:.4g}", wanted_.epsilon)};
  const Widget widget{"Reach ε",
                      "The share of the gradient that still counts\nThe reach is the largest lag "
                      "whose median is above it.\ndrag, or double-click to type, e.g. 1e-3",
                      rect};
  const auto input =
      slider(ui, widget, range, wanted_.epsilon, "ε = " + figure::compact(wanted_.epsilon));
  if (!input) return;
  if (const auto typed = log10_of(input->text))
    wanted_.epsilon = std::clamp(std::pow(10.0, *typed), range.min, range.max);
}

// From the right end of the bar, the norm in symbols where words do not fit; on a line of their own
// where these do not fit either. Returns what is left of the bar.
Rect Panels::draw_map_controls(UiContext& ui, Rect bar, const Rect& second, bool lstm,
                               const session::Snapshot& snapshot) {
  const double others = kLimits + 6.0 + (lstm ? kBlock + 6.0 : 0.0);
  const bool in_words = fits(ui, bar, others + kNormWords) || second.width > 0.0;
  Rect line = second.width > 0.0 ? second : bar;
  if (fits(ui, line, kLimits)) {
    if (map_.shows("jacobian-norms"))
      draw_color_limits(ui, take_right(ui, line, kLimits), snapshot);
    else
      draw_epsilon(ui, take_right(ui, line, kLimits));
  }
  const double norm = in_words ? kNormWords : kNormSymbols;
  if (fits(ui, line, norm)) draw_norm(ui, take_right(ui, line, norm), in_words);
  if (lstm && fits(ui, line, kBlock)) draw_block(ui, take_right(ui, line, kBlock));
  return second.width > 0.0 ? bar : line;
}

void Panels::draw_map(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                      const UiServices& services) {
  const bool lstm = snapshot.config.model.cell == model::CellKind::lstm;
  const double least = kNormSymbols + kLimits + (lstm ? kBlock + 6.0 : 0.0) + 12.0;
  const Rect bar = map_.begin(ui, rect, least);
  double bar_height = FigurePanel::kBar;
  const auto next_line = [&] {
    const Rect line{rect.x + ui.px(9.0), rect.y + ui.px(bar_height), rect.width - ui.px(18.0),
                    ui.px(22.0)};
    bar_height += 26.0;
    return line;
  };
  const Rect second = bar.width < ui.px(least - 6.0) ? next_line() : Rect{};
  const Rect rest = draw_map_controls(ui, bar, second, lstm, snapshot);
  if (snapshot.analysis && snapshot.analysis->norms.stride > 1) draw_coarse_chip(ui, rest);
  const bool heatmap = map_.shows("jacobian-norms");
  if (heatmap && view_.heatmap_low) draw_limits(ui, next_line());
  FigurePanel& panel = map_.shown();
  const Interaction state = panel.draw(ui, rect, bar_height, snapshot, view_, services.textures);
  view_.cursor =
      heatmap && panel.mouse() ? figure::cell_at(panel.figure(), *panel.mouse()) : std::nullopt;
  if (state.clicked && view_.cursor) show_spectrum_of(*view_.cursor);
  if (!heatmap && !panel.info().needs_spectra) draw_crosshair(ui, panel, rect, bar_height);
}

// Of a product; on the diagonal, where there is none, of W_hh again.
void Panels::show_spectrum_of(figure::Cell cell) {
  const session::StepPair pair{cell.t, cell.k};
  if (cell.t == cell.k || wanted_.product == pair)
    wanted_.product.reset();
  else
    wanted_.product = pair;
  loss_.show("spectrum");
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
