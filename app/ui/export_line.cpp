#include "app/ui/export_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/elide.h"

namespace backflow::ui {
namespace {

constexpr double kText = 12.0;
constexpr double kSeconds = 12.0, kSecondsOfFailure = 60.0;
constexpr double kButton = 58.0, kBar = 110.0, kGap = 8.0;  // widths in units
constexpr double kMostShare = 0.62;                         // of the status bar

std::string of_work(const exporting::ExportStatus& status) {
  const std::string what = "exporting " + status.what;
  if (status.total < 2) return what + " …";
  return what + fmt::format("  {} of {}", figure::grouped(static_cast<std::uint64_t>(status.done)),
                            figure::grouped(static_cast<std::uint64_t>(status.total)));
}

}  // namespace

Rect ExportLine::draw(UiContext& ui, const Rect& bar, exporting::Exporter& exporter,
                      const exporting::ExportStatus& status, double seconds) {
  seconds_ -= seconds;
  if (outcomes_ != status.outcomes) {
    outcomes_ = status.outcomes;
    seconds_ = status.failed ? kSecondsOfFailure : kSeconds;
  }
  text_.clear();
  if (!status.busy && seconds_ <= 0.0) return bar;
  text_ = status.busy ? of_work(status) : status.outcome;
  const double gap = ui.px(kGap), button_width = ui.px(kButton);
  const double most = kMostShare * bar.width;
  const Rect press{bar.right() - button_width, bar.y + ui.px(1.0), button_width,
                   bar.height - ui.px(2.0)};
  double right = press.x - gap;
  if (status.busy) {
    if (button(ui, {"Cancel export", "Stops it; no file is left half written", press}, {"Cancel"}))
      exporter.cancel();
    const Rect line{right - ui.px(kBar), bar.y + bar.height / 2.0 - ui.px(2.5), ui.px(kBar),
                    ui.px(5.0)};
    const double share = status.total > 0
                             ? static_cast<double>(status.done) / static_cast<double>(status.total)
                             : 0.0;
    draw_progress(ui, line, std::clamp(share, 0.0, 1.0));
    right = line.x - gap;
  } else if (button(ui, {"Close export message", "Away with this message", press}, {"Close"})) {
    seconds_ = 0.0;
  }
  // The end of a path says more.
  const double room = most - (bar.right() - right);
  const std::string shown = cut_start(text_, ui.px(kText), room);
  const double width = figure::text_width(shown, ui.px(kText));
  const bool failed = !status.busy && status.failed;
  draw_text(ui, {right - width, bar.y, width + 1.0, bar.height}, shown, kText,
            failed ? ui.colors().warning : ui.colors().text);
  return {bar.x, bar.y, right - width - 2.0 * gap - bar.x, bar.height};
}

}  // namespace backflow::ui
