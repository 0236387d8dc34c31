// The chain of a product, the contributions of the steps, and the cursor that all figures share.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/contributions_terms.h"
#include "app/figure/jacobian_figure.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "app/session/analysis.h"
#include "core/gradient/jacobian.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"
#include "tests/support/configured.h"

namespace backflow::figure {
namespace {

using model::Index;
using ::testing::HasSubstr;
using ::testing::Not;

const FigureInfo& kChain = *find_figure("jacobian-chain");
const FigureInfo& kContributions = *find_figure("contributions");

session::Snapshot chain_of(session::StepPair pair, std::vector<const char*> keys = {},
                           gradient::StateBlock block = gradient::StateBlock::hidden) {
  for (const char* key : {"task.name=first-bit", "task.steps=20"}) keys.push_back(key);
  return snapshot_after(3, keys, {.block = block, .product = pair, .chain = true});
}

Point middle(const Rect& r) { return {r.x + r.width / 2.0, r.y + r.height / 2.0}; }

// --- the chain ---------------------------------------------------------------------------------

TEST(ChainFigure, ShowsEveryFactorAndEveryRunningProduct) {
  const auto snapshot = chain_of({7, 3});
  const Figure figure = kChain.build(snapshot, {}, {}, {900, 500});
  expect_legible(figure);
  const std::string text = all_text(figure);
  EXPECT_THAT(text, HasSubstr("∂h_{7}/∂h_{3} = J_{7} J_{6} J_{5} J_{4}\n"));
  for (Index i = 4; i <= 7; ++i) {
    EXPECT_THAT(text, HasSubstr("\nJ_{" + std::to_string(i) + "}\n"));
    EXPECT_THAT(text, HasSubstr("\n∂h_{7}/∂h_{" + std::to_string(i - 1) + "}\n"));
  }
  const auto& map = snapshot.analysis->norms.log10_norm;
  EXPECT_THAT(text,
              HasSubstr("‖∂h_{7}/∂h_{3}‖ = " + compact_power(map.at(7, 3)) + " ≤ (γσ_{1})^{4} = " +
                        compact_power(snapshot.analysis->bound->log10_at(4.0))));
  // The pictures are the matrices over their largest entries.
  const auto pictures = marks_of<HeatmapMark>(group_of(figure, "products"));
  ASSERT_EQ(pictures.size(), 4u);
  const auto& record = *snapshot.record;
  const model::Matrix whole =
      gradient::jacobian_product(record.model, record.trace, 0, 7, 3).value();
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 8; ++j)
      EXPECT_NEAR((*pictures[3].values)[static_cast<std::size_t>(8 * i + j)],
                  whole(i, j) / whole.cwiseAbs().maxCoeff(), 1e-6);
  // All J share one scale.
  double largest = 0.0;
  for (Index i = 4; i <= 7; ++i)
    largest = std::max(
        largest, gradient::step_jacobian(record.model, record.trace, 0, i).cwiseAbs().maxCoeff());
  const model::Matrix J_6 = gradient::step_jacobian(record.model, record.trace, 0, 6);
  const auto factors = marks_of<HeatmapMark>(group_of(figure, "jacobians"));
  EXPECT_NEAR((*factors[1].values)[11], J_6(1, 3) / largest, 1e-6);
}

TEST(ChainFigure, LeavesOutTheMiddleOfALongChain) {
  const auto snapshot = chain_of({20, 0});
  const Figure figure = kChain.build(snapshot, {}, {}, {600, 400});
  const auto factors = marks_of<HeatmapMark>(group_of(figure, "jacobians"));
  ASSERT_LT(factors.size(), 20u);
  ASSERT_GE(factors.size(), 4u);
  const std::string text = all_text(figure);
  EXPECT_THAT(text, HasSubstr("\n" + std::to_string(20 - factors.size()) + " more\n"));
  EXPECT_THAT(text, HasSubstr("∂h_{20}/∂h_{0} = J_{20} J_{19} … J_{1}\n"));
  EXPECT_THAT(text, HasSubstr("\nJ_{20}\n"));
  EXPECT_THAT(text, HasSubstr("\nJ_{1}\n"));
  // The mouse finds the last picture although others are left out.
  const auto products = marks_of<HeatmapMark>(group_of(figure, "products"));
  EXPECT_EQ(kChain.cell(snapshot, {}, figure, middle(products.back().rect)), (Cell{20, 0}));
  EXPECT_EQ(kChain.cell(snapshot, {}, figure, middle(factors.back().rect)), (Cell{1, 0}));
  EXPECT_EQ(kChain.cell(snapshot, {}, figure, middle(factors.front().rect)), (Cell{20, 19}));
}

TEST(ChainFigure, TooltipTellsEntryNormAndSaturation) {
  const auto snapshot = chain_of({7, 3});
  const Figure figure = kChain.build(snapshot, {}, {}, {900, 500});
  const Rect J_7 = marks_of<HeatmapMark>(group_of(figure, "jacobians"))[0].rect;
  const model::Matrix J =
      gradient::step_jacobian(snapshot.record->model, snapshot.record->trace, 0, 7);
  const std::string tip = kChain.tooltip(
      snapshot, {}, figure, {J_7.x + 2.5 / 8.0 * J_7.width, J_7.y + 4.5 / 8.0 * J_7.height});
  EXPECT_THAT(tip, HasSubstr("J_{7} = diag(f′(a_{7})) W_{hh}\n"));
  EXPECT_THAT(tip, HasSubstr("row 5, column 3: " + compact(J(4, 2))));
  EXPECT_THAT(tip, HasSubstr("mean " + compact(snapshot.analysis->saturation[6].mean_slope)));
}

TEST(ChainFigure, BlocksOfAnLstmAreNamed) {
  const auto part = chain_of({5, 2}, {"model.cell=lstm"}, gradient::StateBlock::cell);
  EXPECT_THAT(all_text(kChain.build(part, {}, {}, {900, 500})),
              HasSubstr("∂c_{5}/∂c_{2}: the c part of J_{5} J_{4} J_{3}"));
  const auto full = chain_of({5, 2}, {"model.cell=lstm"}, gradient::StateBlock::full);
  EXPECT_THAT(all_text(kChain.build(full, {}, {}, {900, 500})),
              HasSubstr("∂(h,c)_{5}/∂(h,c)_{2} = J_{5} J_{4} J_{3}"));
  EXPECT_EQ(full.analysis->chain->size, 16);
}

TEST(ChainFigure, CsvHasNormsBoundSlopesAndSingularValues) {
  const auto snapshot = chain_of({6, 4});
  const auto rows = rows_of(kChain, snapshot);
  ASSERT_EQ(rows.size(), 1u + 2u * 5u + 8u);
  EXPECT_EQ(rows[1][0], "6");
  EXPECT_EQ(rows[1][1], "log10_norm");
  EXPECT_EQ(std::stod(rows[1][2]), snapshot.analysis->norms.log10_norm.at(6, 5));
  EXPECT_EQ(std::stod(rows[7][2]), snapshot.analysis->norms.log10_norm.at(6, 4));
  EXPECT_NEAR(std::stod(rows[8][2]), snapshot.analysis->bound->log10_at(2.0), 1e-14);
  // The largest singular value is the spectral norm.
  EXPECT_EQ(rows[11][1], "log10_singular_value");
  EXPECT_NEAR(std::stod(rows[11][2]), snapshot.analysis->norms.log10_norm.at(6, 4), 1e-10);
}

TEST(ChainFigure, SaysWhatThereIsNot) {
  EXPECT_THAT(all_text(kChain.build(chain_of({5, 5}), {}, {}, {600, 300})),
              HasSubstr("the product is the identity"));
  EXPECT_THAT(all_text(kChain.build(snapshot_after(0, {}, {}), {}, {}, {600, 300})),
              HasSubstr("computing the product"));
  // Beyond the sequence counts as its end.
  EXPECT_EQ(chain_of({900, 3}).analysis->chain->t, 20);
}

// The dashed lines of the plot of the norms.
std::vector<PolylineMark> bound_lines(const Figure& figure) {
  std::vector<PolylineMark> lines;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "norms-curves")))
    if (line.stroke.dash == Dash::dashed) lines.push_back(line);
  return lines;
}

