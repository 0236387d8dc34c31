// What is dragged in its plot: eigenvalues in the complex plane, and the clipping threshold.
#include <algorithm>
#include <cmath>
#include <complex>

#include "app/figure/comparison.h"
#include "app/figure/gradient_norm_figure.h"
#include "app/figure/plot_axes.h"
#include "core/model/eigenvalues.h"
#include "tests/ui/mouse.h"

namespace backflow::ui {
namespace {

using model::Index;
using model::Matrix;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- eigenvalues -------------------------------------------------------------------------------

std::vector<std::complex<double>> eigenvalues(const UiDriver& driver) {
  std::vector<std::complex<double>> list;
  for (const auto& value : driver.snapshot().analysis->spectra->recurrent.eigenvalues)
    list.push_back(value.value());
  return list;
}

double distance(const std::vector<std::complex<double>>& list, std::complex<double> z) {
  double least = 1e300;
  for (const auto& value : list) least = std::min(least, std::abs(value - z));
  return least;
}

Point place_of(const UiDriver& driver, std::complex<double> z,
               const std::string& name = "spectrum") {
  const figure::Axes axes{*driver.figure(name).plot};
  return on_screen(driver, name, {axes.x(z.real()), axes.y(z.imag())});
}

// Of the matrix itself, whatever the window has been told.
std::vector<std::complex<double>> eigenvalues_of(const Matrix& W) {
  const Eigen::VectorXcd values = model::eigenvalues(W).value();
  return {values.begin(), values.end()};
}

// A network of eight units with these on the axis, its spectrum shown.
void show_real_eigenvalues(UiDriver& driver, const std::vector<double>& values) {
  const Eigen::Map<const Eigen::VectorXd> diagonal(values.data(),
                                                   static_cast<Index>(values.size()));
  driver.session().execute(session::SetRecurrentWeights{Matrix(diagonal.asDiagonal()), ""});
  driver.press(Key::digit_5);
  driver.frames(3);
}

TEST(EigenvalueDrag, TheKeyboardGoesFromOneToTheNextAndMovesIt) {
  UiDriver driver(configured({}), 1600, 1000);
  const std::vector<double> values{0.9, 0.7, 0.5, 0.3, 0.1, -0.2, -0.4, -0.6};
  show_real_eigenvalues(driver, values);
  tab_to(driver, "Eigenvalues");
  driver.press(Key::right_arrow);  // by falling modulus: 0.7
  const figure::PlotArea plane = *driver.figure("spectrum").plot;
  const double step = 0.01 * (plane.x_max - plane.x_min);
  for (int i = 0; i < 3; ++i) press_with_shift(driver, Key::left_arrow);
  press_with_shift(driver, Key::up_arrow);  // a single real one stays on the axis
  driver.frames(2);
  const auto now = eigenvalues_of(W_hh(driver));
  EXPECT_LT(distance(now, 0.7 - 3.0 * step), 1e-9);
  for (const double other : values) {
    if (other == 0.7) continue;
    EXPECT_LT(distance(now, other), 1e-9) << other;
  }
}

TEST(EigenvalueDrag, TheKeyboardStaysWithOneThatRefusesToMove) {
  UiDriver driver(configured({}), 1600, 1000);
  show_real_eigenvalues(driver, {0.7, 0.7, 0.5, 0.3, 0.1, -0.2, -0.4, -0.6});
  const figure::PlotArea plane = *driver.figure("spectrum").plot;
  const double step = 0.01 * (plane.x_max - plane.x_min);
  // Two at 0.7 share one eigenvector; the next is nearer to 0.7 + step than they are.
  Matrix W = W_hh(driver);
  W(0, 1) = 1.0;
  W(2, 2) = 0.7 + 1.2 * step;
  driver.session().execute(session::SetRecurrentWeights{W, ""});
  driver.frames(3);
  tab_to(driver, "Eigenvalues");
  driver.press(Key::right_arrow);
  for (int i = 0; i < 3; ++i) {
    press_with_shift(driver, Key::right_arrow);
    driver.frames(2);
  }
  EXPECT_GE(driver.snapshot().refusals, 1u);
  EXPECT_EQ(W_hh(driver), W);
}

TEST(EigenvalueDrag, APairFollowsTheMouseAndTheOthersStay) {
  for (const char* cell : {"rnn", "lstm", "gru"}) {
    SCOPED_TRACE(cell);
    UiDriver driver(configured({std::string("model.cell=") + cell}), 1600, 1000);
    driver.press(Key::digit_5);
    driver.frames(3);
    const auto before = eigenvalues(driver);
    const auto pair =
        std::find_if(before.begin(), before.end(), [](const auto& z) { return z.imag() > 0.1; });
    ASSERT_NE(pair, before.end());
    const std::complex<double> to{-0.4, 0.7};
    drag(driver, place_of(driver, *pair), place_of(driver, to));
    EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
    const auto after = eigenvalues(driver);
    EXPECT_LT(distance(after, to), 0.02);
    EXPECT_LT(distance(after, std::conj(to)), 0.02);
    for (const auto& other : before)
      if (other != *pair && other != std::conj(*pair)) {
        EXPECT_LT(distance(after, other), 1e-9) << other;
      }
    EXPECT_EQ(driver.snapshot().iteration, 0u);
  }
}

TEST(EigenvalueDrag, ARealOneStaysOnTheAxisAndThePlaneStandsStill) {
  UiDriver driver({}, 1600, 1000);
  Matrix W = Matrix::Zero(8, 8);
  W.diagonal() << 0.9, 0.6, 0.3, 0.1, -0.2, -0.4, -0.6, -0.8;
  driver.session().execute(session::SetRecurrentWeights{W, ""});
  driver.press(Key::digit_5);
  driver.frames(3);
  const double radius = driver.figure("spectrum").plot->y_max;
  const Point from = place_of(driver, 0.9), to = place_of(driver, {1.1, 0.5});
  press(driver, from);
  for (int i = 1; i <= 5; ++i)
    move_to(driver, {from.x + (to.x - from.x) * i / 5.0, from.y + (to.y - from.y) * i / 5.0});
  EXPECT_NEAR(driver.figure("spectrum").plot->y_max, radius, 1e-9);
  driver.frames(20);  // held still, nothing runs away
  const auto held = eigenvalues(driver);
  EXPECT_LT(distance(held, 1.1), 0.02);
  release(driver);
  for (const auto& z : eigenvalues(driver)) EXPECT_EQ(z.imag(), 0.0);
  EXPECT_GT(driver.figure("spectrum").plot->y_max, radius);
}

TEST(EigenvalueDrag, TwoRealOnesThatMeetLeaveTheAxisAsAPair) {
  UiDriver driver({}, 1600, 1000);
  Matrix W = Matrix::Zero(8, 8);
  W.diagonal() << 0.9, 0.5, 0.25, 0.1, -0.2, -0.4, -0.6, -0.8;
  driver.session().execute(session::SetRecurrentWeights{W, ""});
  driver.press(Key::digit_5);
  driver.frames(3);
  const Point from = place_of(driver, 0.9), meet = place_of(driver, 0.5);
  press(driver, from);
  for (int i = 1; i <= 5; ++i) move_to(driver, {from.x + (meet.x - from.x) * i / 5.0, from.y});
  const Point away = place_of(driver, {0.5, 0.6});
  for (int i = 1; i <= 5; ++i) move_to(driver, {meet.x, meet.y + (away.y - meet.y) * i / 5.0});
  release(driver);
  EXPECT_LT(distance(eigenvalues(driver), {0.5, 0.6}), 0.02);
  EXPECT_LT(distance(eigenvalues(driver), {0.5, -0.6}), 0.02);
  for (const double other : {0.25, 0.1, -0.2, -0.4, -0.6, -0.8})
    EXPECT_LT(distance(eigenvalues(driver), other), 1e-9);
}

TEST(EigenvalueDrag, GoesOnWhileTheMapIsCoarseAndHasNoSpectrum) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=300", "model.hidden=32"}), 1600,
                  1000);
  driver.press(Key::digit_5);
  driver.frames(3);
  const auto before = eigenvalues(driver);
  const auto pair =
      std::find_if(before.begin(), before.end(), [](const auto& z) { return z.imag() > 0.3; });
  ASSERT_NE(pair, before.end());
  const std::complex<double> half{-0.2, 0.6}, end{-0.5, 0.7};
  press(driver, place_of(driver, *pair));
  move_to(driver, place_of(driver, half));
  const Point middle = place_of(driver, half), to = place_of(driver, end);
  driver.keep_coarse();
  driver.frames(3);
  ASSERT_FALSE(driver.snapshot().analysis->spectra);
  for (int i = 1; i <= 5; ++i)
    move_to(driver,
            {middle.x + (to.x - middle.x) * i / 5.0, middle.y + (to.y - middle.y) * i / 5.0});
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("|λ| = "));
  release(driver);
  const auto after = eigenvalues_of(W_hh(driver));
  EXPECT_LT(distance(after, end), 0.02);
  for (const auto& other : before)
    if (other != *pair && other != std::conj(*pair)) {
      EXPECT_LT(distance(after, other), 1e-8) << other;
    }
}

