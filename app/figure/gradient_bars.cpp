// The bars of a walk: how much of the gradients of W_xh, W_hh and W_hy has been added up, what
// clipping leaves of them and how far the update moves the weights.
#include <algorithm>
#include <array>
#include <cmath>

#include "app/figure/extent.h"
#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

constexpr std::array<const char*, gradient::kWalkTensors> kNames{"W_{xh}", "W_{hh}", "W_{hy}"};

struct Bar {
  double value = 0.0;   ///< the norm so far
  double full = 0.0;    ///< the norm that fills the track
  double target = 0.0;  ///< where a tick stands; 0: none
};

Bar bar_of(const session::GradientWalk& walk, std::size_t i, Playhead playhead, Index T,
           double pulse) {
  const std::vector<double>& partial = walk.partial[i];
  const double whole = partial.front(), full = largest_size(partial);
  switch (phase_of(playhead, T)) {
    case Phase::forward:
    case Phase::output:
      return {0.0, full, whole};
    case Phase::backward: {
      // The term of the present step comes in with its blame.
      const auto t = static_cast<std::size_t>(step_of(playhead, T));
      const double before = t < partial.size() ? partial[t] : 0.0, now = partial[t - 1];
      return {pulse < 1.0 ? before + pulse * (now - before) : now, full, whole};
    }
    case Phase::clip:
      return {pulse < 1.0 ? whole + pulse * (walk.clipped[i] - whole) : walk.clipped[i],
              std::max(full, walk.clipped[i]), whole};
    case Phase::update:
      if (!walk.change) return {0.0, 0.0, 0.0};
      return {(*walk.change)[i], *std::max_element(walk.change->begin(), walk.change->end()), 0.0};
  }
  return {};
}

void write(Group& group, Point left_middle, const std::string& markup, double size, Color color) {
  group.marks.push_back(TextMark{.anchor = left_middle,
                                 .markup = markup,
                                 .size = size,
                                 .color = color,
                                 .v_align = VAlign::middle});
}

void draw_bar(Group& group, const FigureStyle& style, const Rect& room, const std::string& name,
              const Bar& bar, Color fill) {
  const Palette& colors = palette(style.theme);
  const double f = style.font_size, y = room.y + room.height / 2.0;
  const double number_room = text_width("3.99·10^{−99}", f);
  const std::string shown = first_that_fits({name}, f, room.width - 2.0 * f);
  if (shown.empty()) return;
  write(group, {room.x, y}, shown, f, colors.text);
  const double name_end = room.x + text_width(shown, f) + 0.5 * f;
  Rect track{name_end, y - 0.45 * f, room.right() - name_end, 0.9 * f};
  const bool with_number = track.width > number_room + 2.5 * f;
  if (with_number) {
    track.width -= number_room + 0.5 * f;
    write(group, {track.right() + 0.4 * f, y},
          std::isnan(bar.value) ? "not finite" : compact(bar.value), f, colors.text);
  }
  group.marks.push_back(RectMark{track, colors.panel, Stroke{colors.grid, 1.0}, 0.0});
  if (!std::isfinite(bar.value)) {
    group.marks.push_back(not_finite_hatch(track, style));
    return;
  }
  const auto at = [&](double value) {
    return bar.full > 0.0 ? std::clamp(value / bar.full, 0.0, 1.0) * track.width : 0.0;
  };
  if (at(bar.value) > 0.0)
    group.marks.push_back(
        RectMark{{track.x, track.y, at(bar.value), track.height}, fill, std::nullopt, 0.0});
  if (bar.target > 0.0 && std::isfinite(bar.target)) {
    const double x = track.x + at(bar.target);
    group.marks.push_back(PolylineMark{{{x, track.y - 0.2 * f}, {x, track.bottom() + 0.2 * f}},
                                       {colors.text, 1.2, Dash::solid}});
  }
}

}  // namespace

void add_gradient_bars(Figure& figure, const FigureStyle& style, const View& view,
                       const session::Snapshot& snapshot, const UnrolledData& data,
                       const UnrolledLayout& layout) {
  if (!view.playhead || layout.gradients.height <= 0.0) return;
  const session::Analysis* analysis = snapshot.analysis.get();
  const bool known = analysis != nullptr && analysis->record == data.record && analysis->walk;
  Group group{"gradients", std::nullopt, {}};
  const Palette& colors = palette(style.theme);
  const double f = layout.font, left = 0.75 * f;
  if (!known) {
    const std::string hint =
        first_that_fits({"adding up the gradients …"}, f, figure.width - 1.5 * f);
    write(group, {left, layout.gradients.middle()}, hint, f, colors.muted_text);
    figure.groups.push_back(std::move(group));
    return;
  }
  const Index T = data.rec().trace.steps();
  const Phase phase = phase_of(*view.playhead, T);
  const Color fill =
      phase == Phase::clip || phase == Phase::update ? colors.norm_after : colors.norm_before;
  const std::vector<std::string> titles =
      phase == Phase::update ? std::vector<std::string>{"change ‖ΔW‖", "‖ΔW‖"}
                             : std::vector<std::string>{"gradient ‖∂L/∂W‖", "‖∂L/∂W‖"};
  write(group, {left, layout.gradients.middle()},
        first_that_fits(titles, f, layout.area.rect.x - left - 0.25 * f), f, colors.text);
  const Rect& area = layout.area.rect;
  const double gap = 1.2 * f, each = (area.width - 2.0 * gap) / 3.0;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const Rect room{area.x + static_cast<double>(i) * (each + gap), layout.gradients.top, each,
                    layout.gradients.height};
    draw_bar(group, style, room, kNames[i],
             bar_of(*analysis->walk, i, *view.playhead, T, view.pulse), fill);
    figure.hot_spots.push_back({room, {Part::gradient, -1}});
  }
  figure.groups.push_back(std::move(group));
}

}  // namespace backflow::figure
