// The window, driven by widget label: running, stopping, dividing the room, and the layout.
#include <cmath>
#include <numbers>

#include "app/figure/number_format.h"
#include "app/ui/divergence_banner.h"
#include "app/ui/measures.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Window, RunsPausesAndStepsByButtonAndKey) {
  UiDriver driver;
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  driver.click("Run");
  EXPECT_TRUE(driver.snapshot().running);
  driver.frames(5);
  const auto reached = driver.snapshot().iteration;
  EXPECT_GT(reached, 4u);
  driver.click("Pause");
  const auto paused = driver.snapshot().iteration;
  driver.frames(5);
  EXPECT_EQ(driver.snapshot().iteration, paused);

  driver.press(Key::right_arrow);
  EXPECT_EQ(driver.snapshot().iteration, paused + 1);
  driver.click("One iteration");
  EXPECT_EQ(driver.snapshot().iteration, paused + 2);
  driver.press(Key::space);
  EXPECT_TRUE(driver.snapshot().running);
  driver.press(Key::space);
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_THAT(driver.ui().status(), HasSubstr("paused"));
}

TEST(Window, ResetGivesTheFirstWeightsBack) {
  UiDriver driver;
  const model::Matrix start = W_hh(driver);
  driver.click("Run");
  driver.frames(10);
  EXPECT_NE(W_hh(driver), start);
  driver.press(Key::r);
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  EXPECT_EQ(driver.snapshot().history.size(), 0u);
  EXPECT_EQ(W_hh(driver), start);
  EXPECT_THAT(driver.text_of("loss"), HasSubstr("no iteration yet"));
}

TEST(Window, DivergenceByTheLearningRateIsExplainedAndOvercome) {
  UiDriver driver(configured({"model.activation=identity", "model.readout=identity",
                              "training.clip.mode=none", "training.learning_rate=0.01"}));
  driver.click("Run");
  driver.frames(20);
  driver.type_value("Learning rate", "40");
  for (int i = 0; i < 100 && !driver.snapshot().divergence; ++i) driver.frames(5);
  ASSERT_TRUE(driver.snapshot().divergence);
  EXPECT_FALSE(driver.snapshot().running);
  driver.frames(2);
  EXPECT_THAT(driver.ui().status(), HasSubstr("stopped"));
  EXPECT_THAT(divergence_sentence(driver.snapshot()), HasSubstr("is not finite"));
  // The curve keeps what came before, and marks the break.
  EXPECT_EQ(driver.snapshot().history.size(), driver.snapshot().iteration);
  for (int halvings = 0; halvings < 20; ++halvings) {
    const double rate = driver.snapshot().config.training.learning_rate;
    driver.click("Halve learning rate and run");
    EXPECT_EQ(driver.snapshot().config.training.learning_rate, rate / 2.0);
    for (int i = 0; i < 60 && !driver.snapshot().divergence; ++i) driver.frames(5);
    if (!driver.snapshot().divergence) break;
    driver.frames(2);
  }
  EXPECT_FALSE(driver.snapshot().divergence);
  EXPECT_TRUE(driver.snapshot().running);
  EXPECT_TRUE(std::isfinite(driver.snapshot().record->trace.loss));
}

TEST(Window, WeightsThatOverflowAreNotBlamedOnTheLearningRate) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=400", "model.activation=identity",
                              "model.readout=identity", "model.spectral_radius=10"}));
  driver.click("Run");
  driver.frames(3);
  ASSERT_TRUE(driver.snapshot().divergence);
  EXPECT_EQ(driver.ui().registry().find("Halve learning rate and run"), nullptr);
  EXPECT_THAT(divergence_sentence(driver.snapshot()),
              HasSubstr("a_{t} is not finite at step t = 3"));
  // What the banner advises helps, and it says so.
  driver.type_value("Spectral radius", "0.5");
  EXPECT_EQ(driver.ui().registry().find("Halve learning rate and run"), nullptr);
  driver.click("Run");
  driver.frames(5);
  EXPECT_FALSE(driver.snapshot().divergence);
  EXPECT_TRUE(driver.snapshot().running);
  driver.click("Pause");
  driver.type_value("Spectral radius", "10");
  driver.click("Run");
  driver.frames(3);
  ASSERT_TRUE(driver.snapshot().divergence);
  driver.click("Reset after divergence");
  EXPECT_FALSE(driver.snapshot().divergence);
  EXPECT_EQ(driver.snapshot().iteration, 0u);
}

