// Every figure at every size a person can ask for: letters that do not touch, legends beside the
// data, axes with a sensible number of labels.
#include <set>

#include <gtest/gtest.h>

#include "app/figure/caption.h"
#include "app/figure/catalogue.h"
#include "app/figure/preset.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/support/test_name.h"

namespace backflow::figure {
namespace {

struct Case {
  std::string name;
  session::Snapshot snapshot;
};

// Both kinds of cell at every length, before training, trained, and beyond all bounds.
std::vector<Case> make_cases() {
  std::vector<Case> cases;
  for (const char* cell : {"model.cell=rnn", "model.cell=lstm"})
    for (const char* steps : {"1", "3", "30", "200", "1000"}) {
      const std::string T = std::string("task.steps=") + steps;
      for (const int iterations : {0, 12}) {
        if (std::string(steps) == "1000" && iterations > 0) continue;  // the same texts again
        const std::string name =
            std::string(cell) + " " + T + " after " + std::to_string(iterations);
        cases.push_back({name, snapshot_after(iterations, {cell, "task.name=first-bit", T.c_str(),
                                                           "task.batch=2", "model.hidden=4"})});
      }
      if (std::string(steps) != "1000")
        cases.push_back(
            {std::string(cell) + " " + T + " diverged",
             snapshot_after(200, {cell, "task.name=first-bit", T.c_str(), "task.batch=2",
                                  "model.hidden=4", "model.activation=identity",
                                  "model.readout=identity", "model.spectral_radius=8",
                                  "training.clip.mode=none", "training.learning_rate=100"})});
    }
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = make_cases();
  return kCases;
}

Rect bounds_of(const Mark& mark) {
  if (const auto* text = std::get_if<TextMark>(&mark)) {
    const double width = text_width(text->markup, text->size, text->bold);
    const Point start = baseline_start(*text, width);
    return {start.x, start.y - kCapHeight * text->size, width, kCapHeight * text->size};
  }
  if (const auto* r = std::get_if<RectMark>(&mark)) return r->rect;
  if (const auto* map = std::get_if<HeatmapMark>(&mark)) return map->rect;
  if (const auto* line = std::get_if<PolylineMark>(&mark)) {
    Rect box{line->points[0].x, line->points[0].y, 0.0, 0.0};
    for (const Point& p : line->points) {
      const double right = std::max(box.right(), p.x), bottom = std::max(box.bottom(), p.y);
      box.x = std::min(box.x, p.x), box.y = std::min(box.y, p.y);
      box.width = right - box.x, box.height = bottom - box.y;
    }
    return box;
  }
  return {-1.0, -1.0, 0.0, 0.0};
}

bool meet(const Rect& a, const Rect& b) {
  constexpr double kSlack = 0.5;
  return a.x + kSlack < b.right() && b.x + kSlack < a.right() && a.y + kSlack < b.bottom() &&
         b.y + kSlack < a.bottom();
}

// As expect_legible(), sub- and superscripts included.
void expect_scripts_apart(const Figure& figure) {
  struct Box {
    Rect rect;
    const TextMark* text;
  };
  std::vector<Box> boxes;
  for (const Group& group : figure.groups)
    for (const Mark& mark : group.marks) {
      const auto* text = std::get_if<TextMark>(&mark);
      if (text == nullptr) continue;
      const TextLayout layout = layout_text(text->markup, text->size, text->bold);
      const Point start = baseline_start(*text, layout.width);
      for (const TextRun& run : layout.runs)
        boxes.push_back({{start.x + run.x, start.y - run.rise - kCapHeight * run.size,
                          text_width(run.text, run.size, text->bold), kCapHeight * run.size},
                         text});
    }
  for (std::size_t i = 0; i < boxes.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(boxes[i].text != boxes[j].text && meet(boxes[i].rect, boxes[j].rect))
          << boxes[i].text->markup << " on " << boxes[j].text->markup;
}

std::vector<PlotArea> plots_of(const Figure& figure) {
  std::vector<PlotArea> plots = figure.side_plots;
  if (figure.plot) plots.push_back(*figure.plot);
  return plots;
}

bool ends_with_one_of(const std::string& id, std::initializer_list<const char*> ends) {
  for (const char* end : ends)
    if (id.ends_with(end)) return true;
  return false;
}

void expect_legends_beside_the_data(const Figure& figure) {
  for (const Group& group : figure.groups) {
    if (!ends_with_one_of(group.id, {"legend", "color-bar"})) continue;
    for (const Mark& mark : group.marks)
      for (const PlotArea& plot : plots_of(figure))
        EXPECT_FALSE(meet(bounds_of(mark), plot.rect)) << group.id;
  }
}

// A scale of colours says what at least two of them are.
void expect_sane_color_bars(const Figure& figure, double font) {
  for (const Group& group : figure.groups) {
    if (!group.id.ends_with("color-bar")) continue;
    const auto bars = marks_of<HeatmapMark>(group);
    ASSERT_EQ(bars.size(), 1u);
    int labels = 0;
    for (const TextMark& text : marks_of<TextMark>(group))
      labels += std::abs(text.anchor.x - bars[0].rect.right() - 0.45 * font) < 0.1 * font &&
                        text.anchor.y > bars[0].rect.y - 1.0 &&
                        text.anchor.y < bars[0].rect.bottom() + 1.0
                    ? 1
                    : 0;
    EXPECT_FALSE(labels < 2 && bars[0].rect.height > 6.0 * font) << bars[0].rect.height;
  }
}

// Labels of the axes: neither one every few pixels, nor a single one where there is room.
void expect_sane_axes(const Figure& figure, double font) {
  for (const PlotArea& plot : plots_of(figure)) {
    int beside = 0, below = 0;
    for (const Group& group : figure.groups) {
      if (!group.id.ends_with("axes")) continue;
      for (const TextMark& text : marks_of<TextMark>(group)) {
        const Rect box = bounds_of(text);
        // Where add_axes() puts them.
        const bool level = box.y > plot.rect.y - font && box.y < plot.rect.bottom();
        const bool upright = box.x > plot.rect.x - 2.0 * font && box.x < plot.rect.right();
        beside += level && std::abs(box.right() - plot.rect.x + 0.5 * font) < 0.1 * font ? 1 : 0;
        below += upright && std::abs(box.y - plot.rect.bottom() - 0.6 * font) < 0.1 * font ? 1 : 0;
      }
    }
    EXPECT_LE(beside, 1 + static_cast<int>(plot.rect.height / (1.5 * font)));
    EXPECT_LE(below, 1 + static_cast<int>(plot.rect.width / (1.5 * font)));
    EXPECT_FALSE(beside == 1 && plot.rect.height > 10.0 * font);
    EXPECT_FALSE(below == 1 && plot.rect.width > 20.0 * font && plot.x_max - plot.x_min > 1.5);
  }
}

constexpr Size kSizes[] = {{300, 200},   {300, 300},  {300, 600},   {340, 306},
                           {420, 260},   {560, 420},  {640, 480},   {640, 200},
                           {800, 300},   {960, 540},  {1280, 720},  {1920, 1080},
                           {2560, 1440}, {4000, 300}, {4000, 4000}, {300, 4000}};

class EveryFigureAtEverySize : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryFigureAtEverySize, CanBeRead) {
  const FigureInfo& info = *find_figure(GetParam());
  for (const Case& c : cases()) {
    const auto check = [&](Size size, double font, const std::string& what) {
      SCOPED_TRACE(c.name + ", " + what);
      const Figure figure = info.build(c.snapshot, {}, {Theme::light, font, true}, size);
      expect_legible(figure);
      expect_scripts_apart(figure);
      expect_legends_beside_the_data(figure);
      expect_sane_axes(figure, font);
      if (info.name != "dashboard") expect_sane_color_bars(figure, font);
    };
    for (const Size size : kSizes)
      check(size, 12.0, std::to_string(size.width) + " x " + std::to_string(size.height));
    for (const Preset& preset : presets())
      check(preset.size(info.default_size), preset.font_size, std::string(preset.name));
    if (HasFailure()) return;  // one case tells enough
  }
}

// A figure that has a title on paper keeps it, shortened if need be.
TEST_P(EveryFigureAtEverySize, KeepsItsTitleInEveryPreset) {
  const FigureInfo& info = *find_figure(GetParam());
  for (const Case& c : cases())
    for (const Preset& preset : presets()) {
      const Figure figure = info.build(c.snapshot, {}, {Theme::light, preset.font_size, true},
                                       preset.size(info.default_size));
      int bold = 0;
      for (const Group& group : figure.groups)
        for (const TextMark& text : marks_of<TextMark>(group)) bold += text.bold ? 1 : 0;
      EXPECT_GE(bold, 1) << c.name << ", " << preset.name;
    }
}

TEST_P(EveryFigureAtEverySize, CanBeReadWithItsCaption) {
  const FigureInfo& info = *find_figure(GetParam());
  for (const Case& c : cases())
    for (const Preset& preset : presets()) {
      SCOPED_TRACE(c.name + ", " + std::string(preset.name));
      expect_legible(build_with_caption(
          info, c.snapshot, {}, {Theme::light, preset.font_size, true},
          preset.size(info.default_size), caption_text(info, c.snapshot, "Backflow 1.0.0"),
          preset.height > 0.0 ? CaptionPlace::within : CaptionPlace::below));
    }
}

TEST_P(EveryFigureAtEverySize, CanBeReadAlongTheWalk) {
  const FigureInfo& info = *find_figure(GetParam());
  if (!info.follows.playhead) return;
  for (const Case& c : cases()) {
    const model::Index T = c.snapshot.record->trace.steps();
    if (T > 30) continue;
    for (const model::Index position : {model::Index{1}, T, T + 1, T + 2, 2 * T + 2, 2 * T + 3}) {
      View view;
      view.playhead = Playhead{position};
      for (const Size size : {Size{300, 200}, Size{340, 306}, Size{640, 420}, Size{1280, 720}}) {
        SCOPED_TRACE(c.name + ", position " + std::to_string(position) + ", " +
                     std::to_string(size.width));
        expect_legible(info.build(c.snapshot, view, {}, size));
      }
    }
  }
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  for (const FigureInfo& info : catalogue()) all.push_back(info.name);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EveryFigureAtEverySize, ::testing::ValuesIn(names()),
                         [](const auto& test) { return support::test_name(test.param); });

}  // namespace
}  // namespace backflow::figure