TEST(EigenvalueDrag, LateSnapshotsDoNotMisleadIt) {
  for (const std::size_t late : {1u, 4u, 12u}) {
    SCOPED_TRACE(late);
    UiDriver driver({}, 1600, 1000);
    show_real_eigenvalues(driver, {0.9, 0.5, 0.25, 0.1, -0.2, -0.4, -0.6, -0.8});
    driver.delay(late);
    driver.frames(20);
    const Point from = place_of(driver, 0.9), meet = place_of(driver, 0.5);
    const Point near = place_of(driver, 0.9 + 2.0 * 0.9 / 300.0);
    press(driver, from);
    // A little to and fro: its own old place is no other eigenvalue to snap to.
    move_to(driver, place_of(driver, 0.8));
    move_to(driver, near);
    const auto held = eigenvalues_of(W_hh(driver));
    EXPECT_GT(distance(held, 0.9), 1e-6);
    EXPECT_LT(distance(held, 0.9), 0.02);
    for (int i = 1; i <= 5; ++i) move_to(driver, {from.x + (meet.x - from.x) * i / 5.0, from.y});
    const Point away = place_of(driver, {0.5, 0.6});
    for (int i = 1; i <= 5; ++i) move_to(driver, {meet.x, meet.y + (away.y - meet.y) * i / 5.0});
    EXPECT_LT(distance(eigenvalues_of(W_hh(driver)), {0.5, 0.6}), 0.02);
    // Back on the axis, and off it again.
    for (int i = 1; i <= 5; ++i) move_to(driver, {meet.x, away.y + (meet.y - away.y) * i / 5.0});
    for (const auto& z : eigenvalues_of(W_hh(driver))) EXPECT_LT(std::abs(z.imag()), 1e-6);
    for (int i = 1; i <= 5; ++i) move_to(driver, {meet.x, meet.y + (away.y - meet.y) * i / 5.0});
    release(driver);
    const auto after = eigenvalues_of(W_hh(driver));
    EXPECT_LT(distance(after, {0.5, 0.6}), 0.02);
    for (const double other : {0.25, 0.1, -0.2, -0.4, -0.6, -0.8})
      EXPECT_LT(distance(after, other), 1e-8);
    EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
  }
}

