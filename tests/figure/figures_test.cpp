// What the figures show: legible at every size, and true to the data behind them.
#include <cmath>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/dashboard_figure.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/unrolled_data.h"
#include "core/gradient/blame.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/support/test_name.h"

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Situation {
  std::string name;
  session::Snapshot snapshot;
};

const std::vector<Situation>& situations() {
  static const std::vector<Situation> kAll{
      {"fresh", snapshot_after(0, {})},
      {"learned", snapshot_after(60, {})},
      {"every step", snapshot_after(3, {"task.shape=many-to-many", "model.readout=softmax"})},
      {"clipped", snapshot_after(150, {"training.clip.threshold=0.01"})},
      {"one step", snapshot_after(5, {"task.name=first-bit", "task.steps=1"})},
      {"twenty", snapshot_after(5, {"task.name=first-bit", "task.steps=20"})},
      {"dead ReLU", snapshot_after(20, {"task.name=first-bit", "task.steps=12",
                                        "model.activation=relu", "training.clip.mode=none",
                                        "model.spectral_radius=10", "training.learning_rate=50"})},
      {"long", snapshot_after(2, {"task.name=first-bit", "task.steps=300", "task.batch=2"})},
      {"wide", snapshot_after(2, {"model.hidden=100"})},
      {"diverged", diverged_snapshot()},
      {"nothing asked", snapshot_after(0, {"task.name=random-input", "task.steps=12"},
                                       {.spectra = true, .chain = true, .contributions = true})},
      {"from a file",
       snapshot_after(
           0,
           {"model.file=" BACKFLOW_SOURCE_DIR
            "/tests/golden/models/lstm-2-both-float64.safetensors",
            "task.name=sequences", "task.file=" BACKFLOW_SOURCE_DIR "/tests/golden/models/x.npy"},
           {.block = gradient::StateBlock::full,
            .spectra = true,
            .chain = true,
            .contributions = true})},
      {"LSTM", snapshot_after(45, {"model.cell=lstm", "task.name=first-bit", "task.steps=6"},
                              {.block = gradient::StateBlock::full,
                               .spectra = true,
                               .chain = true,
                               .contributions = true})},
      {"GRU in chunks", snapshot_after(3, {"model.cell=gru", "training.truncation=chunks",
                                           "training.truncation.steps=2"})},
      {"LSTM, lengths, horizon",
       snapshot_after(
           3,
           {"model.cell=lstm", "task.name=first-bit", "task.steps=40", "task.length_min=9",
            "training.truncation=horizon", "training.truncation.steps=5"},
           {.sequence = 1,
            .block = gradient::StateBlock::cell,
            .product = session::StepPair{9, 3},
            .spectra = true,
            .chain = true,
            .contributions = true})},
      {"every step in chunks",
       snapshot_after(
           3, {"task.name=first-bit", "task.steps=300", "task.batch=2", "task.shape=many-to-many",
               "training.truncation=chunks", "training.truncation.steps=7"})},
      {"original GRU remembers",
       snapshot_after(2, {"model.cell=gru-original", "task.name=copy-memory", "task.symbols=2",
                          "task.steps=9", "training.truncation=horizon",
                          "training.truncation.steps=1", "model.activation=relu"})},
      {"real numbers", snapshot_after(30, {"task.name=sine", "training.schedule=cosine"})},
  };
  return kAll;
}

const HeatmapMark& map_of(const Figure& figure) {
  for (const Group& group : figure.groups)
    if (group.id == "map")
      for (const Mark& mark : group.marks)
        if (const auto* map = std::get_if<HeatmapMark>(&mark)) return *map;
  ADD_FAILURE() << "no map";
  static const HeatmapMark kNone;
  return kNone;
}

template <class M>
std::size_t count(const Figure& figure) {
  std::size_t found = 0;
  for (const Group& group : figure.groups)
    for (const Mark& mark : group.marks) found += std::holds_alternative<M>(mark) ? 1 : 0;
  return found;
}

std::string csv_of(const FigureInfo& info, const session::Snapshot& snapshot) {
  std::string text;
  info.write_csv(snapshot, {}, [&](std::string_view piece) { text += piece; });
  return text;
}

