// The figures about one neuron in the window: computed while shown, set by keys, dragged by the
// start.
#include "app/figure/error_relief_figure.h"
#include "app/figure/plot_axes.h"
#include "tests/ui/mouse.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(NeuronInTheWindow, ItAndLyapunovAreComputedOnlyWhileTheyAreShown) {
  UiDriver driver;
  EXPECT_FALSE(driver.snapshot().analysis->neuron);
  driver.press(Key::e);
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().analysis->neuron);
  EXPECT_FALSE(driver.snapshot().analysis->lyapunov);
  EXPECT_THAT(driver.text_of("error-surface"), Not(HasSubstr("computing")));
  driver.press(Key::i);
  driver.press(Key::l);
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().analysis->neuron);
  ASSERT_TRUE(driver.snapshot().analysis->lyapunov);
  EXPECT_THAT(driver.text_of("bifurcation"), HasSubstr("stable"));
  driver.press(Key::digit_3);
  driver.press(Key::digit_6);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().analysis->neuron);
  EXPECT_FALSE(driver.snapshot().analysis->lyapunov);
}

TEST(NeuronInTheWindow, ItsKeysChangeItsFiguresAndNotTheNetwork) {
  UiDriver driver(configured({"task.name=first-bit"}), 1280, 1000);
  driver.press(Key::e);
  driver.frames(2);
  const auto record = driver.snapshot().record;
  const auto weights = record->model.parameters.W_hh;
  driver.open_group("One neuron");
  ASSERT_TRUE(driver.reach("Neuron's steps"));
  driver.type_value("Neuron's steps", "9");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->neuron->options.neuron.steps, 9);
  EXPECT_EQ(driver.snapshot().record, record);
  // Another map brings a start near its own wall.
  ASSERT_TRUE(driver.reach("Neuron"));
  driver.choose("Neuron", "tanh");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, (lab::NeuronPoint{2.0, -0.4}));
  driver.press_with_control(Key::z);
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.lab.neuron.map, lab::NeuronMap::sigmoid);
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, (lab::NeuronPoint{5.0, -2.4}));
  EXPECT_EQ(driver.snapshot().record->model.parameters.W_hh, weights);
}

Point start_on_screen(const UiDriver& driver, lab::NeuronPoint at) {
  const figure::Axes axes{*driver.figure("error-surface").plot};
  return on_screen(driver, "error-surface", {axes.x(at.w), axes.y_at(at.b)});
}

TEST(NeuronDrag, TheStartFollowsTheMouseAndOneUndoBringsItBack) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::e);
  driver.frames(3);
  const lab::NeuronPoint from = driver.snapshot().config.lab.descent.start, to{4.4, -1.6};
  const auto record = driver.snapshot().record;
  const auto surface = driver.snapshot().analysis->neuron->surface;
  drag(driver, start_on_screen(driver, from), start_on_screen(driver, to));
  driver.frames(2);
  const lab::NeuronPoint now = driver.snapshot().config.lab.descent.start;
  EXPECT_NEAR(now.w, to.w, 0.02);
  EXPECT_NEAR(now.b, to.b, 0.02);
  EXPECT_EQ(driver.snapshot().analysis->neuron->clipped.front().at, now);
  EXPECT_EQ(driver.snapshot().record, record);  // the network does not notice
  driver.press_with_control(Key::z);
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, from);
}

TEST(NeuronDrag, AwayFromTheStartNothingMoves) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::e);
  driver.frames(3);
  const auto before = driver.snapshot().config.lab.descent.start;
  drag(driver, start_on_screen(driver, {3.5, -3.3}), start_on_screen(driver, {4.4, -1.6}));
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, before);
}

// --- on the relief -----------------------------------------------------------------------------

figure::Relief relief_of(UiDriver& driver) {
  const auto found =
      figure::relief_in(driver.snapshot(), driver.ui().view(), driver.figure("error-relief"));
  EXPECT_TRUE(found);
  return found->relief;
}

Point on_relief(UiDriver& driver, lab::NeuronPoint at) {
  const figure::Relief relief = relief_of(driver);
  return on_screen(driver, "error-relief", relief.place(relief.on(at)));
}

