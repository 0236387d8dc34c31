// The figures of loss, accuracy and learning rate over the iterations: true to the records.
#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/figure/plot_axes.h"
#include "tests/figure/figure_checks.h"
#include "tests/figure/snapshots.h"

namespace backflow::figure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using training::Series;

const FigureInfo& kLoss = *find_figure("loss");
const FigureInfo& kAccuracy = *find_figure("accuracy");
const FigureInfo& kRate = *find_figure("learning-rate");

View axis(bool logarithmic) {
  View view;
  view.loss_log = logarithmic;
  return view;
}

std::vector<PolylineMark> lines_of(const Figure& figure, const std::string& id, Dash dash) {
  std::vector<PolylineMark> lines;
  for (const PolylineMark& line : marks_of<PolylineMark>(group_of(figure, id)))
    if (line.stroke.dash == dash) lines.push_back(line);
  return lines;
}

TEST(LossFigure, JoinsTheValidations) {
  const auto snapshot = snapshot_after(45, {"task.name=first-bit", "task.steps=5"});
  const Figure figure = kLoss.build(snapshot, {}, {}, {640, 360});
  const auto lines = lines_of(figure, "loss", Dash::dashed);
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0].points.size(), 3u);  // at 0, 20 and 40
  const Axes axes{*figure.plot};
  for (std::size_t i = 0; i < 3; ++i) {
    const double loss = snapshot.history.value(Series::validation_loss, 20 * i);
    EXPECT_NEAR(lines[0].points[i].x, axes.x(20.0 * static_cast<double>(i)), 1e-9);
    EXPECT_NEAR(lines[0].points[i].y, axes.y(loss), 1e-9);
  }
  // The other curve differs in colour as well.
  const auto training = lines_of(figure, "loss", Dash::solid);
  ASSERT_EQ(training.size(), 1u);
  EXPECT_NE(training[0].stroke.color, lines[0].stroke.color);
  EXPECT_THAT(all_text(figure), HasSubstr("validation "));
}

TEST(LossFigure, MarksTheLossOfGuessing) {
  // Half the labels are 1: ln 2.
  const auto snapshot = snapshot_after(3, {"task.name=first-bit", "task.steps=5"});
  for (const bool log : {false, true}) {
    const Figure figure = kLoss.build(snapshot, axis(log), {}, {640, 360});
    const auto lines = lines_of(figure, "loss", Dash::dotted);
    ASSERT_EQ(lines.size(), 1u);
    for (const Point& point : lines[0].points)
      EXPECT_NEAR(point.y, Axes{*figure.plot}.y(std::numbers::ln2), 1e-9);
    EXPECT_THAT(all_text(figure), HasSubstr("by chance 0.693"));
  }
  // The squared error of one half.
  const auto squared = snapshot_after(3, {"task.name=first-bit", "task.steps=5", "model.loss=mse"});
  const Figure figure = kLoss.build(squared, {}, {}, {640, 360});
  EXPECT_THAT(all_text(figure), HasSubstr("by chance 0.25"));
  EXPECT_EQ(lines_of(figure, "loss", Dash::dotted).size(), 1u);
}

TEST(LossFigure, RangeHoldsEveryCurve) {
  // The validation far above the training curve, and far below it; chance between or not.
  for (const double validation : {1e-4, 0.5, 40.0}) {
    auto snapshot = snapshot_after(0, {"task.name=first-bit", "task.steps=5"});
    training::History history;
    for (int i = 0; i < 30; ++i) history.append({0.3, 1, 1, 1, 1, 0.5, validation, 0.5});
    snapshot.history = history.view();
    for (const bool log : {false, true}) {
      const Figure figure = kLoss.build(snapshot, axis(log), {}, {640, 360});
      const auto lines = marks_of<PolylineMark>(group_of(figure, "loss"));
      ASSERT_EQ(lines.size(), 3u);
      for (const PolylineMark& line : lines)
        for (const Point& point : line.points) {
          EXPECT_GE(point.y, figure.plot->rect.y - 0.01) << validation;
          EXPECT_LE(point.y, figure.plot->rect.bottom() + 0.01) << validation;
        }
    }
  }
}

