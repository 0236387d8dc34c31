// The window, driven by widget label: what a person does, and what then happens in the session and
// in the pictures.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/jacobian_figure.h"
#include "app/ui/divergence_banner.h"
#include "core/config/keys.h"
#include "core/model/initialization.h"
#include "tests/ui/ui_driver.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

config::Config configured(std::initializer_list<const char*> assignments) {
  config::Config config;
  for (const char* assignment : assignments)
    EXPECT_THAT(config::set_key(config, assignment), IsEmpty()) << assignment;
  return config;
}

// The weights now: after the record's update, if it made one.
const model::Matrix& W_hh(const UiDriver& driver) {
  const auto& record = *driver.snapshot().record;
  return record.parameters_after ? record.parameters_after->W_hh : record.model.parameters.W_hh;
}

// The values of the heatmap as drawn.
std::vector<float> map_values(const UiDriver& driver) {
  for (const figure::Group& group : driver.figure("jacobian-norms").groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) return *map->values;
  return {};
}

// Where the tab of the clipping threshold stands in the gradient figure.
double threshold_tab(const UiDriver& driver) {
  for (const figure::Group& group : driver.figure("gradient-norm").groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* tab = std::get_if<figure::PolygonMark>(&mark)) return tab->points.back().y;
  return -1.0;
}

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

TEST(Window, TheHeatmapFollowsTheSpectralRadiusWhileItIsDragged) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(8);
  driver.click("Pause");
  const model::Matrix before = W_hh(driver);
  const auto iteration = driver.snapshot().iteration;
  const auto map = map_values(driver);
  driver.drag("Spectral radius", 0.5, 0.3, [&] {
    // Still held: everything has followed already.
    const double rho = driver.snapshot().config.model.weights.spectral_radius;
    EXPECT_LT(rho, 0.1);
    EXPECT_NEAR(model::spectral_radius(W_hh(driver)), rho, 1e-9 * rho);
    EXPECT_NE(map_values(driver), map);
  });
  EXPECT_EQ(driver.snapshot().iteration, iteration);
  // Scaled, not drawn anew: all entries by one factor.
  const double factor = W_hh(driver)(0, 0) / before(0, 0);
  EXPECT_LT((W_hh(driver) - factor * before).norm(), 1e-12 * W_hh(driver).norm());
  EXPECT_EQ(driver.snapshot().history.size(), iteration);
}

TEST(Window, TheSpectralRadiusCanBeDraggedWhileTraining) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(5);
  const auto iteration = driver.snapshot().iteration;
  driver.drag("Spectral radius", 0.5, 0.95);
  EXPECT_TRUE(driver.snapshot().running);
  EXPECT_GT(driver.snapshot().iteration, iteration + 5);
  EXPECT_GT(driver.snapshot().spectral_radius, 2.0);
}

TEST(Window, ActivationChangesAtOnceWithoutNewWeights) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(4);
  driver.click("Pause");
  const model::Matrix before = W_hh(driver);
  const auto map = map_values(driver);
  driver.choose("Activation", "sigmoid");
  EXPECT_EQ(driver.snapshot().record->model.activation.kind, model::ActivationKind::sigmoid);
  EXPECT_EQ(W_hh(driver), before);
  EXPECT_NE(map_values(driver), map);
  // The slope is there when it means something.
  EXPECT_EQ(driver.ui().registry().find("Leaky slope"), nullptr);
  driver.choose("Activation", "leaky-relu");
  EXPECT_NE(driver.ui().registry().find("Leaky slope"), nullptr);
}

TEST(Window, TheThresholdMovesItsLineAndClips) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(12);
  const double before = threshold_tab(driver);
  driver.type_value("Clip threshold", "0.01");
  EXPECT_EQ(driver.snapshot().config.training.clip.threshold, 0.01);
  EXPECT_GT(threshold_tab(driver), before + 5.0);
  driver.frames(3);
  EXPECT_NEAR(driver.snapshot().record->clip.norm_after, 0.01, 1e-9);
  EXPECT_THAT(driver.text_of("gradient-norm"), Not(HasSubstr("clipped 0 of")));

  driver.choose("Clipping", "none");
  driver.frames(2);
  EXPECT_FALSE(driver.widget("Clip threshold").enabled);
  EXPECT_THAT(driver.text_of("gradient-norm"), HasSubstr("clipping is off"));
}

