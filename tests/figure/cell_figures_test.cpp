// Figures of gated cells, of sequences of different length, of truncated BPTT and of coarse maps.
#include <cmath>
#include <numbers>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"
#include "app/figure/unrolled_data.h"
#include "core/gradient/coarse_norms.h"
#include "core/gradient/estimated_norms.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using gradient::StateBlock;
using model::Index;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const FigureInfo& kMap = *find_figure("jacobian-norms");
const FigureInfo& kUnrolled = *find_figure("unrolled");

std::string text_of(const char* figure, const session::Snapshot& snapshot, Size size = {960, 480}) {
  return all_text(find_figure(figure)->build(snapshot, {}, {}, size));
}

session::Snapshot lstm_map(StateBlock block) {
  return snapshot_after(2, {"model.cell=lstm", "task.name=first-bit", "task.steps=12"},
                        {.block = block, .spectra = true});
}

// The middle of a cell of the map.
Point middle(const Figure& figure, Index steps, Cell cell) {
  const Rect rect = cell_rect(*figure.plot, steps, cell);
  return {rect.x + rect.width / 2.0, rect.y + rect.height / 2.0};
}

// --- the part of the state ---------------------------------------------------------------------

TEST(StateBlocks, AreNamedWhereverTheirNormsAre) {
  const std::pair<StateBlock, std::string> names[] = {
      {StateBlock::hidden, "h"}, {StateBlock::cell, "c"}, {StateBlock::full, "(h,c)"}};
  for (const auto& [block, name] : names) {
    const auto snapshot = lstm_map(block);
    const std::string symbol = "‖∂" + name + "_{t}/∂" + name + "_{k}‖";
    const Figure map = kMap.build(snapshot, {}, {}, {720, 520});
    EXPECT_THAT(map.title, HasSubstr(symbol));
    EXPECT_THAT(all_text(map), HasSubstr("\n" + symbol + "\n"));  // the colour bar
    EXPECT_THAT(all_text(map), HasSubstr("LSTM, spectral norm"));
    EXPECT_THAT(text_of("gradient-by-lag", snapshot),
                HasSubstr("LSTM, ‖∂" + name + "_{t}/∂" + name + "_{t−lag}‖"));
    EXPECT_THAT(kMap.tooltip(snapshot, {}, map, middle(map, 12, {7, 4})),
                HasSubstr("‖∂" + name + "_{7}/∂" + name + "_{4}‖ = "));
  }
  EXPECT_EQ(rows_of(kMap, lstm_map(StateBlock::hidden))[0][2], "log10_norm");
  EXPECT_EQ(rows_of(kMap, lstm_map(StateBlock::cell))[0][2], "log10_norm_cell");
  EXPECT_EQ(rows_of(kMap, lstm_map(StateBlock::full))[0][2], "log10_norm_full");
}

TEST(StateBlocks, FactorIsCalledJWhereItIsAllThatPasses) {
  using model::CellKind;
  EXPECT_EQ(factor_symbol(CellKind::rnn, StateBlock::hidden, "12"), "‖J_{12}‖");
  EXPECT_EQ(factor_symbol(CellKind::gru, StateBlock::hidden, "t"), "‖J_{t}‖");
  EXPECT_EQ(factor_symbol(CellKind::lstm, StateBlock::full, "t"), "‖J_{t}‖");
  EXPECT_EQ(factor_symbol(CellKind::lstm, StateBlock::cell, "t"), "‖∂c_{t}/∂c_{t−1}‖");
  EXPECT_EQ(factor_symbol(CellKind::lstm, StateBlock::hidden, "12"), "‖∂h_{12}/∂h_{11}‖");
}

TEST(GatedCells, WeightsAreNamedByTheBlock) {
  for (const auto& [cell, name] : {std::pair{"model.cell=lstm", "W_{hg}"},
                                   {"model.cell=gru", "W_{hn}"},
                                   {"model.cell=gru-original", "W_{hn}"}}) {
    const std::string text = text_of("spectrum", snapshot_after(1, {cell}));
    EXPECT_THAT(text, HasSubstr(std::string("ρ(") + name + ") = "));
    EXPECT_THAT(text, HasSubstr(std::string("eigenvalues of ") + name));
    EXPECT_THAT(text, Not(HasSubstr("W_{hh}")));
  }
  EXPECT_THAT(text_of("spectrum", snapshot_after(1, {})), HasSubstr("W_{hh}"));
}

