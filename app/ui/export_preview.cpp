#include "app/ui/export_preview.h"

#include <algorithm>

#include "app/ui/imgui_canvas.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

// What shows through where a figure has no background.
void draw_checkers(const UiContext& ui, const Rect& rect, figure::Theme theme) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const figure::Palette& colors = figure::palette(theme);
  const double side = ui.px(8.0);
  list.AddRectFilled(top_left(rect), bottom_right(rect), to_imgui(colors.background));
  int row = 0;
  for (double y = rect.y; y < rect.bottom(); y += side, ++row)
    for (double x = rect.x + (row % 2) * side; x < rect.right(); x += 2.0 * side) {
      const Rect part{x, y, std::min(side, rect.right() - x), std::min(side, rect.bottom() - y)};
      list.AddRectFilled(top_left(part), bottom_right(part), to_imgui(colors.panel));
    }
}

}  // namespace

void ExportPreview::draw(UiContext& ui, const Rect& rect, const exporting::Subject& subject,
                         HeatmapTextures* textures) {
  const Key key{subject.info, subject.snapshot, subject.view, subject.look};
  if (!(key == key_)) {
    figure_ = exporting::figure_of(*key.info, *key.snapshot, key.view, key.look);
    key_ = key;
  }
  if (!(figure_.width > 0.0 && figure_.height > 0.0 && rect.width > 8.0 && rect.height > 8.0))
    return;
  const double scale = std::min(rect.width / figure_.width, rect.height / figure_.height);
  const double width = figure_.width * scale, height = figure_.height * scale;
  const Rect paper{std::round(rect.x + (rect.width - width) / 2.0),
                   std::round(rect.y + (rect.height - height) / 2.0), width, height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect(top_left(paper), bottom_right(paper), true);
  if (subject.look.transparent)
    draw_checkers(ui, paper, subject.look.style.theme);
  else
    list.AddRectFilled(top_left(paper), bottom_right(paper), to_imgui(figure_.background));
  ImGuiCanvas canvas(list, ui.fonts, textures, top_left(paper), scale, "preview");
  figure::draw_groups(figure_, canvas);
  list.PopClipRect();
  list.AddRect(top_left(paper), bottom_right(paper), to_imgui(ui.colors().axis));
}

}  // namespace backflow::ui
