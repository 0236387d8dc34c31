// What lies where in the unrolled network, and the outline of what is meant elsewhere.
#include <algorithm>

#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

class SpotWriter {
public:
  SpotWriter(Figure& figure, const UnrolledData& data, const UnrolledLayout& layout)
      : figure_(figure), data_(data), layout_(layout) {}

  void write() {
    for (Index t = layout_.first; t <= layout_.last; t += layout_.steps_per_cell()) {
      if (t >= 1) edges_into(t);
      node(layout_.hidden, Part::state, t);
      node(layout_.cell, Part::cell_state, t);
      node(layout_.blame, Part::blame, t);
      if (t >= 1) node(layout_.input, Part::input, t);
      if (!data_.has_output(t)) continue;
      node(layout_.loss, Part::loss, t);
      node(layout_.output, Part::output, t);
    }
  }

private:
  // Only what can be seen of it.
  void add(double left, double right, const Row& row, Highlight highlight) {
    const Rect& area = layout_.area.rect;
    left = std::max(left, area.x);
    right = std::min(right, area.right());
    if (row.height > 0.0 && right > left)
      figure_.hot_spots.push_back({{left, row.top, right - left, row.height}, highlight});
  }

  void node(const Row& row, Part part, Index t) {
    const double x = layout_.x(static_cast<double>(t)), half = layout_.box() / 2.0;
    add(x - half, x + half, row, {part, t});
  }

  void edges_into(Index t) {
    const double f = layout_.font, half = layout_.box() / 2.0;
    if (layout_.detail == Detail::compact) {
      node(layout_.factor, Part::factor, t);
      return;
    }
    const double left = layout_.x(static_cast<double>(t - 1)) + half;
    const double right = layout_.x(static_cast<double>(t)) - half;
    add(left, right, {layout_.hidden.middle() - 0.9 * f, 1.8 * f}, {Part::recurrent_weights, -1});
    if (!data_.is_cut(t))
      add(left, right, {layout_.factor.top, layout_.blame.bottom() - layout_.factor.top},
          {Part::factor, t});
    const double x = layout_.x(static_cast<double>(t));
    const double state = layout_.state_bottom().bottom();
    add(x - 0.9 * f, x + 0.9 * f, {state, layout_.input.top - state}, {Part::input_weights, -1});
    if (!data_.has_output(t)) return;
    const Row above{layout_.output.bottom(), layout_.blame.top - layout_.output.bottom()};
    add(x - half, x, above, {Part::output_blame, t});
    add(x, x + half, above, {Part::output_weights, -1});
  }

  Figure& figure_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
};

}  // namespace

void add_unrolled_spots(Figure& figure, const UnrolledData& data, const UnrolledLayout& layout) {
  SpotWriter(figure, data, layout).write();
}

void add_highlight(Figure& figure, const FigureStyle& style, const View& view) {
  if (!view.highlight) return;
  Group group{"highlight", std::nullopt, {}};
  const Color accent = palette(style.theme).accent;
  Color glow = accent;
  glow.a = 70;
  for (const HotSpot& spot : figure.hot_spots) {
    const Highlight& own = spot.highlight;
    const bool same_step = own.t == view.highlight->t || own.t < 0 || view.highlight->t < 0;
    if (own.part != drawn_part(view.highlight->part) || !same_step) continue;
    const Rect around{spot.rect.x - 1.5, spot.rect.y - 1.5, spot.rect.width + 3.0,
                      spot.rect.height + 3.0};
    group.marks.push_back(RectMark{around, std::nullopt, Stroke{glow, 6.0}, 4.0});
    group.marks.push_back(RectMark{around, std::nullopt, Stroke{accent, 2.0}, 4.0});
  }
  if (!group.marks.empty()) figure.groups.push_back(std::move(group));
}

}  // namespace backflow::figure
