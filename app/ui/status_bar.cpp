#include "app/ui/status_bar.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/widgets.h"
#include "core/training/divergence.h"

namespace backflow::ui {

std::string status_text(const session::Snapshot& snapshot, double frame_ms) {
  std::string text = figure::grouped(snapshot.iteration) +
                     (snapshot.iteration == 1 ? " iteration done" : " iterations done");
  if (snapshot.running && snapshot.iterations_per_second > 0.0)
    text += fmt::format(
        "   ·   {} per second",
        figure::grouped(static_cast<std::uint64_t>(std::llround(snapshot.iterations_per_second))));
  else
    text += snapshot.divergence ? "   ·   stopped" : snapshot.running ? "" : "   ·   paused";
  return text + fmt::format("   ·   frame {:.1f} ms", frame_ms);
}

void draw_status_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     double frame_ms, const std::string& message) {
  const std::string status = status_text(snapshot, frame_ms);
  draw_text(ui, rect, status, 12.0, ui.colors().muted_text);
  const double used = figure::text_width(status, ui.px(12.0)) + ui.px(24.0);
  const Rect rest{rect.x + used, rect.y, rect.width - used, rect.height};
  if (!message.empty()) {
    draw_text(ui, rest, message, 12.0, ui.colors().warning, figure::HAlign::right);
    return;
  }
  if (!snapshot.analysis) return;
  std::string verdict = gradient::verdict(snapshot.analysis->decay, snapshot.analysis->bound);
  if (figure::text_width(verdict, ui.px(13.0), true) > rest.width)
    verdict = gradient::verdict(snapshot.analysis->decay);  // without the proof
  if (snapshot.divergence)
    verdict = figure::subscripts_to_markup(training::describe(*snapshot.divergence));
  draw_text(ui, rest, verdict, 13.0, ui.colors().text, figure::HAlign::right, true);
}

}  // namespace backflow::ui
