#include <algorithm>
#include <cmath>

#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

// What lies ahead is covered with so much of the background.
constexpr double kDim = 0.8;

class RevealDrawer {
public:
  RevealDrawer(Group& veils, Group& marks, const FigureStyle& style, const View& view,
               const UnrolledData& data, const UnrolledLayout& layout)
      : veils_(veils),
        marks_(marks),
        colors_(palette(style.theme)),
        data_(data),
        layout_(layout),
        phase_(phase_of(*view.playhead, data.rec().trace.steps())),
        t_(step_of(*view.playhead, data.rec().trace.steps())),
        pulse_(std::clamp(view.pulse, 0.0, 1.0)) {}

  void draw() {
    dim_states();
    dim_outputs();
    if (full())
      for (Index t = layout_.first; t <= layout_.last; ++t) dim_blame(t);
    else
      dim_strip();
    mark_present();
    if (pulse_ > 0.0 && pulse_ < 1.0) draw_pulses();
  }

private:
  double f() const { return layout_.font; }
  double x(Index t) const { return layout_.x(static_cast<double>(t)); }
  double half() const { return layout_.box() / 2.0; }
  bool full() const { return layout_.detail == Detail::full; }
  double right_end() const { return layout_.area.rect.right(); }

  // `share` of what dims something not reached at all.
  void veil(double left, double right, double top, double bottom, double share = 1.0) {
    if (right <= left || bottom <= top || share <= 0.0) return;
    Color color = colors_.background;
    color.a = static_cast<std::uint8_t>(std::lround(255.0 * kDim * share));
    veils_.marks.push_back(
        RectMark{{left, top, right - left, bottom - top}, color, std::nullopt, 0.0});
  }

  // States and inputs of later steps; the present one comes up as its signal arrives.
  void dim_states() {
    if (phase_ != Phase::forward) return;
    const double top = layout_.hidden.top - 1.0, bottom = layout_.state_bottom().bottom() + 1.0;
    const double end = t_ > data_.steps ? right_end() : x(t_) + half() + 1.0;
    veil(end, right_end(), top, layout_.input.bottom() + 1.0);
    if (t_ <= data_.steps) veil(x(t_) - half() - 1.0, end, top, bottom, 1.0 - pulse_);
  }