TEST(GatedCells, UnrolledShowsTheCellState) {
  const auto snapshot = snapshot_after(4, {"model.cell=lstm"});
  const std::string text = text_of("unrolled", snapshot);
  for (const char* part : {"LSTM  h_{3}\n", "LSTM  c_{3}\n", "cell c_{t} (±", "LSTM: c_{t} = "})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text_of("unrolled", snapshot_after(4, {"model.cell=gru"})),
              HasSubstr("GRU  h_{0}\n"));
  std::size_t found = 0;
  for (const auto& row : rows_of(kUnrolled, snapshot))
    if (row[1] == "c") {
      EXPECT_EQ(std::stod(row[3]),
                snapshot.record->trace.c.step(std::stol(row[0]))(std::stol(row[2]), 0));
      ++found;
    }
  EXPECT_EQ(found, 4u * 8u);
  // Every value of c has its colour within the scale that the label names.
  const UnrolledData data = unrolled_data(snapshot, {});
  EXPECT_NEAR(data.cell_scale, snapshot.record->trace.c.data().cwiseAbs().maxCoeff(), 1.0);
  EXPECT_THAT(text, HasSubstr("±" + compact(data.cell_scale)));
  EXPECT_EQ(data.hidden_scale, 1.0);
}

// --- sequences of different length -------------------------------------------------------------

TEST(Lengths, EveryFigureEndsWithTheSequence) {
  for (const char* cell : {"model.cell=rnn", "model.cell=lstm"}) {
    const auto snapshot = snapshot_after(
        2, {cell, "task.name=first-bit", "task.steps=20", "task.length_min=5"}, {.sequence = 1});
    const Index T = snapshot.record->trace.length(1);
    ASSERT_LT(T, 20);
    View view;
    view.sequence = 1;
    for (const bool analysed : {true, false}) {
      session::Snapshot shown = snapshot;
      if (!analysed) shown.analysis = nullptr;
      const UnrolledData data = unrolled_data(shown, view);
      EXPECT_EQ(data.steps, T);
      EXPECT_EQ(data.log10_blame.size(), static_cast<std::size_t>(T + 1));
      EXPECT_TRUE(data.has_one_output());
      EXPECT_TRUE(data.has_output(T));
      // The blame of the last step is that of its own output: W_hyᵀ ∂L/∂z, times B.
      const auto& record = *snapshot.record;
      const double own =
          (record.model.parameters.W_hy.transpose() * record.signals.dz.step(T).col(1) * 32.0)
              .norm();
      EXPECT_NEAR(data.log10_blame.back(), std::log10(own), 1e-12);
    }
    Index last = 0;
    std::set<std::string> outputs;
    for (const auto& row : rows_of(kUnrolled, snapshot, view)) {
      if (row[0] == "t") continue;
      last = std::max<Index>(last, std::stol(row[0]));
      if (row[1] == "y_hat" || row[1] == "loss") outputs.insert(row[0]);
    }
    EXPECT_EQ(last, T);
    EXPECT_EQ(outputs, std::set<std::string>{std::to_string(T)});
    const Figure map = kMap.build(snapshot, view, {}, {900, 520});
    EXPECT_EQ(marks_of<HeatmapMark>(group_of(map, "map")).front().rows, T + 1);
    EXPECT_THAT(all_text(map), HasSubstr("(" + std::to_string(T) + " of 20 steps)"));
    EXPECT_THAT(all_text(kUnrolled.build(snapshot, view, {}, {960, 420})),
                HasSubstr("(" + std::to_string(T) + " of 20 steps)"));
  }
}

TEST(Lengths, StepsWithoutLossHaveNone) {
  // copy-memory asks at the last steps only.
  const auto snapshot =
      snapshot_after(1, {"task.name=copy-memory", "task.symbols=2", "task.steps=9"});
  const UnrolledData data = unrolled_data(snapshot, {});
  for (Index t = 1; t <= 9; ++t)
    EXPECT_EQ(data.has_output(t), snapshot.record->batch.weight(t, 0) != 0.0) << t;
  std::size_t losses = 0;
  for (const auto& row : rows_of(kUnrolled, snapshot)) losses += row[1] == "loss" ? 1 : 0;
  EXPECT_EQ(losses, 2u);
}

// --- truncation --------------------------------------------------------------------------------

