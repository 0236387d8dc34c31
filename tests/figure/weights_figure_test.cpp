// W_hh as a picture, what is said about it, and what can be dragged: true to the numbers behind.
#include "app/figure/weights_figure.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/eigenvalue_plane.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/plot_axes.h"
#include "app/figure/vanishing_condition.h"
#include "app/session/analysis.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const FigureInfo& kWeights = *find_figure("weights");

Figure weights(const session::Snapshot& snapshot, const View& view = {},
               Size size = {560.0, 420.0}) {
  return kWeights.build(snapshot, view, {}, size);
}

TEST(WeightsFigure, ShowsEveryEntryInItsPlaceAsAShareOfARoundLimit) {
  for (const char* hidden : {"model.hidden=1", "model.hidden=3", "model.hidden=40"}) {
    const auto snapshot = snapshot_after(3, {hidden, "task.name=first-bit"});
    const model::Matrix& W = session::present_weights(snapshot).W_hh;
    const Figure figure = weights(snapshot);
    const auto map = marks_of<HeatmapMark>(group_of(figure, "matrix")).front();
    ASSERT_EQ(map.rows, W.rows());
    ASSERT_EQ(map.cols, W.cols());
    const double limit = weight_limit(W);
    EXPECT_GE(limit, W.cwiseAbs().maxCoeff());
    EXPECT_LE(limit, 2.0 * W.cwiseAbs().maxCoeff());
    for (model::Index i = 0; i < W.rows(); ++i)
      for (model::Index j = 0; j < W.cols(); ++j) {
        const float share = (*map.values)[static_cast<std::size_t>(i * W.cols() + j)];
        EXPECT_NEAR(share, W(i, j) / limit, 1e-6);
        const Rect cell = entry_rect(figure, {i, j});
        const Point middle{cell.x + cell.width / 2.0, cell.y + cell.height / 2.0};
        EXPECT_EQ(entry_at(figure, middle), (Entry{i, j}));
        EXPECT_EQ(row_label_at(figure, {figure.plot->rect.x - 4.0, middle.y}), i);
      }
  }
}

TEST(WeightsFigure, NumbersStandInTheCellsWhereTheyFit) {
  const auto small = snapshot_after(3, {"model.hidden=3"});
  const double value = session::present_weights(small).W_hh(1, 2);
  std::string text = std::to_string(std::abs(value)).substr(0, 3);
  EXPECT_THAT(all_text(weights(small)), HasSubstr(text));
  const auto wide = snapshot_after(1, {"model.hidden=64"});
  EXPECT_THAT(marks_of<TextMark>(group_of(weights(wide), "matrix")), IsEmpty());
}

TEST(WeightsFigure, OfAGatedCellTheChosenBlock) {
  for (const char* cell : {"model.cell=lstm", "model.cell=gru", "model.cell=gru-original"}) {
    SCOPED_TRACE(cell);
    const auto snapshot = snapshot_after(2, {cell, "model.hidden=5"});
    const model::Matrix& W = session::present_weights(snapshot).W_hh;
    const model::CellLayout& layout = model::layout_of(snapshot.record->model);
    EXPECT_EQ(shown_gate(snapshot, {}), layout.new_state_block);
    EXPECT_EQ(
        shown_weights(snapshot, {}),
        model::block_of_new_state(session::present_weights(snapshot), snapshot.record->model.cell));
    for (model::Index gate = 0; gate < layout.gate_count(); ++gate) {
      View view;
      view.weight_gate = gate;
      EXPECT_EQ(shown_weights(snapshot, view), W.middleRows(5 * gate, 5));
      EXPECT_EQ(shown_weights(snapshot, view).data(), W.middleRows(5 * gate, 5).data());
      const Figure figure = weights(snapshot, view);
      const Rect cell_rect = entry_rect(figure, {2, 3});
      EXPECT_THAT(kWeights.tooltip(snapshot, view, figure, {cell_rect.x + 2.0, cell_rect.y + 2.0}),
                  HasSubstr(layout.gates[static_cast<std::size_t>(gate)].name));
      // ρ and σ₁ are known of one block only.
      EXPECT_EQ(all_text(figure).find("ρ = ") != std::string::npos, gate == layout.new_state_block);
    }
    View beyond;
    beyond.weight_gate = 9;
    EXPECT_EQ(shown_gate(snapshot, beyond), layout.new_state_block);
  }
}

TEST(WeightsFigure, CsvHoldsAllOfTheMatrix) {
  const auto snapshot = snapshot_after(2, {"model.cell=lstm", "model.hidden=3"});
  const model::Matrix& W = session::present_weights(snapshot).W_hh;
  const auto rows = rows_of(kWeights, snapshot);
  ASSERT_EQ(rows.size(), 1u + 4u * 3u * 3u);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"row", "column", "value"}));
  for (std::size_t k = 1; k < rows.size(); ++k)
    EXPECT_EQ(std::stod(rows[k][2]), W(std::stol(rows[k][0]) - 1, std::stol(rows[k][1]) - 1));
}

TEST(WeightsFigure, ShowsThePresentWeightsAndAlongAWalkThoseOfItsIteration) {
  const auto snapshot = snapshot_after(3, {"model.hidden=4", "training.learning_rate=0.5"});
  const training::IterationRecord& record = *snapshot.record;
  ASSERT_TRUE(record.parameters_after);
  ASSERT_NE(record.parameters_after->W_hh, record.model.parameters.W_hh);
  EXPECT_EQ(shown_weights(snapshot, {}), record.parameters_after->W_hh);
  View walking;
  walking.playhead = Playhead{1};
  EXPECT_EQ(shown_weights(snapshot, walking), record.model.parameters.W_hh);
}

