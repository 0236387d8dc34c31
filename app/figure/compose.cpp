#include "app/figure/compose.h"

#include <utility>

namespace backflow::figure {
namespace {

struct Mover {
  Point by;

  void move(Point& p) const {
    p.x += by.x;
    p.y += by.y;
  }
  void move(Rect& r) const {
    r.x += by.x;
    r.y += by.y;
  }

  void operator()(PolylineMark& mark) const {
    for (Point& point : mark.points) move(point);
  }
  void operator()(PolygonMark& mark) const {
    for (Point& point : mark.points) move(point);
  }
  void operator()(RectMark& mark) const { move(mark.rect); }
  void operator()(CircleMark& mark) const { move(mark.center); }
  void operator()(TextMark& mark) const { move(mark.anchor); }
  void operator()(HeatmapMark& mark) const { move(mark.rect); }
  void operator()(HatchMark& mark) const { move(mark.rect); }
  void operator()(PulseMark& mark) const { move(mark.center); }
};

}  // namespace

void add_part(Figure& whole, Figure part, Point at) {
  const Mover mover{at};
  for (Group& group : part.groups) {
    group.id = part.name + "-" + group.id;
    if (group.clip) mover.move(*group.clip);
    for (Mark& mark : group.marks) std::visit(mover, mark);
    whole.groups.push_back(std::move(group));
  }
}

}  // namespace backflow::figure