TEST(EigenvalueDrag, ARefusalEndsIt) {
  UiDriver driver({}, 1600, 1000);
  show_real_eigenvalues(driver, {0.9, 0.5, 0.25, 0.1, -0.2, -0.4, -0.6, -0.8});
  press(driver, place_of(driver, 0.9));
  move_to(driver, place_of(driver, 0.8));
  driver.session().execute(session::SetKey{"model.hidden", "none"});
  ASSERT_EQ(driver.snapshot().refusals, 0u);
  driver.frames(2);
  ASSERT_EQ(driver.snapshot().refusals, 1u);
  const Matrix before = W_hh(driver);
  move_to(driver, place_of(driver, 0.5));
  move_to(driver, place_of(driver, 0.3));
  EXPECT_EQ(W_hh(driver), before) << "it would take another one along";
  release(driver);
}

TEST(EigenvalueDrag, ThoseOfAProductAreNotDragged) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=5"}), 1600, 1000);
  driver.press(Key::digit_5);
  driver.frames(2);
  const figure::Rect map = driver.figure("jacobian-norms").plot->rect;
  driver.click_at(on_screen(driver, "jacobian-norms",
                            {map.x + map.width * 1.5 / 6.0, map.y + map.height * 2.5 / 6.0}));
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().analysis->spectra->product);
  const Matrix before = W_hh(driver);
  const Point at = place_of(driver, eigenvalues(driver).front());
  driver.hover(at);
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("not to be dragged"));
  drag(driver, at, {at.x - 30.0, at.y});
  EXPECT_EQ(W_hh(driver), before);
}

