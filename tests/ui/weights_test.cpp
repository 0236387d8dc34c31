// W_hh in the hand: the editor, eigenvalues and the clipping threshold dragged in their plots.
#include <algorithm>
#include <cmath>
#include <complex>

#include "app/figure/gradient_norm_figure.h"
#include "app/figure/plot_axes.h"
#include "app/figure/weights_figure.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using figure::Point;
using model::Index;
using model::Matrix;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Where a point of a figure is on the screen.
Point on_screen(const UiDriver& driver, const std::string& name, Point point) {
  const figure::Rect r = driver.widget("figure " + name).rect;
  return {r.x + point.x, r.y + point.y};
}

void move_to(UiDriver& driver, Point pixel) {
  send_mouse_position(static_cast<float>(pixel.x), static_cast<float>(pixel.y));
  driver.frames(2);
}

void press(UiDriver& driver, Point pixel) {
  driver.frames(30);  // no double click
  driver.hover(pixel);
  send_mouse_button(true);
  driver.frames(2);
}

void release(UiDriver& driver) {
  send_mouse_button(false);
  driver.frames(2);
}

void drag(UiDriver& driver, Point from, Point to) {
  press(driver, from);
  for (int i = 1; i <= 10; ++i)
    move_to(driver, {from.x + (to.x - from.x) * i / 10.0, from.y + (to.y - from.y) * i / 10.0});
  release(driver);
}

Point middle_of(UiDriver& driver, Index row, Index col) {
  const figure::Rect r = figure::entry_rect(driver.figure("weights"), {row, col});
  return on_screen(driver, "weights", {r.x + r.width / 2.0, r.y + r.height / 2.0});
}

// Everything of W but one row, or one entry.
void expect_only_changed(const Matrix& before, const Matrix& after, Index row, Index col = -1) {
  for (Index i = 0; i < before.rows(); ++i)
    for (Index j = 0; j < before.cols(); ++j)
      if (i == row && (col < 0 || j == col))
        EXPECT_NE(before(i, j), after(i, j));
      else
        EXPECT_EQ(before(i, j), after(i, j)) << i << ", " << j;
}

TEST(WeightsPanel, DraggingACellChangesThatEntryAndEveryPictureFollows) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  const auto map = map_values(driver);
  const Point cell = middle_of(driver, 2, 5);
  drag(driver, cell, {cell.x, cell.y - 40.0});
  const Matrix up = W_hh(driver);
  expect_only_changed(before, up, 2, 5);
  // 80 units are the limit of the colours.
  EXPECT_NEAR(up(2, 5) - before(2, 5), 0.5 * figure::weight_limit(before), 0.02);
  EXPECT_NE(map_values(driver), map);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  send_shift_modifier(true);
  drag(driver, cell, {cell.x, cell.y + 40.0});
  send_shift_modifier(false);
  EXPECT_NEAR(W_hh(driver)(2, 5) - up(2, 5), -0.05 * figure::weight_limit(up), 0.005);
  EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
}

TEST(WeightsPanel, AClickAloneChangesNothingAndADoubleClickTakesANumber) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  const Point cell = middle_of(driver, 0, 7);
  driver.click_at(cell);
  EXPECT_EQ(W_hh(driver), before);
  const auto type = [&](const char* text) {
    driver.frames(30);
    driver.click_at(cell);
    send_mouse_button(true);
    driver.frames();
    release(driver);
    driver.frames(3);
    for (const char* c = text; *c != '\0'; ++c)
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(*c));
    driver.frames(2);
    driver.press(Key::enter);
    driver.frames(2);
  };
  type("-0.375");
  EXPECT_EQ(W_hh(driver)(0, 7), -0.375);
  expect_only_changed(before, W_hh(driver), 0, 7);
  type("much");
  EXPECT_EQ(W_hh(driver)(0, 7), -0.375);
}

TEST(WeightsPanel, WhileRunningTheOthersKeepWhatTrainingMadeOfThem) {
  UiDriver driver;
  driver.press(Key::digit_9);
  driver.click("Run");
  driver.frames(20);
  const auto iteration = driver.snapshot().iteration;
  const Matrix before = W_hh(driver);
  const Point cell = middle_of(driver, 4, 4);
  drag(driver, cell, {cell.x, cell.y - 30.0});
  EXPECT_TRUE(driver.snapshot().running);
  EXPECT_GT(driver.snapshot().iteration, iteration + 20);
  EXPECT_EQ(driver.snapshot().history.size(), driver.snapshot().iteration);
  EXPECT_GT(std::abs(W_hh(driver)(4, 4) - before(4, 4)), 0.2);
  // Training goes on in small steps everywhere else: nothing jumped back to an old picture.
  EXPECT_NE(W_hh(driver)(0, 0), before(0, 0));
}

