// W_hh in the hand: the editor over its picture.
#include <cmath>

#include "app/figure/weights_figure.h"
#include "tests/ui/mouse.h"

namespace backflow::ui {
namespace {

using model::Index;
using model::Matrix;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST(WeightsPanel, EntriesAreReachedMarkedAndTypedWithTheKeyboardAlone) {
  UiDriver driver;
  driver.press(Key::digit_9);
  driver.frames(2);
  const Matrix before = W_hh(driver);
  const auto iteration = driver.snapshot().iteration;
  tab_to(driver, "W_hh entries");
  for (const Key key : {Key::down_arrow, Key::down_arrow, Key::right_arrow, Key::down_arrow,
                        Key::up_arrow, Key::left_arrow, Key::left_arrow, Key::right_arrow})
    driver.press(key);  // (2, 1): the edge holds
  driver.press(Key::enter);
  driver.frames(3);
  driver.type("0.625");
  driver.frames(2);
  driver.press(Key::enter);
  driver.frames(2);
  EXPECT_EQ(W_hh(driver)(2, 1), 0.625);
  expect_only_changed(before, W_hh(driver), 2, 1);
  EXPECT_EQ(driver.snapshot().iteration, iteration);
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

TEST(WeightsPanel, GoesOnFromWhatTheLastUpdateMade) {
  UiDriver driver(configured({"task.name=first-bit", "training.learning_rate=2"}));
  driver.press(Key::digit_9);
  for (int i = 0; i < 3; ++i) driver.press(Key::right_arrow);
  const Matrix now = W_hh(driver), update = now - driver.snapshot().record->model.parameters.W_hh;
  Index row = 0, col = 0;
  const double limit = figure::weight_limit(now), moved = update.cwiseAbs().maxCoeff(&row, &col);
  ASSERT_GT(moved, limit / 100.0);
  const Point cell = middle_of(driver, row, col);
  drag(driver, cell, {cell.x, cell.y - 4.0});
  EXPECT_NEAR(W_hh(driver)(row, col) - now(row, col), 4.0 / 80.0 * limit, limit / 400.0);
  // The same of a row's size.
  driver.press(Key::right_arrow);
  const Matrix after = W_hh(driver), old = driver.snapshot().record->model.parameters.W_hh;
  after.rowwise().norm().cwiseQuotient(old.rowwise().norm()).array().log().abs().maxCoeff(&row);
  ASSERT_GT(std::abs(after.row(row).norm() / old.row(row).norm() - 1.0), 0.004);
  driver.frames(30);
  driver.click_at(label_of(driver, row));
  driver.drag("W_hh row factor", 0.5, 0.75);
  const double factor = W_hh(driver).row(row).norm() / after.row(row).norm();
  EXPECT_NEAR(factor, std::round(100.0 * factor) / 100.0, 1e-9) << "three digits, as the slider's";
}

TEST(WeightsPanel, ADragThatLeavesTheMatrixStaysADrag) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  const Point cell = middle_of(driver, 3, 0), label = label_of(driver, 1);
  drag(driver, cell, {label.x, label.y});
  EXPECT_FALSE(driver.widget("W_hh row factor").enabled) << "a row was selected";
  expect_only_changed(before, W_hh(driver), 3, 0);
  EXPECT_NEAR(W_hh(driver)(3, 0) - before(3, 0),
              (cell.y - label.y) / 80.0 * figure::weight_limit(before),
              0.01 * figure::weight_limit(before));
}

TEST(WeightsPanel, AnEntryThatIsTypedIntoMayBeGone) {
  UiDriver driver;
  driver.press(Key::digit_9);
  driver.frames(30);
  const Point cell = middle_of(driver, 7, 7);
  driver.click_at(cell);
  send_mouse_button(true);
  driver.frames();
  ASSERT_TRUE(has_widget(driver, "W_hh entry"));
  send_mouse_button(false);
  // Before it listens to the keyboard.
  driver.session().execute(session::SetKey{"model.hidden", "4"});
  driver.frames(5);
  EXPECT_FALSE(has_widget(driver, "W_hh entry"));
  driver.hover(Point{2.0, 2.0});
  EXPECT_FALSE(driver.ui().needs_redraw());
  driver.session().execute(session::SetKey{"model.hidden", "8"});
  driver.frames(5);
  EXPECT_FALSE(has_widget(driver, "W_hh entry"));
}

TEST(WeightsPanel, ARowIsSelectedByItsNumberAndScaled) {
  UiDriver driver;
  driver.press(Key::digit_9);
  const Matrix before = W_hh(driver);
  EXPECT_FALSE(driver.widget("W_hh row factor").enabled);
  const Point label = label_of(driver, 3);
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

}  // namespace
}  // namespace backflow::ui