// --- of two networks ---------------------------------------------------------------------------

TEST(EigenvalueDrag, OfTwoNetworksThePlaneOfBothStandsStill) {
  for (const std::string side : {"", "B "}) {
    SCOPED_TRACE(side);
    UiDriver driver({}, 1600, 1000);
    show_real_eigenvalues(driver, {0.9, 0.5, 0.25, 0.1, -0.2, -0.4, -0.6, -0.8});
    driver.press(Key::b);
    driver.frames(3);
    const std::string name = side + "spectrum";
    const double radius = driver.figure(name).plot->x_max;
    const figure::Rect plane = driver.figure(name).plot->rect;
    const Point right = on_screen(driver, name, {plane.right() + 20.0, plane.y});
    const Point from = place_of(driver, 0.9, name);
    press(driver, from);
    for (int i = 1; i <= 20; ++i) {
      move_to(driver, {right.x + i, from.y});
      EXPECT_EQ(driver.figure("spectrum").plot->x_max, radius);
      EXPECT_EQ(driver.figure("B spectrum").plot->x_max, radius);
    }
    const auto& a = driver.snapshot();
    const Matrix& W = session::present_weights(side.empty() ? a : *a.other).W_hh;
    const Matrix& other = session::present_weights(side.empty() ? *a.other : a).W_hh;
    EXPECT_LT(distance(eigenvalues_of(W), radius), 1e-9);
    EXPECT_LT(distance(eigenvalues_of(other), 0.9), 1e-12) << "the other network";
    release(driver);
    EXPECT_GT(driver.figure("spectrum").plot->x_max, radius);
  }
}

// --- the threshold -----------------------------------------------------------------------------

Point on_line(UiDriver& driver, double norm, double share) {
  const figure::PlotArea& area = *driver.figure("gradient-norm").plot;
  const figure::Axes axes{area};
  return on_screen(driver, "gradient-norm", {area.rect.x + share * area.rect.width, axes.y(norm)});
}

TEST(ThresholdDrag, TheLineIsDraggedOnBothAxes) {
  for (const char* axis : {"log", "linear"}) {
    SCOPED_TRACE(axis);
    UiDriver driver(configured({"training.clip.threshold=0.3"}));
    driver.click("Run");
    driver.frames(30);
    driver.click("Pause");
    driver.choose("Gradient axis", axis);
    driver.frames(2);
    const auto iteration = driver.snapshot().iteration;
    const auto threshold = [&] { return driver.snapshot().config.training.clip.threshold; };
    // A press elsewhere takes nothing.
    drag(driver, on_line(driver, 0.15, 0.5), on_line(driver, 0.1, 0.5));
    EXPECT_EQ(threshold(), 0.3);
    driver.hover(on_line(driver, 0.3, 0.5));
    EXPECT_THAT(driver.ui().tooltip(), HasSubstr("suggested: "));
    EXPECT_THAT(driver.ui().tooltip(), HasSubstr("drag the line"));
    drag(driver, on_line(driver, 0.3, 0.5), on_line(driver, 0.12, 0.7));
    EXPECT_NEAR(threshold(), 0.12, 0.01);
    EXPECT_EQ(driver.snapshot().iteration, iteration);
    EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
  }
}

