#include "app/ui/lesson_panel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/canvas.h"
#include "app/figure/formula_text.h"
#include "app/figure/text_markup.h"
#include "app/ui/imgui_canvas.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"

namespace backflow::ui {
namespace {

constexpr double kInside = 14.0, kHeadHeight = 30.0, kFootHeight = 34.0, kProgress = 4.0;
constexpr double kTitleSize = 19.0, kTextSize = 15.0, kFormulaSize = 17.0, kSmallSize = 13.0;
constexpr double kParagraph = 10.0;  // between two of them

// Blanks beside a sign break no line: "T = 100".
std::string glued(std::string text) {
  constexpr std::string_view kNoBreak = "\u00A0";
  for (const std::string_view sign : {"=", "≈", "<", ">", "≤", "≥", "+", "−", "·", "×"}) {
    const std::string apart = " " + std::string(sign) + " ";
    const std::string together = std::string(kNoBreak) + std::string(sign) + std::string(kNoBreak);
    for (std::size_t at = text.find(apart); at != std::string::npos; at = text.find(apart, at))
      text.replace(at, apart.size(), together);
  }
  return text;
}

// Writes from the top down, in the column; or only finds out how high it all is.
class Column {
public:
  /// Letters are `zoom` times as large as usual.
  Column(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot, ValuedTexts& texts,
         double zoom, bool draws)
      : ui_(ui), rect_(rect), snapshot_(snapshot), texts_(texts), zoom_(zoom), draws_(draws) {}

  double y() const { return rect_.y; }
  void skip(double units) { rect_.y += ui_.px(units * zoom_); }

  void paragraph(const std::string& text, double size, figure::Color color, bool bold = false) {
    size *= zoom_;
    const double line = ui_.px(size * 1.4);
    for (const std::string& words : lines_of(text, size, rect_.width, bold)) {
      if (draws_)
        draw_text(ui_, {rect_.x, rect_.y, rect_.width, line}, words, size, color,
                  figure::HAlign::left, bold);
      rect_.y += line;
    }
    skip(kParagraph);
  }

  void formula(const std::string& text) {
    figure::Formula formula;
    if (!figure::parse_formula(texts_.of(text, snapshot_), formula).empty()) return;
    const double left = ui_.px(12.0);
    const figure::Figure figure = figure::formula_figure(formula, ui_.theme, kFormulaSize * zoom_,
                                                         (rect_.width - left) / ui_.scale);
    if (draws_) {
      ImGuiCanvas canvas(*ImGui::GetWindowDrawList(), ui_.fonts, nullptr,
                         top_left({rect_.x + left, rect_.y, 0.0, 0.0}), ui_.scale, "formula");
      figure::draw_groups(figure, canvas);
    }
    rect_.y += ui_.px(figure.height);
    skip(kParagraph);
  }

  /// A choice of the question, `widget` without its place; true when it was taken.
  bool choice(Widget widget, const std::string& text, figure::Color mark, bool marked) {
    const double size = kTextSize * zoom_, line = ui_.px(size * 1.4), left = ui_.px(14.0);
    const double width = rect_.width - 2.0 * left;
    const std::vector<std::string> lines = lines_of(text, size, width, false);
    const Rect all{rect_.x, rect_.y, rect_.width,
                   static_cast<double>(lines.size()) * line + ui_.px(8.0)};
    rect_.y = all.bottom() + ui_.px(6.0);
    if (!draws_) return false;
    widget.rect = all;
    const Interaction state = interact(ui_, widget);
    draw_field(ui_, all, state, widget.enabled);
    if (marked)
      ImGui::GetWindowDrawList()->AddRect(top_left(all), bottom_right(all), to_imgui(mark),
                                          static_cast<float>(ui_.px(4.0)), 0,
                                          static_cast<float>(ui_.px(2.0)));
    double y = all.y + ui_.px(4.0);
    for (const std::string& words : lines) {
      draw_text(ui_, {all.x + left, y, width, line}, words, size, ui_.colors().text);
      y += line;
    }
    return widget.enabled && state.clicked;
  }

private:
  // `size` in units, `width` in pixels.
  std::vector<std::string> lines_of(const std::string& text, double size, double width,
                                    bool bold) const {
    return figure::wrapped(glued(texts_.of(text, snapshot_)), ui_.px(size), width, bold);
  }

