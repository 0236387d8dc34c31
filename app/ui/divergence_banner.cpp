#include "app/ui/divergence_banner.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "core/config/keys.h"
#include "core/training/divergence.h"

namespace backflow::ui {
namespace {

// Going on from where training stopped meets the same number again, whatever the learning rate: the
// weights as they are overflow on the way forward or backward.
bool weights_overflow(const session::Snapshot& snapshot) {
  const std::string& tensor = snapshot.divergence->tensor;
  const bool parameter = tensor.starts_with("W_") || tensor.starts_with("b_");
  return snapshot.resume_iteration == snapshot.divergence->iteration && !parameter;
}

}  // namespace

std::string divergence_sentence(const session::Snapshot& snapshot) {
  return fmt::format("Training stopped in iteration {}: {}.",
                     figure::grouped(snapshot.divergence->iteration),
                     figure::subscripts_to_markup(training::describe(*snapshot.divergence)));
}

void draw_divergence_banner(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                            const std::function<void(session::Command)>& send) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const figure::Palette& colors = ui.colors();
  const auto rounding = static_cast<float>(ui.px(6.0));
  list.AddRectFilled(top_left(rect), bottom_right(rect),
                     to_imgui(mix(colors.background, colors.warning, 0.18)), rounding);
  list.AddRect(top_left(rect), bottom_right(rect), to_imgui(colors.warning), rounding);
  const double pad = ui.px(12.0), buttons = ui.px(200.0 + 72.0) + 3 * pad;
  const Rect text{rect.x + pad, rect.y + ui.px(8.0), rect.width - buttons, ui.px(24.0)};
  draw_text(ui, text, divergence_sentence(snapshot), 13.0, colors.text, figure::HAlign::left, true);
  const double rate = snapshot.config.training.learning_rate;
  const bool overflow = weights_overflow(snapshot);
  draw_text(
      ui, {text.x, text.y + ui.px(24.0), text.width, ui.px(22.0)},
      overflow
          ? "These weights themselves overflow: lower the spectral radius, take fewer steps, "
            "or choose tanh; then run."
          : fmt::format("Lower the learning rate η (now {}) and run: it goes on from iteration {}.",
                        figure::compact(rate), figure::grouped(snapshot.resume_iteration)),
      12.0, colors.text);
  const Rect second{rect.right() - pad - ui.px(72.0), rect.y + ui.px(18.0), ui.px(72.0),
                    ui.px(30.0)};
  const Rect first{second.x - pad - ui.px(200.0), second.y, ui.px(200.0), second.height};
  const config::Key& key = *config::find_key("training.learning_rate");
  const double halved = std::max(key.min, rate / 2.0);
  if (!overflow &&
      button(ui,
             {"Halve learning rate and run",
              "Sets η to " + figure::compact(halved) + " and goes on from the best weights so far",
              first},
             {"Halve η and run", Icon::play, true})) {
    send(session::SetKey{key.name, config::format_number(halved)});
    send(session::Run{});
  }
  if (button(ui, {"Reset after divergence", "Fresh weights, empty curves  (R)", second}, {"Reset"}))
    send(session::Reset{});
}

}  // namespace backflow::ui
