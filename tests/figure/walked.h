// The network during a walk, as tests look at it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "app/figure/unrolled_parts.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {

inline const FigureInfo& kWalked = *find_figure("unrolled");
inline const FigureInfo& kFolded = *find_figure("folded");
inline constexpr Size kSize{960, 420};

inline session::Snapshot walked(int iterations, const std::vector<const char*>& keys) {
  return snapshot_after(iterations, keys, {.walk = true});
}

inline View at_position(model::Index position, double pulse = 1.0) {
  View view;
  view.playhead = Playhead{position};
  view.pulse = pulse;
  return view;
}

inline bool has_group(const Figure& figure, const std::string& id) {
  return std::any_of(figure.groups.begin(), figure.groups.end(),
                     [&](const Group& group) { return group.id == id; });
}

/// How many of the background's 255 parts lie over a point.
inline int dimmed(const Figure& figure, Point at) {
  int most = 0;
  for (const RectMark& mark : marks_of<RectMark>(group_of(figure, "unreached")))
    if (mark.rect.contains(at)) most = std::max<int>(most, mark.fill->a);
  return most;
}

inline Point middle(const UnrolledLayout& layout, const Row& row, model::Index t) {
  return {layout.x(static_cast<double>(t)), row.middle()};
}

struct Shown {
  Figure figure;
  UnrolledLayout layout;
};

inline Shown shown(const session::Snapshot& snapshot, const View& view, Size size = kSize) {
  Shown s;
  s.figure = kWalked.build(snapshot, view, {}, size);
  s.layout = unrolled_layout({}, view, unrolled_data(snapshot, view), s.figure.plot->rect.y, size);
  return s;
}

}  // namespace backflow::figure
