// The controls of the window, driven by widget label: what is set, and what follows in the session
// and in the pictures.
#include <cmath>

#include "core/model/initialization.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Where the tab of the clipping threshold stands in the gradient figure.
double threshold_tab(const UiDriver& driver) {
  for (const figure::Group& group : driver.figure("gradient-norm").groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* tab = std::get_if<figure::PolygonMark>(&mark)) return tab->points.back().y;
  return -1.0;
}

TEST(Controls, TheHeatmapFollowsTheSpectralRadiusWhileItIsDragged) {
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

TEST(Controls, TheSpectralRadiusCanBeDraggedWhileTraining) {
  UiDriver driver;
  driver.click("Run");
  driver.frames(5);
  const auto iteration = driver.snapshot().iteration;
  driver.drag("Spectral radius", 0.5, 0.95);
  EXPECT_TRUE(driver.snapshot().running);
  EXPECT_GT(driver.snapshot().iteration, iteration + 5);
  EXPECT_GT(driver.snapshot().spectral_radius, 2.0);
}

TEST(Controls, ActivationChangesAtOnceWithoutNewWeights) {
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

TEST(Controls, TheThresholdMovesItsLineAndClips) {
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
  EXPECT_FALSE(has_widget(driver, "Clip threshold"));
  EXPECT_THAT(driver.text_of("gradient-norm"), HasSubstr("clipping is off"));
}

TEST(Controls, TypedNonsenseIsRefusedWithAReason) {
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

TEST(Controls, TasksChangeBothWays) {
  UiDriver driver;
  EXPECT_FALSE(has_widget(driver, "Steps"));
  driver.choose("Task", "first-bit");
  EXPECT_EQ(driver.snapshot().config.task.kind, training::TaskKind::first_bit);
  driver.type_value("Steps", "25");
  driver.open_group("Task");
  driver.type_value("Batch", "4");
  EXPECT_EQ(driver.snapshot().record->trace.steps(), 25);
  EXPECT_EQ(driver.snapshot().record->trace.batch(), 4);
  driver.choose("Task", "binary-table");
  EXPECT_EQ(driver.snapshot().config.task.kind, training::TaskKind::binary_table);
  EXPECT_EQ(driver.snapshot().record->trace.steps(), 3);
  EXPECT_THAT(driver.snapshot().refusal, IsEmpty());
}

TEST(Controls, ATypedValueCountsWhenSomethingElseIsClicked) {
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

TEST(Controls, EscapeClosesAList) {
  UiDriver driver;
  driver.click("Activation");
  driver.frames(2);
  EXPECT_NE(driver.ui().registry().find("Activation=relu"), nullptr);
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_EQ(driver.ui().registry().find("Activation=relu"), nullptr);
}

TEST(Controls, AMessageMakesRoomForTheVerdictAgain) {
  UiDriver driver;
  driver.type_value("Learning rate", "1000");
  EXPECT_THAT(driver.ui().status(), HasSubstr("out of range"));
  driver.wait(9.0);
  EXPECT_THAT(driver.ui().status(), HasSubstr("iterations done"));
  // The same mistake again is told again, and so is a pair of choices that does not go together.
  driver.type_value("Learning rate", "1000");
  EXPECT_THAT(driver.ui().status(), HasSubstr("out of range"));
  driver.open_group("Network");
  driver.choose("Loss", "cce");
  EXPECT_THAT(driver.ui().status(), HasSubstr("model.loss"));
  EXPECT_FALSE(driver.snapshot().config.model.loss);
}

TEST(Controls, TypingDoesNotPressKeys) {
  UiDriver driver;
  driver.double_click("Learning rate");
  driver.frames(3);
  driver.press(Key::r);
  driver.press(Key::space);
  EXPECT_FALSE(driver.snapshot().running);
}

}  // namespace
}  // namespace backflow::ui