TEST(WeightsPanel, ARowIsSelectedByItsNumberAndScaled) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  EXPECT_FALSE(driver.widget("W_hh row factor").enabled);
  const figure::Figure& figure = driver.figure("weights");
  const figure::Rect cell = figure::entry_rect(figure, {3, 0});
  const Point label =
      on_screen(driver, "weights", {figure.plot->rect.x - 8.0, cell.y + cell.height / 2.0});
  driver.click_at(label);
  ASSERT_TRUE(driver.widget("W_hh row factor").enabled);
  driver.frames(30);
  driver.type_value("W_hh row factor", "-2");
  driver.frames(2);
  expect_only_changed(before, W_hh(driver), 3);
  EXPECT_EQ(W_hh(driver).row(3), -2.0 * before.row(3));
  // Dragged, the factor counts from where it was: half to the right is more, back is the same.
  const Matrix doubled = W_hh(driver);
  driver.drag("W_hh row factor", 0.5, 0.75, [&] {
    EXPECT_NEAR(W_hh(driver).row(3).norm() / doubled.row(3).norm(), std::pow(10.0, 0.5), 0.1);
  });
  driver.frames(30);
  driver.click_at(label);
  EXPECT_FALSE(driver.widget("W_hh row factor").enabled);
}

TEST(WeightsPanel, TheMatrixIsChangedAsAWhole) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  const Index n = before.rows();
  driver.choose("Change W_hh", "transpose");
  driver.frames(2);
  EXPECT_EQ(W_hh(driver), before.transpose());
  driver.choose("Change W_hh", "flip-sign");
  driver.frames(2);
  EXPECT_EQ(W_hh(driver), -before.transpose());
  driver.choose("Change W_hh", "zero-diagonal");
  driver.frames(2);
  EXPECT_TRUE((W_hh(driver).diagonal().array() == 0.0).all());
  driver.choose("Change W_hh", "identity");
  driver.frames(2);
  EXPECT_EQ(W_hh(driver), Matrix::Identity(n, n));
  driver.choose("Change W_hh", "orthogonal");
  driver.frames(2);
  const Matrix first = W_hh(driver);
  EXPECT_LT((first * first.transpose() - Matrix::Identity(n, n)).norm(), 1e-13);
  driver.choose("Change W_hh", "orthogonal");
  driver.frames(2);
  EXPECT_GT((W_hh(driver) - first).norm(), 0.1);
  driver.type_value("W_hh radius", "0.8");
  driver.frames(2);
  EXPECT_NEAR(driver.snapshot().spectral_radius, 0.8, 1e-12);
  driver.frames(30);
  driver.type_value("W_hh singular value", "0.5");
  driver.frames(2);
  EXPECT_NEAR(driver.snapshot().analysis->largest_singular_value, 0.5, 1e-12);
  EXPECT_THAT(driver.text_of("weights"), HasSubstr("vanishing is certain"));
}

TEST(WeightsPanel, OneBlockOfAGatedCellAtATime) {
  for (const char* cell : {"lstm", "gru", "gru-original"}) {
    UiDriver driver(configured({std::string("model.cell=") + cell}));
    driver.press(Key::digit_9);
    driver.frames(2);
    const Matrix before = W_hh(driver);
    const Index n = before.cols();
    driver.choose("Block of W_hh", "1");
    driver.frames(2);
    driver.choose("Change W_hh", "transpose");
    driver.frames(2);
    Matrix expected = before;
    expected.middleRows(n, n) = before.middleRows(n, n).transpose();
    EXPECT_EQ(W_hh(driver), expected) << cell;
    const Point place = middle_of(driver, 2, 1);
    drag(driver, place, {place.x, place.y - 30.0});
    expect_only_changed(expected, W_hh(driver), n + 2, 1);
  }
}

TEST(WeightsPanel, FrozenWeightsStayWhileTheRestIsTrained) {
  UiDriver driver;
  driver.press(Key::digit_9);
  driver.choose("Freeze W_hh", "on");
  driver.frames(2);
  const Matrix before = W_hh(driver);
  driver.click("Run");
  driver.frames(10);
  EXPECT_EQ(W_hh(driver), before);
  EXPECT_NE(driver.snapshot().record->parameters_after->W_xh,
            driver.snapshot().record->model.parameters.W_xh);
  EXPECT_GT(driver.snapshot().record->gradients.W_hh.norm(), 0.0);
  driver.choose("Freeze W_hh", "off");
  driver.frames(5);
  EXPECT_NE(W_hh(driver), before);
}

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

Point place_of(const UiDriver& driver, std::complex<double> z) {
  const figure::Axes axes{*driver.figure("spectrum").plot};
  return on_screen(driver, "spectrum", {axes.x(z.real()), axes.y(z.imag())});
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

}  // namespace
}  // namespace backflow::ui
