#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/figure/header.h"
#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"
#include "app/figure/step_marks.h"
#include "app/figure/text_markup.h"
#include "app/figure/unrolled_parts.h"

namespace backflow::figure {
namespace {

using model::Index;

// Out of a box sideways, half a turn downwards, and back into it.
struct Loop {
  Point edge;         // of the box, between the two ends
  double side = 1.0;  // 1: at its right, −1: at its left
  double out = 0.0, radius = 0.0;

  double length() const { return 2.0 * out + std::numbers::pi * radius; }
  double reach() const { return edge.x + side * (out + radius); }

  // Where one is after that share of the way, and the direction there.
  std::pair<Point, Point> at(double share) const {
    const double way = std::clamp(share, 0.0, 1.0) * length();
    if (way <= out) return {{edge.x + side * way, edge.y - radius}, {side, 0.0}};
    const double turn = (way - out) / std::max(radius, 1e-9);
    if (turn >= std::numbers::pi)
      return {{edge.x + side * (length() - way), edge.y + radius}, {-side, 0.0}};
    return {{edge.x + side * (out + radius * std::sin(turn)), edge.y - radius * std::cos(turn)},
            {side * std::cos(turn), std::sin(turn)}};
  }
};

class FoldedDrawer {
public:
  FoldedDrawer(Group& group, Figure& figure, const FigureStyle& style, const View& view,
               const UnrolledData& data, const UnrolledLayout& layout, Index t)
      : group_(group),
        figure_(figure),
        colors_(palette(style.theme)),
        view_(view),
        data_(data),
        layout_(layout),
        parts_(group, style, layout),
        t_(t),
        x_(layout.x(static_cast<double>(std::max<Index>(t, 1)))),
        half_(layout.box() / 2.0) {
    if (view.playhead) phase_ = phase_of(*view.playhead, data.rec().trace.steps());
  }

  void draw() {
    draw_states();
    draw_input();
    draw_output();
    draw_blame();
    dim();
    mark_present();
    if (view_.playhead && view_.pulse > 0.0 && view_.pulse < 1.0) draw_pulses();
  }

private:
  double f() const { return layout_.font; }
  double pad() const { return 0.25 * f(); }
  std::string index() const { return t_ > 0 ? std::to_string(t_) : "t"; }
  std::string before() const { return t_ > 0 ? std::to_string(t_ - 1) : "t−1"; }
  Rect box(const Row& row) const { return {x_ - half_, row.top, 2.0 * half_, row.height}; }
  double up() const { return x_ + half_ - 0.5 * f(); }
  double down() const { return x_ - 0.6 * half_; }
  bool has_output() const { return t_ == 0 || data_.has_output(t_); }

  void spot(const Rect& rect, Part part) {
    const bool weights = part == Part::input_weights || part == Part::recurrent_weights ||
                         part == Part::output_weights;
    figure_.hot_spots.push_back({rect, {part, weights || t_ == 0 ? -1 : t_}});
  }

  // Beside an edge; returns whether it had room.
  bool label(Point at, const std::vector<std::string>& markup, HAlign align, double room,
             Color color) {
    const std::string shown = first_that_fits(markup, f(), room);
    if (shown.empty()) return false;
    group_.marks.push_back(TextMark{.anchor = at,
                                    .markup = shown,
                                    .size = f(),
                                    .color = color,
                                    .h_align = align,
                                    .v_align = VAlign::middle});
    return true;
  }

  static std::string shape(const model::Matrix& W) {
    return fmt::format("{} × {}", W.rows(), W.cols());
  }

  template <class Values>
  static model::Vector column(const Values& values, Index t, Index sequence) {
    return values.step(t).col(sequence);
  }

  void draw_state(const Row& row, const char* name, const model::StepMatrices& values, double scale,
                  Part part) {
    const Rect rect = box(row);
    const std::string title = fmt::format("{}_{{{}}}", name, index());
    spot(rect, part);
    if (t_ > 0) {
      parts_.state_box(rect, title, column(values, t_, data_.sequence), scale);
      return;
    }
    parts_.state_box(rect, title, model::Vector(), scale);
    const std::string cell(model::title_of(data_.rec().model.cell));
    const std::string units = fmt::format("{} units", values.rows());
    double y = rect.y + 2.4 * f();
    for (const std::string& line : {cell, units}) {
      if (y + 0.6 * f() > rect.bottom() || text_width(line, f()) > rect.width - f()) break;
      parts_.text({x_, y}, line, f(), colors_.muted_text);
      y += 1.5 * f();
    }
  }

