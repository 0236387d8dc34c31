#include "app/figure/error_relief_figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/figure/canvas.h"
#include "app/figure/color_bar.h"
#include "app/figure/curve.h"
#include "app/figure/error_surface_parts.h"
#include "app/figure/header.h"
#include "app/figure/text_markup.h"
#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

using lab::DescentStep;
using lab::NeuronPoint;
using lab::NeuronStudy;

// The group that tells where the landscape is, by its clip.
constexpr const char *kPart = "relief", *kGround = "ground";

// --- the frame ---------------------------------------------------------------------------------

// Adds a label where no other one stands: at the corners edges meet.
void add_label(Group& group, const TextMark& label) {
  const auto box = [](const TextMark& text) {
    const double width = text_width(text.markup, text.size);
    const Point start = baseline_start(text, width);
    return Rect{start.x, start.y - kCapHeight * text.size, width, kCapHeight * text.size};
  };
  const Rect own = box(label);
  for (const Mark& mark : group.marks) {
    const auto* other = std::get_if<TextMark>(&mark);
    if (other == nullptr) continue;
    const Rect r = box(*other);
    const double air = 0.15 * label.size;
    if (own.x < r.right() + air && r.x < own.right() + air && own.y < r.bottom() + air &&
        r.y < own.bottom() + air)
      return;
  }
  group.marks.push_back(label);
}

// Ticks and labels along an edge of the box.
void add_ticks(Group& group, const FigureStyle& style, double low, double high, Point from,
               Point to, Point outward, const std::string& title) {
  const Palette& colors = palette(style.theme);
  const double em = style.font_size, length = std::hypot(to.x - from.x, to.y - from.y);
  const HAlign align = outward.x < -0.35  ? HAlign::right
                       : outward.x > 0.35 ? HAlign::left
                                          : HAlign::center;
  const auto text = [&](double share, double distance, const std::string& label, Color color) {
    const Point at{from.x + share * (to.x - from.x) + distance * outward.x,
                   from.y + share * (to.y - from.y) + distance * outward.y};
    add_label(group, TextMark{.anchor = at,
                              .markup = label,
                              .size = em,
                              .color = color,
                              .h_align = align,
                              .v_align = VAlign::middle});
  };
  double widest = 0.0;
  // Wider apart than on a level axis: labels along a slanting edge come near each other's height.
  for (const Tick& tick : linear_ticks({low, high, 0.7 * length, em, outward.x < -0.35, false})) {
    if (tick.label.empty()) continue;
    const double share = (tick.position - low) / (high - low);
    const Point at{from.x + share * (to.x - from.x), from.y + share * (to.y - from.y)};
    group.marks.push_back(PolylineMark{
        {at, {at.x + 0.35 * em * outward.x, at.y + 0.35 * em * outward.y}}, {colors.axis, 1.0}});
    text(share, 0.95 * em, tick.label, colors.text);
    widest = std::max(widest, text_width(tick.label, em));
  }
  // Of an upright axis above its end, where it takes no width.
  const bool upright = std::abs(to.x - from.x) < 1e-6 && outward.y == 0.0;
  const double beyond = std::abs(outward.x) * widest + std::abs(outward.y) * em;
  if (upright)
    text(1.0 + 1.2 * em / std::max(length, 1.0), 0.95 * em, title, colors.muted_text);
  else
    text(0.5, 1.5 * em + beyond, title, colors.muted_text);
}

// Away from the middle of the plane, as it is drawn.
Point outward_of(const Relief& relief, NeuronPoint from, NeuronPoint to) {
  const lab::SurfaceRange& r = relief.range();
  const Point a = relief.place({from.w, from.b}), b = relief.place({to.w, to.b});
  const Point center = relief.place({(r.w_min + r.w_max) / 2.0, (r.b_min + r.b_max) / 2.0});
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  if (length < 1e-6) return {0.0, 1.0};
  Point normal{(b.y - a.y) / length, -(b.x - a.x) / length};
  if (normal.x * (a.x - center.x) + normal.y * (a.y - center.y) < 0.0)
    normal = {-normal.x, -normal.y};
  return normal;
}

