// Figures survive a printer without colours: curves that share a plot differ in their dashes, or
// one is twice as thick; areas in their lightness.
#include <cmath>

#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/session/seen.h"
#include "tests/support/test_name.h"

namespace backflow::figure {
namespace {

struct Style {
  Color color;
  Dash dash;
  double width;
};

// Those of curves and levels: not of what stands upright at one place, nor of what only keeps a
// line clear of its background, nor axes through the middle.
std::vector<Style> curve_styles(const Figure& figure, const Group& group) {
  std::vector<Style> styles;
  for (const PolylineMark& line : marks_of<PolylineMark>(group)) {
    const bool upright = line.points.size() == 2 && line.points[0].x == line.points[1].x;
    const bool axis = line.stroke.color == palette(Theme::light).axis ||
                      line.stroke.color == palette(Theme::dark).axis;
    if (upright || axis || line.stroke.color == figure.background) continue;
    const Style style{line.stroke.color, line.stroke.dash, line.stroke.width};
    const bool known = std::any_of(styles.begin(), styles.end(), [&](const Style& other) {
      return other.color == style.color && other.dash == style.dash && other.width == style.width;
    });
    if (!known) styles.push_back(style);
  }
  return styles;
}

double lightness(const Color& color) {
  const double y = relative_luminance(color);
  return y > 0.008856 ? 116.0 * std::cbrt(y) - 16.0 : 903.3 * y;
}

// Of two kinds: lines, and samples of areas, which are as wide as a letter is high.
void expect_told_apart(const std::vector<Style>& styles, double font) {
  for (std::size_t i = 0; i < styles.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Style &a = styles[i], &b = styles[j];
      const bool area_a = a.width > 0.5 * font, area_b = b.width > 0.5 * font;
      if (area_a != area_b) continue;
      if (area_a)
        EXPECT_GT(std::abs(lightness(a.color) - lightness(b.color)), 8.0);
      else
        EXPECT_TRUE(a.dash != b.dash || a.width >= 2.0 * b.width || b.width >= 2.0 * a.width)
            << "widths " << a.width << " and " << b.width;
    }
}

// Everything that a plot can have at once: branches, validation, clipping, a bound, two networks.
std::vector<session::Snapshot> crowded_plots() {
  std::vector<session::Snapshot> list;
  list.push_back(snapshot_after(40, {}));
  list.push_back(
      snapshot_after(40, {"task.name=first-bit", "task.steps=30", "model.spectral_radius=0.3",
                          "training.clip.threshold=0.05", "training.schedule=cosine"}));
  list.push_back(snapshot_after(20, {"model.cell=lstm", "task.name=first-bit", "task.steps=9"}));
  session::Session branched{config::Config{}};
  session::run(branched, 60);
  session::go_to(branched, 20);
  branched.execute(session::SetKey{"training.learning_rate", "0.01"});
  session::run(branched, 15);
  session::go_to(branched, 30);
  session::Snapshot snapshot = branched.snapshot();
  session::attach(session::analyse(snapshot.record, kEverything), snapshot);
  list.push_back(std::move(snapshot));
  list.push_back(
      compared(30, {"task.name=first-bit", "training.clip.threshold=0.1"},
               {{"training.learning_rate", "0.05"}, {"training.clip.threshold", "0.3"}}));
  return list;
}

class EveryFigureWithoutColours : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryFigureWithoutColours, TellsItsCurvesApart) {
  static const std::vector<session::Snapshot> kSituations = crowded_plots();
  const FigureInfo& info = *find_figure(GetParam());
  for (const session::Snapshot& snapshot : kSituations)
    for (const Theme theme : {Theme::light, Theme::dark}) {
      SCOPED_TRACE("situation " + std::to_string(&snapshot - kSituations.data()));
      const Figure figure = info.build(snapshot, {}, {theme, 12.0, true}, {1400, 800});
      std::vector<PlotArea> plots = figure.side_plots;
      if (figure.plot) plots.push_back(*figure.plot);
      for (const Group& group : figure.groups) {
        SCOPED_TRACE(group.id);
        if (group.id.ends_with("legend")) expect_told_apart(curve_styles(figure, group), 12.0);
        // What is cut off at a plot's edges is drawn in it.
        const bool curves = group.clip && std::any_of(plots.begin(), plots.end(), [&](auto& plot) {
                              return std::abs(plot.rect.x - group.clip->x) < 3.0 &&
                                     std::abs(plot.rect.width - group.clip->width) < 6.0;
                            });
        if (curves && info.name != "unrolled" && info.name != "folded")
          expect_told_apart(curve_styles(figure, group), 12.0);
      }
    }
}

std::string drawn_colors(const Figure& figure) {
  // Every colour that is drawn.
  std::string colors;
  const auto add = [&](const Color& c) {
    colors += std::to_string(c.r) + "," + std::to_string(c.g) + "," + std::to_string(c.b) + ";";
  };
  for (const Group& group : figure.groups)
    for (const Mark& mark : group.marks)
      std::visit(
          [&](const auto& m) {
            if constexpr (requires { m.fill->r; })
              if (m.fill) add(*m.fill);
            if constexpr (requires { m.fill.r; }) add(m.fill);
            if constexpr (requires { m.scale; })
              for (const float value : *m.values) add(color_of(m.scale, value));
          },
          mark);
  return colors;
}

TEST_P(EveryFigureWithoutColours, SaysWhetherItFollowsTheColoursOfNorms) {
  const FigureInfo& info = *find_figure(GetParam());
  const auto snapshot = snapshot_after(5, {"task.name=first-bit", "task.steps=20"});
  const std::string usual = drawn_colors(info.build(snapshot, {}, {}, {960, 500}));
  for (const Colormap colors : {Colormap::cividis, Colormap::viridis, Colormap::magma}) {
    const FigureStyle style{Theme::light, 12.0, true, colors};
    const Figure figure = info.build(snapshot, {}, style, {960, 500});
    expect_legible(figure);
    // Lags are in cividis beside the diverging colours of norms already.
    if (colors != Colormap::cividis) {
      EXPECT_EQ(drawn_colors(figure) != usual, info.colored) << model::name_of(colors);
    }
  }
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const FigureInfo& info : catalogue()) names.push_back(info.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EveryFigureWithoutColours, ::testing::ValuesIn(all_names()),
                         [](const auto& test) { return support::test_name(test.param); });

}  // namespace
}  // namespace backflow::figure
