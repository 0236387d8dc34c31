#include "app/ui/panels.h"

#include <utility>

namespace backflow::ui {
namespace {

constexpr double kAxis = 88.0, kShortAxis = 64.0;  // widths in units

}  // namespace

void Panels::take_keys() {
  network_.take_keys();
  for (TabbedPanel* panel : {&map_.tabs(), &loss_, &norm_}) panel->take_keys();
}

const figure::Figure* Panels::figure(std::string_view name) const {
  for (const FigurePanel* panel :
       {&network_.panel(), &map_.tabs().shown(), &loss_.shown(), &norm_.shown()})
    if (panel->figure().name == name) return &panel->figure();
  return nullptr;
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

void Panels::follow(const Walk& walk) {
  state_.view.playhead = walk.playhead();
  state_.view.pulse = walk.pulse();
  state_.wanted.walk = walk.on();
}

void Panels::draw(UiContext& ui, const CardRects& rects, const session::Snapshot& snapshot,
                  const UiServices& services) {
  if (!asked_) {
    asked_ = state_.wanted = snapshot.analysis_options;
    state_.wanted.walk = state_.view.playhead.has_value();
  }
  const auto shows = [&](Card card) { return rects.of(card).width > 0.0; };
  network_.advance(ImGui::GetIO().DeltaTime, state_.view);
  // The map first: what lies under the mouse there is marked in the network; the other way round
  // it is a frame late.
  state_.view.cursor = shows(Card::network) ? network_.cursor() : std::nullopt;
  if (shows(Card::map)) {
    const auto clicked = map_.draw(ui, rects.of(Card::map), snapshot, services, state_);
    if (clicked) show_spectrum_of(*clicked);
  }
  if (shows(Card::network)) network_.draw(ui, rects.of(Card::network), snapshot, services, state_);
  state_.wanted.spectra = map_.tabs().shown().info().needs_spectra && shows(Card::map);
  for (const auto& [panel, card] : {std::pair(&loss_, Card::loss), std::pair(&norm_, Card::norm)}) {
    if (!shows(card)) continue;
    draw_curve(ui, *panel, rects.of(card), snapshot, services);
    state_.wanted.spectra = state_.wanted.spectra || panel->shown().info().needs_spectra;
  }
  state_.wanted.sequence = state_.view.sequence;
  if (state_.wanted == *asked_) return;
  asked_ = state_.wanted;
  services.send(session::SetAnalysis{state_.wanted});
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
    if (panel.shows("loss"))
      draw_axis(ui, take_right(ui, bar, axis), "Loss axis", state_.view.loss_log);
    if (panel.shows("gradient-norm"))
      draw_axis(ui, take_right(ui, bar, axis), "Gradient axis", state_.view.gradient_log);
  }
  panel.shown().draw(ui, rect, FigurePanel::kBar, snapshot, state_.view, services.textures);
  if (!panel.shows("spectrum")) draw_crosshair(ui, panel.shown(), rect);
}

// Of a product; on the diagonal, where there is none, of W_hh again.
void Panels::show_spectrum_of(figure::Cell cell) {
  const session::StepPair pair{cell.t, cell.k};
  if (cell.t == cell.k || state_.wanted.product == pair)
    state_.wanted.product.reset();
  else
    state_.wanted.product = pair;
  loss_.show("spectrum");
}

}  // namespace backflow::ui
