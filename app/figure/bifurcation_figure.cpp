#include "app/figure/bifurcation_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/curve.h"
#include "app/figure/header.h"
#include "app/figure/neuron_parts.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/figure/text_markup.h"

namespace backflow::figure {
namespace {

using lab::Bifurcation;
using lab::BranchKind;
using lab::NeuronStudy;

// What is seen, in one sentence, longest form first.
std::vector<std::string> sentences(const NeuronStudy& study) {
  const Bifurcation& diagram = study.bifurcation;
  const std::string w = "w = " + compact(diagram.w);
  if (diagram.turns.empty()) {
    const double least = lab::least_turning_weight(diagram.map);
    return {w + ": one stable state for every b, for |w| ≤ " + compact(least) +
                "; none appears or vanishes",
            w + ": one stable state for every b, none vanishes", w + ": one stable state"};
  }
  const std::string between = "between b = " + fixed(diagram.turns.front().b, 3) + " and " +
                              fixed(diagram.turns.back().b, 3);
  if (diagram.turns.front().flip)
    return {w + ": " + between + " the state jumps to and fro between two values",
            w + ": " + between + " two values by turns", between};
  return {w + ": two stable states " + between + "; at either end one of them vanishes",
          w + ": two stable states " + between, "two stable states " + between, between};
}

// Where the state that is reached from x_0 becomes another one.
std::vector<std::string> notes(const NeuronStudy& study) {
  if (!study.wall) return {};
  const std::string from = "from x_{0} = " + compact(study.options.neuron.initial);
  const std::string at = "b = " + compact(study.wall->at.b);
  return {from + " the outcome changes at " + at + ": the wall of the error surface",
          from + " it changes at " + at, "wall: " + at};
}

PlotArea range_of(const NeuronStudy& study) {
  const Bifurcation& diagram = study.bifurcation;
  Extent extent;
  const auto include = [&](const std::vector<lab::LongRunState>& states) {
    for (const lab::LongRunState& state : states)
      if (state.b >= diagram.b_min && state.b <= diagram.b_max) extent.include(state.x);
  };
  for (const lab::Branch& branch : diagram.branches) include(branch.states);
  include(study.final_states);
  if (extent.empty()) extent = {-1.0, 1.0};
  const double room = std::max(0.05, 0.06 * (extent.high - extent.low));
  return {{}, diagram.b_min, diagram.b_max, extent.low - room, extent.high + room};
}

struct Strokes {
  Stroke stable, unstable, cycle, reached, flow;

  explicit Strokes(const Palette& colors)
      : stable{colors.accent, 2.6},
        unstable{colors.warning, 2.0, Dash::dashed},
        cycle{colors.norm_before, 2.2},
        reached{colors.text, 1.8, Dash::dotted},
        flow{colors.axis, 1.1} {}

