// The run as a line in the window: going back and forth by mouse and key, undo and redo.
#include "app/ui/timeline_bar.h"

#include "app/figure/number_format.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void train(UiDriver& driver, std::uint64_t iterations) {
  driver.click("Run");
  while (driver.snapshot().iteration < iterations) driver.frames();
  driver.click("Pause");
}

void redo(UiDriver& driver) {
  send_shift_modifier(true);
  driver.press_with_control(Key::z);
  send_shift_modifier(false);
  driver.frames();
}

TEST(TimelineBar, DraggingTheHandleGoesThroughTheRun) {
  UiDriver driver;
  train(driver, 80);
  const auto end = driver.snapshot().iteration;
  const double loss = driver.snapshot().history.value(training::Series::loss, end - 1);
  driver.drag("Timeline", 1.0, 0.0, [&] {
    EXPECT_EQ(driver.snapshot().iteration, 0u);
    EXPECT_THAT(driver.ui().tooltip(), HasSubstr("iteration 0"));
  });
  EXPECT_EQ(driver.snapshot().timeline.end, end);
  EXPECT_EQ(driver.snapshot().history.size(), 0u);
  driver.click("Timeline");
  EXPECT_NEAR(static_cast<double>(driver.snapshot().iteration), static_cast<double>(end) / 2.0,
              1.0);
  EXPECT_EQ(driver.snapshot().record->iteration + 1, driver.snapshot().iteration);
  driver.drag("Timeline", 0.5, 1.0);
  EXPECT_EQ(driver.snapshot().iteration, end);
  EXPECT_EQ(driver.snapshot().record->trace.loss, loss);
}

TEST(TimelineBar, KeysGoOneIterationBackAndForwardAndToTheEnds) {
  UiDriver driver;
  train(driver, 20);
  const auto end = driver.snapshot().iteration;
  press_with_shift(driver, Key::left_arrow);
  press_with_shift(driver, Key::left_arrow);
  EXPECT_EQ(driver.snapshot().iteration, end - 2);
  press_with_shift(driver, Key::right_arrow);
  EXPECT_EQ(driver.snapshot().iteration, end - 1);
  EXPECT_EQ(driver.snapshot().timeline.end, end);
  press_with_shift(driver, Key::right_arrow);
  press_with_shift(driver, Key::right_arrow);  // beyond the end it trains
  EXPECT_EQ(driver.snapshot().iteration, end + 1);
  EXPECT_EQ(driver.snapshot().timeline.end, end + 1);
  driver.press(Key::home);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  press_with_shift(driver, Key::left_arrow);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  driver.press(Key::end);
  EXPECT_EQ(driver.snapshot().iteration, end + 1);
}

TEST(TimelineBar, OneDragOfASliderIsUndoneInOneStep) {
  UiDriver driver;
  train(driver, 5);
  const model::Matrix before = W_hh(driver);
  const double rho = driver.snapshot().config.model.weights.spectral_radius;
  EXPECT_FALSE(driver.widget("Undo").enabled);
  driver.drag("Spectral radius", 0.3, 0.8);
  const model::Matrix after = W_hh(driver);
  ASSERT_NE(before, after);
  EXPECT_THAT(driver.widget("Undo").help, HasSubstr("Undo “Spectral radius: 1 → "));
  driver.drag("Learning rate", 0.3, 0.5);
  driver.press_with_control(Key::z);
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.3);
  EXPECT_EQ(W_hh(driver), after);
  driver.click("Undo");
  EXPECT_EQ(driver.snapshot().config.model.weights.spectral_radius, rho);
  EXPECT_EQ(W_hh(driver), before);
  EXPECT_FALSE(driver.widget("Undo").enabled);
  EXPECT_THAT(driver.widget("Redo").help, HasSubstr("Redo “Spectral radius: 1 → "));
  redo(driver);
  EXPECT_EQ(W_hh(driver), after);
  driver.click("Redo");
  EXPECT_NE(driver.snapshot().config.training.learning_rate, 0.3);
  EXPECT_FALSE(driver.widget("Redo").enabled);
}

TEST(TimelineBar, AResetIsTakenBackByKey) {
  UiDriver driver;
  train(driver, 12);
  const auto end = driver.snapshot().iteration;
  const model::Matrix before = W_hh(driver);
  driver.press(Key::r);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  driver.press_with_control(Key::z);
  EXPECT_EQ(driver.snapshot().iteration, end);
  EXPECT_EQ(W_hh(driver), before);
}

TEST(TimelineBar, CurvesShowWhatLiesAheadAndEarlierBranches) {
  UiDriver driver;
  train(driver, 40);
  const auto end = driver.snapshot().iteration;
  EXPECT_THAT(driver.text_of("loss"), Not(HasSubstr("ahead")));
  driver.click("Timeline");
  EXPECT_THAT(driver.text_of("loss"), HasSubstr("ahead"));
  EXPECT_EQ(driver.figure("loss").plot->x_max, static_cast<double>(end - 1));
  // The mouse over what lies ahead tells its values.
  const auto ghost = driver.snapshot().ghosts.back();
  driver.hover("figure loss", 0.9, 0.5);
  const std::string tooltip = driver.ui().tooltip();
  ASSERT_THAT(tooltip, HasSubstr("ahead: "));
  const auto i =
      static_cast<std::size_t>(std::stoi(tooltip.substr(std::string("iteration ").size())));
  EXPECT_THAT(tooltip,
              HasSubstr("ahead: " + figure::compact(ghost.value(training::Series::loss, i))));
  driver.type_value("Learning rate", "0.05");
  train(driver, end / 2 + 5);
  EXPECT_THAT(driver.text_of("loss"), HasSubstr("earlier branch"));
  EXPECT_THAT(driver.text_of("loss"), Not(HasSubstr("ahead")));
  EXPECT_EQ(driver.figure("loss").plot->x_max, static_cast<double>(end - 1));
  for (const char* name : {"gradient-norm"})
    EXPECT_EQ(driver.figure(name).plot->x_max, static_cast<double>(end - 1)) << name;
}

TEST(TimelineBar, TellsTheMemoryItTakes) {
  UiDriver driver;
  train(driver, 100);
  driver.hover("Timeline memory");
  driver.frames(60);
  EXPECT_THAT(driver.ui().tooltip(),
              HasSubstr(figure::grouped(driver.snapshot().timeline.checkpoints) + " states"));
  EXPECT_GT(driver.snapshot().timeline.checkpoints, 2u);
}

TEST(TimelineBar, EveryStepBackDuringAReplayGoesOneFurther) {
  session::Snapshot snapshot;
  snapshot.iteration = 50;
  snapshot.timeline.first = 46;
  snapshot.timeline.end = 60;
  std::vector<std::uint64_t> asked;
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(can_step_back(snapshot), i < 4);
    step_back(snapshot, [&](const session::Command& command) {
      asked.push_back(std::get<session::GoTo>(command).iteration);
      snapshot.going_to = asked.back();  // and the state is still that of the beginning
    });
  }
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{49, 48, 47, 46}));
}

}  // namespace
}  // namespace backflow::ui