class EveryFigure : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryFigure, IsLegibleAtEverySizeInEverySituation) {
  const FigureInfo& info = *find_figure(GetParam());
  for (const Situation& situation : situations())
    for (const Size size : {Size{300, 200}, Size{420, 260}, Size{560, 330}, Size{640, 360},
                            Size{700, 380}, Size{960, 420}, Size{1400, 700}, Size{4000, 2500}})
      for (const bool title : {true, false}) {
        SCOPED_TRACE(situation.name + " " + std::to_string(size.width) + "x" +
                     std::to_string(size.height));
        const Figure figure = info.build(situation.snapshot, {}, {Theme::light, 12.0, title}, size);
        EXPECT_EQ(figure.width, size.width);
        EXPECT_EQ(figure.height, size.height);
        expect_legible(figure);
      }
}

TEST_P(EveryFigure, StaysSmallWhateverTheLength) {
  const FigureInfo& info = *find_figure(GetParam());
  for (const Situation& situation : situations()) {
    const Figure figure = info.build(situation.snapshot, {}, {}, {1000, 500});
    std::size_t marks = 0;
    for (const Group& group : figure.groups) marks += group.marks.size();
    EXPECT_LT(marks, 6000u) << situation.name;
  }
}

TEST_P(EveryFigure, HasIdsOfItsOwnForEveryGroup) {
  const FigureInfo& info = *find_figure(GetParam());
  const Figure figure = info.build(situations()[5].snapshot, {}, {}, {960, 500});
  std::set<std::string> ids;
  for (const Group& group : figure.groups) EXPECT_TRUE(ids.insert(group.id).second) << group.id;
}

TEST_P(EveryFigure, FollowsTheTheme) {
  const FigureInfo& info = *find_figure(GetParam());
  const auto& snapshot = situations()[1].snapshot;
  EXPECT_EQ(info.build(snapshot, {}, {Theme::dark}, {640, 360}).background,
            palette(Theme::dark).background);
  EXPECT_EQ(info.build(snapshot, {}, {Theme::light}, {640, 360}).background,
            palette(Theme::light).background);
}

