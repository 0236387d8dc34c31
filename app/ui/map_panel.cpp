#include "app/ui/map_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// Widths in units of the controls over the figures.
constexpr double kNormWords = 150.0, kNormSymbols = 74.0, kBlock = 96.0;
constexpr double kLimits = 84.0;  // or ε, as wide
constexpr double kTensor = 126.0, kScale = 132.0;

struct CoarseWords {
  const char *full, *brief, *help;
};

CoarseWords words_of(const session::Analysis& analysis) {
  if (analysis.too_large)
    return {"estimated map", "estimated",
            "Estimated from a few vectors that were sent back from some of the steps. The exact\n"
            "map of so many hidden units and steps takes more memory than this machine can spare."};
  if (analysis.norms.estimated)
    return {"estimated map, refining …", "estimated …",
            "Estimated from a few vectors that were sent back from some of the steps, to be here\n"
            "at once; finer ones and the exact one follow when the processor has had the time."};
  return {"coarse map, refining …", "coarse …",
          "The map was computed for some of the steps only, to be here at once;\n"
          "the exact one follows when the processor has had the time."};
}

// Says that the map is not the exact one yet.
void draw_coarse_chip(UiContext& ui, const session::Analysis& analysis, const Rect& room) {
  const CoarseWords words = words_of(analysis);
  for (const char* text : {words.full, words.brief}) {
    const double width = figure::text_width(text, ui.px(11.0)) + ui.px(14.0);
    if (width > room.width) continue;
    const Rect chip{room.x, room.y + ui.px(2.0), width, room.height - ui.px(4.0)};
    interact(ui, {"Coarse map", words.help, chip});
    const figure::Palette& colors = ui.colors();
    ImGui::GetWindowDrawList()->AddRect(top_left(chip), bottom_right(chip), to_imgui(colors.axis),
                                        static_cast<float>(chip.height / 2.0));
    draw_text(ui, chip, text, 11.0, colors.muted_text, figure::HAlign::center);
    return;
  }
}

void draw_norm(UiContext& ui, const Rect& rect, bool in_words, session::AnalysisOptions& wanted) {
  const auto chosen = segmented(
      ui,
      {"Norm",
       "Matrix norm of ∂h_{t}/∂h_{k}\nspectral ‖·‖_{2}: the most it stretches any direction\n"
       "Frobenius ‖·‖_{F}: root of the sum of squares; faster",
       rect},
      {{"spectral", in_words ? "spectral" : "‖·‖_{2}"},
       {"frobenius", in_words ? "Frobenius" : "‖·‖_{F}"}},
      std::string(model::name_of(wanted.norm)));
  if (chosen) wanted.norm = *model::parse_enum<gradient::MatrixNorm>(*chosen);
}

void draw_block(UiContext& ui, const Rect& rect, session::AnalysisOptions& wanted) {
  const auto chosen = segmented(ui,
                                {"State",
                                 "Which part of the LSTM's state the gradient flows through\n"
                                 "h: ∂h_{t}/∂h_{k}, c_{k} held;  c: ∂c_{t}/∂c_{k}, h_{k} held, the "
                                 "way past the gates;  h, c: both together",
                                 rect},
                                {{"hidden", "h"}, {"cell", "c"}, {"full", "h, c"}},
                                std::string(model::name_of(wanted.block)));
  if (chosen) wanted.block = *model::parse_enum<gradient::StateBlock>(*chosen);
}

void draw_color_limits(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                       figure::View& view) {
  const auto chosen =
      segmented(ui,
                {"Colour limits",
                 "Colours\nauto: as wide as the map needs\nfixed: stay, to compare settings", rect},
                {{"auto", "auto"}, {"fixed", "fixed"}}, view.heatmap_low ? "fixed" : "auto");
  if (chosen && *chosen == "auto") view.heatmap_low = view.heatmap_high = std::nullopt;
  if (chosen && *chosen == "fixed" && snapshot.analysis) {
    const double limit = figure::automatic_limit(snapshot);
    view.heatmap_low = -limit;
    view.heatmap_high = limit;
  }
}