  void draw_loop(const Loop& loop, double thickness, Color color, Dash dash = Dash::solid) {
    constexpr int kPieces = 32;
    const double head = 1.7 * (0.5 * thickness + 2.6);
    const double end = 1.0 - head / std::max(loop.length(), head);
    std::vector<Point> points;
    for (int i = 0; i <= kPieces; ++i) points.push_back(loop.at(end * i / kPieces).first);
    group_.marks.push_back(PolylineMark{points, {color, thickness, dash}});
    add_arrow(group_, points.back(), loop.at(1.0).first, thickness, color, color);
  }

  Loop forward_loop(const Row& row) const {
    return {
        {x_ + half_ + pad(), row.middle()}, 1.0, 1.6 * f(), std::min(0.3 * row.height, 2.2 * f())};
  }

  Loop blame_loop() const {
    return {{x_ - half_ - pad(), layout_.blame.middle()},
            -1.0,
            1.6 * f(),
            std::min(0.42 * layout_.blame.height, 1.4 * f())};
  }

  void draw_states() {
    const auto& trace = data_.rec().trace;
    const auto& p = data_.rec().model.parameters;
    draw_state(layout_.hidden, "h", trace.h, data_.hidden_scale, Part::state);
    const Loop loop = forward_loop(layout_.hidden);
    draw_loop(loop, 0.22 * f(), colors_.forward);
    const double room = figure_.width - loop.reach() - f(), at = loop.reach() + 0.7 * f();
    spot({loop.edge.x, loop.edge.y - loop.radius - 0.5 * f(),
          std::min(loop.out + loop.radius + 3.0 * f(), figure_.width - loop.edge.x),
          2.0 * loop.radius + f()},
         Part::recurrent_weights);
    const double line = 1.4 * f(), y = layout_.hidden.middle();
    const bool both = layout_.hidden.height > 2.6 * f();
    label({at, both ? y - 0.5 * line : y}, {"W_{hh}  " + shape(p.W_hh), "W_{hh}"}, HAlign::left,
          room, colors_.text);
    if (both)
      label({at, y + 0.5 * line}, {"carries h_{" + before() + "}", "h_{" + before() + "}"},
            HAlign::left, room, colors_.muted_text);
    if (layout_.cell.height <= 0.0) return;
    draw_state(layout_.cell, "c", trace.c, data_.cell_scale, Part::cell_state);
    const Loop own = forward_loop(layout_.cell);
    draw_loop(own, 0.22 * f(), colors_.forward);
    // Not where the rows are so low that it would stand in the label of W_xh.
    if (input_label_y() - layout_.cell.middle() > 1.1 * f())
      label({at, layout_.cell.middle()}, {"carries c_{" + before() + "}", "c_{" + before() + "}"},
            HAlign::left, room, colors_.muted_text);
    parts_.forward_arrow({x_, layout_.cell.top - pad()}, {x_, layout_.hidden.bottom() + pad()},
                         0.5);
  }

  double input_label_y() const {
    return (layout_.state_bottom().bottom() + layout_.input.top) / 2.0;
  }

  void draw_input() {
    const double bottom = layout_.state_bottom().bottom();
    parts_.forward_arrow({x_, layout_.input.top - pad()}, {x_, bottom + pad()}, 0.5);
    spot(box(layout_.input), Part::input);
    spot({x_ - 0.9 * f(), bottom, half_ + 0.9 * f(), layout_.input.top - bottom},
         Part::input_weights);
    // Letters in a low row reach above it.
    const double at = x_ + (layout_.input.height < 1.6 * f() ? half_ + 0.4 * f() : 0.9 * f());
    label({at, input_label_y()}, {"W_{xh}  " + shape(data_.rec().model.parameters.W_xh), "W_{xh}"},
          HAlign::left, figure_.width - at - f(), colors_.text);
    if (t_ > 0)
      parts_.input(data_, t_, box(layout_.input));
    else
      parts_.text({x_, layout_.input.middle()}, "x_{t}", 1.08 * f(), colors_.text, true);
    parts_.text({x_, layout_.axis.middle()}, index(), f(), colors_.text);
  }