TEST(ChainFigure, TheBoundStartsAtTheIdentityAndFallsByItsFactor) {
  for (const auto norm : {gradient::MatrixNorm::spectral, gradient::MatrixNorm::frobenius})
    for (const char* rho : {"model.spectral_radius=0.01", "model.spectral_radius=0.9"}) {
      const auto snapshot =
          snapshot_after(0, {"task.name=first-bit", "task.steps=20", rho},
                         {.norm = norm, .product = session::StepPair{20, 0}, .chain = true});
      const Figure figure = kChain.build(snapshot, {}, {}, {900, 500});
      expect_legible(figure);
      const auto lines = bound_lines(figure);
      ASSERT_EQ(lines.size(), 1u);
      const Axes axes{*figure.plot};
      const double start = norm == gradient::MatrixNorm::spectral ? 0.0 : 0.5 * std::log10(8.0);
      const Point first = lines[0].points.front(), last = lines[0].points.back();
      EXPECT_NEAR(first.x, axes.x(0.0), 1e-9);
      EXPECT_NEAR(first.y, axes.y_at(start), 1e-9);
      const double lag = x_value_at(*figure.plot, last.x);
      EXPECT_NEAR(last.y, axes.y_at(start + snapshot.analysis->bound->log10_at(lag)), 1e-6);
      EXPECT_LE(last.y, figure.plot->rect.bottom() + 1e-9);
      // Nothing is left over above the identity, where no norm is larger.
      if (std::string(rho).ends_with("0.01")) {
        EXPECT_LT(figure.plot->y_max, start + 0.1 * (start - figure.plot->y_min));
      }
    }
}