TEST(NeuronDrag, OnTheReliefTheStartStaysUnderTheMouse) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::v);
  driver.frames(3);
  const lab::NeuronPoint from = driver.snapshot().config.lab.descent.start, to{4.2, -1.5};
  const double turn = driver.ui().view().relief_turn;
  drag(driver, on_relief(driver, from), on_relief(driver, to));
  driver.frames(2);
  const lab::NeuronPoint now = driver.snapshot().config.lab.descent.start;
  EXPECT_NEAR(now.w, to.w, 0.06);
  EXPECT_NEAR(now.b, to.b, 0.06);
  EXPECT_EQ(driver.snapshot().analysis->neuron->clipped.front().at, now);
  EXPECT_EQ(driver.ui().view().relief_turn, turn);
}

TEST(ReliefTurn, ADragBesideTheStartTurnsItAndADoubleClickBringsItBack) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::v);
  driver.frames(3);
  const figure::View& view = driver.ui().view();
  const auto start = driver.snapshot().config.lab.descent.start;
  const Point from = on_relief(driver, {3.6, -3.0});
  drag(driver, from, {from.x + 60.0, from.y + 20.0});
  EXPECT_NEAR(view.relief_turn, figure::kReliefTurn + 30.0, 1.5);
  EXPECT_NEAR(view.relief_tilt, figure::kReliefTilt + 6.0, 1.0);
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, start);
  drag(driver, from, {from.x, from.y + 900.0});
  EXPECT_EQ(view.relief_tilt, figure::kMostTilt);
  driver.frames(30);
  driver.hover(from);
  for (int i = 0; i < 2; ++i) {
    send_mouse_button(true);
    driver.frames(1);
    send_mouse_button(false);
    driver.frames(1);
  }
  EXPECT_EQ(view.relief_turn, figure::kReliefTurn);
  EXPECT_EQ(view.relief_tilt, figure::kReliefTilt);
}

// Seen from the usual side, w grows to the left.
TEST(NeuronDrag, OnTheReliefArrowKeysMoveTheStartTheWayTheyPoint) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::v);
  driver.frames(3);
  tab_to(driver, "Start of the descents");
  const auto place = [&] { return on_relief(driver, driver.snapshot().config.lab.descent.start); };
  const Point before = place();
  driver.press(Key::right_arrow);
  driver.frames(3);
  EXPECT_GT(place().x, before.x + 1.0);
  EXPECT_LT(driver.snapshot().config.lab.descent.start.w, 5.0);
  EXPECT_EQ(driver.snapshot().config.lab.descent.start.b, -2.4);
  driver.press(Key::up_arrow);
  driver.frames(3);
  EXPECT_LT(driver.snapshot().config.lab.descent.start.b, -2.4);
}

TEST(NeuronDrag, AStartThatIsHiddenOnTheReliefIsNotTaken) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::v);
  driver.frames(3);
  const auto start = driver.snapshot().config.lab.descent.start;
  // From behind the wall, low over the ground.
  const Point beside = on_relief(driver, {3.4, -3.4});
  drag(driver, beside, {beside.x + 360.0, beside.y - 80.0});
  driver.frames(2);
  const figure::Relief relief = relief_of(driver);
  ASSERT_FALSE(relief.is_seen(relief.on(start)));
  const Point ring = on_relief(driver, start);
  drag(driver, ring, {ring.x + 30.0, ring.y});
  EXPECT_EQ(driver.snapshot().config.lab.descent.start, start);
}

TEST(ReliefTurn, ArrowKeysTurnAndTiltIt) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::v);
  driver.frames(3);
  tab_to(driver, "Side the relief is seen from");
  driver.press(Key::right_arrow);
  driver.press(Key::up_arrow);
  driver.frames(2);
  const figure::View& view = driver.ui().view();
  EXPECT_NEAR(view.relief_turn, figure::kReliefTurn + 5.0, 1e-9);
  EXPECT_NEAR(view.relief_tilt, figure::kReliefTilt - 3.0, 1e-9);
}

TEST(NeuronDrag, ArrowKeysMoveTheStart) {
  UiDriver driver(configured({}), 1600, 1000);
  driver.press(Key::e);
  driver.frames(3);
  tab_to(driver, "Start of the descents");
  const auto plot = *driver.figure("error-surface").plot;
  driver.press(Key::right_arrow);
  driver.press(Key::down_arrow);
  driver.press(Key::down_arrow);
  driver.frames(2);
  const lab::NeuronPoint now = driver.snapshot().config.lab.descent.start;
  EXPECT_NEAR(now.w, 5.0 + 0.01 * (plot.x_max - plot.x_min), 2e-3);
  EXPECT_NEAR(now.b, -2.4 - 0.02 * (plot.y_max - plot.y_min), 2e-3);
}

}  // namespace
}  // namespace backflow::ui
