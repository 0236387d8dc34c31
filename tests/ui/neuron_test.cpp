// The figures about one neuron in the window: computed while shown, set by keys, dragged by the
// start.
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