  const Stroke& of(BranchKind kind) const {
    return kind == BranchKind::stable ? stable : kind == BranchKind::unstable ? unstable : cycle;
  }
};

std::vector<Point> points_of(const std::vector<lab::LongRunState>& states, const Axes& axes) {
  std::vector<Point> points;
  for (const lab::LongRunState& state : states)
    points.push_back({axes.x(state.b), axes.y_at(state.x)});
  return points;
}

// Whether a label of a turn stands at this height: the first turn's to its left, the other's to its
// right.
bool beside_turn(const Bifurcation& diagram, const Axes& axes, Point at, double reach) {
  for (std::size_t i = 0; i < diagram.turns.size(); ++i) {
    const lab::Turn& turn = diagram.turns[i];
    const double away = (at.x - axes.x(turn.b)) * (i == 0 ? -1.0 : 1.0);
    if (away > 0.0 && std::abs(at.y - axes.y_at(turn.x)) < reach) return true;
  }
  return false;
}

// Which way the state moves, where a rising map moves it without turning: arrows on a grid, away
// from the curves.
void add_flow(Group& group, const NeuronStudy& study, const Axes& axes, const Stroke& stroke,
              double size) {
  if (study.bifurcation.w <= 0.0) return;
  const Rect& rect = axes.area.rect;
  const double length = 1.5 * size, head = 0.5 * size;
  const int columns = std::clamp(static_cast<int>(rect.width / (4.0 * size)), 2, 24);
  const int rows = std::clamp(static_cast<int>(rect.height / (3.0 * size)), 2, 16);
  for (int i = 0; i < columns; ++i)
    for (int j = 0; j < rows; ++j) {
      const double px = rect.x + (i + 0.5) / columns * rect.width;
      const double py = rect.y + (j + 0.5) / rows * rect.height;
      if (beside_turn(study.bifurcation, axes, {px, py}, length / 2.0 + 0.8 * size)) continue;
      const double b = x_value_at(axes.area, px);
      const auto moves = [&](double y) {
        const double x = y_position_at(axes.area, y);
        return lab::next_state(study.bifurcation.map, {study.bifurcation.w, b}, x) - x;
      };
      // The whole arrow and a little room on one side of all fixed points.
      const double up = moves(py - length), down = moves(py + length);
      if (!(up * down > 0.0) || !(up * moves(py) > 0.0)) continue;
      const double way = up > 0.0 ? -1.0 : 1.0;  // y grows downwards
      const double tail = py - way * length / 2.0, tip = py + way * length / 2.0;
      group.marks.push_back(PolylineMark{{{px, tail}, {px, tip - way * head}}, stroke});
      group.marks.push_back(PolygonMark{
          {{px, tip}, {px - 0.6 * head, tip - way * head}, {px + 0.6 * head, tip - way * head}},
          stroke.color});
    }
}

// Rings with the bias beside them, on the side where there is no curve.
void add_turns(Group& group, const Bifurcation& diagram, const Axes& axes, const Palette& colors,
               Color background, double size) {
  const Rect& rect = axes.area.rect;
  for (std::size_t i = 0; i < diagram.turns.size(); ++i) {
    const lab::Turn& turn = diagram.turns[i];
    const Point at{axes.x(turn.b), axes.y_at(turn.x)};
    group.marks.push_back(
        PolylineMark{{{at.x, at.y}, {at.x, rect.bottom()}}, {colors.axis, 1.0, Dash::dotted}});
    group.marks.push_back(CircleMark{at, 0.42 * size, background, Stroke{colors.text, 2.0}});
    const bool first = i == 0;
    const double room = (first ? at.x - rect.x : rect.right() - at.x) - 1.2 * size;
    const std::string number = "b = " + fixed(turn.b, 4);
    const std::string label = first_that_fits(
        {(turn.flip ? "flip, " : "saddle-node, ") + number, number, fixed(turn.b, 3)}, size, room);
    if (label.empty()) continue;
    const double x = at.x + (first ? -0.9 : 0.9) * size, width = text_width(label, size);
    // Beside a flip the stable states go on outwards, and upwards: the label keeps out of their
    // way.
    const double lift = turn.flip ? (first ? -1.3 : 1.3) * size : 0.0;
    const double y = std::clamp(at.y + lift, rect.y + 0.8 * size, rect.bottom() - 0.8 * size);
    // Nothing runs through it.
    group.marks.push_back(
        RectMark{{first ? x - width - 2.0 : x - 2.0, y - 0.7 * size, width + 4.0, 1.4 * size},
                 background,
                 std::nullopt,
                 0.2 * size});
    group.marks.push_back(TextMark{.anchor = {x, y},
                                   .markup = label,
                                   .size = size,
                                   .color = colors.text,
                                   .h_align = first ? HAlign::right : HAlign::left,
                                   .v_align = VAlign::middle});
  }
}

std::vector<LegendItem> legend(const NeuronStudy& study, const Strokes& strokes) {
  const Bifurcation& diagram = study.bifurcation;
  const auto has = [&](BranchKind kind) {
    return std::ranges::any_of(diagram.branches,
                               [kind](const lab::Branch& branch) { return branch.kind == kind; });
  };
  std::vector<LegendItem> items;
  if (has(BranchKind::stable)) items.push_back({"stable", strokes.stable});
  if (has(BranchKind::unstable)) items.push_back({"unstable", strokes.unstable});
  if (has(BranchKind::cycle)) items.push_back({"two by turns", strokes.cycle});
  items.push_back({fmt::format("x_{{{}}} from x_{{0}} = {}", study.options.neuron.steps,
                               compact(study.options.neuron.initial)),
                   strokes.reached});
  return items;
}

}  // namespace

Figure build_bifurcation(const session::Snapshot& snapshot, const View&, const FigureStyle& style,
                         Size size) {
  Figure figure = blank_figure("bifurcation", "Where one neuron settles", style, size);
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) {
    add_hint(figure, style, {0.0, 0.0, size.width, size.height},
             "computing the bifurcation diagram …");
    return figure;
  }
  const Palette& colors = palette(style.theme);
  const Strokes strokes(colors);
  const double em = style.font_size, room = size.width - 1.5 * em;
  AxesOptions options;
  options.y_title = first_that_fits(sentences(*study), em, room);
  options.x_title = "b";
  options.x_integers = false;
  options.range = range_of(*study);
  options.note = notes(*study);
  options.legend = legend(*study, strokes);
  const Axes axes = add_axes(figure, style, options);
  Group flow{"flow", axes.area.rect, {}};
  add_flow(flow, *study, axes, strokes.flow, em);
  figure.groups.push_back(std::move(flow));
  Group branches{"branches", axes.area.rect, {}};
  for (const lab::Branch& branch : study->bifurcation.branches)
    add_line(branches, points_of(branch.states, axes), strokes.of(branch.kind));
  figure.groups.push_back(std::move(branches));
  Group reached{"reached", axes.area.rect, {}};
  add_line(reached, points_of(study->final_states, axes), strokes.reached);
  figure.groups.push_back(std::move(reached));
  Group marks{"turns", std::nullopt, {}};
  add_turns(marks, study->bifurcation, axes, colors, figure.background, em);
  figure.groups.push_back(std::move(marks));
  // What stands along the axis upwards; where room is short, the labels of the turns have it.
  if (size.width < 32.0 * em) return figure;
  const Rect& rect = axes.area.rect;
  figure.groups.push_back({"y-name",
                           std::nullopt,
                           {RectMark{{rect.x + 0.3 * em, rect.y + 0.2 * em, 1.4 * em, 1.4 * em},
                                     figure.background,
                                     std::nullopt,
                                     0.2 * em},
                            TextMark{.anchor = {rect.x + em, rect.y + 0.9 * em},
                                     .markup = "x",
                                     .size = em,
                                     .color = colors.muted_text,
                                     .h_align = HAlign::center,
                                     .v_align = VAlign::middle}}});
  return figure;
}