  UiContext& ui_;
  Rect rect_;
  const session::Snapshot& snapshot_;
  ValuedTexts& texts_;
  double zoom_;
  bool draws_;
};

// Which answer was chosen in this frame.
std::optional<std::size_t> write_question(const figure::Palette& colors, Column& column,
                                          const LessonMode& mode, bool answered) {
  const lesson::Question& question = *mode.page().question;
  std::optional<std::size_t> chosen;
  column.skip(4.0);
  column.paragraph(question.ask, kTextSize, colors.text, true);
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    const bool right = answered && i == question.answer;
    const bool wrong = answered && mode.chosen() == i && !right;
    const std::string sign = right ? "Right:  " : wrong ? "Not so:  " : "";
    const Widget widget{fmt::format("Answer {}", i + 1),
                        answered ? "" : "Take a guess; the answer follows",
                        {},
                        !answered};
    if (column.choice(widget, sign + question.choices[i], right ? colors.accent : colors.warning,
                      right || wrong))
      chosen = i;
  }
  column.skip(4.0);
  if (answered) column.paragraph(question.because, kTextSize, colors.text);
  return chosen;
}

// All of a page, its question with the answer or without. Which answer was chosen in this frame.
std::optional<std::size_t> write_page(const figure::Palette& colors, Column& column,
                                      const LessonMode& mode, bool answered) {
  const lesson::Page& page = mode.page();
  std::optional<std::size_t> chosen;
  column.paragraph(page.title, kTitleSize, colors.text, true);
  for (const std::string& text : page.text) column.paragraph(text, kTextSize, colors.text);
  for (const std::string& text : page.formulas) column.formula(text);
  if (page.question) chosen = write_question(colors, column, mode, answered);
  if (page.attempts.empty()) return chosen;
  column.skip(4.0);
  column.paragraph("Try", kSmallSize, colors.accent, true);
  for (const std::string& text : page.attempts)
    column.paragraph("•  " + text, kSmallSize, colors.text);
  return chosen;
}

// The largest letters with which the page, with its answer, needs no scrolling.
double zoom_for(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                ValuedTexts& texts, const LessonMode& mode) {
  for (const double zoom : {1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1}) {
    Column column(ui, {0.0, 0.0, rect.width, 0.0}, snapshot, texts, zoom, false);
    write_page(ui.colors(), column, mode, true);
    if (column.y() <= rect.height) return zoom;
  }
  return 1.0;
}

void draw_head(UiContext& ui, const Rect& rect, LessonMode& mode,
               const LessonPanelActions& actions) {
  double right = rect.right();
  const auto from_right = [&](double units) {
    const Rect part{right - ui.px(units), rect.y + ui.px(3.0), ui.px(units),
                    rect.height - ui.px(6.0)};
    right = part.x - ui.px(6.0);
    return part;
  };
  const Rect close = from_right(26.0);
  if (actions.toggle_controls &&
      button(ui, {"Lesson controls", "Show the controls in place of the text", from_right(72.0)},
             {"Controls"}))
    actions.toggle_controls();
  draw_text(ui, {rect.x, rect.y, right - rect.x, rect.height}, mode.lesson().title, kSmallSize,
            ui.colors().muted_text);
  if (button(ui, {"Close lesson", "End the lesson; the network stays as it is", close}, {"×"}))
    actions.close();
}

void draw_progress_of_pages(const UiContext& ui, const Rect& rect, const LessonMode& mode) {
  const auto count = static_cast<double>(mode.lesson().pages.size());
  const double gap = ui.px(4.0), width = (rect.width - gap * (count - 1.0)) / count;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < mode.lesson().pages.size(); ++i) {
    const Rect part{rect.x + static_cast<double>(i) * (width + gap), rect.y, width, rect.height};
    list.AddRectFilled(top_left(part), bottom_right(part),
                       to_imgui(i <= mode.index() ? ui.colors().accent : ui.colors().grid),
                       static_cast<float>(ui.px(2.0)));
  }
}

// How far the page's state is, or which page it is; the shortest where there is little room.
std::string page_text(const session::Snapshot& snapshot, const LessonMode& mode, bool brief) {
  if (mode.is_coming() && snapshot.preparing_until && *snapshot.preparing_until > 0)
    return fmt::format("{:.0f} %", 100.0 * static_cast<double>(snapshot.iteration) /
                                       static_cast<double>(*snapshot.preparing_until));
  if (mode.is_coming()) return "…";
  return fmt::format("{}{}{}{}", brief ? "" : "Page ", mode.index() + 1, brief ? "/" : " of ",
                     mode.lesson().pages.size());
}

