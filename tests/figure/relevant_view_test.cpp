// What of a view each figure follows: no more and no less than relevant() keeps of it.
#include <functional>
#include <set>
#include <variant>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

std::string dump(const Point& p) { return fmt::format("({},{})", p.x, p.y); }
std::string dump(const Rect& r) {
  return fmt::format("[{},{},{},{}]", r.x, r.y, r.width, r.height);
}
std::string dump(const Color& c) { return fmt::format("#{},{},{},{}", c.r, c.g, c.b, c.a); }
std::string dump(const Stroke& s) {
  return fmt::format("{}|{}|{}", dump(s.color), s.width, static_cast<int>(s.dash));
}
std::string dump(const std::optional<Color>& c) { return c ? dump(*c) : "-"; }
std::string dump(const std::optional<Stroke>& s) { return s ? dump(*s) : "-"; }

// All that is drawn.
std::string dump(const Figure& figure) {
  std::string text;
  for (const Group& group : figure.groups) {
    text += "\n" + group.id;
    for (const Mark& mark : group.marks) {
      text += fmt::format("\n{} ", mark.index());
      std::visit(
          [&](const auto& m) {
            // Of a mesh some of its many points: none of them stays where another moves.
            if constexpr (requires { m.triangles; })
              for (std::size_t i = 0; i < m.points.size(); i += 997) text += dump(m.points[i]);
            else if constexpr (requires { m.points; })
              for (const Point& p : m.points) text += dump(p);
            if constexpr (requires { m.center; }) text += dump(m.center);
            if constexpr (requires { m.anchor; }) text += dump(m.anchor) + m.markup;
            if constexpr (requires { m.rect; }) text += dump(m.rect);
            if constexpr (requires { m.color; }) text += dump(m.color);
            if constexpr (requires { m.fill; }) text += dump(m.fill);
            if constexpr (requires { m.stroke; }) text += dump(m.stroke);
            if constexpr (requires { m.values; }) {
              for (const float value : *m.values) text += fmt::format("{},", value);
              text += fmt::format("{}..{}", m.scale.low, m.scale.high);
            }
          },
          mark);
    }
  }
  if (figure.plot) text += fmt::format("\n{} {}", figure.plot->x_min, figure.plot->y_min);
  return text;
}

struct Change {
  const char* name;
  std::function<void(View&)> apply;
};

std::vector<Change> changes() {
  return {{"loss_log", [](View& v) { v.loss_log = true; }},
          {"gradient_log", [](View& v) { v.gradient_log = false; }},
          {"gradient_range",
           [](View& v) {
             v.gradient_range = {-3.0, 2.0};
           }},
          {"heatmap_low", [](View& v) { v.heatmap_low = -3.5; }},
          {"heatmap_high", [](View& v) { v.heatmap_high = 2.5; }},
          {"steps", [](View& v) { v.first_step = 2.0, v.last_step = 9.5; }},
          {"cursor",
           [](View& v) {
             v.cursor = Cell{9, 5};
           }},
          {"pinned",
           [](View& v) {
             v.pinned = Cell{8, 3};
           }},
          {"cursor_iteration", [](View& v) { v.cursor_iteration = 1; }},
          {"playhead", [](View& v) { v.playhead = Playhead{6}; }},
          {"pulse", [](View& v) { v.pulse = 0.4; }},
          {"fold", [](View& v) { v.fold = 0.5; }},
          {"folded", [](View& v) { v.fold = 1.0; }},
          {"highlight",
           [](View& v) {
             v.highlight = Highlight{Part::state, -1};
           }},
          {"tensor", [](View& v) { v.contribution_tensor = gradient::RecurrentTensor::b_h; }},
          {"relative", [](View& v) { v.contribution_relative = true; }},
          {"sequence", [](View& v) { v.sequence = 1; }},
          {"weight_gate", [](View& v) { v.weight_gate = 1; }},
          {"weight_row", [](View& v) { v.weight_row = 2; }},
          {"plane_radius", [](View& v) { v.plane_radius = 3.5; }},
          {"relief_turn", [](View& v) { v.relief_turn = 100.0; }},
          {"relief_tilt", [](View& v) { v.relief_tilt = 60.0; }}};
}

std::vector<session::Snapshot> situations() {
  session::AnalysisOptions all = kEverything;
  all.walk = true;
  all.product = session::StepPair{12, 2};
  std::vector<session::Snapshot> list;
  for (const char* cell : {"model.cell=rnn", "model.cell=lstm"})
    list.push_back(snapshot_after(
        4, {"task.name=first-bit", "task.steps=14", "task.shape=many-to-many", cell}, all));
  // The spectrum of W_hh and not of a product.
  list.push_back(snapshot_after(4, {"task.name=first-bit", "task.steps=14"}));
  return list;
}

std::vector<View> bases() {
  View forward, backward;
  forward.playhead = Playhead{3};
  backward.playhead = Playhead{14 + 1 + 4};
  return {View{}, forward, backward};
}

TEST(RelevantView, IsAllThatChangesAFigureAndNothingElse) {
  const auto all = situations();
  std::set<std::string> seen, kept, drawn;
  for (const FigureInfo& info : catalogue())
    for (const session::Snapshot& snapshot : all)
      for (const View& base : bases()) {
        // They show nothing of the network, and have most marks of all.
        if (info.needs_neuron && (&snapshot != &all.front() || base.playhead)) continue;
        const auto picture = [&](const View& view) {
          return dump(info.build(snapshot, view, {}, {900, 520}));
        };
        const std::string before = picture(base);
        EXPECT_EQ(picture(relevant(info, base)), before) << info.name;
        for (const Change& change : changes()) {
          View view = base;
          change.apply(view);
          const std::string after = picture(view);
          const View own = relevant(info, view);
          EXPECT_EQ(own == relevant(info, base) ? before : picture(own), after)
              << info.name << " " << change.name;
          const std::string name = std::string(info.name) + " " + change.name;
          if (own != relevant(info, base)) kept.insert(name);
          if (after != before) drawn.insert(name), seen.insert(change.name);
        }
      }
  // Every field means something to some figure, and no figure is built anew for nothing.
  EXPECT_EQ(seen.size(), changes().size());
  EXPECT_EQ(kept, drawn);
}

TEST(RelevantView, OfAPlotDoesNotChangeWithTheMouseOverTheNetwork) {
  View view;
  view.highlight = Highlight{Part::state, 2};
  view.cursor = Cell{3, 3};
  view.playhead = Playhead{4};
  view.first_step = 1.5;
  for (const char* name : {"loss", "accuracy", "gradient-norm", "spectrum"})
    EXPECT_EQ(relevant(*find_figure(name), view), View{}) << name;
}

}  // namespace
}  // namespace backflow::figure