void draw_epsilon(UiContext& ui, const Rect& rect, session::AnalysisOptions& wanted) {
  const SliderRange range{1e-12, 0.9, true, false, {}, fmt::format("{:.4g}", wanted.epsilon)};
  const Widget widget{"Reach ε",
                      "The share of the gradient that still counts\nThe reach is the largest lag "
                      "whose median is above it.\ndrag, or double-click to type, e.g. 1e-3",
                      rect};
  const auto input =
      slider(ui, widget, range, wanted.epsilon, "ε = " + figure::compact(wanted.epsilon));
  if (!input) return;
  if (const auto typed = log10_of(input->text))
    wanted.epsilon = std::clamp(std::pow(10.0, *typed), range.min, range.max);
}

void draw_tensor(UiContext& ui, const Rect& rect, figure::View& view) {
  using enum gradient::RecurrentTensor;
  const auto chosen =
      segmented(ui,
                {"Tensor",
                 "Whose gradient is itemised\nW_{hh}: C(t, k) = δ_{k} h_{k−1}^{T};  W_{xh}: "
                 "δ_{k} x_{k}^{T};  b_{h}: δ_{k}\nwith δ_{k} the blame of the loss at t that "
                 "reaches a_{k}",
                 rect},
                {{"W_hh", "W_{hh}"}, {"W_xh", "W_{xh}"}, {"b_h", "b_{h}"}},
                view.contribution_tensor == W_hh   ? "W_hh"
                : view.contribution_tensor == W_xh ? "W_xh"
                                                   : "b_h");
  if (chosen) view.contribution_tensor = *chosen == "W_hh" ? W_hh : *chosen == "W_xh" ? W_xh : b_h;
}

void draw_relative(UiContext& ui, const Rect& rect, figure::View& view) {
  const auto chosen = segmented(
      ui,
      {"Contribution scale",
       "absolute: the norms ‖C(t, k)‖;  relative: their shares of each loss step's sum\n"
       "Norms of terms do not add up to the norm of their sum: terms that point apart cancel\n"
       "(‖Σ C‖ ≤ Σ ‖C‖). The line across a bar is the norm of the sum, the true gradient.",
       rect},
      {{"absolute", "absolute"}, {"relative", "relative"}},
      view.contribution_relative ? "relative" : "absolute");
  if (chosen) view.contribution_relative = *chosen == "relative";
}

void draw_limits(UiContext& ui, const Rect& rect, figure::View& view) {
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
        "The norm below 1 that gets the first colour\ndouble-click to type, e.g. 1e-6",
        rect.x + ui.px(84.0), *view.heatmap_low, -1.0);
  draw_text(ui, {rect.x + ui.px(202.0), rect.y, ui.px(20.0), rect.height}, "to", 12.0,
            ui.colors().muted_text);
  limit("Highest colour",
        "The norm above 1 that gets the last colour\ndouble-click to type, e.g. 100",
        rect.x + ui.px(222.0), *view.heatmap_high, 1.0);
}

// The scale of the heatmap under the mouse: a click changes to the next colours.
bool choose_colors(UiContext& ui, const FigurePanel& panel, const Interaction& state) {
  const auto& groups = panel.figure().groups;
  const auto bar = std::find_if(groups.begin(), groups.end(),
                                [](const figure::Group& group) { return group.id == "color-bar"; });
  if (!panel.mouse() || bar == groups.end()) return false;
  const bool over = std::any_of(bar->marks.begin(), bar->marks.end(), [&](const auto& mark) {
    const auto* map = std::get_if<figure::HeatmapMark>(&mark);
    return map != nullptr && map->rect.contains(*panel.mouse());
  });
  if (!over) return false;
  if (state.clicked) ui.norm_colors = next_colors(ui.norm_colors);
  if (!state.held)
    ui.tooltip = "Colours: " + std::string(model::name_of(ui.norm_colors)) +
                 (ui.norm_colors == figure::Colormap::diverging
                      ? "\nwhite is 1, blue below, red above"
                      : "\nfrom dark for the smallest norm to light for the largest") +
                 "\nclick: other colours  (K)";
  return true;
}

}  // namespace

figure::Colormap next_colors(figure::Colormap colors) {
  const auto& all = model::EnumNames<figure::Colormap>::kAll;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].value == colors) return all[(i + 1) % all.size()].value;
  return colors;
}