TEST(LossFigure, TooltipTellsTheValidationBefore) {
  const auto snapshot = snapshot_after(45, {"task.name=first-bit", "task.steps=5"});
  const Figure figure = kLoss.build(snapshot, {}, {}, {640, 360});
  const double x = Axes{*figure.plot}.x(33.0);
  const std::string tip = kLoss.tooltip(snapshot, {}, figure, {x, figure.plot->rect.y + 9.0});
  EXPECT_THAT(tip, HasSubstr("iteration 33\nL = "));
  EXPECT_THAT(tip, HasSubstr("\nvalidation at 20: "));
  EXPECT_THAT(tip, HasSubstr("\nby chance: 0.693"));
}

TEST(AccuracyFigure, CsvHasTheSharesOfTheRecords) {
  session::Session session(snapshot_after(0, {"task.name=first-bit", "task.steps=5"}).config);
  std::vector<double> shares, validated;
  for (int i = 0; i < 25; ++i) {
    session.iterate();
    shares.push_back(session.record()->accuracy);
    if (session.record()->validation) validated.push_back(session.record()->validation->accuracy);
  }
  const auto snapshot = session.snapshot();
  const auto rows = rows_of(kAccuracy, snapshot);
  ASSERT_EQ(rows.size(), 26u);
  EXPECT_EQ(rows[0],
            (std::vector<std::string>{"iteration", "accuracy", "validation_accuracy", "chance"}));
  EXPECT_EQ(rows[9][3], "0.5");
  for (std::size_t i = 0; i < 25; ++i) EXPECT_EQ(std::stod(rows[i + 1][1]), shares[i]);
  ASSERT_EQ(validated.size(), 2u);
  EXPECT_EQ(std::stod(rows[1][2]), validated[0]);
  EXPECT_EQ(rows[2][2], "nan");
  EXPECT_EQ(std::stod(rows[21][2]), validated[1]);
  EXPECT_THAT(all_text(kAccuracy.build(snapshot, {}, {}, {640, 360})),
              HasSubstr("by chance 0.5\n"));
}

TEST(AccuracyFigure, SaysWhenThereIsNoRightOrWrong) {
  const auto snapshot = snapshot_after(5, {"task.name=sine"});
  const std::string text = all_text(kAccuracy.build(snapshot, {}, {}, {300, 200}));
  EXPECT_THAT(text, HasSubstr("no right or wrong in this task"));
  EXPECT_THAT(text, Not(HasSubstr("chance")));
  const auto fresh = snapshot_after(0, {});
  EXPECT_THAT(all_text(kAccuracy.build(fresh, {}, {}, {640, 360})), HasSubstr("no iteration yet"));
}

TEST(LearningRateFigure, CosineIsTheClosedForm) {
  const auto snapshot =
      snapshot_after(30, {"training.schedule=cosine", "training.schedule.period=20",
                          "training.learning_rate=0.4", "training.schedule.final_rate=0.1"});
  const auto rows = rows_of(kRate, snapshot);
  ASSERT_EQ(rows.size(), 31u);
  for (std::size_t i = 0; i < 30; ++i) {
    const double part = std::min(1.0, static_cast<double>(i) / 20.0);
    EXPECT_NEAR(std::stod(rows[i + 1][1]),
                0.1 + 0.3 * (1.0 + std::cos(std::numbers::pi * part)) / 2.0, 1e-15);
  }
  const Figure figure = kRate.build(snapshot, {}, {}, {640, 360});
  EXPECT_FALSE(figure.plot->log_y);
  EXPECT_THAT(all_text(figure), HasSubstr("schedule: cosine"));
}

TEST(LearningRateFigure, ExponentialIsAStraightLine) {
  const auto snapshot =
      snapshot_after(50, {"training.schedule=exponential", "training.schedule.gamma=0.9"});
  const Figure figure = kRate.build(snapshot, {}, {}, {640, 360});
  const auto lines = lines_of(figure, "learning-rate", Dash::solid);
  ASSERT_EQ(lines.size(), 1u);
  const auto& points = lines[0].points;
  ASSERT_EQ(points.size(), 50u);
  const double slope = (points[49].y - points[0].y) / (points[49].x - points[0].x);
  EXPECT_GT(slope, 0.1);
  for (const Point& point : points)
    EXPECT_NEAR(point.y - points[0].y, slope * (point.x - points[0].x), 1e-6);
}

}  // namespace
}  // namespace backflow::figure
