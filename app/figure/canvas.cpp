#include "app/figure/canvas.h"

namespace backflow::figure {
namespace {

struct Drawer {
  Canvas& canvas;

  void operator()(const PolylineMark& mark) const { canvas.polyline(mark); }
  void operator()(const PolygonMark& mark) const { canvas.polygon(mark); }
  void operator()(const RectMark& mark) const { canvas.rect(mark); }
  void operator()(const CircleMark& mark) const { canvas.circle(mark); }
  void operator()(const HeatmapMark& mark) const { canvas.heatmap(mark); }
  void operator()(const MeshMark& mark) const { canvas.mesh(mark); }
  void operator()(const HatchMark& mark) const { canvas.hatch(mark); }
  void operator()(const PulseMark& mark) const { canvas.pulse(mark); }
  void operator()(const TextMark& mark) const {
    const TextLayout layout = layout_text(mark.markup, mark.size, mark.bold);
    canvas.text(baseline_start(mark, layout.width), layout.runs, mark.color, mark.bold);
  }
};

}  // namespace

void Canvas::pulse(const PulseMark& mark) {
  const double half = mark.width / 2.0;
  const Point d = mark.direction, across{-d.y * half, d.x * half};
  Color tail = mark.glow;
  tail.a = 110;
  polygon({{{mark.center.x + across.x, mark.center.y + across.y},
            {mark.center.x - d.x * mark.length, mark.center.y - d.y * mark.length},
            {mark.center.x - across.x, mark.center.y - across.y}},
           tail});
  circle({mark.center, half, mark.color, Stroke{mark.glow, 1.5}});
}

void draw(const Figure& figure, Canvas& canvas) {
  canvas.begin_group("background", std::nullopt);
  canvas.rect({{0.0, 0.0, figure.width, figure.height}, figure.background, std::nullopt, 0.0});
  canvas.end_group();
  draw_groups(figure, canvas);
}

void draw_groups(const Figure& figure, Canvas& canvas) {
  for (const Group& group : figure.groups) {
    canvas.begin_group(group.id, group.clip);
    for (const Mark& mark : group.marks) std::visit(Drawer{canvas}, mark);
    canvas.end_group();
  }
}

Point baseline_start(const TextMark& mark, double width) {
  Point start = mark.anchor;
  if (mark.h_align == HAlign::center) start.x -= width / 2.0;
  if (mark.h_align == HAlign::right) start.x -= width;
  if (mark.v_align == VAlign::top) start.y += kCapHeight * mark.size;
  if (mark.v_align == VAlign::middle) start.y += kCapHeight * mark.size / 2.0;
  if (mark.v_align == VAlign::bottom) start.y -= kDescent * mark.size;
  return start;
}

}  // namespace backflow::figure