  void dim_outputs() {
    const double share = phase_ == Phase::forward  ? 1.0
                         : phase_ == Phase::output ? 1.0 - pulse_
                                                   : 0.0;
    const Rect& area = layout_.area.rect;
    veil(area.x, area.right(), layout_.loss.top - 1.0, layout_.output.bottom() + 0.3 * f(), share);
    if (!full()) return;
    // The arrows between the output and the state, of which one comes and one goes.
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      if (!data_.has_output(t)) continue;
      veil(x(t) + half() - 1.2 * f(), x(t) + half(), layout_.output.bottom() + 0.3 * f(),
           layout_.hidden.top - 1.0, share);
    }
  }

  // 1 while the blame has not reached the step, 0 when it has.
  double missing_blame(Index t) const {
    if (phase_ == Phase::forward || phase_ == Phase::output) return 1.0;
    if (phase_ != Phase::backward || t > t_) return 0.0;
    return t == t_ || (t == 0 && t_ == 1) ? 1.0 - pulse_ : 1.0;
  }

  // The blame of the step, and the way there from the next one.
  void dim_blame(Index t) {
    const double share = missing_blame(t);
    if (share <= 0.0) return;
    const double bottom = blame_bottom() + 1.0;
    const bool output = data_.has_output(t);
    const double narrower = output ? 1.25 * f() : 0.0;  // the pill makes room for an arrow
    veil(x(t) - half() - 1.0, x(t) + half() - narrower + 1.0, layout_.blame.top - 1.0,
         layout_.blame.bottom() + 1.0, share);
    const double way = phase_ == Phase::backward && t == t_ ? 0.0 : share;  // the pulse shows it
    if (t < data_.steps)
      veil(x(t) + half() + 1.0, x(t + 1) - half() - 1.0, layout_.factor.top - 0.2 * f(), bottom,
           way);
    if (!output) return;
    // The arrow that brings what the step's own loss says.
    veil(x(t) - half() - 1.0, x(t), layout_.output.bottom() + 0.3 * f(), layout_.blame.top - 1.0,
         share);
    veil(x(t) - half() - 1.0, x(t), layout_.loss.bottom(), layout_.output.top, share);
  }

  // Narrow columns touch: what the blame has not reached is one piece, the present step another.
  void dim_strip() {
    const Rect& area = layout_.area.rect;
    const bool backward = phase_ == Phase::backward && t_ <= data_.steps;
    if (phase_ == Phase::clip || phase_ == Phase::update) return;
    double left = area.right(), right = area.right();
    if (backward) {
      const double first = t_ == 1 ? 0.0 : static_cast<double>(t_);
      left = std::clamp(layout_.x(first) - half(), area.x, area.right());
      right = std::clamp(x(t_) + half(), left, area.right());
    }
    const double top = layout_.blame.top - 1.0, bottom = blame_bottom() + 1.0;
    veil(area.x, left, top, bottom);
    veil(left, right, top, bottom, 1.0 - pulse_);
  }

  void outline(double left, double right, double top, double bottom) {
    left = std::max(left, layout_.area.rect.x + 1.0);
    right = std::min(std::max(right, left + 2.0), right_end() + 1.0);
    if (right <= left) return;
    marks_.marks.push_back(RectMark{{left, top, right - left, bottom - top},
                                    std::nullopt,
                                    Stroke{colors_.accent, 2.2},
                                    full() ? 0.5 * f() : 1.0});
  }

  void outline_step(Index t, double top, double bottom) {
    if (t < layout_.first || t > layout_.last) return;
    outline(x(t) - half() - 1.5, x(t) + half() + 1.5, top - 1.5, bottom + 1.5);
  }

  void mark_present() {
    if (phase_ == Phase::forward && t_ <= data_.steps) {
      outline_step(t_, layout_.hidden.top, layout_.state_bottom().bottom());
    } else if (phase_ == Phase::output) {
      for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t)
        if (data_.has_output(t)) outline_step(t, layout_.loss.top, layout_.output.bottom());
    } else if (phase_ == Phase::backward && t_ <= data_.steps) {
      outline_step(t_, layout_.blame.top, full() ? layout_.blame.bottom() : blame_bottom());
    } else if (phase_ == Phase::clip || phase_ == Phase::update) {
      const Row& row = layout_.gradients;
      marks_.marks.push_back(
          RectMark{{0.35 * f(), row.top - 0.1 * f(), right_end() + 0.4 * f() - 0.35 * f(),
                    row.height + 0.2 * f()},
                   std::nullopt,
                   Stroke{colors_.accent, 1.6},
                   0.4 * f()});
    }
    point_at_step();
  }

  double blame_bottom() const { return std::max(layout_.blame.bottom(), layout_.factor.bottom()); }

  // A small triangle above the number of the step, for narrow columns too.
  void point_at_step() {
    if (t_ < layout_.first || t_ > layout_.last || t_ < 1) return;
    if (phase_ != Phase::forward && phase_ != Phase::backward) return;
    const double tip = layout_.axis.top - 0.25 * f(), half = 0.35 * f();
    marks_.marks.push_back(PolygonMark{
        {{x(t_), tip}, {x(t_) + half, tip + 0.55 * f()}, {x(t_) - half, tip + 0.55 * f()}},
        colors_.accent});
  }

  void pulse(Point from, Point to, double at, double strength, Color color) {
    const double dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
    if (length <= 0.0 || at < 0.0 || at > 1.0) return;
    const double width = f() * (0.5 + 0.9 * std::clamp(strength, 0.0, 1.0));
    marks_.marks.push_back(PulseMark{.center = {from.x + at * dx, from.y + at * dy},
                                     .direction = {dx / length, dy / length},
                                     .length = std::max(0.6 * at * length, 1.5 * width),
                                     .width = width,
                                     .color = color,
                                     .glow = colors_.accent});
  }

  double norm_share(const model::StepMatrices& values, Index t, double scale) const {
    const auto own = values.step(t).col(data_.sequence);
    const double norm = own.norm() / (scale * std::sqrt(static_cast<double>(own.size())));
    return std::isfinite(norm) ? norm : 1.0;
  }

  void draw_pulses() {
    if (t_ > data_.steps) return;
    if (phase_ == Phase::forward) forward_pulses();
    if (phase_ == Phase::output) output_pulses();
    if (phase_ == Phase::backward) blame_pulses();
  }

  void forward_pulses() {
    const auto& trace = data_.rec().trace;
    const double gap = full() ? half() : 0.0;
    const auto along = [&](const Row& row, const model::StepMatrices& values, double scale) {
      const double strength = norm_share(values, t_ - 1, scale);
      pulse({x(t_ - 1) + gap, row.middle()}, {x(t_) - gap, row.middle()}, pulse_, strength,
            mix(colors_.forward, colors_.accent, std::clamp(strength, 0.3, 1.0)));
    };
    along(layout_.hidden, trace.h, data_.hidden_scale);
    if (layout_.cell.height > 0.0) along(layout_.cell, trace.c, data_.cell_scale);
    const double input = norm_share(data_.rec().batch.inputs, t_, data_.input_scale);
    pulse({x(t_), layout_.input.top}, {x(t_), layout_.state_bottom().bottom()}, pulse_, input,
          mix(colors_.forward, colors_.accent, std::clamp(input, 0.3, 1.0)));
  }

  void output_pulses() {
    constexpr double kMost = 24.0;  // more than that is a blur
    if (static_cast<double>(layout_.last - layout_.first) > kMost) return;
    for (Index t = std::max<Index>(1, layout_.first); t <= layout_.last; ++t) {
      if (!data_.has_output(t)) continue;
      const double up = full() ? x(t) + half() - 0.5 * f() : x(t);
      pulse({up, layout_.hidden.top}, {up, layout_.loss.bottom()}, pulse_,
            norm_share(data_.rec().trace.y_hat, t, data_.output_scale), colors_.accent);
    }
  }

  void blame_pulses() {
    const auto index = static_cast<std::size_t>(t_);
    const double relative = data_.relative_blame[index];
    // Wide for the reference, thin at the end of the scale.
    const double strength = std::isfinite(relative)
                                ? 1.0 - relative / std::min(data_.blame_scale.low, -1e-9)
                                : (relative > 0.0 || std::isnan(relative) ? 1.0 : 0.0);
    const Color color = color_of(data_.blame_scale, static_cast<float>(relative));
    const double y = layout_.blame.middle(), gap = full() ? half() : 0.0;
    if (t_ < data_.steps && data_.sources(t_).later)
      pulse({x(t_ + 1) - gap, y}, {x(t_) + gap, y}, pulse_, strength, color);
    if (data_.has_output(t_)) {
      const double down = full() ? x(t_) - 0.6 * half() : x(t_);
      pulse({down, layout_.loss.bottom()}, {down, layout_.blame.top}, pulse_, strength, color);
    }
  }

  Group& veils_;
  Group& marks_;
  const Palette& colors_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
  Phase phase_;
  Index t_;  // 0 where the phase concerns all steps
  double pulse_;
};

}  // namespace

void add_unrolled_reveal(Figure& figure, const FigureStyle& style, const View& view,
                         const UnrolledData& data, const UnrolledLayout& layout) {
  if (!view.playhead) return;
  Group veils{"unreached", layout.area.rect, {}}, marks{"playhead", std::nullopt, {}};
  RevealDrawer(veils, marks, style, view, data, layout).draw();
  figure.groups.push_back(std::move(veils));
  figure.groups.push_back(std::move(marks));
}

}  // namespace backflow::figure
