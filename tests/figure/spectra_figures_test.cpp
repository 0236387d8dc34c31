// The figures of the gradient by lag, the spectrum, the saturation and the gates: true to the
// analysis.
#include <cmath>
#include <complex>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/number_format.h"
#include "app/figure/plot_axes.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const FigureInfo& kLag = *find_figure("gradient-by-lag");
const FigureInfo& kSpectrum = *find_figure("spectrum");
const FigureInfo& kSaturation = *find_figure("saturation");
const FigureInfo& kGates = *find_figure("gates");

session::Snapshot twenty(std::initializer_list<const char*> more = {}) {
  std::vector<const char*> keys{"task.name=first-bit", "task.steps=20", "model.hidden=8"};
  keys.insert(keys.end(), more.begin(), more.end());
  return snapshot_after(3, keys);
}

// The same analysis with other spectra.
session::Snapshot with_weights(const model::Matrix& W) {
  session::Snapshot snapshot = twenty();
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  analysis->spectra->recurrent = *gradient::spectrum(W);
  snapshot.analysis = analysis;
  return snapshot;
}

// --- gradient by lag ---------------------------------------------------------------------------

TEST(LagFigure, CsvHasEveryLagAndTheBoundOfTheNorm) {
  for (const auto norm : {gradient::MatrixNorm::spectral, gradient::MatrixNorm::frobenius}) {
    const auto snapshot =
        snapshot_after(2, {"task.name=first-bit", "task.steps=20", "model.hidden=8"}, {norm});
    const auto rows = rows_of(kLag, snapshot);
    ASSERT_EQ(rows.size(), 22u);
    EXPECT_EQ(rows[0][5], "log10_bound");
    const session::Analysis& analysis = *snapshot.analysis;
    const double start = norm == gradient::MatrixNorm::spectral ? 0.0 : std::log10(std::sqrt(8.0));
    for (std::size_t lag = 0; lag <= 20; ++lag) {
      const auto& row = rows[lag + 1];
      EXPECT_EQ(row[0], std::to_string(lag));
      EXPECT_EQ(std::stod(row[1]), analysis.decay.median_by_lag[lag]);
      EXPECT_EQ(std::stod(row[2]), analysis.decay.lower_quartile[lag]);
      EXPECT_EQ(std::stod(row[3]), analysis.decay.upper_quartile[lag]);
      const double factor = analysis.bound->gamma * analysis.bound->sigma_1;
      EXPECT_NEAR(std::stod(row[5]), start + static_cast<double>(lag) * std::log10(factor), 1e-12);
      // It is a bound.
      for (model::Index t = static_cast<model::Index>(lag); t <= 20; ++t)
        EXPECT_LE(analysis.norms.log10_norm.at(t, t - static_cast<model::Index>(lag)),
                  std::stod(row[5]) + 1e-12);
    }
  }
}

TEST(LagFigure, MarksTheReachWhereTheMedianCrossesEpsilon) {
  const auto snapshot = twenty({"model.spectral_radius=0.3"});
  const auto& decay = snapshot.analysis->decay;
  ASSERT_GT(decay.reach, 0);
  ASSERT_LT(decay.reach, 20);
  const Figure figure = kLag.build(snapshot, {}, {}, {640, 400});
  const auto dots = marks_of<CircleMark>(group_of(figure, "reach"));
  ASSERT_EQ(dots.size(), 1u);
  const Axes axes{*figure.plot};
  EXPECT_NEAR(dots[0].center.x, axes.x(static_cast<double>(decay.reach)), 1e-9);
  EXPECT_NEAR(dots[0].center.y, axes.y(1e-3), 1e-9);
  EXPECT_THAT(all_text(figure), HasSubstr("reaches " + std::to_string(decay.reach) + " step"));
}

TEST(LagFigure, LinesStayInThePlotAndTheBoundStartsAtTheIdentity) {
  for (const char* rho : {"model.spectral_radius=10", "model.spectral_radius=0.01"}) {
    const auto snapshot = twenty({rho});
    const Figure figure = kLag.build(snapshot, {}, {}, {640, 400});
    const Axes axes{*figure.plot};
    const Rect& plot = figure.plot->rect;
    const auto lines = marks_of<PolylineMark>(group_of(figure, "gradient-by-lag"));
    bool bound = false;
    for (const PolylineMark& line : lines) {
      for (const Point& point : line.points) {
        EXPECT_GE(point.y, plot.y - 1e-6);
        EXPECT_LE(point.y, plot.bottom() + 1e-6);
      }
      if (line.stroke.dash != Dash::dashed) continue;
      bound = true;
      EXPECT_NEAR(line.points[0].x, plot.x, 1e-9);
      EXPECT_NEAR(line.points[0].y, axes.y(1.0), 1e-9);
    }
    EXPECT_TRUE(bound) << rho;
  }
}

