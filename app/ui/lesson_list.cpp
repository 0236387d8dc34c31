#include "app/ui/lesson_list.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/lesson/library.h"
#include "app/ui/page.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

constexpr double kListWidth = 860.0, kListHead = 30.0, kListRow = 56.0, kListGap = 8.0,
                 kListFoot = 30.0;

// One lesson; true when it was chosen.
bool draw_entry(UiContext& ui, const Rect& rect, std::size_t number, const lesson::Lesson& lesson) {
  const Widget widget{"Lesson " + lesson.name, "", rect};
  const Interaction state = interact(ui, widget);
  draw_field(ui, rect, state, true);
  const Rect inner = inset(rect, ui.px(7.0));
  const double line = inner.height * 0.42;
  draw_text(ui, {inner.x, inner.y, inner.width, line}, fmt::format("{}   {}", number, lesson.title),
            14.0, ui.colors().text, figure::HAlign::left, true);
  draw_lines(ui, {inner.x, inner.y + line, inner.width, inner.height - line}, lesson.summary,
             ui.colors().muted_text);
  return state.clicked;
}

}  // namespace

std::optional<std::string> LessonList::draw(UiContext& ui, const Rect& window) {
  if (!open_) return std::nullopt;
  const std::vector<lesson::Lesson>& lessons = lesson::lessons();
  const std::size_t rows = (lessons.size() + 1) / 2;
  const double height =
      kListHead + static_cast<double>(rows) * (kListRow + kListGap) + kListFoot + 52.0;
  const Rect inner = begin_page(ui, "lessons", window, kListWidth, height);
  draw_text(ui, {inner.x, inner.y, inner.width, ui.px(kListHead - 6.0)}, "Lessons", 16.0,
            ui.colors().text, figure::HAlign::left, true);
  const double top = inner.y + ui.px(kListHead), gap = ui.px(kListGap);
  const double bottom = inner.bottom() - ui.px(kListFoot) - gap;
  // Where the window is small the rows are, too.
  const double row = std::min(ui.px(kListRow), (bottom - top) / static_cast<double>(rows) - gap);
  std::optional<std::string> chosen;
  for (std::size_t i = 0; i < lessons.size(); ++i) {
    Rect place =
        half({inner.x, top + static_cast<double>(i % rows) * (row + gap), inner.width, row},
             i >= rows, gap);
    place.y = std::round(place.y);
    if (draw_entry(ui, place, i + 1, lessons[i])) chosen = lessons[i].name;
  }
  const double width = ui.px(96.0);
  const Rect foot{inner.x, inner.bottom() - ui.px(kListFoot), inner.width, ui.px(kListFoot)};
  draw_text(ui, {foot.x, foot.y, foot.width - width - gap, foot.height},
            "A lesson sets the network and the figures itself.", 12.0, ui.colors().muted_text);
  if (button(ui,
             {"Close lessons",
              "Back to the window  (Esc)",
              {foot.right() - width, foot.y, width, foot.height}},
             {.text = "Close"}))
    open_ = false;
  ImGui::End();
  if (chosen) open_ = false;
  return chosen;
}

}  // namespace backflow::ui