void add_frame(Figure& figure, const Relief& relief, const std::string& note,
               const FigureStyle& style) {
  const lab::SurfaceRange& r = relief.range();
  const double em = style.font_size;
  Group group{"axes", std::nullopt, {}};
  if (!note.empty())
    group.marks.push_back(TextMark{.anchor = {0.75 * em, figure.height - 0.6 * em},
                                   .markup = note,
                                   .size = em,
                                   .color = palette(style.theme).text});
  const auto edge = [&](NeuronPoint from, NeuronPoint to, double low, double high,
                        const char* title) {
    add_ticks(group, style, low, high, relief.place({from.w, from.b}), relief.place({to.w, to.b}),
              outward_of(relief, from, to), title);
  };
  edge({r.w_min, relief.near_b()}, {r.w_max, relief.near_b()}, r.w_min, r.w_max, "w");
  edge({relief.near_w(), r.b_min}, {relief.near_w(), r.b_max}, r.b_min, r.b_max, "b");
  const NeuronPoint left = relief.left_corner();
  const Point foot = relief.place({left.w, left.b});
  const Point top = relief.place({left.w, left.b, relief.highest()});
  group.marks.push_back(PolylineMark{{foot, top}, {palette(style.theme).axis, 1.0}});
  add_ticks(group, style, 0.0, relief.highest(), foot, top, {-1.0, 0.0}, "E");
  figure.groups.push_back(std::move(group));
}

// --- what lies on the surface ------------------------------------------------------------------

void add_seen(Group& group, const std::vector<DrapedLine>& parts, const Stroke& stroke) {
  for (const DrapedLine& part : parts)
    if (part.seen) add_line(group, part.points, stroke);
}

void add_contours(Group& group, const Relief& relief, const lab::ErrorSurface& surface,
                  const Stroke& stroke) {
  for (const lab::Contour& contour : surface.contours) {
    const double error = std::pow(10.0, contour.log10_error);
    add_seen(group, draped(relief, contour.points, [error](NeuronPoint) { return error; }),
             contour_stroke(contour, stroke));
  }
}

// Along its upper edge: on the face of the cliff the surface is known from cell to cell only.
void add_wall(Group& group, const Relief& relief, const NeuronStudy& study, const Stroke& stroke) {
  const lab::Neuron& neuron = study.options.neuron;
  for (const auto& [from, to] : wall_lines(neuron, relief.range())) {
    constexpr int kSamples = 32;
    std::vector<double> top;
    for (int i = 0; i <= kSamples; ++i) {
      const double w = from.w + (to.w - from.w) * i / kSamples;
      const auto wall = lab::wall_at(neuron, w);
      top.push_back(wall ? std::max(wall->below, wall->above) : 0.0);
    }
    const auto height = [&, first = from.w, last = to.w](NeuronPoint at) {
      const double place = std::clamp((at.w - first) / (last - first), 0.0, 1.0) * kSamples;
      const auto i = std::min(static_cast<std::size_t>(place), top.size() - 2);
      const double share = place - static_cast<double>(i);
      return (1.0 - share) * top[i] + share * top[i + 1];
    };
    add_seen(group, draped(relief, {from, to}, height), stroke);
  }
}

void add_path(Group& group, const Relief& relief, const std::vector<DescentStep>& path,
              const Stroke& stroke, Marker marker, const FigureStyle& style) {
  const Color background = palette(style.theme).background;
  const double em = style.font_size;
  std::vector<NeuronPoint> points;
  for (const DescentStep& step : path) points.push_back(step.at);
  const auto parts = draped(relief, points);
  for (const DrapedLine& part : parts)
    if (part.seen) add_line(group, part.points, {background, stroke.width + 2.0});
  for (const DrapedLine& part : parts) {
    Stroke own = stroke;
    if (!part.seen) own.color.a = 70, own.width = 1.0;
    add_line(group, part.points, own);
    if (part.leaves && part.points.size() > 1)
      add_arrow(group, part.points.end()[-2], part.points.back(), 0.9 * em, own.color);
  }
  std::optional<Point> last;
  const lab::SurfaceRange& r = relief.range();
  for (const NeuronPoint& at : points) {
    if (at.w < r.w_min || at.w > r.w_max || at.b < r.b_min || at.b > r.b_max) {
      last.reset();
      continue;
    }
    const Relief::Spot spot = relief.on(at);
    const Point place = relief.place(spot);
    if (last && std::hypot(place.x - last->x, place.y - last->y) < 1.8 * em) continue;
    if (!relief.is_seen(spot)) continue;
    last = place;
    add_marker(group, place, marker, 0.24 * em, stroke.color, background);
  }
}