TEST(LagFigure, ShowsTheSlopeOfTheLargestLyapunovExponent) {
  const auto snapshot = twenty({"model.spectral_radius=0.9"});
  const double lambda = snapshot.analysis->spectra->lyapunov.exponents.front();
  EXPECT_EQ(snapshot.analysis->largest_lyapunov, lambda);
  const auto rows = rows_of(kLag, snapshot);
  EXPECT_EQ(rows[0].back(), "log10_lyapunov");
  for (std::size_t lag = 0; lag <= 20; ++lag)
    EXPECT_NEAR(std::stod(rows[lag + 1].back()),
                std::log10(std::exp(lambda * static_cast<double>(lag))), 1e-12);
  EXPECT_THAT(all_text(kLag.build(snapshot, {}, {}, {960, 400})),
              HasSubstr("e^{λ₁} = " + compact(std::exp(lambda))));
}

TEST(LagFigure, TellsTheReachInWords) {
  const auto snapshot = twenty({"model.spectral_radius=0.3"});
  EXPECT_THAT(all_text(kLag.build(snapshot, {}, {}, {593, 305})),
              HasSubstr("steps back above 0.1 %"));
}

TEST(LagFigure, SaysNothingOfABoundWhereThereIsNone) {
  session::Snapshot snapshot = twenty();
  auto analysis = std::make_shared<session::Analysis>(*snapshot.analysis);
  analysis->bound.reset();
  snapshot.analysis = analysis;
  const Figure figure = kLag.build(snapshot, {}, {}, {640, 400});
  EXPECT_THAT(all_text(figure), Not(HasSubstr("γσ")));
  const Rect& r = figure.plot->rect;
  const std::string tip =
      kLag.tooltip(snapshot, {}, figure, {r.x + 0.5 * r.width, r.y + 0.5 * r.height});
  EXPECT_THAT(tip, HasSubstr("lag 10\n"));
  EXPECT_THAT(tip, HasSubstr(compact_power(analysis->decay.median_by_lag[10])));
  EXPECT_THAT(tip, Not(HasSubstr("never above")));
  EXPECT_EQ(rows_of(kLag, snapshot)[3][5], "nan");
}

TEST(LagFigure, ReachesFarBeyondTheRangeOfDouble) {
  const auto snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=1000", "task.batch=1",
                                           "model.hidden=4", "model.spectral_radius=0.01"});
  ASSERT_LT(snapshot.analysis->decay.median_by_lag.back(), -1500.0);
  const Figure figure = kLag.build(snapshot, {}, {}, {640, 400});
  expect_legible(figure);
  EXPECT_LT(figure.plot->y_min, -1500.0);
  EXPECT_THAT(all_text(figure), HasSubstr("10^{−1000}"));
}

// --- spectrum ----------------------------------------------------------------------------------

TEST(SpectrumFigure, CsvReadsBackExactly) {
  const auto snapshot = twenty();
  const auto& s = snapshot.analysis->spectra->recurrent;
  const auto rows = rows_of(kSpectrum, snapshot);
  ASSERT_EQ(rows.size(), 1u + 8u * 4u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(rows[1 + 2 * i][0], "eigenvalue_re");
    EXPECT_EQ(std::stod(rows[1 + 2 * i][2]), s.eigenvalues[i].value().real());
    EXPECT_EQ(std::stod(rows[2 + 2 * i][2]), s.eigenvalues[i].value().imag());
    EXPECT_EQ(rows[17 + i][1], std::to_string(i + 1));
    EXPECT_EQ(std::stod(rows[17 + i][2]), s.log10_singular_values[i]);
    EXPECT_EQ(std::stod(rows[25 + i][2]), snapshot.analysis->spectra->lyapunov.exponents[i]);
  }
}