  void draw_output() {
    const double gap = 0.2 * f();
    if (!has_output()) {
      parts_.text({x_, layout_.output.middle()}, fmt::format("no output at t = {}", t_), f(),
                  colors_.muted_text);
      return;
    }
    spot(box(layout_.loss), Part::loss);
    spot(box(layout_.output), Part::output);
    parts_.forward_arrow({up(), layout_.hidden.top - gap}, {up(), layout_.output.bottom() + gap},
                         0.5);
    parts_.forward_arrow({up(), layout_.output.top - gap}, {up(), layout_.loss.bottom() + gap},
                         0.5);
    const Color blame = t_ > 0 ? data_.own_blame_color(t_) : colors_.panel;
    add_arrow(group_, {down(), layout_.output.bottom() + gap}, {down(), layout_.blame.top - gap},
              0.35 * f(), blame, colors_.axis);
    add_arrow(group_, {down(), layout_.loss.bottom() + gap}, {down(), layout_.output.top - gap},
              0.35 * f(), blame, colors_.axis);
    spot({up() - 0.5 * f(), layout_.blame.top, 4.0 * f(), layout_.blame.height},
         Part::output_weights);
    label({up() + 0.9 * f(), layout_.blame.middle()},
          {"W_{hy}  " + shape(data_.rec().model.parameters.W_hy), "W_{hy}"}, HAlign::left,
          figure_.width - up() - f(), colors_.text);
    if (t_ == 0) {
      parts_.text({x_, layout_.output.middle()}, "ŷ_{t}", f(), colors_.text, true);
      parts_.text({x_, layout_.loss.middle()}, "L_{t}", f(), colors_.text, true);
      return;
    }
    parts_.answer(data_, t_, box(layout_.output));
    const double loss = data_.loss[static_cast<std::size_t>(t_ - 1)];
    const std::string named = std::isnan(loss) ? "L is not a number" : "L = " + compact(loss);
    parts_.text({x_, layout_.loss.middle()},
                first_that_fits({data_.target_text(t_) + ",  " + named, named}, f(),
                                layout_.area.rect.width),
                f(), colors_.text);
  }

  Rect pill() const {
    Rect rect = box(layout_.blame);
    rect.width -= 1.3 * f();
    return rect;
  }

  void draw_blame() {
    const Rect rect = pill();
    spot(rect, Part::blame);
    const Loop loop = blame_loop();
    const bool inner = t_ > 0 && t_ < data_.steps;
    const BlameSources sources = inner ? data_.sources(t_) : BlameSources{};
    const bool idle = inner && !sources.later;
    const bool cut = idle && (sources.dropped || data_.is_cut(t_ + 1));
    Color color = t_ > 0 ? data_.blame_color(t_) : colors_.axis;
    draw_loop(loop, 0.22 * f(), idle ? colors_.muted_text : color,
              idle ? Dash::dashed : Dash::solid);
    const std::string next = t_ == 0 ? "t+1" : std::to_string(t_ + 1);
    std::vector<std::string> names;
    if (cut)
      names = {"cut"};
    else if (t_ == 0 || t_ < data_.steps)
      names = {"J_{" + next + "}^{T}"};
    if (!names.empty())
      label({loop.reach() - 0.5 * f(), layout_.blame.middle()}, names, HAlign::right,
            loop.reach() - layout_.area.rect.x - 0.5 * f(), colors_.text);
    spot({loop.reach() - 0.5 * f(), layout_.blame.top, loop.edge.x - loop.reach() + 0.5 * f(),
          layout_.blame.height},
         Part::factor);
    if (t_ > 0) {
      parts_.blame_pill(data_, t_, rect);
      return;
    }
    group_.marks.push_back(
        RectMark{rect, colors_.panel, Stroke{colors_.axis, 1.0}, std::min(rect.height, f()) / 2.0});
    parts_.text({rect.x + rect.width / 2.0, layout_.blame.middle()}, "∂L/∂h_{t}", f(),
                colors_.text);
  }