TEST(WeightsFigure, TheSelectedRowIsMarkedAndLegible) {
  for (const char* hidden : {"model.hidden=2", "model.hidden=8", "model.hidden=200"}) {
    const auto snapshot = snapshot_after(1, {hidden});
    View view;
    view.weight_row = 1;
    for (const Size size : {Size{300, 200}, Size{345, 280}, Size{560, 420}, Size{1400, 700}}) {
      const Figure figure = weights(snapshot, view, size);
      expect_legible(figure);
      const auto rects = marks_of<RectMark>(group_of(figure, "matrix"));
      const Rect row = entry_rect(figure, {1, 0});
      ASSERT_FALSE(rects.empty());
      EXPECT_NEAR(rects.back().rect.y + rects.back().rect.height / 2.0, row.y + row.height / 2.0,
                  1e-9);
    }
  }
}

// --- the condition -----------------------------------------------------------------------------

std::string condition(const model::Matrix& W, const char* activation) {
  session::Session session(snapshot_after(0, {activation, "model.hidden=2"}).config);
  session.execute(session::SetRecurrentWeights{W, ""});
  session.refresh();
  const auto analysis = session::analyse(session.record(), {});
  std::string text;
  for (const auto& wordings : vanishing_condition(*analysis)) text += wordings.front() + "\n";
  return text;
}

TEST(VanishingCondition, SaysWhatIsProvenAndWhatIsNot) {
  const model::Matrix small{{0.5, 0.0}, {0.0, 0.25}}, shear{{0.5, 3.0}, {0.0, 0.5}},
      large{{1.5, 0.0}, {0.0, 0.5}};
  EXPECT_THAT(condition(small, "model.activation=tanh"),
              HasSubstr("γσ_{1} = 0.50 < 1: every product shrinks, vanishing is certain"));
  const std::string sheared = condition(shear, "model.activation=tanh");
  EXPECT_THAT(sheared, HasSubstr("≥ 1: this bound promises nothing"));
  EXPECT_THAT(sheared, HasSubstr("ρ = 0.50 < 1 alone proves no vanishing"));
  EXPECT_THAT(condition(large, "model.activation=tanh"), Not(HasSubstr("alone")));
  // γ = 1/4: the same matrix under a sigmoid.
  EXPECT_THAT(condition(large, "model.activation=sigmoid"), HasSubstr("0.38 < 1"));
  EXPECT_THAT(condition(shear, "model.activation=identity"),
              HasSubstr("f is linear: ρ = 0.50 < 1, so products vanish in the end"));
  EXPECT_THAT(condition(large, "model.activation=identity"), HasSubstr("do not vanish"));
  const auto gated = snapshot_after(1, {"model.cell=gru"});
  EXPECT_THAT(vanishing_condition(*gated.analysis).front().front(), HasSubstr("gate"));
}

// --- what is dragged ---------------------------------------------------------------------------

TEST(SpectrumFigure, KeepsItsPlaneWhileAnEigenvalueIsHeld) {
  const auto snapshot = snapshot_after(3, {});
  View view;
  view.plane_radius = 2.5;
  const Figure figure = find_figure("spectrum")->build(snapshot, view, {}, {960, 380});
  EXPECT_EQ(figure.plot->y_max, 2.5);
  const Axes axes{*figure.plot};
  for (const auto& value : snapshot.analysis->spectra->recurrent.eigenvalues) {
    const Point at{axes.x(value.value().real()) + 1.0, axes.y(value.value().imag())};
    const gradient::Eigenvalue* found = eigenvalue_at(snapshot, figure, at);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->log10_modulus, value.log10_modulus);
  }
  EXPECT_EQ(eigenvalue_at(snapshot, figure, {axes.x(0.0), axes.y(2.4)}), nullptr);
}

TEST(GradientNormFigure, SuggestsHalfToTenTimesTheMeanOfTheLastHundred) {
  const auto snapshot = snapshot_after(130, {"training.clip.threshold=0.05"});
  double sum = 0.0;
  for (std::size_t i = 30; i < 130; ++i)
    sum += snapshot.history.value(training::Series::norm_before_clip, i);
  const auto range = suggested_threshold(snapshot);
  ASSERT_TRUE(range);
  EXPECT_NEAR(range->low, 0.5 * sum / 100.0, 1e-12 * sum);
  EXPECT_NEAR(range->high, 10.0 * sum / 100.0, 1e-12 * sum);
  for (const bool log : {true, false}) {
    View view;
    view.gradient_log = log;
    const Figure figure = build_gradient_norm(snapshot, view, {}, {640, 360});
    EXPECT_THAT(all_text(figure), HasSubstr("suggested c"));
    const Axes axes{*figure.plot};
    const Rect band = marks_of<RectMark>(group_of(figure, "gradient-norm")).front().rect;
    EXPECT_NEAR(band.bottom(), std::min(axes.y(range->low), figure.plot->rect.bottom()), 1e-9);
    EXPECT_NEAR(band.y, std::max(axes.y(range->high), figure.plot->rect.y), 1e-9);
  }
  EXPECT_FALSE(suggested_threshold(snapshot_after(0, {})));
  EXPECT_FALSE(suggested_threshold(snapshot_after(5, {"training.clip.mode=value"})));
  EXPECT_FALSE(suggested_threshold(snapshot_after(5, {"training.clip.mode=none"})));
}

}  // namespace
}  // namespace backflow::figure