TEST(SpectrumFigure, AxesAreEqualAndPointsStandWhereTheEigenvaluesAre) {
  const auto snapshot = twenty();
  const auto& list = snapshot.analysis->spectra->recurrent.eigenvalues;
  for (const Size size : {Size{300, 200}, Size{300, 900}, Size{560, 330}, Size{960, 380},
                          Size{2000, 300}, Size{4000, 2500}}) {
    const Figure figure = kSpectrum.build(snapshot, {}, {}, size);
    const PlotArea& area = *figure.plot;
    EXPECT_NEAR(area.rect.width / (area.x_max - area.x_min),
                area.rect.height / (area.y_max - area.y_min),
                1e-9 * area.rect.height / (area.y_max - area.y_min));
    EXPECT_GE(area.x_max, 1.0);
    EXPECT_GE(area.y_max, 1.0);
    const Axes axes{area};
    const Group& group = group_of(figure, "plane-eigenvalues");
    const auto dots = marks_of<CircleMark>(group);
    ASSERT_EQ(dots.size(), list.size());
    for (std::size_t i = 0; i < dots.size(); ++i) {
      EXPECT_NEAR(dots[i].center.x, axes.x(list[i].value().real()), 1e-9);
      EXPECT_NEAR(dots[i].center.y, axes.y(list[i].value().imag()), 1e-9);
      EXPECT_TRUE(area.rect.contains(dots[i].center));
    }
    // The first long line is the unit circle.
    bool has_circle = false;
    for (const PolylineMark& line : marks_of<PolylineMark>(group)) {
      if (line.points.size() < 100) continue;
      const double unit = axes.x(1.0) - axes.x(0.0);
      for (const Point& p : line.points)
        EXPECT_NEAR(std::hypot(p.x - axes.x(0.0), p.y - axes.y(0.0)), unit, 1e-9 * unit);
      has_circle = true;
      break;
    }
    EXPECT_TRUE(has_circle);
  }
}

TEST(SpectrumFigure, NamesTheNumbers) {
  model::Matrix W(2, 2);
  W << 0.0, 2.0, -0.5, 0.0;  // λ = ± i, σ = 2 and 1/2
  const auto snapshot = with_weights(W);
  const Figure figure = kSpectrum.build(snapshot, {}, {}, {960, 380});
  EXPECT_THAT(all_text(figure), HasSubstr("ρ = 1, σ_{1} = 2, σ_{1}/σ_{n} = 4"));
  const Axes axes{*figure.plot};
  const auto tip = [&](Point at) { return kSpectrum.tooltip(snapshot, {}, figure, at); };
  EXPECT_THAT(tip({axes.x(0.0) + 3.0, axes.y(-1.0)}), HasSubstr(" − 1 i\n|λ| = 1"));
  EXPECT_EQ(tip({axes.x(0.4), axes.y(0.4)}), "");
  ASSERT_EQ(figure.side_plots.size(), 2u);
  const Axes singular{figure.side_plots[0]};
  EXPECT_EQ(tip({singular.x(2.0), singular.area.rect.y + 5.0}), "σ_{2} = 0.5");
  EXPECT_THAT(all_text(kSpectrum.build(snapshot, {}, {}, {300, 200})), HasSubstr("ρ = 1"));
}

TEST(SpectrumFigure, WhatCannotBeShownIsSaid) {
  const auto legible_text = [](const session::Snapshot& snapshot) {
    for (const Size size : {Size{300, 200}, Size{640, 360}, Size{1400, 700}})
      expect_legible(kSpectrum.build(snapshot, {}, {}, size));
    return all_text(kSpectrum.build(snapshot, {}, {}, {960, 380}));
  };
  EXPECT_THAT(legible_text(with_weights(model::Matrix::Constant(3, 3, std::nan("")))),
              HasSubstr("W_{hh} is not finite"));
  EXPECT_THAT(legible_text(with_weights(model::Matrix::Zero(3, 3))), HasSubstr("3 of 3 are 0"));
  EXPECT_THAT(legible_text(with_weights(1e200 * model::Matrix::Identity(3, 3))),
              HasSubstr("σ_{1} = 10^{200}"));
  EXPECT_THAT(legible_text(with_weights(1e-200 * model::Matrix::Identity(1, 1))),
              HasSubstr("σ_{1}/σ_{n} = 1"));
  model::Matrix graded = model::Matrix::Zero(3, 3);
  graded.diagonal() << 1.0, 1e-9, 0.0;
  EXPECT_THAT(legible_text(with_weights(graded)), HasSubstr("1 of 3 are 0"));
  session::Snapshot waiting = snapshot_after(0, {}, {.spectra = false});
  EXPECT_THAT(legible_text(waiting), HasSubstr("computing the spectrum"));
  // Beside a coarse map it does not come as long as training runs.
  auto coarse = std::make_shared<session::Analysis>(*waiting.analysis);
  coarse->norms.stride = 2;
  waiting.analysis = coarse;
  EXPECT_THAT(legible_text(waiting), HasSubstr("shown when training pauses"));
  coarse->too_large = true;
  EXPECT_THAT(legible_text(waiting), HasSubstr("more memory than this machine can spare"));
  waiting.analysis = nullptr;
  for (const FigureInfo* info : {&kLag, &kSpectrum, &kSaturation, &kGates})
    EXPECT_THAT(all_text(info->build(waiting, {}, {}, {640, 360})), HasSubstr("computing the"));
}

