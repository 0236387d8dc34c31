#include "app/figure/place.h"

#include <utility>

namespace backflow::figure {
namespace {

void shift(Mark& mark, Point by) {
  const auto move = [by](Point& point) { point = {point.x + by.x, point.y + by.y}; };
  const auto move_rect = [by](Rect& rect) { rect.x += by.x, rect.y += by.y; };
  std::visit(
      [&](auto& m) {
        if constexpr (requires { m.points; })
          for (Point& point : m.points) move(point);
        if constexpr (requires { m.center; }) move(m.center);
        if constexpr (requires { m.anchor; }) move(m.anchor);
        if constexpr (requires { m.rect; }) move_rect(m.rect);
      },
      mark);
}

}  // namespace

void place(Figure& whole, Figure part, Point at) {
  for (Group& group : part.groups) {
    group.id = part.name + "-" + group.id;
    if (group.clip)
      group.clip =
          Rect{group.clip->x + at.x, group.clip->y + at.y, group.clip->width, group.clip->height};
    for (Mark& mark : group.marks) shift(mark, at);
    whole.groups.push_back(std::move(group));
  }
  const auto add_plot = [&](PlotArea plot) {
    plot.rect.x += at.x;
    plot.rect.y += at.y;
    if (whole.plot)
      whole.side_plots.push_back(plot);
    else
      whole.plot = plot;
  };
  if (part.plot) add_plot(*part.plot);
  for (const PlotArea& plot : part.side_plots) add_plot(plot);
  for (HotSpot spot : part.hot_spots) {
    spot.rect.x += at.x;
    spot.rect.y += at.y;
    whole.hot_spots.push_back(spot);
  }
}

}  // namespace backflow::figure