TEST(Window, TypedNonsenseIsRefusedWithAReason) {
  UiDriver driver;
  driver.type_value("Learning rate", "fast");
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.3);
  EXPECT_THAT(driver.ui().status(), HasSubstr("training.learning_rate"));
  driver.type_value("Learning rate", "1000");
  EXPECT_THAT(driver.ui().status(), HasSubstr("out of range"));
  driver.type_value("Learning rate", "0.125");
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.125);
  EXPECT_THAT(driver.ui().status(), HasSubstr("iterations done"));
}

TEST(Window, TasksChangeBothWays) {
  UiDriver driver;
  EXPECT_FALSE(driver.widget("Steps").enabled);
  driver.choose("Task", "first-bit");
  EXPECT_EQ(driver.snapshot().config.task.kind, training::TaskKind::first_bit);
  driver.type_value("Steps", "25");
  driver.type_value("Batch", "4");
  EXPECT_EQ(driver.snapshot().record->trace.steps(), 25);
  EXPECT_EQ(driver.snapshot().record->trace.batch(), 4);
  driver.choose("Task", "binary-table");
  EXPECT_EQ(driver.snapshot().config.task.kind, training::TaskKind::binary_table);
  EXPECT_EQ(driver.snapshot().record->trace.steps(), 3);
  EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
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

TEST(Window, NormSequenceAndLimitsOfTheHeatmap) {
  UiDriver driver;
  const auto spectral = map_values(driver);
  driver.choose("Norm", "frobenius");
  EXPECT_NE(map_values(driver), spectral);
  const auto first = map_values(driver);
  driver.click("Next sequence");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->norms.sequence, 1);
  EXPECT_NE(map_values(driver), first);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("sequence 2 of 3"));

  driver.choose("Colour limits", "fixed");
  driver.frames(2);
  driver.type_value("Lowest colour", "0.001");
  for (const figure::Group& group : driver.figure("jacobian-norms").groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) {
        EXPECT_EQ(map->scale.low, -3.0);
      }
}

TEST(Window, ColourLimitsAreTypedAsNorms) {
  UiDriver driver;
  const auto high = [&] {
    for (const figure::Group& group : driver.figure("jacobian-norms").groups)
      for (const figure::Mark& mark : group.marks)
        if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) return map->scale.high;
    return 0.0;
  };
  driver.choose("Colour limits", "fixed");
  driver.frames(2);
  const std::pair<const char*, double> kTyped[] = {
      {"100", 2.0}, {"1e7", 7.0}, {"2e3", std::log10(2000.0)}, {"10^400", 400.0}};
  for (const auto& [text, expected] : kTyped) {
    driver.type_value("Highest colour", text);
    driver.frames(2);
    EXPECT_NEAR(high(), expected, 1e-12) << text;
  }
  // Neither nonsense nor a norm on the wrong side of 1 changes anything.
  for (const char* text : {"red", "0.5", "-3", "1e"}) {
    driver.type_value("Highest colour", text);
    driver.frames(2);
    EXPECT_EQ(high(), 400.0) << text;
  }
}

TEST(Window, NetworkAndHeatmapShowTheSameSequenceWhenTheBatchShrinks) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=8"}));
  for (int i = 0; i < 10; ++i) driver.click("Next sequence");
  driver.type_value("Batch", "4");
  driver.type_value("Batch", "32");
  driver.frames(3);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("sequence 3 of 32"));
  EXPECT_THAT(driver.text_of("jacobian-norms"), HasSubstr("sequence 3 of 32"));
}

TEST(Window, ATypedValueCountsWhenSomethingElseIsClicked) {
  UiDriver driver;
  driver.double_click("Learning rate");
  driver.frames(3);
  for (const char c : std::string("0.7"))
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
  driver.frames(2);
  driver.click("figure loss");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.7);
  // Escape leaves it alone.
  driver.double_click("Learning rate");
  driver.frames(3);
  ImGui::GetIO().AddInputCharacter('5');
  driver.frames(2);
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.training.learning_rate, 0.7);
}

TEST(Window, EscapeClosesAList) {
  UiDriver driver;
  driver.click("Activation");
  driver.frames(2);
  EXPECT_NE(driver.ui().registry().find("Activation=relu"), nullptr);
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_EQ(driver.ui().registry().find("Activation=relu"), nullptr);
}