TEST(ChainFigure, WithoutRecurrentWeightsThereIsNoLineOfTheBound) {
  session::Session session(support::configured({"task.name=first-bit", "task.steps=20"}));
  const model::Matrix W = session.snapshot().record->model.parameters.W_hh;
  session.execute(
      session::SetRecurrentWeights{model::Matrix(model::Matrix::Zero(W.rows(), W.cols())), "zero"});
  session.refresh();
  session::Snapshot snapshot = session.snapshot();
  session::attach(
      session::analyse(snapshot.record, {.product = session::StepPair{20, 0}, .chain = true}),
      snapshot);
  ASSERT_EQ(snapshot.analysis->bound->sigma_1, 0.0);
  const Figure figure = kChain.build(snapshot, {}, {}, {900, 500});
  expect_legible(figure);
  EXPECT_TRUE(bound_lines(figure).empty());
  EXPECT_THAT(all_text(figure), Not(HasSubstr("\nbound\n")));
}

TEST(ChainFigure, LongAndWideAndExplodingIsLegible) {
  const auto check = [](const session::Snapshot& snapshot) {
    for (const Size size : {Size{593, 305}, Size{900, 480}, Size{320, 220}})
      expect_legible(kChain.build(snapshot, {}, {Theme::dark, 12.0, false}, size));
  };
  check(chain_of({20, 0}, {"model.hidden=80"}));
  check(chain_of({20, 0}, {"model.activation=relu", "model.spectral_radius=10"}));
  check(chain_of({3, 2}, {"model.hidden=1"}));
}

// --- contributions -----------------------------------------------------------------------------

session::Snapshot items(std::vector<const char*> keys) {
  for (const char* key : {"task.name=first-bit", "task.steps=6"}) keys.push_back(key);
  return snapshot_after(3, keys, {.contributions = true});
}

TEST(ContributionsFigure, BarsAreTheTermsStackedFromNearToFar) {
  const auto snapshot = items({"task.shape=many-to-many"});
  const auto& norms =
      snapshot.analysis->contributions->of(gradient::RecurrentTensor::W_xh).log10_norm;
  View view;
  view.contribution_tensor = gradient::RecurrentTensor::W_xh;
  const Figure figure = kContributions.build(snapshot, view, {}, {800, 420});
  const Axes axes{*figure.plot};
  // Loss step 6: its pieces follow each other upwards.
  std::vector<RectMark> pieces;
  for (const RectMark& mark : marks_of<RectMark>(group_of(figure, "bars")))
    if (std::abs(mark.rect.x + mark.rect.width / 2.0 - axes.x(6.0)) < 1.0) pieces.push_back(mark);
  ASSERT_GE(pieces.size(), 2u);
  const double scale = (axes.y_at(0.0) - axes.y_at(1.0)) / std::pow(10.0, [&] {
                         double largest = -1e300;
                         for (Index t = 1; t <= 6; ++t)
                           for (Index k = 1; k <= t; ++k)
                             largest = std::max(largest, norms.at(t, k));
                         return largest < -2.5 || largest > 3.5 ? std::floor(largest) : 0.0;
                       }());
  EXPECT_NEAR(pieces[0].rect.height, scale * std::pow(10.0, norms.at(6, 6)), 1e-6);
  EXPECT_NEAR(pieces[1].rect.height, scale * std::pow(10.0, norms.at(6, 5)), 1e-6);
  EXPECT_NEAR(pieces[1].rect.bottom(), pieces[0].rect.y, 1e-9);
  EXPECT_EQ(*pieces[0].fill, lag_color(0.0));
  EXPECT_EQ(*pieces[1].fill, lag_color(0.2));
  // The mark of the true gradient lies within the bar: norms do not add up.
  double sum = 0.0;
  for (Index k = 1; k <= 6; ++k) sum += std::pow(10.0, norms.at(6, k));
  const double own = std::pow(
      10.0,
      snapshot.analysis->contributions->of(gradient::RecurrentTensor::W_xh).log10_gradient[6]);
  EXPECT_LE(own, sum);
  bool marked = false;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "gradient")))
    marked = marked || (line.points[0].x < axes.x(6.0) && line.points[1].x > axes.x(6.0) &&
                        std::abs(line.points[0].y - (axes.y_at(0.0) - scale * own)) < 1e-6);
  EXPECT_TRUE(marked);
  // And the mouse finds the piece again.
  EXPECT_EQ(kContributions.cell(snapshot, view, figure, middle(pieces[1].rect)), (Cell{6, 5}));
  EXPECT_THAT(kContributions.tooltip(snapshot, view, figure, middle(pieces[1].rect)),
              HasSubstr("‖C(6, 5)‖ = " + compact_power(norms.at(6, 5))));
}