std::vector<std::string_view> figure_names() {
  std::vector<std::string_view> names;
  for (const FigureInfo& info : catalogue()) names.push_back(info.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Catalogue, EveryFigure, ::testing::ValuesIn(figure_names()),
                         [](const auto& test) { return support::test_name(test.param); });

TEST(Catalogue, KnowsItsFiguresByName) {
  EXPECT_EQ(catalogue().size(), 20u);
  for (const FigureInfo& info : catalogue()) EXPECT_EQ(find_figure(info.name), &info);
  EXPECT_EQ(find_figure("los"), nullptr);
}

TEST(Dashboard, HasItsPartsInTheirPlacesAndTheirData) {
  const auto snapshot = snapshot_after(25, {"task.name=first-bit", "task.steps=20"});
  const Figure whole = build_dashboard(snapshot, {}, {}, {1280, 800});
  const auto middle = [&](const char* name) {
    double x = 0.0, y = 0.0, n = 0.0;
    for (const Group& group : whole.groups) {
      if (!group.id.starts_with(std::string(name) + "-")) continue;
      for (const TextMark& text : marks_of<TextMark>(group)) {
        x += text.anchor.x;
        y += text.anchor.y;
        ++n;
      }
    }
    EXPECT_GT(n, 3.0) << name;
    return Point{x / n, y / n};
  };
  EXPECT_LT(middle("unrolled").x, middle("loss").x);
  EXPECT_LT(middle("unrolled").y, middle("jacobian-norms").y);
  EXPECT_LT(middle("jacobian-norms").x, middle("gradient-norm").x);
  EXPECT_LT(middle("loss").y, middle("gradient-norm").y);
  const auto rows = rows_of(*find_figure("dashboard"), snapshot);
  const auto loss = rows_of(*find_figure("loss"), snapshot);
  const std::vector<std::string> last{"loss", "24", "loss", loss.back()[1]};
  EXPECT_THAT(rows, testing::Contains(last));
}

TEST(JacobianFigure, CellsHoldTheMapAndTheColoursAreCentred) {
  const auto snapshot = snapshot_after(5, {"task.name=first-bit", "task.steps=20"});
  const Figure figure = build_jacobian_norms(snapshot, {}, {}, {720, 520});
  const HeatmapMark& mark = map_of(figure);
  ASSERT_EQ(mark.rows, 21);
  ASSERT_EQ(mark.cols, 21);
  const auto& map = snapshot.analysis->norms.log10_norm;
  for (model::Index t = 0; t <= 20; ++t)
    for (model::Index k = 0; k <= 20; ++k) {
      const float value = (*mark.values)[static_cast<std::size_t>(t * 21 + k)];
      if (k > t)
        EXPECT_EQ(value, kNoCell);
      else
        EXPECT_EQ(value, static_cast<float>(map.at(t, k)));
    }
  EXPECT_EQ(mark.scale.low, -mark.scale.high);
  EXPECT_LE(mark.scale.low, snapshot.analysis->range.min);
  EXPECT_GE(mark.scale.high, snapshot.analysis->range.max);
}

TEST(JacobianFigure, FixedLimitsAreTaken) {
  View view;
  view.heatmap_low = -3.0;
  view.heatmap_high = 0.5;
  const auto snapshot = snapshot_after(1, {"task.name=first-bit", "task.steps=100"});
  const Figure figure = build_jacobian_norms(snapshot, view, {}, {720, 520});
  EXPECT_EQ(map_of(figure).scale.low, -3.0);
  EXPECT_EQ(map_of(figure).scale.high, 0.5);
  // Values below the limit exist and their colour is explained.
  EXPECT_THAT(all_text(figure), HasSubstr("< 0.001"));
}

TEST(JacobianFigure, CellsAreFoundAgainUnderTheMouse) {
  const auto snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=37"});
  const Figure figure = build_jacobian_norms(snapshot, {}, {}, {633, 417});
  for (model::Index t = 0; t <= 37; ++t)
    for (model::Index k = 0; k <= 37; ++k) {
      const Rect rect = cell_rect(*figure.plot, 37, {t, k});
      const auto cell = cell_at(figure, {rect.x + rect.width / 2.0, rect.y + rect.height / 2.0});
      if (k > t)
        EXPECT_FALSE(cell);
      else
        EXPECT_EQ(cell, (Cell{t, k}));
    }
  EXPECT_FALSE(cell_at(figure, {0.0, 0.0}));
}

TEST(JacobianFigure, SpecialValuesAreExplained) {
  const auto zero = situations()[6].snapshot;
  ASSERT_TRUE(zero.analysis->range.zeros);
  EXPECT_THAT(all_text(build_jacobian_norms(zero, {}, {}, {720, 520})), HasSubstr("exact 0"));
}

TEST(JacobianFigure, NotFiniteCellsAreHatched) {
  session::Snapshot snapshot = snapshot_after(0, {});
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  analysis->norms.log10_norm.at(3, 1) = std::nan("");
  analysis->norms.log10_norm.at(3, 2) = std::numeric_limits<double>::infinity();
  analysis->range = gradient::log_range(analysis->norms.log10_norm);
  snapshot.analysis = analysis;
  const Figure figure = build_jacobian_norms(snapshot, {}, {}, {720, 520});
  // One run of two cells, and the swatch that explains it.
  EXPECT_EQ(count<HatchMark>(figure), 2u);
  EXPECT_THAT(all_text(figure), HasSubstr("not finite"));
}

TEST(JacobianFigure, SaysWhatTheMapBelongsTo) {
  const auto snapshot = snapshot_after(12, {}, {gradient::MatrixNorm::frobenius, 1});
  const std::string text = all_text(build_jacobian_norms(snapshot, {}, {}, {720, 520}));
  EXPECT_THAT(text, HasSubstr("Frobenius norm, sequence 2 of 3, iteration 11"));
  EXPECT_THAT(text, HasSubstr(gradient::verdict(snapshot.analysis->decay).substr(0, 12)));
}

TEST(JacobianFigure, TellsWhetherVanishingIsProvenInALineOfItsOwn) {
  const auto snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=60",
                                           "model.init=orthogonal", "model.spectral_radius=0.5"});
  EXPECT_THAT(all_text(build_jacobian_norms(snapshot, {}, {}, {720, 520})),
              HasSubstr("\nproven: γσ₁ = 0.50 < 1\n"));
}

TEST(JacobianFigure, TooltipTellsTheChainOfFactors) {
  const auto snapshot = snapshot_after(2, {});
  const Figure figure = build_jacobian_norms(snapshot, {}, {}, {720, 520});
  const auto tip = [&](Cell cell) {
    const Rect r = cell_rect(*figure.plot, 3, cell);
    return jacobian_norms_tooltip(snapshot, {}, figure, {r.x + 2.0, r.y + 2.0});
  };
  EXPECT_THAT(tip({3, 0}), HasSubstr("over 3 steps"));
  for (model::Index t = 1; t <= 3; ++t)
    EXPECT_THAT(tip({3, 0}),
                HasSubstr("‖J_{" + std::to_string(t) + "}‖ = " +
                          compact_power(snapshot.analysis->norms.log10_norm.at(t, t - 1))));
  EXPECT_THAT(tip({2, 1}), HasSubstr("‖J_{2}‖, one step"));
  EXPECT_THAT(tip({2, 2}), HasSubstr("identity"));
}

