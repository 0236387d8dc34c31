#include "app/ui/divergence_banner.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/side.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "core/config/keys.h"
#include "core/training/divergence.h"

namespace backflow::ui {
namespace {

enum class Remedy {
  lower_rate,    // the update went too far
  lower_radius,  // the weights themselves overflow: going on meets the same number again
  run            // what was changed since has helped
};

Remedy remedy_for(const session::Snapshot& snapshot) {
  const training::Divergence& divergence = *snapshot.divergence;
  if (!snapshot.record->divergence) return Remedy::run;
  // A later record is an evaluation after a change by hand, which has not helped.
  if (snapshot.record->iteration != divergence.iteration) return Remedy::lower_radius;
  const bool parameter = divergence.tensor.starts_with("W_") || divergence.tensor.starts_with("b_");
  return snapshot.resume_iteration == divergence.iteration && !parameter ? Remedy::lower_radius
                                                                         : Remedy::lower_rate;
}

std::string advice(Remedy remedy, const session::Snapshot& snapshot) {
  switch (remedy) {
    case Remedy::lower_radius:
      return "These weights themselves overflow: lower the spectral radius, take fewer steps, or "
             "choose tanh; then run.";
    case Remedy::run:
      return "With what you changed since, all numbers are finite again: press Run.";
    case Remedy::lower_rate:
      return fmt::format(
          "Lower the learning rate η (now {}) and run: it goes on from iteration {}.",
          figure::compact(snapshot.config.training.learning_rate),
          figure::grouped(snapshot.resume_iteration));
  }
  return {};
}

void draw_background(const UiContext& ui, const Rect& rect) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const figure::Palette& colors = ui.colors();
  const auto rounding = static_cast<float>(ui.px(6.0));
  list.AddRectFilled(top_left(rect), bottom_right(rect),
                     to_imgui(mix(colors.background, colors.warning, 0.18)), rounding);
  list.AddRect(top_left(rect), bottom_right(rect), to_imgui(colors.warning), rounding);
}

void draw_halving(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                  const std::function<void(session::Command)>& send) {
  const config::Key& key = *config::find_key("training.learning_rate");
  const double halved = std::max(key.min, snapshot.config.training.learning_rate / 2.0);
  if (!button(ui,
              {"Halve learning rate and run",
               "Sets η to " + figure::compact(halved) + " and goes on from the best weights so far",
               rect},
              {"Halve η and run", Icon::play, true}))
    return;
  send(session::SetKey{key.name, config::format_number(halved)});
  send(session::Run{});
}

}  // namespace

std::string divergence_sentence(const session::Snapshot& snapshot) {
  return fmt::format("Training stopped in iteration {}: {}.",
                     figure::grouped(snapshot.divergence->iteration),
                     figure::subscripts_to_markup(training::describe(*snapshot.divergence)));
}

void draw_divergence_banner(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                            const std::function<void(session::Command)>& send) {
  const figure::Palette& colors = ui.colors();
  draw_background(ui, rect);
  const double pad = ui.px(12.0), buttons = ui.px(200.0 + 72.0) + 3 * pad;
  const Rect text{rect.x + pad, rect.y + ui.px(8.0), rect.width - buttons, ui.px(24.0)};
  draw_text(ui, text, divergence_sentence(snapshot), 13.0, colors.text, figure::HAlign::left, true);
  const Remedy remedy = remedy_for(snapshot);
  draw_text(ui, {text.x, text.y + ui.px(24.0), text.width, ui.px(22.0)}, advice(remedy, snapshot),
            12.0, colors.text);
  const Rect second{rect.right() - pad - ui.px(72.0), rect.y + ui.px(18.0), ui.px(72.0),
                    ui.px(30.0)};
  const Rect first{second.x - pad - ui.px(200.0), second.y, ui.px(200.0), second.height};
  if (remedy == Remedy::lower_rate) draw_halving(ui, first, snapshot, send);
  if (button(ui, {"Reset after divergence", "Fresh weights, empty curves  (R)", second}, {"Reset"}))
    send(session::Reset{});
}

void draw_side_banner(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                      const std::function<void(session::Command)>& send) {
  draw_background(ui, rect);
  const double pad = ui.px(9.0), buttons = ui.px(142.0);
  const Remedy remedy = remedy_for(snapshot);
  Rect text{rect.x + pad, rect.y, rect.width - 2 * pad, rect.height};
  text.x += draw_side_badge(ui, text);
  text.width = rect.right() - pad - text.x;
  if (remedy == Remedy::lower_rate) {
    text.width -= buttons + pad;
    draw_halving(ui,
                 {rect.right() - ui.px(4.0) - buttons, rect.y + ui.px(4.0), buttons,
                  rect.height - ui.px(8.0)},
                 snapshot, send);
  }
  const std::string iteration =
      fmt::format("stopped in iteration {}", figure::grouped(snapshot.divergence->iteration));
  const std::string tensor = figure::subscripts_to_markup(snapshot.divergence->tensor);
  const std::string shown =
      figure::first_that_fits({divergence_sentence(snapshot),
                               iteration + ": " + tensor + " is not finite", iteration, "stopped"},
                              ui.px(12.0), text.width);
  interact(ui, {"Stopped", divergence_sentence(snapshot) + "\n" + advice(remedy, snapshot), text});
  draw_text(ui, text, shown, 12.0, ui.colors().text);
}

}  // namespace backflow::ui