TEST(ContributionsFigure, RelativeBarsFillTheWholeHeight) {
  const auto snapshot = items({"task.shape=many-to-many"});
  View view;
  view.contribution_relative = true;
  const Figure figure = kContributions.build(snapshot, view, {}, {800, 420});
  const Axes axes{*figure.plot};
  for (Index t = 2; t <= 6; ++t) {  // at t = 1 the only term is h_0 = 0
    double top = 1e9, bottom = 0.0;
    for (const RectMark& mark : marks_of<RectMark>(group_of(figure, "bars")))
      if (std::abs(mark.rect.x + mark.rect.width / 2.0 - axes.x(static_cast<double>(t))) < 1.0) {
        top = std::min(top, mark.rect.y);
        bottom = std::max(bottom, mark.rect.bottom());
      }
    EXPECT_NEAR(top, axes.y_at(1.0), 0.5) << t;
    EXPECT_NEAR(bottom, axes.y_at(0.0), 1e-9) << t;
  }
}

TEST(ContributionsFigure, OneLossStepHasABarForEverySource) {
  const auto snapshot = items({});
  const Figure figure = kContributions.build(snapshot, {}, {}, {800, 420});
  EXPECT_THAT(all_text(figure), HasSubstr("source step k"));
  EXPECT_THAT(all_text(figure), HasSubstr("‖C(6, k)‖ of W_{hh}"));
  const Axes axes{*figure.plot};
  EXPECT_EQ(kContributions.cell(snapshot, {}, figure, {axes.x(4.1), figure.plot->rect.y + 5.0}),
            (Cell{6, 4}));
  EXPECT_THAT(
      all_text(kContributions.build(items({"task.shape=many-to-many"}), {}, {}, {800, 420})),
      HasSubstr("loss step t"));
}

// What belongs to a whole loss step, against its terms one by one.
TEST(ContributionsFigure, SumsOfALossStepAreThoseOfItsTerms) {
  for (const char* truncation : {"training.truncation=none", "training.truncation=horizon"}) {
    const auto snapshot =
        items({"task.shape=many-to-many", truncation, "training.truncation.steps=3"});
    for (const auto& tensor : snapshot.analysis->contributions->tensors)
      for (Index t = 1; t <= 6; ++t) {
        double sum = 0.0, largest = -std::numeric_limits<double>::infinity();
        for (Index k = 1; k <= t; ++k) {
          sum += std::pow(10.0, tensor.log10_norm.at(t, k));
          largest = std::max(largest, tensor.log10_norm.at(t, k));
        }
        const auto i = static_cast<std::size_t>(t);
        EXPECT_EQ(tensor.log10_largest[i], largest);
        if (sum == 0.0)
          EXPECT_EQ(tensor.log10_sum[i], largest);
        else
          EXPECT_NEAR(tensor.log10_sum[i], std::log10(sum), 1e-12 * std::abs(std::log10(sum)));
      }
  }
  // A term that is not finite: the bar is hatched, not drawn as a number.
  const auto broken = diverged_snapshot();
  bool any = false;
  for (const auto& tensor : broken.analysis->contributions->tensors)
    for (Index t = 1; t <= tensor.log10_norm.steps(); ++t) {
      bool finite = true;
      for (Index k = 1; k <= t; ++k)
        finite = finite && !gradient::is_not_finite(tensor.log10_norm.at(t, k));
      EXPECT_EQ(std::isnan(tensor.log10_sum[static_cast<std::size_t>(t)]), !finite) << t;
      any = any || !finite;
    }
  EXPECT_TRUE(any);
}