TEST(ThresholdDrag, TheAxisStandsStillWhileTheLineIsHeld) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(30);
  driver.click("Pause");
  const auto range = [&] {
    const figure::PlotArea& area = *driver.figure("gradient-norm").plot;
    return std::pair(area.y_min, area.y_max);
  };
  const auto before = range();
  const Point from = on_line(driver, 1.0, 0.5);
  const Point top = on_screen(driver, "gradient-norm", {100.0, 0.0});
  press(driver, from);
  for (int i = 1; i <= 5; ++i) move_to(driver, {from.x, from.y + (top.y - from.y) * i / 5.0});
  driver.frames(10);
  EXPECT_EQ(range(), before);
  const double at_top = std::pow(10.0, before.second);
  EXPECT_NEAR(driver.snapshot().config.training.clip.threshold, at_top, 0.01 * at_top);
  release(driver);
  EXPECT_NE(range(), before);
}

TEST(ThresholdDrag, WithoutClippingThereIsNothingToDragButAHint) {
  UiDriver driver(configured({"training.clip.mode=none"}));
  driver.click("Run");
  driver.frames(10);
  driver.click("Pause");
  const figure::Rect plot = driver.figure("gradient-norm").plot->rect;
  const Point at =
      on_screen(driver, "gradient-norm", {plot.x + plot.width * 0.2, plot.y + plot.height / 2.0});
  driver.hover(at);
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("clipping is off"));
  const double before = driver.snapshot().config.training.clip.threshold;
  drag(driver, at, {at.x, at.y - 40.0});
  EXPECT_EQ(driver.snapshot().config.training.clip.threshold, before);
}

// Of A and of B, which train with other thresholds.
std::pair<double, double> thresholds(const UiDriver& driver) {
  const auto& a = driver.snapshot();
  return {a.config.training.clip.threshold, a.other->config.training.clip.threshold};
}

TEST(ThresholdDrag, OfTwoNetworksEachLineMovesItsOwnThreshold) {
  UiDriver driver(configured({"task.name=first-bit", "training.clip.threshold=0.3"}), 1600, 1000);
  driver.press(Key::b);
  driver.frames(2);
  driver.session().execute(session::on_b(session::SetKey{"training.clip.threshold", "0.05"}));
  driver.click("Run");
  driver.frames(30);
  driver.click("Pause");
  driver.frames(2);
  ASSERT_EQ(thresholds(driver), std::pair(0.3, 0.05));
  driver.hover(on_line(driver, 0.3, 0.5));
  EXPECT_THAT(driver.ui().tooltip(), ::testing::StartsWith("A: threshold"));
  drag(driver, on_line(driver, 0.3, 0.5), on_line(driver, 0.2, 0.5));
  EXPECT_NEAR(thresholds(driver).first, 0.2, 0.01);
  EXPECT_EQ(thresholds(driver).second, 0.05);
  driver.hover(on_line(driver, 0.05, 0.5));
  EXPECT_THAT(driver.ui().tooltip(), ::testing::StartsWith("B: threshold"));
  drag(driver, on_line(driver, 0.05, 0.5), on_line(driver, 0.08, 0.5));
  EXPECT_NEAR(thresholds(driver).first, 0.2, 0.01);
  EXPECT_NEAR(thresholds(driver).second, 0.08, 0.005);
}

TEST(ThresholdDrag, LinesThatCoincideMoveTheSideWhoseControlsAreShown) {
  for (const char* shown : {"a", "b"}) {
    SCOPED_TRACE(shown);
    UiDriver driver(configured({"task.name=first-bit", "training.clip.threshold=0.3"}), 1600, 1000);
    driver.press(Key::b);
    driver.click("Run");
    driver.frames(30);
    driver.click("Pause");
    driver.click("Controls of=" + std::string(shown));
    driver.frames(2);
    press(driver, on_line(driver, 0.3, 0.5));
    const auto range = [&] {
      const figure::PlotArea& area = *driver.figure("gradient-norm").plot;
      return std::pair(area.y_min, area.y_max);
    };
    const auto before = range();
    for (const double to : {0.25, 0.2, 0.15, 0.1}) {
      move_to(driver, on_line(driver, to, 0.5));
      EXPECT_EQ(range(), before);
    }
    release(driver);
    const auto [a, b] = thresholds(driver);
    EXPECT_NEAR(*shown == 'a' ? a : b, 0.1, 0.01);
    EXPECT_EQ(*shown == 'a' ? b : a, 0.3);
  }
}

}  // namespace
}  // namespace backflow::ui