TEST(SpectrumFigure, DirectionsLostToDeadUnitsAreCounted) {
  const auto snapshot = snapshot_after(
      0, {"task.name=first-bit", "task.steps=30", "model.activation=relu", "model.hidden=8"});
  const auto& exponents = snapshot.analysis->spectra->lyapunov.exponents;
  const auto dead =
      std::count(exponents.begin(), exponents.end(), -std::numeric_limits<double>::infinity());
  ASSERT_GT(dead, 0);
  EXPECT_THAT(all_text(kSpectrum.build(snapshot, {}, {}, {960, 380})),
              HasSubstr(std::to_string(dead) + " of 8 are −∞"));
}

// --- saturation --------------------------------------------------------------------------------

TEST(SaturationFigure, CsvAndCurvesAreTheSlopesOfTheSequence) {
  const auto snapshot = twenty();
  const auto rows = rows_of(kSaturation, snapshot);
  ASSERT_EQ(rows.size(), 21u);
  for (model::Index t = 1; t <= 20; ++t) {
    double mean = 0.0, share = 0.0;
    for (model::Index i = 0; i < 8; ++i) {
      const double h = snapshot.record->trace.h.step(t)(i, 0), slope = 1.0 - h * h;
      mean += slope / 8.0;
      share += slope < 0.1 ? 0.125 : 0.0;
    }
    const auto& row = rows[static_cast<std::size_t>(t)];
    EXPECT_EQ(row[0], std::to_string(t));
    EXPECT_NEAR(std::stod(row[1]), mean, 1e-12);
    EXPECT_NEAR(std::stod(row[2]), share, 1e-12);
  }
  const Figure figure = kSaturation.build(snapshot, {}, {}, {640, 360});
  const Axes axes{*figure.plot};
  const auto lines = marks_of<PolylineMark>(group_of(figure, "slopes-saturation"));
  ASSERT_EQ(lines.size(), 2u);
  ASSERT_EQ(lines[0].points.size(), 20u);
  EXPECT_NEAR(lines[0].points[7].x, axes.x(8.0), 1e-9);
  EXPECT_NEAR(lines[0].points[7].y, axes.y(std::stod(rows[8][1])), 1e-6);
  EXPECT_NEAR(lines[1].points[7].y, axes.y(std::stod(rows[8][2])), 1e-6);
}

TEST(SaturationFigure, CsvHasQuartilesOfSlopesAndPreActivations) {
  const auto snapshot = twenty();
  const auto rows = rows_of(kSaturation, snapshot);
  EXPECT_EQ(rows[0][3], "slope_min");
  EXPECT_EQ(rows[0][12], "a_max");
  const auto a = snapshot.record->trace.a.step(7).col(0);
  const auto& row = rows[7];
  EXPECT_NEAR(std::stod(row[8]), a.minCoeff(), 1e-15);
  EXPECT_NEAR(std::stod(row[12]), a.maxCoeff(), 1e-15);
  const double steepest = a.cwiseAbs().minCoeff();
  EXPECT_NEAR(std::stod(row[7]), 1.0 - std::pow(std::tanh(steepest), 2), 1e-14);
  for (std::size_t i = 4; i < 8; ++i) EXPECT_LE(std::stod(row[i - 1]), std::stod(row[i]));
}

TEST(SaturationFigure, HistogramHasEveryUnitAndTheEdgesWhereItSaturates) {
  const auto snapshot = twenty({"model.spectral_radius=9"});
  const auto& histogram = snapshot.analysis->pre_activation_histogram;
  for (model::Index t = 0; t < 20; ++t) {
    float sum = 0.0f;
    for (model::Index bin = 0; bin < histogram.bins; ++bin) sum += histogram.at(t, bin);
    EXPECT_NEAR(sum, 1.0f, 1e-6f);
  }
  const Figure figure = kSaturation.build(snapshot, {}, {}, {640, 440});
  const Group& group = group_of(figure, "histogram");
  const Rect area = std::get<RectMark>(group.marks.front()).rect;
  const auto lines = marks_of<PolylineMark>(group);
  ASSERT_EQ(lines.size(), 2u);
  // 1 − tanh² a = 0.1 at ±1.818.
  const double share = (area.bottom() - lines[0].points[0].y) / area.height;
  EXPECT_NEAR((2.0 * share - 1.0) * histogram.limit, 1.8184, 1e-3);
  EXPECT_THAT(kSaturation.tooltip(snapshot, {}, figure, {area.x + 3.0, area.y + 3.0}),
              HasSubstr("step t = 1\n"));
}