TEST(ContributionsFigure, TheCursorIsDrawnOnlyInsideThePlot) {
  const auto snapshot = items({"training.truncation=horizon", "training.truncation.steps=3"});
  const auto lines = [&](Cell cursor) {
    View view;
    view.cursor = cursor;
    const Figure figure = kContributions.build(snapshot, view, {}, {800, 420});
    std::size_t dotted = 0;
    for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "gradient")))
      dotted += line.stroke.dash == Dash::dotted ? 1 : 0;
    return dotted;
  };
  for (Index k = 0; k <= 6; ++k) EXPECT_EQ(lines({6, k}), k >= 4 ? 1u : 0u) << k;
}

TEST(ContributionsFigure, CsvHasEveryTermOfEveryTensor) {
  const auto snapshot = items(
      {"task.shape=many-to-many", "training.truncation=horizon", "training.truncation.steps=3"});
  const auto rows = rows_of(kContributions, snapshot);
  ASSERT_EQ(rows.size(), 1u + 3u * (1u + 2u + 3u * 4u));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Index t = std::stol(rows[i][0]), k = std::stol(rows[i][1]);
    EXPECT_LT(t - k, 3);
    const auto tensor = rows[i][2] == "W_hh"   ? gradient::RecurrentTensor::W_hh
                        : rows[i][2] == "W_xh" ? gradient::RecurrentTensor::W_xh
                                               : gradient::RecurrentTensor::b_h;
    const auto& of = snapshot.analysis->contributions->of(tensor);
    EXPECT_EQ(rows[i][3], csv_number(of.log10_norm.at(t, k)));
    EXPECT_EQ(rows[i][4], csv_number(of.log10_gradient[static_cast<std::size_t>(t)]));
  }
  EXPECT_THAT(all_text(kContributions.build(snapshot, {}, {}, {900, 420})), HasSubstr("horizon 3"));
}

TEST(ContributionsFigure, ColoursOfTheLagsFallInLuminance) {
  for (int i = 1; i <= 20; ++i)
    EXPECT_LT(relative_luminance(lag_color(i / 20.0)),
              relative_luminance(lag_color((i - 1) / 20.0)));
}

// --- the cursor --------------------------------------------------------------------------------

TEST(Cursor, IsDrawnInEveryFigureThatHasSteps) {
  const auto snapshot = chain_of({9, 2});
  auto all = snapshot_after(
      3, {"task.name=first-bit", "task.steps=20"},
      {.product = session::StepPair{9, 2}, .spectra = true, .chain = true, .contributions = true});
  View view;
  view.cursor = Cell{9, 5};
  View iteration;
  iteration.cursor_iteration = 1;
  for (const FigureInfo& info : catalogue()) {
    const auto marks = [&](const View& shown) {
      std::size_t count = 0;
      double strokes = 0.0;
      for (const Group& group : info.build(all, shown, {}, {800, 500}).groups)
        for (const Mark& mark : group.marks) {
          ++count;
          if (const auto* rect = std::get_if<RectMark>(&mark); rect && rect->stroke)
            strokes += rect->stroke->width;
        }
      return std::pair(count, strokes);
    };
    if (info.cell != nullptr && !info.of_gates) {  // the vanilla cell has none
      EXPECT_NE(marks(view), marks({})) << info.name;
    }
    if (info.over_iterations) {
      EXPECT_NE(marks(iteration), marks({})) << info.name;
    }
  }
}

TEST(JacobianFigure, FramesThePinnedCellAndItsSteps) {
  const auto snapshot = chain_of({9, 2});
  View view;
  view.pinned = Cell{9, 2};
  const Figure figure = build_jacobian_norms(snapshot, view, {}, {720, 520});
  const Rect cell = cell_rect(*figure.plot, 20, {9, 2});
  bool framed = false;
  for (const RectMark& mark : marks_of<RectMark>(group_of(figure, "map")))
    framed =
        framed || (mark.stroke && mark.stroke->width == 3.0 && mark.rect.contains(middle(cell)));
  EXPECT_TRUE(framed);
  std::size_t lines = 0;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, "map")))
    lines += line.stroke.dash == Dash::dashed ? 1 : 0;
  EXPECT_EQ(lines, 2u);
  expect_legible(figure);
}

}  // namespace
}  // namespace backflow::figure