  void veil(const Rect& rect, double share) {
    if (share <= 0.0) return;
    Color color = colors_.background;
    color.a = static_cast<std::uint8_t>(std::lround(204.0 * share));
    group_.marks.push_back(RectMark{rect, color, std::nullopt, 0.0});
  }

  // What the walk has not reached.
  void dim() {
    if (!phase_ || t_ == 0) return;
    const Rect& area = layout_.area.rect;
    const double middle = layout_.output.bottom() + 0.2 * f();
    const double output = *phase_ == Phase::forward  ? 1.0
                          : *phase_ == Phase::output ? 1.0 - view_.pulse
                                                     : 0.0;
    veil({area.x, layout_.loss.top, area.width, middle - layout_.loss.top}, output);
    const bool backward = *phase_ == Phase::backward;
    veil({area.x, middle, up() - 0.8 * f() - area.x, layout_.hidden.top - middle},
         backward ? 1.0 - view_.pulse : 1.0);
    veil({up() - 0.8 * f(), middle, area.right() - up() + 0.8 * f(), layout_.hidden.top - middle},
         output);
  }

  void mark_present() {
    if (!phase_ || t_ == 0) return;
    Rect rect = box(layout_.hidden);
    if (*phase_ == Phase::forward) rect.height = layout_.state_bottom().bottom() - rect.y;
    if (*phase_ == Phase::output) {
      rect = box(layout_.loss);
      rect.height = layout_.output.bottom() - rect.y;
    }
    if (*phase_ == Phase::backward) rect = pill();
    group_.marks.push_back(
        RectMark{{rect.x - 1.5, rect.y - 1.5, rect.width + 3.0, rect.height + 3.0},
                 std::nullopt,
                 Stroke{colors_.accent, 2.2},
                 0.5 * f()});
  }

  void pulse(Point at, Point direction, double width, Color color) {
    group_.marks.push_back(PulseMark{.center = at,
                                     .direction = direction,
                                     .length = 2.0 * width,
                                     .width = width,
                                     .color = color,
                                     .glow = colors_.accent});
  }

  void draw_pulses() {
    if (t_ == 0) return;
    const double width = 0.9 * f(), s = view_.pulse;
    const auto straight = [&](double x, double from, double to, Color color) {
      pulse({x, from + s * (to - from)}, {0.0, to > from ? 1.0 : -1.0}, width, color);
    };
    const auto around = [&](const Loop& loop, Color color) {
      const auto [at, direction] = loop.at(s);
      pulse(at, direction, width, color);
    };
    const Color forward = mix(colors_.forward, colors_.accent, 0.6);
    if (*phase_ == Phase::forward) {
      around(forward_loop(layout_.hidden), forward);
      if (layout_.cell.height > 0.0) around(forward_loop(layout_.cell), forward);
      straight(x_, layout_.input.top, layout_.state_bottom().bottom(), forward);
    } else if (*phase_ == Phase::output && has_output()) {
      straight(up(), layout_.hidden.top, layout_.loss.bottom(), forward);
    } else if (*phase_ == Phase::backward) {
      if (t_ < data_.steps && data_.sources(t_).later) around(blame_loop(), data_.blame_color(t_));
      if (data_.has_output(t_))
        straight(down(), layout_.loss.bottom(), layout_.blame.top, data_.blame_color(t_));
    }
  }

  Group& group_;
  Figure& figure_;
  const Palette& colors_;
  const View& view_;
  const UnrolledData& data_;
  const UnrolledLayout& layout_;
  StepMarks parts_;
  Index t_;  // the step whose values are shown; 0: none, names only
  double x_, half_;
  std::optional<Phase> phase_;
};

}  // namespace

Index folded_step(const View& view, const UnrolledData& data) {
  if (!view.playhead) return 0;
  return std::min(step_of(*view.playhead, data.rec().trace.steps()), data.steps);
}

void add_folded_cell(Group& group, Figure& figure, const FigureStyle& style, const View& view,
                     const UnrolledData& data, const UnrolledLayout& layout) {
  FoldedDrawer(group, figure, style, view, data, layout, folded_step(view, data)).draw();
}

}  // namespace backflow::figure