TEST(SaturationFigure, TooltipTellsTheStep) {
  const auto snapshot = twenty();
  const Figure figure = kSaturation.build(snapshot, {}, {}, {640, 360});
  const Axes axes{*figure.plot};
  const std::string tip =
      kSaturation.tooltip(snapshot, {}, figure, {axes.x(5.2), figure.plot->rect.y + 9.0});
  EXPECT_THAT(tip, HasSubstr("step t = 5\n"));
  EXPECT_THAT(tip, HasSubstr(compact(snapshot.analysis->saturation[4].mean_slope)));
  EXPECT_EQ(kSaturation.tooltip(snapshot, {}, figure, {1.0, 1.0}), "");
}

// --- gates
// -----------------------------------------------------------------------------------------

TEST(GatesFigure, CsvAndCurvesAreTheSigmoidsOfTheSequence) {
  const auto snapshot = twenty({"model.cell=lstm", "model.forget_bias=3"});
  const auto rows = rows_of(kGates, snapshot);
  ASSERT_EQ(rows.size(), 61u);
  const std::pair<const char*, model::Index> kBlocks[] = {{"i", 0}, {"f", 1}, {"o", 3}};
  std::size_t row = 0;
  for (const auto& [letter, block] : kBlocks)
    for (model::Index t = 1; t <= 20; ++t) {
      const Eigen::ArrayXd gate =
          snapshot.record->trace.a.step(t).col(0).segment(8 * block, 8).unaryExpr([](double x) {
            return 1.0 / (1.0 + std::exp(-x));
          });
      const auto& cells = rows[++row];
      EXPECT_EQ(cells[0], std::to_string(t));
      EXPECT_EQ(cells[1], letter);
      EXPECT_NEAR(std::stod(cells[2]), gate.mean(), 1e-14);
      EXPECT_EQ(std::stod(cells[3]), static_cast<double>((gate < 0.1).count()) / 8.0);
      EXPECT_EQ(std::stod(cells[4]), static_cast<double>((gate > 0.9).count()) / 8.0);
      EXPECT_NEAR(std::stod(cells[5]), gate.minCoeff(), 1e-14);
      EXPECT_NEAR(std::stod(cells[9]), gate.maxCoeff(), 1e-14);
    }
  EXPECT_GT(std::stod(rows[25][4]), 0.5);  // f: σ(3) = 0.95
  const Figure figure = kGates.build(snapshot, {}, {}, kGates.default_size);
  ASSERT_EQ(figure.side_plots.size(), 2u);
  const auto lines = marks_of<PolylineMark>(group_of(figure, "f-curves"));
  ASSERT_EQ(lines.size(), 1u);
  const Axes axes{figure.side_plots[0]};
  EXPECT_NEAR(lines[0].points[4].y, axes.y(std::stod(rows[25][2])), 1e-6);
  EXPECT_THAT(kGates.tooltip(snapshot, {}, figure, {axes.x(5.2), axes.y(0.5)}),
              AllOf(HasSubstr("step t = 5\nforget gate f_{5}: mean "), Not(HasSubstr("input"))));
  EXPECT_EQ(kGates.cell(snapshot, {}, figure, {axes.x(5.2), axes.y(0.5)})->t, 5);
}

TEST(GatesFigure, HasTheMeansAloneWhereThereIsLittleRoom) {
  const auto snapshot = twenty({"model.cell=gru"});
  const Figure figure = kGates.build(snapshot, {}, {}, {320, 180});
  EXPECT_TRUE(figure.side_plots.empty());
  EXPECT_EQ(marks_of<PolylineMark>(group_of(figure, "curves")).size(), 2u);
  const Axes axes{*figure.plot};
  EXPECT_THAT(kGates.tooltip(snapshot, {}, figure, {axes.x(7.0), axes.y(0.5)}),
              AllOf(HasSubstr("reset gate r_{7}: mean "), HasSubstr("update gate z_{7}: mean ")));
}

TEST(GatesFigure, SaysThatTheVanillaCellHasNone) {
  const auto snapshot = twenty();
  EXPECT_EQ(rows_of(kGates, snapshot).size(), 1u);
  const Figure figure = kGates.build(snapshot, {}, {}, kGates.default_size);
  EXPECT_FALSE(figure.plot);
  EXPECT_THAT(all_text(figure), HasSubstr("no gates"));
  EXPECT_EQ(kGates.tooltip(snapshot, {}, figure, {100, 100}), "");
}

}  // namespace
}  // namespace backflow::figure
