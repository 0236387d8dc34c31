#include "app/ui/panels.h"

#include <cmath>
#include <utility>

#include "app/figure/comparison.h"
#include "app/figure/plot_axes.h"

namespace backflow::ui {
namespace {

constexpr double kAxis = 88.0, kShortAxis = 54.0;  // widths in units

}  // namespace

void Panels::take_keys() {
  if (key_pressed(Key::f)) state_.wants_folded = !state_.wants_folded;
  for (TabbedPanel* panel : {&map_.tabs(), &loss_, &norm_}) panel->take_keys();
}

const figure::Figure* Panels::figure(std::string_view name) const {
  for (const FigurePanel* panel : {&network_.panel(state_.view), &network_.strip(),
                                   &map_.tabs().shown(), &loss_.shown(), &norm_.shown()})
    if (panel->figure().name == name) return &panel->figure();
  return nullptr;
}

TwoNetworks Panels::two_networks() {
  const std::array panels{&loss_, &norm_};
  const auto of_one = [&](std::size_t i) {
    return !figure::is_overlaid(panels[i]->shown().info().name);
  };
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string_view shown = panels[i]->shown().info().name;
    const std::string_view before = std::exchange(lower_shown_[i], shown);
    if (!before.empty() && before != shown) lower_chosen_ = i;
  }
  TwoNetworks two;
  if (of_one(lower_chosen_)) {
    two.lower = lower_chosen_ == 0 ? Card::loss : Card::norm;
  } else {  // both curves
    if (of_one(0)) loss_.show("loss");
    if (of_one(1)) norm_.show("gradient-norm");
  }
  two.loss = of_one(0);
  two.norm = of_one(1);
  return two;
}

void Panels::restore(const Settings& settings) {
  state_.view.loss_log = settings.loss_log;
  state_.view.gradient_log = settings.gradient_log;
  std::size_t i = 0;
  for (TabbedPanel* panel : {&map_.tabs(), &loss_, &norm_}) panel->show(settings.tabs[i++]);
}

void Panels::store(Settings& settings) const {
  settings.loss_log = state_.view.loss_log;
  settings.gradient_log = state_.view.gradient_log;
  std::size_t i = 0;
  for (const TabbedPanel* panel : {&map_.tabs(), &loss_, &norm_})
    settings.tabs[i++] = panel->shown().info().name;
}

void Panels::draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
                  const PanelServices& services) {
  const auto shows = [&](Card card) { return rects.of(card).width > 0.0; };
  if (shows(Card::map)) {
    map_.draw(ui, rects.of(Card::map), snapshot, services, state_);
    state_.shown.push_back(&map_.tabs().shown().info());
  }
  if (shows(Card::network)) {
    network_.draw(ui, rects.of(Card::network), snapshot, services, state_);
    track_network();
  }
  for (const auto& [panel, card] : {std::pair(&loss_, Card::loss), std::pair(&norm_, Card::norm)}) {
    if (!shows(card)) continue;
    draw_curve(ui, *panel, rects.of(card), snapshot, services);
    state_.shown.push_back(&panel->shown().info());
  }
}

// The step of the network under the mouse is marked in the other figures.
void Panels::track_network() {
  const FigurePanel& panel = network_.panel(state_.view);
  const auto& plot = panel.figure().plot;
  if (!panel.mouse() || !plot || !plot->rect.contains(*panel.mouse())) return;
  const auto t =
      static_cast<model::Index>(std::lround(figure::x_value_at(*plot, panel.mouse()->x)));
  state_.next_cursor = figure::Cell{t, t};
}

void Panels::draw_axis(UiContext& ui, const Rect& rect, const char* label, bool& logarithmic) {
  const auto chosen =
      segmented(ui, {label, "Scale of the vertical axis", rect},
                {{"linear", rect.width < ui.px(kAxis - 0.5) ? "lin" : "linear"}, {"log", "log"}},
                logarithmic ? "log" : "linear");
  if (chosen) logarithmic = *chosen == "log";
}

void Panels::draw_curve(UiContext& ui, TabbedPanel& panel, const Rect& rect,
                        const session::Snapshot& snapshot, const PanelServices& services) {
  Rect bar = panel.begin(ui, rect, kShortAxis + 6.0);  // fits()
  const double axis = fits(ui, bar, kAxis) ? kAxis : kShortAxis;
  if (fits(ui, bar, axis)) {
    if (panel.shows("loss"))
      draw_axis(ui, take_right(ui, bar, axis), "Loss axis", state_.view.loss_log);
    if (panel.shows("gradient-norm"))
      draw_axis(ui, take_right(ui, bar, axis), "Gradient axis", state_.view.gradient_log);
  }
  if (panel.shows("weights"))
    return weights_.draw(ui, rect, panel.shown(), snapshot, services, state_);
  const Interaction state =
      panel.shown().draw(ui, rect, FigurePanel::kBar, snapshot, state_.view, services.textures);
  if (panel.shows("spectrum"))
    return eigenvalue_drag_.update(ui, panel.shown(), state, snapshot, services, state_.view);
  if (panel.shows("error-surface") || panel.shows("error-relief")) {
    const bool in_hand =
        neuron_drag_.update(ui, panel.shown(), state, snapshot, services, state_.view);
    if (panel.shows("error-relief"))
      relief_turn_.update(ui, panel.shown(), state, snapshot, in_hand, state_.view);
    return;
  }
  if (panel.shows("gradient-norm"))
    threshold_drag_.update(ui, panel.shown(), state, snapshot, services, state_.view);
  track_cursor(panel.shown(), snapshot, state_);
}

}  // namespace backflow::ui