// From the right end of the bar, the norm in symbols where words do not fit; on a line of their own
// where these do not fit either. Returns what is left of the bar.
Rect MapPanel::draw_controls(UiContext& ui, Rect bar, const Rect& second, bool has_c,
                             const session::Snapshot& snapshot, ViewState& state) {
  Rect line = second.width > 0.0 ? second : bar;
  if (tabs_.shows("contributions")) {
    if (fits(ui, line, kScale)) draw_relative(ui, take_right(ui, line, kScale), state.view);
    if (fits(ui, line, kTensor)) draw_tensor(ui, take_right(ui, line, kTensor), state.view);
    return second.width > 0.0 ? bar : line;
  }
  const bool heatmap = tabs_.shows("jacobian-norms"), lag = tabs_.shows("gradient-by-lag");
  const double others = (heatmap || lag ? kLimits + 6.0 : 0.0) + (has_c ? kBlock + 6.0 : 0.0);
  const bool in_words = fits(ui, bar, others + kNormWords) || second.width > 0.0;
  if (fits(ui, line, kLimits)) {
    if (heatmap) draw_color_limits(ui, take_right(ui, line, kLimits), snapshot, state.view);
    if (lag) draw_epsilon(ui, take_right(ui, line, kLimits), state.wanted);
  }
  const double norm = in_words ? kNormWords : kNormSymbols;
  if (fits(ui, line, norm)) draw_norm(ui, take_right(ui, line, norm), in_words, state.wanted);
  if (has_c && fits(ui, line, kBlock)) draw_block(ui, take_right(ui, line, kBlock), state.wanted);
  return second.width > 0.0 ? bar : line;
}

// What the controls of the figure shown need at least, in units.
double MapPanel::least_width(bool has_c) const {
  if (tabs_.shows("contributions")) return kScale + kTensor + 12.0;
  const bool limits = tabs_.shows("jacobian-norms") || tabs_.shows("gradient-by-lag");
  return kNormSymbols + (limits ? kLimits + 6.0 : 0.0) + (has_c ? kBlock + 6.0 : 0.0) + 6.0;
}

void MapPanel::pin(figure::Cell cell, figure::View& view) {
  if (cell.t == cell.k || view.pinned == cell) {
    view.pinned.reset();
  } else {
    view.pinned = cell;
    tabs_.show("jacobian-chain");
  }
}

void MapPanel::release(figure::View& view) {
  if (!view.pinned) return;
  view.pinned.reset();
  if (tabs_.shows("jacobian-chain")) tabs_.show("jacobian-norms");
}

void MapPanel::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                    const PanelServices& services, ViewState& shared) {
  figure::View& view = shared.view;
  const auto has_c = [](const session::Snapshot& side) {
    return model::cell_of(side.config.model.cell).layout().has_c();
  };
  // Of two networks both take the room that one of them needs: their pictures stay alike.
  bool any = false;
  for (const session::Snapshot* side : figure::both(snapshot)) any = any || has_c(*side);
  const double least = least_width(any);
  const Rect bar = tabs_.begin(ui, rect, least);
  double bar_height = FigurePanel::kBar;
  const auto next_line = [&] {
    const Rect line{rect.x + ui.px(9.0), rect.y + ui.px(bar_height), rect.width - ui.px(18.0),
                    ui.px(22.0)};
    bar_height += 26.0;
    return line;
  };
  const Rect second = bar.width < ui.px(least) ? next_line() : Rect{};
  const Rect rest = draw_controls(ui, bar, second, has_c(snapshot), snapshot, shared);
  // Where the title bar is full, beside the title of the axis below.
  const Rect corner{rect.x + ui.px(9.0), rect.bottom() - ui.px(26.0), rect.width * 0.45,
                    ui.px(22.0)};
  if (snapshot.analysis && !snapshot.analysis->norms.is_exact())
    draw_coarse_chip(ui, *snapshot.analysis, rest.width < ui.px(64.0) ? corner : rest);
  const bool heatmap = tabs_.shows("jacobian-norms");
  if (heatmap && view.heatmap_low) draw_limits(ui, next_line(), view);
  FigurePanel& panel = tabs_.shown();
  const Interaction state = panel.draw(ui, rect, bar_height, snapshot, view, services.textures);
  track_cursor(panel, snapshot, shared);
  if (heatmap && choose_colors(ui, panel, state)) return;
  if (heatmap && state.clicked)
    if (const auto cell = figure::cell_at(panel.figure(), *panel.mouse())) pin(*cell, view);
}

}  // namespace backflow::ui
