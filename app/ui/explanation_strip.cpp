#include "app/ui/explanation_strip.h"

#include <algorithm>

#include "app/figure/explanation_figure.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kMostShare = 0.4;   // of the card's height
constexpr double kTallCard = 420.0;  // units: there is room for the strip without asking
constexpr double kLeast = 64.0;      // units: a sentence and a formula
constexpr double kNetwork = 250.0;   // units that the network above needs to be read
constexpr double kSwitch = 66.0;     // width in units

// The most that the strip may take of a card, in units; less than kLeast: there is no room.
double most_units(const UiContext& ui, const Rect& card) {
  const double height = card.height / ui.scale;
  return std::min(kMostShare * height, std::max(kLeast, height - FigurePanel::kBar - kNetwork));
}

}  // namespace

bool ExplanationStrip::is_on(const UiContext& ui, const Rect& card, const ViewState& state) {
  // Beside another network a walk alone does not make room for it.
  const bool walks = state.view.playhead.has_value() && ui.side == Side::none;
  return state.formulas.value_or(walks || card.height >= ui.px(kTallCard));
}

void ExplanationStrip::draw_switch(UiContext& ui, Rect& bar, const Rect& card,
                                   ViewState& state) const {
  if (most_units(ui, card) < kLeast || !fits(ui, bar, kSwitch)) return;
  const bool on = is_on(ui, card, state);
  if (button(ui,
             {"Formula", "The formulas of this step below the network, with its numbers",
              take_right(ui, bar, kSwitch)},
             {.text = "formula", .active = on}))
    state.formulas = !on;
}

ExplanationStrip::Key ExplanationStrip::key_of(const UiContext& ui, const Rect& card,
                                               const session::Snapshot& snapshot,
                                               const figure::View& view) {
  const training::IterationRecord& record = *snapshot.record;
  const training::TrainingOptions& options = record.options;
  return {.steps = record.trace.steps(),
          .hidden = record.trace.h.rows(),
          .outputs = record.trace.y_hat.rows(),
          .cell = record.model.cell,
          .activation = record.model.activation.kind,
          .readout = record.model.readout,
          .loss = record.model.loss,
          .truncation = options.truncation,
          .clip = options.clip.mode,
          .optimizer = options.optimizer.kind,
          .freeze = options.optimizer.freeze_recurrent,
          .decays = options.optimizer.weight_decay != 0.0,
          .penalizes = options.regularizer.l2 != 0.0 || options.regularizer.omega != 0.0,
          .walking = view.playhead.has_value(),
          .width = card.width / ui.scale,
          .most = most_units(ui, card)};
}

// As much as the positions of a walk want, one of each phase.
double ExplanationStrip::height_units(const UiContext& ui, const Rect& card,
                                      const session::Snapshot& snapshot, const figure::View& view) {
  const Key key = key_of(ui, card, snapshot, view);
  const bool same = key == key_;
  const Measured measured{snapshot.record->iteration,
                          snapshot.record->parameters_after.has_value()};
  if (same && (!key.walking || measured == measured_)) return units_;
  if (!same) units_ = kLeast;
  key_ = key;
  measured_ = measured;
  const model::Index T = key.steps;
  const figure::FigureStyle style{ui.theme, 12.0, false};
  const auto wanted = [&](std::optional<figure::Playhead> playhead) {
    figure::View at = view;
    at.playhead = playhead;
    return figure::explanation_height(snapshot, at, style, key.width, key.most);
  };
  if (!key.walking) return units_ = std::clamp(wanted(std::nullopt), kLeast, key.most);
  for (const model::Index position : {std::min<model::Index>(2, T), T + 1, T + 2,
                                      std::min(T + 3, 2 * T + 1), 2 * T + 2, 2 * T + 3})
    units_ = std::max(units_, wanted(figure::Playhead{position}));
  return units_ = std::min(units_, key.most);
}

double ExplanationStrip::draw(UiContext& ui, const Rect& card, const session::Snapshot& snapshot,
                              ViewState& state, HeatmapTextures* textures) {
  if (!is_on(ui, card, state) || most_units(ui, card) < kLeast) return 0.0;
  const double height = ui.px(height_units(ui, card, snapshot, state.view) + 2.0);
  const Rect strip{card.x, card.bottom() - height, card.width, height};
  const double pad = ui.px(9.0);
  ImGui::GetWindowDrawList()->AddLine(
      ImVec2(static_cast<float>(strip.x + pad), static_cast<float>(strip.y)),
      ImVec2(static_cast<float>(strip.right() - pad), static_cast<float>(strip.y)),
      to_imgui(ui.colors().grid));
  panel_.draw(ui, strip, 0.0, snapshot, state.view, textures);
  light_up(panel_, state);
  return height;
}

}  // namespace backflow::ui