TEST(Csv, LossHasOneRowPerIteration) {
  const auto snapshot = snapshot_after(3, {});
  std::istringstream csv(csv_of(*find_figure("loss"), snapshot));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "iteration,loss,validation_loss,chance");
  for (std::size_t i = 0; i < 3; ++i) {
    std::getline(csv, line);
    const auto comma = line.find(',');
    EXPECT_EQ(line.substr(0, comma), std::to_string(i));
    EXPECT_EQ(std::stod(line.substr(comma + 1)), snapshot.history.value(training::Series::loss, i));
    // This task has no other data; chance is the entropy of one in three.
    EXPECT_THAT(line, HasSubstr(",nan,0.636514168294812")) << line;
  }
  EXPECT_FALSE(std::getline(csv, line));
}

TEST(Csv, GradientNormHasTheThresholdOrNan) {
  EXPECT_THAT(csv_of(*find_figure("gradient-norm"), snapshot_after(1, {})),
              StartsWith("iteration,before_clip,after_clip,threshold\n0,"));
  EXPECT_THAT(csv_of(*find_figure("gradient-norm"), snapshot_after(1, {"training.clip.mode=none"})),
              HasSubstr(",nan\n"));
}

TEST(Csv, JacobianNormsHaveEveryPairAndReadBackExactly) {
  const auto snapshot = snapshot_after(4, {});
  std::istringstream csv(csv_of(*find_figure("jacobian-norms"), snapshot));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "t,k,log10_norm");
  for (int t = 0; t <= 3; ++t)
    for (int k = 0; k <= t; ++k) {
      ASSERT_TRUE(std::getline(csv, line));
      const auto last = line.rfind(',');
      EXPECT_EQ(line.substr(0, last), std::to_string(t) + "," + std::to_string(k));
      EXPECT_EQ(std::stod(line.substr(last + 1)), snapshot.analysis->norms.log10_norm.at(t, k));
    }
  EXPECT_FALSE(std::getline(csv, line));
}

TEST(Csv, UnrolledHasEveryQuantity) {
  const std::string csv = csv_of(*find_figure("unrolled"), snapshot_after(1, {}));
  EXPECT_THAT(csv, StartsWith("t,quantity,index,value\n0,h,0,0\n"));
  for (const char* row : {"\n1,x,0,1\n", "\n3,y,0,1\n", "\n3,y_hat,0,", "\n3,loss,0,",
                          "\n0,log10_error_norm,0,", "\n1,log10_factor,0,"})
    EXPECT_THAT(csv, HasSubstr(row));
  EXPECT_THAT(csv, Not(HasSubstr("\n2,y_hat")));
}

TEST(GradientNormFigure, CountsClippedStepsOfTheLastHundred) {
  EXPECT_EQ(clipping_summary(snapshot_after(0, {})), "no iteration yet");
  EXPECT_EQ(clipping_summary(snapshot_after(1, {})), "clipped 0 of the last 1 iteration");
  EXPECT_EQ(clipping_summary(snapshot_after(150, {"training.clip.threshold=0.00001"})),
            "clipped 100 of the last 100 iterations");
  EXPECT_EQ(clipping_summary(snapshot_after(9, {"training.clip.mode=none"})), "clipping is off");
  // Counted from the curve itself where only some steps are clipped.
  const auto some = snapshot_after(60, {"training.clip.threshold=0.2"});
  int clipped = 0;
  for (std::size_t i = 0; i < 60; ++i)
    clipped += some.history.value(training::Series::norm_before_clip, i) > 0.2 ? 1 : 0;
  ASSERT_GT(clipped, 0);
  ASSERT_LT(clipped, 60);
  EXPECT_EQ(clipping_summary(some),
            "clipped " + std::to_string(clipped) + " of the last 60 iterations");
}

