#include "app/ui/document_line.h"

#include <algorithm>
#include <cmath>

#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/elide.h"
#include "app/ui/file_text.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kText = 12.0, kLine = 17.0;
constexpr double kSeconds = 6.0, kSecondsOfFailure = 60.0;
constexpr double kButton = 58.0, kBar = 110.0, kGap = 8.0;  // widths in units
constexpr double kMostShare = 0.62;                         // of the status bar
constexpr double kWhole = 620.0;                            // widest that a failure is told at

}  // namespace

Rect DocumentLine::draw(UiContext& ui, const Rect& bar, const session::DocumentState& state,
                        double seconds) {
  seconds_ -= seconds;
  if (finished_ != state.finished) {
    finished_ = state.finished;
    message_ = shown_bytes(state.message);
    failed_ = state.failed;
    seconds_ = message_.empty() ? 0.0 : failed_ ? kSecondsOfFailure : kSeconds;
  }
  if (autosave_error_ != state.autosave_error) {
    autosave_error_ = state.autosave_error;
    if (!autosave_error_.empty()) {
      message_ = "Autosave: " + shown_bytes(autosave_error_);
      failed_ = true;
      seconds_ = kSecondsOfFailure;
    }
  }
  text_.clear();
  if (state.doing.empty()) return seconds_ > 0.0 ? draw_message(ui, bar) : bar;
  const bool known = std::isfinite(state.share) && state.share >= 0.0;
  const double share = known ? std::clamp(state.share, 0.0, 1.0) : 0.0;
  text_ = shown_bytes(state.doing) +
          (known ? " " + figure::fixed(std::floor(100.0 * share), 0) + " %" : " …");
  double right = bar.right();
  if (known) {
    const Rect line{right - ui.px(kBar), bar.y + bar.height / 2.0 - ui.px(2.5), ui.px(kBar),
                    ui.px(5.0)};
    draw_progress(ui, line, share);
    right = line.x - ui.px(kGap);
  }
  const std::string shown =
      cut_middle(text_, ui.px(kText), kMostShare * bar.width - (bar.right() - right));
  const double width = figure::text_width(shown, ui.px(kText));
  draw_text(ui, {right - width, bar.y, width + 1.0, bar.height}, shown, kText, ui.colors().text);
  return {bar.x, bar.y, right - width - 2.0 * ui.px(kGap) - bar.x, bar.height};
}

Rect DocumentLine::draw_message(UiContext& ui, const Rect& bar) {
  text_ = message_;
  const Rect press{bar.right() - ui.px(kButton), bar.y + ui.px(1.0), ui.px(kButton),
                   bar.height - ui.px(2.0)};
  if (button(ui, {"Close file message", "Away with this message", press}, {"Close"}))
    seconds_ = 0.0;
  const double right = press.x - ui.px(kGap);
  const double room = kMostShare * bar.width - (bar.right() - right);
  const std::string shown = cut_middle(text_, ui.px(kText), room);
  const double width = figure::text_width(shown, ui.px(kText));
  draw_text(ui, {right - width, bar.y, width + 1.0, bar.height}, shown, kText,
            failed_ ? ui.colors().warning : ui.colors().text);
  if (failed_ && shown != text_ && !ui.focus.behind) draw_whole(ui, bar);
  return {bar.x, bar.y, right - width - 2.0 * ui.px(kGap) - bar.x, bar.height};
}

// What is wrong with a file is told in full, above the bar where that has no room for it.
void DocumentLine::draw_whole(UiContext& ui, const Rect& bar) const {
  const double pad = ui.px(10.0), most = std::min(ui.px(kWhole), bar.width) - 2.0 * pad;
  const std::vector<std::string> lines = figure::wrapped(text_, ui.px(kText), most);
  double widest = 0.0;
  for (const std::string& line : lines)
    widest = std::max(widest, figure::text_width(line, ui.px(kText)));
  const double width = std::min(widest, most) + 2.0 * pad;
  const double height = ui.px(kLine) * static_cast<double>(lines.size()) + 2.0 * ui.px(6.0);
  const Rect box{bar.right() - width, bar.y - ui.px(4.0) - height, width, height};
  const figure::Palette& colors = ui.colors();
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const auto rounding = static_cast<float>(ui.px(4.0));
  list.AddRectFilled(top_left(box), bottom_right(box),
                     to_imgui(mix(colors.background, colors.warning, 0.18)), rounding);
  list.AddRect(top_left(box), bottom_right(box), to_imgui(colors.warning), rounding);
  double y = box.y + ui.px(6.0) + figure::kCapHeight * ui.px(kText) + ui.px(2.0);
  for (const std::string& line : lines) {
    ui.fonts.draw(list, {static_cast<float>(box.x + pad), static_cast<float>(y)}, line,
                  ui.px(kText), to_imgui(colors.text));
    y += ui.px(kLine);
  }
}

}  // namespace backflow::ui