TEST(Window, AMessageMakesRoomForTheVerdictAgain) {
  UiDriver driver;
  driver.type_value("Learning rate", "1000");
  EXPECT_THAT(driver.ui().status(), HasSubstr("out of range"));
  driver.frames(60 * 9);
  EXPECT_THAT(driver.ui().status(), HasSubstr("iterations done"));
  // The same mistake again is told again, and so is a pair of choices that does not go together.
  driver.type_value("Learning rate", "1000");
  EXPECT_THAT(driver.ui().status(), HasSubstr("out of range"));
  driver.choose("Loss", "cce");
  EXPECT_THAT(driver.ui().status(), HasSubstr("model.loss"));
  EXPECT_FALSE(driver.snapshot().config.model.loss);
}

TEST(Window, HoveringTheHeatmapTellsTheCellAndMarksItsSteps) {
  UiDriver driver;
  const figure::Rect panel = driver.widget("figure jacobian-norms").rect;
  const figure::Rect cell =
      figure::cell_rect(*driver.figure("jacobian-norms").plot, 3, {.t = 3, .k = 1});
  driver.hover(
      figure::Point{panel.x + cell.x + cell.width / 2.0, panel.y + cell.y + cell.height / 2.0});
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("t = 3, k = 1"));
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("one-step factors"));
  bool marked = false;
  for (const figure::Group& group : driver.figure("unrolled").groups)
    marked = marked || group.id == "cursor";
  EXPECT_TRUE(marked);
}

TEST(Window, TheNetworkZoomsPansAndComesBack) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=100"}));
  const auto visible = [&] {
    const auto& plot = *driver.figure("unrolled").plot;
    return plot.x_max - plot.x_min;
  };
  EXPECT_EQ(visible(), 101.0);
  driver.hover("figure unrolled", 0.6);
  for (int i = 0; i < 8; ++i) driver.wheel(1.0);
  EXPECT_LT(visible(), 20.0);
  const double start = driver.figure("unrolled").plot->x_min;
  driver.move_by("figure unrolled", 90.0, 0.0);
  EXPECT_LT(driver.figure("unrolled").plot->x_min, start - 1.0);
  driver.click("Show all steps");
  EXPECT_EQ(visible(), 101.0);
}

TEST(Window, AxesSwitchBetweenLinearAndLogarithmic) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(5);
  EXPECT_FALSE(driver.figure("loss").plot->log_y);
  driver.choose("Loss axis", "log");
  driver.frames(2);
  EXPECT_TRUE(driver.figure("loss").plot->log_y);
  EXPECT_TRUE(driver.figure("gradient-norm").plot->log_y);
  driver.choose("Gradient axis", "linear");
  driver.frames(2);
  EXPECT_FALSE(driver.figure("gradient-norm").plot->log_y);
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

TEST(Window, TypingDoesNotPressKeys) {
  UiDriver driver;
  driver.double_click("Learning rate");
  driver.frames(3);
  driver.press(Key::r);
  driver.press(Key::space);
  EXPECT_FALSE(driver.snapshot().running);
}

struct Display {
  int width, height;
  double scale;
};

class WindowLayout : public ::testing::TestWithParam<Display> {};

TEST_P(WindowLayout, EveryControlIsVisibleSeparateAndExplained) {
  const auto [width, height, scale] = GetParam();
  for (const char* activation : {"model.activation=tanh", "model.activation=leaky-relu"}) {
    UiDriver driver(configured({activation, "task.name=first-bit"}), width, height, scale);
    const auto& widgets = driver.ui().registry().all();
    ASSERT_GT(widgets.size(), 30u);
    for (const WidgetInfo& a : widgets) {
      EXPECT_GE(a.rect.x, 0.0) << a.label;
      EXPECT_GE(a.rect.y, 0.0) << a.label;
      EXPECT_LE(a.rect.right(), width) << a.label;
      EXPECT_LE(a.rect.bottom(), height) << a.label;
      EXPECT_GT(a.rect.width, 4.0) << a.label;
      EXPECT_GT(a.rect.height, 4.0) << a.label;
      const bool explains_itself = a.label.starts_with("figure") || a.label.starts_with("Splitter");
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
}
INSTANTIATE_TEST_SUITE_P(Sizes, WindowLayout,
                         ::testing::Values(Display{1280, 800, 1.0}, Display{1920, 1080, 1.0},
                                           Display{2560, 1600, 2.0}, Display{1920, 1200, 1.5}),
                         [](const auto& test) {
                           return std::to_string(test.param.width) + "x" +
                                  std::to_string(test.param.height);
                         });

TEST(Window, SurvivesVerySmallSizes) {
  for (const int side : {60, 200, 420}) {
    UiDriver driver({}, side, side);
    driver.click("Run");
    driver.frames(4);
  }
}

}  // namespace
}  // namespace backflow::ui