TEST(UnrolledFigure, ShowsTokensNumbersAndFactorsForThreeSteps) {
  const auto snapshot = snapshot_after(10, {});
  const Figure figure = find_figure("unrolled")->build(snapshot, {}, {}, {960, 420});
  const std::string text = all_text(figure);
  for (const char* expected : {"cat\n", "mat\n", "h_{0}\n", "h_{3}\n", "‖J_{2}‖ = ", "y = 1"})
    EXPECT_THAT(text, HasSubstr(expected));
}

TEST(UnrolledFigure, BlameAndLossAreThoseOfTheSequence) {
  const auto snapshot = snapshot_after(10, {});
  View view;
  view.sequence = 1;
  session::Snapshot without = snapshot;
  without.analysis = nullptr;
  for (const auto& shown : {snapshot, without}) {
    const UnrolledData data = unrolled_data(shown, view);
    for (model::Index t = 0; t <= 3; ++t) {
      double squares = 0.0;
      for (model::Index i = 0; i < 8; ++i)
        squares += std::pow(3.0 * snapshot.record->signals.e.step(t)(i, 1), 2);
      EXPECT_NEAR(data.log10_blame[static_cast<std::size_t>(t)], 0.5 * std::log10(squares), 1e-13);
    }
    EXPECT_EQ(data.relative_blame.back(), 0.0);
    // −ln ŷ, for the target of the second sentence is 1.
    const double loss = -std::log(snapshot.record->trace.y_hat.step(3)(0, 1));
    EXPECT_NEAR(data.loss[2], loss, 1e-14);
    EXPECT_EQ(data.loss[0], 0.0);
  }
}

TEST(UnrolledFigure, TinyBlameIsNotZero) {
  training::IterationRecord record = *snapshot_after(1, {}).record;
  record.signals.e.data().setConstant(1e-250);
  EXPECT_NEAR(gradient::log10_recorded_blame(record.signals, 0, 1),
              std::log10(3.0 * std::sqrt(8.0)) - 250.0, 1e-12);
  // And what double cannot hold at all comes from the analysis.
  const auto snapshot =
      snapshot_after(0, {"task.name=first-bit", "task.steps=1000", "model.spectral_radius=0.01"});
  const UnrolledData data = unrolled_data(snapshot, {});
  EXPECT_LT(data.log10_blame.front(), -1500.0);
  EXPECT_TRUE(std::isfinite(data.log10_blame.front()));
}

TEST(UnrolledFigure, ZoomBringsTheBoxesBack) {
  const auto snapshot = snapshot_after(1, {"task.name=first-bit", "task.steps=200"});
  const FigureInfo& info = *find_figure("unrolled");
  EXPECT_THAT(all_text(info.build(snapshot, {}, {}, {960, 420})), Not(HasSubstr("h_{100}")));
  View view;
  view.first_step = 97.6;
  view.last_step = 102.9;
  const Figure zoomed = info.build(snapshot, view, {}, {960, 420});
  EXPECT_THAT(all_text(zoomed), HasSubstr("h_{100}"));
  expect_legible(zoomed);
}

TEST(UnrolledFigure, TooltipTellsTheStep) {
  const auto snapshot = snapshot_after(1, {});
  const FigureInfo& info = *find_figure("unrolled");
  const Figure figure = info.build(snapshot, {}, {}, {960, 420});
  const Rect& r = figure.plot->rect;
  const auto tip = [&](double share) {
    return info.tooltip(snapshot, {}, figure, {r.x + share * r.width, r.y + 5.0});
  };
  EXPECT_THAT(tip(0.9), HasSubstr("step t = 3\nx_{3} = “cat”"));
  EXPECT_THAT(tip(0.9), HasSubstr("target 1"));
  EXPECT_THAT(tip(0.1), HasSubstr("step t = 0\nh_{0} = 0"));
  EXPECT_EQ(info.tooltip(snapshot, {}, figure, {2.0, 2.0}), "");
}

TEST(Curves, TooltipTellsTheNearestIteration) {
  const auto snapshot = snapshot_after(50, {});
  const FigureInfo& info = *find_figure("loss");
  const Figure figure = info.build(snapshot, {}, {}, {640, 360});
  const Rect& r = figure.plot->rect;
  const std::string tip =
      info.tooltip(snapshot, {}, figure, {r.x + r.width * 25.2 / 49.0, r.y + 30.0});
  EXPECT_THAT(tip, StartsWith("iteration 25\nL = "));
}

}  // namespace
}  // namespace backflow::figure