void write_bifurcation_csv(const session::Snapshot& snapshot, const View&, const CsvSink& sink) {
  sink("kind,branch,b,x\n");
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr) return;
  const auto row = [&](const char* kind, std::size_t branch, double b, double x) {
    sink(fmt::format("{},{},{},{}\n", kind, branch, csv_number(b), csv_number(x)));
  };
  const Bifurcation& diagram = study->bifurcation;
  for (std::size_t i = 0; i < diagram.branches.size(); ++i) {
    const lab::Branch& branch = diagram.branches[i];
    const char* kind = branch.kind == BranchKind::stable     ? "stable"
                       : branch.kind == BranchKind::unstable ? "unstable"
                                                             : "cycle";
    for (const lab::LongRunState& state : branch.states) row(kind, i + 1, state.b, state.x);
  }
  for (std::size_t i = 0; i < diagram.turns.size(); ++i)
    row(diagram.turns[i].flip ? "flip" : "saddle-node", i + 1, diagram.turns[i].b,
        diagram.turns[i].x);
  for (const lab::LongRunState& state : study->final_states) row("final", 1, state.b, state.x);
}

std::string bifurcation_tooltip(const session::Snapshot& snapshot, const View&,
                                const Figure& figure, Point at) {
  const NeuronStudy* study = neuron_of(snapshot);
  if (study == nullptr || !figure.plot || !figure.plot->rect.contains(at)) return {};
  const double b = x_value_at(*figure.plot, at.x);
  lab::Neuron neuron = study->options.neuron;
  std::string text = "b = " + fixed(b, 3);
  for (const double from : {neuron.initial, y_position_at(*figure.plot, at.y)}) {
    neuron.initial = from;
    text += "\nfrom x_{0} = " + compact(from) + fmt::format(": x_{{{}}} = ", neuron.steps) +
            compact(lab::final_state(neuron, {study->bifurcation.w, b}));
  }
  return text;
}

}  // namespace backflow::figure