TEST(Truncation, VeilCoversExactlyTheCellsThatAreCut) {
  for (const char* kind : {"training.truncation=horizon", "training.truncation=chunks"})
    for (const char* steps : {"training.truncation.steps=1", "training.truncation.steps=6"}) {
      const auto snapshot =
          snapshot_after(1, {"task.name=first-bit", "task.steps=20", kind, steps});
      const Figure figure = kMap.build(snapshot, {}, {}, {720, 520});
      const auto& truncation = snapshot.record->options.truncation;
      const auto rects = marks_of<RectMark>(group_of(figure, "map"));
      for (Index t = 0; t <= 20; ++t)
        for (Index k = 0; k <= t; ++k) {
          const Point point = middle(figure, 20, {t, k});
          int covered = 0;
          for (const RectMark& mark : rects)
            covered += mark.fill && mark.fill->a < 255 && mark.rect.contains(point) ? 1 : 0;
          EXPECT_EQ(covered, truncation.cuts(t, k) ? 1 : 0) << kind << " " << t << " " << k;
          const std::string tip = kMap.tooltip(snapshot, {}, figure, point);
          EXPECT_EQ(tip.find("no blame passes: cut (" + truncation_name(truncation) + ")") !=
                        std::string::npos,
                    truncation.cuts(t, k));
        }
      EXPECT_THAT(all_text(figure), HasSubstr("cut by truncation: " + truncation_name(truncation)));
    }
}

TEST(Truncation, HatchingStaysWithinTheCutCells) {
  const auto snapshot =
      snapshot_after(1, {"task.name=first-bit", "task.steps=20", "training.truncation=chunks",
                         "training.truncation.steps=6"});
  const Figure figure = kMap.build(snapshot, {}, {}, {720, 520});
  std::size_t lines = 0;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "map"))) {
    if (line.points.size() != 2) continue;
    ++lines;
    for (const double share : {0.01, 0.3, 0.5, 0.8, 0.99}) {
      const Point a = line.points[0], b = line.points[1];
      const auto cell = cell_at(figure, {a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)});
      ASSERT_TRUE(cell);
      EXPECT_TRUE(snapshot.record->options.truncation.cuts(cell->t, cell->k))
          << cell->t << " " << cell->k;
    }
  }
  EXPECT_GT(lines, 50u);
}

TEST(Truncation, LegendIsThereAlsoInANarrowMapAndOnlyWhereSomethingIsCut) {
  const auto snapshot =
      snapshot_after(1, {"task.name=first-bit", "task.steps=20", "training.truncation=horizon"});
  EXPECT_THAT(text_of("jacobian-norms", snapshot, {300, 260}), HasSubstr("cut by truncation"));
  const auto reached = snapshot_after(1, {"training.truncation=horizon"});  // τ = 10 > T
  EXPECT_THAT(text_of("jacobian-norms", reached), Not(HasSubstr("cut by truncation")));
}

TEST(Truncation, BlameIsDrawnCutBetweenChunks) {
  const auto snapshot =
      snapshot_after(1, {"training.truncation=chunks", "training.truncation.steps=2"});  // T = 3
  const Figure figure = kUnrolled.build(snapshot, {}, {}, {960, 420});
  std::vector<PolylineMark> cuts;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "network")))
    if (line.stroke.dash == Dash::dashed) cuts.push_back(line);
  ASSERT_EQ(cuts.size(), 1u);
  const Rect& area = figure.plot->rect;
  const double x = area.x + 3.0 / 4.0 * area.width;  // between steps 2 and 3 of 0..3
  EXPECT_NEAR((cuts[0].points[0].x + cuts[0].points[1].x) / 2.0, x, 1e-9);
  EXPECT_THAT(all_text(figure), HasSubstr("\ncut\n"));
  EXPECT_THAT(all_text(figure), HasSubstr("blame cut: chunks of 2"));
  EXPECT_THAT(all_text(figure), Not(HasSubstr("‖J_{3}‖")));
  // Nothing reaches the first chunk, which is 0 exactly and said to be.
  EXPECT_EQ(unrolled_data(snapshot, {}).log10_blame[2], -std::numeric_limits<double>::infinity());
  EXPECT_THAT(all_text(figure), HasSubstr("exact 0"));
}

TEST(Truncation, StripsAreCutAsOftenAsThereAreChunks) {
  const auto snapshot =
      snapshot_after(1, {"task.name=first-bit", "task.steps=50", "training.truncation=chunks",
                         "training.truncation.steps=7"});
  const Figure figure = kUnrolled.build(snapshot, {}, {}, {960, 420});
  std::size_t cuts = 0;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "network")))
    cuts += line.stroke.dash == Dash::dashed ? 1 : 0;
  EXPECT_EQ(cuts, 7u);  // after 7, 14, … 49
}