TEST(Window, SplittersResizeThePanels) {
  UiDriver driver;
  const auto width = [&](const char* label) { return driver.widget(label).rect.width; };
  const double network = width("figure unrolled"), loss = width("figure loss");
  driver.move_by("Splitter columns", -60.0, 0.0);
  EXPECT_NEAR(width("figure unrolled"), network - 60.0, 3.0);
  EXPECT_NEAR(width("figure loss"), loss + 60.0, 3.0);
  const double height = driver.widget("figure unrolled").rect.height;
  driver.move_by("Splitter network", 0.0, 40.0);
  EXPECT_NEAR(driver.widget("figure unrolled").rect.height, height + 40.0, 3.0);
  driver.move_by("Splitter controls", 40.0, 0.0);
  EXPECT_LT(width("figure unrolled"), network - 70.0);
}

TEST(Window, SpeedThemeHelpAndQuit) {
  UiDriver driver;
  driver.choose("Speed", "100");
  EXPECT_EQ(driver.snapshot().speed_limit, 100.0);
  EXPECT_EQ(driver.ui().theme(), figure::Theme::dark);
  driver.press(Key::t);
  EXPECT_EQ(driver.ui().theme(), figure::Theme::light);
  driver.click("Theme");
  EXPECT_EQ(driver.ui().theme(), figure::Theme::dark);
  driver.press(Key::f1);
  driver.frames(2);
  EXPECT_NE(driver.ui().registry().find("Close help"), nullptr);
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_EQ(driver.ui().registry().find("Close help"), nullptr);
  driver.press(Key::q);
  EXPECT_FALSE(driver.ui().wants_quit());
  driver.press_with_control(Key::q);
  EXPECT_TRUE(driver.ui().wants_quit());
}

TEST(Window, HelpAppearsWhereTheMouseRests) {
  UiDriver driver;
  driver.hover("Clip threshold");
  EXPECT_THAT(driver.ui().tooltip(), IsEmpty());
  EXPECT_TRUE(driver.ui().needs_redraw());
  driver.frames(60);
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("training.clip.threshold"));
  EXPECT_FALSE(driver.ui().needs_redraw());
}

struct Display {
  int width, height;
  double scale;
};

class WindowLayout : public ::testing::TestWithParam<Display> {};

// All widgets lie in the window, apart, and say what they are for.
void expect_good_layout(UiDriver& driver, double width, double height) {
  const auto& widgets = driver.ui().registry().all();
  ASSERT_GT(widgets.size(), 30u);
  for (const WidgetInfo& a : widgets) {
    EXPECT_GE(a.rect.x, 0.0) << a.label;
    EXPECT_GE(a.rect.y, 0.0) << a.label;
    EXPECT_LE(a.rect.right(), width) << a.label;
    EXPECT_LE(a.rect.bottom(), height) << a.label;
    EXPECT_GT(a.rect.width, 4.0) << a.label;
    EXPECT_GT(a.rect.height, 4.0) << a.label;
    const std::string plain = a.label.starts_with("B ") ? a.label.substr(2) : a.label;
    const bool explains_itself =
        plain.starts_with("figure") || plain.starts_with("Splitter") || plain.starts_with("Group");
    EXPECT_TRUE(explains_itself || !a.help.empty()) << a.label;
    for (const WidgetInfo& b : widgets) {
      if (&a == &b) continue;
      const double overlap_x =
          std::min(a.rect.right(), b.rect.right()) - std::max(a.rect.x, b.rect.x);
      const double overlap_y =
          std::min(a.rect.bottom(), b.rect.bottom()) - std::max(a.rect.y, b.rect.y);
      EXPECT_FALSE(overlap_x > 1.0 && overlap_y > 1.0) << a.label << " and " << b.label;
      EXPECT_NE(a.label, b.label);
    }
  }
}

TEST_P(WindowLayout, EveryControlIsVisibleSeparateAndExplained) {
  const auto [width, height, scale] = GetParam();
  for (const char* activation : {"model.activation=tanh", "model.activation=leaky-relu"}) {
    UiDriver driver(configured({activation, "task.name=first-bit"}), width, height, scale);
    for (const char* group : {"Task", "Weights", "Schedule"}) driver.open_group(group);
    expect_good_layout(driver, width, height);
  }
}

