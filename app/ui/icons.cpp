#include "app/ui/icons.h"

#include <numbers>

namespace backflow::ui {
namespace {

ImVec2 at(const Rect& r, double x, double y) {
  return {static_cast<float>(r.x + r.width * x), static_cast<float>(r.y + r.height * y)};
}

void bar(ImDrawList& list, const Rect& r, double left, double right, ImU32 color) {
  list.AddRectFilled(at(r, left, 0.0), at(r, right, 1.0), color);
}

// An arrow that turns back; to the right as the mirror image.
void hook(ImDrawList& list, const Rect& r, bool to_right, ImU32 color) {
  const auto x = [to_right](double left) { return to_right ? 1.0 - left : left; };
  const auto turn = static_cast<float>(std::numbers::pi);
  const auto radius = static_cast<float>(0.32 * r.height);
  list.PathLineTo(at(r, x(0.2), 0.28));
  if (to_right)
    list.PathArcTo(at(r, x(0.64), 0.60), radius, 1.5f * turn, 0.5f * turn, 16);
  else
    list.PathArcTo(at(r, x(0.64), 0.60), radius, -0.5f * turn, 0.5f * turn, 16);
  list.PathLineTo(at(r, x(0.25), 0.92));
  list.PathStroke(color, 0, static_cast<float>(0.15 * r.width));
  list.AddTriangleFilled(at(r, x(-0.05), 0.28), at(r, x(0.32), -0.02), at(r, x(0.32), 0.58), color);
}

}  // namespace

void draw_icon(ImDrawList& list, Icon icon, const Rect& r, ImU32 color) {
  switch (icon) {
    case Icon::none:
      break;
    case Icon::play:
      list.AddTriangleFilled(at(r, 0.08, 0.0), at(r, 1.0, 0.5), at(r, 0.08, 1.0), color);
      break;
    case Icon::pause:
      bar(list, r, 0.05, 0.37, color);
      bar(list, r, 0.63, 0.95, color);
      break;
    case Icon::step:
      bar(list, r, 0.0, 0.22, color);
      list.AddTriangleFilled(at(r, 0.34, 0.0), at(r, 1.0, 0.5), at(r, 0.34, 1.0), color);
      break;
    case Icon::step_back:
      bar(list, r, 0.78, 1.0, color);
      list.AddTriangleFilled(at(r, 0.66, 0.0), at(r, 0.0, 0.5), at(r, 0.66, 1.0), color);
      break;
    case Icon::reset: {
      const auto radius = static_cast<float>(0.42 * r.width);
      const auto turn = static_cast<float>(std::numbers::pi);
      list.PathArcTo(at(r, 0.5, 0.52), radius, -0.3f * turn, 1.3f * turn, 24);
      list.PathStroke(color, 0, static_cast<float>(0.15 * r.width));
      list.AddTriangleFilled(at(r, 0.56, -0.12), at(r, 0.98, 0.1), at(r, 0.6, 0.4), color);
      break;
    }
    case Icon::undo:
      hook(list, r, false, color);
      break;
    case Icon::redo:
      hook(list, r, true, color);
      break;
    case Icon::leave: {  // upwards out of a tray
      const auto line = static_cast<float>(0.14 * r.width);
      const ImVec2 tray[] = {at(r, 0.05, 0.6), at(r, 0.05, 0.97), at(r, 0.95, 0.97),
                             at(r, 0.95, 0.6)};
      list.AddPolyline(tray, 4, color, 0, line);
      list.AddLine(at(r, 0.5, 0.2), at(r, 0.5, 0.74), color, line);
      list.AddTriangleFilled(at(r, 0.5, -0.05), at(r, 0.8, 0.32), at(r, 0.2, 0.32), color);
      break;
    }
    case Icon::folder: {
      const auto rounding = static_cast<float>(0.1 * r.width);
      list.AddRectFilled(at(r, 0.0, 0.08), at(r, 0.45, 0.5), color, rounding);
      list.AddRectFilled(at(r, 0.0, 0.22), at(r, 1.0, 0.92), color, rounding);
      break;
    }
    case Icon::file: {  // a sheet with a corner folded
      const ImVec2 sheet[] = {at(r, 0.15, 0.0), at(r, 0.6, 0.0), at(r, 0.85, 0.27),
                              at(r, 0.85, 1.0), at(r, 0.15, 1.0)};
      list.AddPolyline(sheet, 5, color, ImDrawFlags_Closed, static_cast<float>(0.1 * r.width));
      break;
    }
  }
}

void draw_chevron(ImDrawList& list, const Rect& r, ImU32 color, float thickness) {
  const ImVec2 points[] = {at(r, 0.0, 0.0), at(r, 0.5, 1.0), at(r, 1.0, 0.0)};
  list.AddPolyline(points, 3, color, 0, thickness);
}

void draw_fold_mark(ImDrawList& list, const Rect& r, bool open, ImU32 color, float thickness) {
  if (open) {
    draw_chevron(list, {r.x, r.y + r.height * 0.25, r.width, r.height * 0.55}, color, thickness);
    return;
  }
  const ImVec2 points[] = {at(r, 0.25, 0.0), at(r, 0.8, 0.5), at(r, 0.25, 1.0)};
  list.AddPolyline(points, 3, color, 0, thickness);
}

}  // namespace backflow::ui