void draw_foot(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot, LessonMode& mode,
               const LessonPanelActions& actions) {
  const bool last = mode.index() + 1 == mode.lesson().pages.size();
  const bool asks = mode.page().question && !mode.is_answered();
  const double gap = ui.px(6.0), side = std::min(ui.px(92.0), rect.width * 0.32);
  const double middle = rect.width - 2.0 * (side + gap);
  if (button(ui,
             {"Previous page",
              "The page before  (Page Up)",
              {rect.x, rect.y, side, rect.height},
              mode.index() > 0},
             {.text = "‹ Back"}))
    mode.previous();
  const bool brief = middle < ui.px(130.0);
  if (button(ui,
             {"Page state",
              "Back to this page's network and figures  (Backspace)",
              {rect.x + side + gap, rect.y, middle, rect.height}},
             {.text = page_text(snapshot, mode, brief), .icon = brief ? Icon::none : Icon::reset}))
    mode.restore();
  const char* help = asks ? "Show the answer  (Page Down)" : "The next page  (Page Down)";
  if (button(ui,
             {"Next page",
              last && !asks ? "End the lesson  (Page Down)" : help,
              {rect.right() - side, rect.y, side, rect.height}},
             {.text = asks   ? "Answer"
                      : last ? "End"
                             : "Next ›",
              .primary = true}) &&
      !mode.next())
    actions.close();
}

}  // namespace

const std::string& ValuedTexts::of(const std::string& text, const session::Snapshot& snapshot) {
  if (revision_ != snapshot.revision || analysis_ != snapshot.analysis.get()) texts_.clear();
  revision_ = snapshot.revision;
  analysis_ = snapshot.analysis.get();
  const auto [at, is_new] = texts_.try_emplace(text);
  if (is_new) at->second = lesson::with_values(text, snapshot);
  return at->second;
}

void LessonPanel::draw(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                       LessonMode& mode, const LessonPanelActions& actions) {
  const double pad = ui.px(kInside);
  const Rect inner{rect.x + pad, rect.y + ui.px(6.0), rect.width - 2.0 * pad,
                   rect.height - ui.px(6.0) - pad};
  draw_head(ui, {inner.x, inner.y, inner.width, ui.px(kHeadHeight)}, mode, actions);
  if (!mode.on()) return;
  const double bar = inner.y + ui.px(kHeadHeight) + ui.px(4.0);
  draw_progress_of_pages(ui, {inner.x, bar, inner.width, ui.px(kProgress)}, mode);
  const Rect foot{inner.x, inner.bottom() - ui.px(kFootHeight), inner.width, ui.px(kFootHeight)};
  const double top = bar + ui.px(kProgress) + ui.px(12.0);
  const Rect body{rect.x, top, rect.width, foot.y - ui.px(8.0) - top};

  ImGui::SetCursorScreenPos(top_left(body));
  ImGui::BeginChild("lesson",
                    ImVec2(static_cast<float>(body.width), static_cast<float>(body.height)));
  const bool same = page_ == mode.index() && lesson_ == mode.lesson().name;
  if (!same) ImGui::SetScrollY(0.0f);
  const double scroll = same ? ImGui::GetScrollY() : 0.0;
  const bool answered_now = mode.is_answered() && !answered_ && same;
  page_ = mode.index();
  lesson_ = mode.lesson().name;
  answered_ = mode.is_answered();
  const Rect lines{inner.x, body.y - scroll, inner.width - ui.px(4.0), body.height};
  Fit fit{lesson_, page_, mode.is_coming(), lines.width, lines.height, ui.scale};
  if (!(fit == fit_)) zoom_ = zoom_for(ui, lines, snapshot, texts_, mode);
  fit_ = std::move(fit);
  Column column(ui, lines, snapshot, texts_, zoom_, true);
  if (const auto chosen = write_page(ui.colors(), column, mode, mode.is_answered()))
    mode.choose(*chosen);
  // The answer is seen when it comes.
  const double below = column.y() - body.bottom();
  if (answered_now && below > 0.0) ImGui::SetScrollY(static_cast<float>(scroll + below));
  ImGui::SetCursorScreenPos(top_left({inner.x, column.y(), 0.0, 0.0}));
  ImGui::Dummy(ImVec2(1.0f, 1.0f));
  ImGui::EndChild();
  draw_foot(ui, foot, snapshot, mode, actions);
}

}  // namespace backflow::ui
