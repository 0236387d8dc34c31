#include "app/ui/verify_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/figure/text_markup.h"
#include "app/ui/page.h"
#include "app/ui/theme.h"
#include "core/verify/finding_text.h"

namespace backflow::ui {
namespace {

constexpr double kPageWidth = 1060.0, kPageHeight = 560.0, kPageHead = 34.0, kPageFoot = 30.0;
constexpr double kListShare = 0.3, kCheckRow = 30.0, kFindingRow = 21.0, kCellText = 12.0;

std::string state_text(const VerifyRun::Row& row) {
  using State = VerifyRun::State;
  switch (row.state) {
    case State::waiting:
      return row.check->slow ? "slow" : "…";
    case State::running:
      return fmt::format("{:.0f} %", 100.0 * row.share);
    case State::passed:
      return "PASS";
    case State::failed:
      return "FAIL";
  }
  return {};
}

figure::Color state_color(const UiContext& ui, VerifyRun::State state) {
  if (state == VerifyRun::State::passed) return ui.colors().accent;
  return state == VerifyRun::State::failed ? ui.colors().warning : ui.colors().muted_text;
}

// Lines of text from the top down; returns where the next thing goes.
double write(UiContext& ui, Rect rect, const std::string& text, figure::Color color, double size) {
  const double line = ui.px(size * 1.4);
  for (const std::string& words : figure::wrapped(text, ui.px(size), rect.width)) {
    draw_text(ui, {rect.x, rect.y, rect.width, line}, words, size, color);
    rect.y += line;
  }
  return rect.y + ui.px(6.0);
}

// Published, ours, and whether they agree.
void draw_finding(UiContext& ui, const Rect& rect, const verify::Finding& finding) {
  const double published = ui.px(170.0), ours = ui.px(120.0), verdict = ui.px(48.0);
  const double words = rect.width - published - ours - verdict;
  draw_text(ui, {rect.x, rect.y, words, rect.height}, figure::subscripts_to_markup(finding.what),
            kCellText, ui.colors().text);
  double x = rect.x + words;
  for (const auto& [text, width] : {std::pair(verify::published_text(finding), published),
                                    std::pair(verify::number_text(finding.ours), ours)}) {
    draw_text(ui, {x, rect.y, width, rect.height}, text, kCellText, ui.colors().text,
              figure::HAlign::right);
    x += width;
  }
  draw_text(ui, {x, rect.y, verdict, rect.height}, std::string(verify::verdict_of(finding)),
            kCellText, finding.passed() ? ui.colors().accent : ui.colors().warning,
            figure::HAlign::right);
}

void draw_details(UiContext& ui, const Rect& rect, const VerifyRun::Row& row) {
  const verify::Check& check = *row.check;
  const figure::Palette& colors = ui.colors();
  Rect at = rect;
  at.y = write(ui, at, figure::subscripts_to_markup(check.claim), colors.text, 14.0);
  at.y = write(ui, at, std::string(check.source), colors.muted_text, kCellText);
  at.y = write(ui, at, figure::subscripts_to_markup(check.protocol), colors.muted_text, kCellText);
  if (row.findings.empty()) return;
  const double line = ui.px(kFindingRow);
  draw_text(ui, {at.x, at.y, at.width - ui.px(168.0), line}, "published", 11.0, colors.muted_text,
            figure::HAlign::right);
  draw_text(ui, {at.x, at.y, at.width - ui.px(48.0), line}, "ours", 11.0, colors.muted_text,
            figure::HAlign::right);
  at.y += line;
  for (const verify::Finding& finding : row.findings) {
    if (at.y + line > rect.bottom()) break;
    draw_finding(ui, {at.x, at.y, at.width, line}, finding);
    at.y += line;
  }
  draw_text(ui, {at.x, std::min(at.y + ui.px(4.0), rect.bottom() - line), at.width, line},
            fmt::format("{:.2f} s", row.seconds), 11.0, colors.muted_text);
}

}  // namespace

void VerifyPage::open() {
  open_ = true;
  if (run_) return;
  run_ = std::make_unique<VerifyRun>();
  run_->start(false);
}

void VerifyPage::draw_list(UiContext& ui, const Rect& rect,
                           const std::vector<VerifyRun::Row>& rows) {
  const double height = std::min(ui.px(kCheckRow), rect.height / static_cast<double>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rect place{rect.x, rect.y + static_cast<double>(i) * height, rect.width,
                     height - ui.px(4.0)};
    const Widget widget{"Check " + std::string(rows[i].check->name), "", place};
    const Interaction state = interact(ui, widget);
    if (state.clicked) selected_ = i;
    draw_field(ui, place, state, true);
    if (i == selected_)
      ImGui::GetWindowDrawList()->AddRect(top_left(place), bottom_right(place),
                                          to_imgui(ui.colors().accent),
                                          static_cast<float>(ui.px(4.0)));
    const Rect inner = inset(place, ui.px(6.0));
    draw_text(ui, {inner.x, place.y, inner.width - ui.px(44.0), place.height},
              std::string(rows[i].check->name), 13.0, ui.colors().text);
    draw_text(ui, {inner.x, place.y, inner.width, place.height}, state_text(rows[i]), 12.0,
              state_color(ui, rows[i].state), figure::HAlign::right, true);
  }
}

void VerifyPage::draw(UiContext& ui, const Rect& window) {
  if (!open_) return;
  const std::vector<VerifyRun::Row> rows = run_->rows();
  const Rect inner = begin_page(ui, "verify", window, kPageWidth, kPageHeight);
  draw_text(ui, {inner.x, inner.y, inner.width, ui.px(24.0)},
            "Published results and closed forms, computed anew", 16.0, ui.colors().text,
            figure::HAlign::left, true);
  const double top = inner.y + ui.px(kPageHead), gap = ui.px(20.0);
  const double bottom = inner.bottom() - ui.px(kPageFoot + 10.0);
  const Rect list{inner.x, top, inner.width * kListShare, bottom - top};
  draw_list(ui, list, rows);
  draw_details(ui, {list.right() + gap, top, inner.right() - list.right() - gap, bottom - top},
               rows[selected_]);
  const Rect foot{inner.x, inner.bottom() - ui.px(kPageFoot), inner.width, ui.px(kPageFoot)};
  const auto passed = std::ranges::count(rows, VerifyRun::State::passed, &VerifyRun::Row::state);
  draw_text(ui, foot, fmt::format("{} of {} passed", passed, rows.size()), 12.0,
            ui.colors().muted_text);
  const double width = ui.px(150.0), narrow = ui.px(96.0);
  if (button(ui,
             {"Run slow checks",
              "Those that train networks: minutes",
              {foot.right() - narrow - width - ui.px(8.0), foot.y, width, foot.height},
              !run_->is_running()},
             {.text = "Run the slow ones"}))
    run_->start(true);
  if (button(ui,
             {"Close checks",
              "Back to the window; what is under way goes on  (Esc)",
              {foot.right() - narrow, foot.y, narrow, foot.height}},
             {.text = "Close"}))
    open_ = false;
  ImGui::End();
}

}  // namespace backflow::ui