TEST_P(WindowLayout, SoAreThoseOfAllTabsAndOfTwoNetworks) {
  const auto [width, height, scale] = GetParam();
  for (const bool two : {false, true}) {
    UiDriver driver(configured({"task.name=first-bit", "model.cell=lstm"}), width, height, scale);
    if (two) driver.press(Key::b);
    for (const Key key : {Key::digit_9, Key::digit_0, Key::c, Key::digit_2, Key::digit_5,
                          Key::digit_8, Key::digit_7, Key::digit_4}) {
      driver.press(key);
      driver.frames(2);
      SCOPED_TRACE("key " + std::to_string(static_cast<int>(key)) + (two ? ", two" : ""));
      expect_good_layout(driver, width, height);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, WindowLayout,
                         ::testing::Values(Display{1280, 800, 1.0}, Display{1920, 1080, 1.0},
                                           Display{2560, 1600, 2.0}, Display{1920, 1200, 1.5}),
                         [](const auto& test) {
                           return std::to_string(test.param.width) + "x" +
                                  std::to_string(test.param.height);
                         });

TEST(Window, TheEditorOfWeightsFitsANarrowCard) {
  Settings narrow;
  narrow.middle_share = 1.0;
  for (const int width : {900, 1280}) {
    UiDriver driver(configured({"model.cell=lstm"}), width, 800, 1.0, narrow);
    driver.press(Key::digit_9);
    driver.frames(2);
    const figure::Rect card = driver.widget("figure weights").rect;
    ASSERT_LT(card.width, 230.0);
    for (const WidgetInfo& widget : driver.ui().registry().all()) {
      EXPECT_GT(widget.rect.width, 4.0) << widget.label << " at " << width;
      if (widget.label.find("W_hh") != std::string::npos) {
        EXPECT_GE(widget.rect.x, card.x) << widget.label << " at " << width;
      }
    }
  }
}

TEST(Window, SurvivesVerySmallSizes) {
  for (const int side : {60, 200, 420}) {
    UiDriver driver({}, side, side);
    driver.click("Run");
    driver.frames(4);
    EXPECT_TRUE(driver.snapshot().running) << side;
  }
}

TEST(Window, TheStatusTellsAccuracyChanceAndTheLastValidation) {
  UiDriver driver(configured({"task.name=first-bit", "training.validation_every=4"}));
  EXPECT_THAT(driver.ui().status(), Not(HasSubstr("validation")));
  driver.click("Run");
  while (driver.snapshot().iteration < 11) driver.frames();
  driver.click("Pause");
  const auto& history = driver.snapshot().history;
  std::size_t last = 0;  // the slow way
  for (std::size_t i = 0; i < history.size(); ++i)
    if (!std::isnan(history.value(training::Series::validation_loss, i))) last = i;
  EXPECT_EQ(last % 4, 0u);
  EXPECT_THAT(driver.ui().status(),
              HasSubstr("validation L = " +
                        figure::compact(history.value(training::Series::validation_loss, last))));
  EXPECT_THAT(driver.ui().status(), HasSubstr("(chance 50 %)"));
  const double accuracy = 100.0 * driver.snapshot().record->accuracy;
  EXPECT_THAT(driver.ui().status(), HasSubstr("accuracy " + figure::fixed(accuracy, 0) + " %"));
  driver.hover("Status");
  driver.frames(60);
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("after iteration " + std::to_string(last)));
}

TEST(Window, TheStatusTellsWhatTruncationAndPenaltiesDo) {
  UiDriver driver(
      configured({"task.name=adding", "task.steps=20", "training.truncation=horizon",
                  "training.truncation.steps=2", "training.l2=0.01", "training.omega=0.5"}));
  driver.press(Key::right_arrow);
  const training::IterationRecord& record = *driver.snapshot().record;
  ASSERT_TRUE(record.truncation);
  const double degrees = record.truncation->angle * 180.0 / std::numbers::pi;
  ASSERT_GT(degrees, 1.0);
  const std::string status = driver.ui().status();
  EXPECT_THAT(status, HasSubstr("truncated: " + figure::fixed(degrees, 0) + "°, error " +
                                figure::fixed(100.0 * record.truncation->relative_error, 0)));
  EXPECT_THAT(status, HasSubstr("penalty " + figure::compact(record.penalty)));
  EXPECT_THAT(status, HasSubstr("Ω = " + figure::compact(record.omega)));
  driver.open_group("Truncation");
  driver.choose("Truncated BPTT", "none");
  driver.frames(2);
  EXPECT_THAT(driver.ui().status(), Not(HasSubstr("truncated")));
}

}  // namespace
}  // namespace backflow::ui