TEST(Truncation, GradientNormTellsWhatTheTruncatedGradientIsWorth) {
  const auto snapshot =
      snapshot_after(3, {"task.name=first-bit", "task.steps=9", "task.shape=many-to-many",
                         "training.truncation=horizon", "training.truncation.steps=2"});
  const training::IterationRecord& record = *snapshot.record;
  model::Parameters full = model::zeros_like(record.gradients);
  gradient::backward(record.model, record.batch, record.trace, full);
  const double norm = model::global_norm(full);
  const double cosine =
      model::inner_product(full, record.gradients) / (norm * model::global_norm(record.gradients));
  model::Parameters difference = full;
  double squares = 0.0;
  const auto a = model::tensors(difference);
  const auto b = model::tensors(record.gradients);
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]).squaredNorm();
  const std::string expected = "truncated: angle " +
                               fixed(std::acos(cosine) * 180.0 / std::numbers::pi, 0) +
                               "°, relative error " + compact(100.0 * std::sqrt(squares) / norm) +
                               " %, full ‖∇L‖ = " + compact(norm);
  EXPECT_THAT(text_of("gradient-norm", snapshot), HasSubstr(expected));
  EXPECT_THAT(text_of("gradient-norm", snapshot_after(3, {})), Not(HasSubstr("truncated")));
}

// --- coarse maps -------------------------------------------------------------------------------

TEST(CoarseMap, SaysWhatWasComputedAndClaimsNoMore) {
  session::Snapshot snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=30"});
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  const training::IterationRecord& record = *analysis->record;
  analysis->norms = *gradient::coarse_jacobian_norms(record.model, record.trace, 0,
                                                     gradient::MatrixNorm::spectral, 8);
  const session::Snapshot exact = snapshot;
  snapshot.analysis = analysis;
  const Figure figure = kMap.build(snapshot, {}, {}, {720, 520});
  EXPECT_THAT(all_text(figure), HasSubstr("coarse: every 8th step computed"));
  EXPECT_THAT(text_of("jacobian-norms", snapshot, {300, 260}), HasSubstr("coarse"));
  EXPECT_THAT(text_of("jacobian-norms", exact), Not(HasSubstr("coarse")));
  const auto tip = [&](Cell cell) {
    return kMap.tooltip(snapshot, {}, figure, middle(figure, 30, cell));
  };
  EXPECT_THAT(tip({17, 8}), HasSubstr("interpolated"));
  EXPECT_THAT(tip({16, 8}), Not(HasSubstr("interpolated")));
  EXPECT_THAT(tip({30, 0}), Not(HasSubstr("interpolated")));
  EXPECT_THAT(tip({16, 8}), Not(HasSubstr("one-step factors")));
  // 0, 8, 16, 24 and 30: fifteen pairs, each as in the exact map.
  const auto rows = rows_of(kMap, snapshot);
  ASSERT_EQ(rows.size(), 16u);
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_NEAR(std::stod(rows[i][2]),
                exact.analysis->norms.log10_norm.at(std::stol(rows[i][0]), std::stol(rows[i][1])),
                1e-9);
  EXPECT_TRUE(unrolled_data(snapshot, {}).log10_factor.empty());
}

TEST(CoarseMap, AnEstimateIsCalledOneAndWritesNoNumbers) {
  session::Snapshot snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=30"});
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  const training::IterationRecord& record = *analysis->record;
  for (const Index stride : {1, 3}) {
    analysis->norms = *gradient::estimated_jacobian_norms(record.model, record.trace, 0,
                                                          gradient::MatrixNorm::spectral, stride);
    snapshot.analysis = analysis;
    const Figure figure = kMap.build(snapshot, {}, {}, {720, 520});
    EXPECT_THAT(all_text(figure), HasSubstr(stride == 1 ? "estimated at every step"
                                                        : "estimated at every 3rd step"));
    EXPECT_THAT(kMap.tooltip(snapshot, {}, figure, middle(figure, 30, {15, 6})),
                HasSubstr("estimated"));
    EXPECT_EQ(rows_of(kMap, snapshot).size(), 1u);
    EXPECT_TRUE(unrolled_data(snapshot, {}).log10_factor.empty());
  }
}

}  // namespace
}  // namespace backflow::figure