// --- the picture -------------------------------------------------------------------------------

// Room for the labels around the landscape.
Rect area_of(Size size, double em) {
  return {3.4 * em, 0.9 * em, std::max(1.0, size.width - 5.4 * em),
          std::max(1.0, size.height - 4.0 * em)};
}

Figure relief_part(const NeuronStudy& study, const View& view, const FigureStyle& style,
                   Size size) {
  const lab::ErrorSurface& surface = *study.surface;
  const Palette& colors = palette(style.theme);
  const DescentStrokes strokes(colors);
  const double em = style.font_size;
  const ColorScale scale = error_scale(surface, style);
  const double bar = size.width > 24.0 * em ? color_bar_width(scale, "E", em) : 0.0;
  const Size own{size.width - bar, size.height};
  Figure figure = blank_figure(kPart, "", style, size);
  const Rect area = area_of(own, em);
  const Relief relief(study.surface, view.relief_turn, view.relief_tilt, area);
  Group ground{kGround, area, {}};
  ground.marks.push_back(relief.mesh(scale, mix(colors.panel, colors.text, 0.25)));
  figure.groups.push_back(std::move(ground));
  Group lines{"contours", std::nullopt, {}};
  add_contours(lines, relief, surface, strokes.contour);
  add_wall(lines, relief, study, strokes.wall);
  figure.groups.push_back(std::move(lines));
  add_frame(figure, relief,
            first_that_fits(longest_step(study), em, std::max(0.0, own.width - 1.5 * em)), style);
  Group paths{"paths", std::nullopt, {}};
  add_path(paths, relief, study.unclipped, strokes.unclipped, Marker::square, style);
  add_path(paths, relief, study.clipped, strokes.clipped, Marker::disc, style);
  const Relief::Spot start = relief.on(study.options.descent.start);
  if (relief.is_seen(start))
    add_start(paths, relief.place(start), colors, em);
  else  // behind something
    paths.marks.push_back(CircleMark{relief.place(start), 0.5 * em, std::nullopt,
                                     Stroke{colors.muted_text, 1.0, Dash::dotted}});
  figure.groups.push_back(std::move(paths));
  if (bar > 0.0)
    add_color_bar(figure, style, scale, error_range(surface), "E",
                  {own.width, area.y, bar, own.height - 2.0 * em});
  return figure;
}

}  // namespace

Figure build_error_relief(const session::Snapshot& snapshot, const View& view,
                          const FigureStyle& style, Size size) {
  return lay_out_surface(
      snapshot, style, size, "error-relief", "Error surface of one neuron as a relief",
      [&](const NeuronStudy& study, Size own) { return relief_part(study, view, style, own); });
}

std::optional<ReliefInFigure> relief_in(const session::Snapshot& snapshot, const View& view,
                                        const Figure& figure) {
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) return std::nullopt;
  const std::string id = std::string(kPart) + "-" + kGround;
  for (const Group& group : figure.groups)
    if (group.id == id)
      return ReliefInFigure{{study->surface, view.relief_turn, view.relief_tilt, *group.clip},
                            *group.clip};
  return std::nullopt;
}

std::string error_relief_tooltip(const session::Snapshot& snapshot, const View& view,
                                 const Figure& figure, Point at) {
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) return {};
  if (figure.plot && figure.plot->rect.contains(at)) return descent_text(*study, *figure.plot, at);
  const auto relief = relief_in(snapshot, view, figure);
  if (!relief) return {};
  const auto point = relief->relief.under(at);
  return point ? point_text(study->options.neuron, *point) : std::string();
}

}  // namespace backflow::figure
