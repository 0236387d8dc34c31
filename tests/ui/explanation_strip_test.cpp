// The strip with the formulas below the network: its switch, its height, terms under the mouse.
#include "app/figure/highlight.h"
#include "tests/figure/figure_checks.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;

bool is_shown(UiDriver& driver) { return has_widget(driver, "figure explanation"); }

std::size_t lit_terms(UiDriver& driver) {
  const figure::Group& lit = figure::group_of(driver.figure("explanation"), "lit");
  return figure::marks_of<figure::RectMark>(lit).size();
}

// The middle of the first term of the part, on the screen.
figure::Point middle_of(UiDriver& driver, figure::Part part) {
  const figure::Rect panel = driver.widget("figure explanation").rect;
  for (const figure::HotSpot& spot : driver.figure("explanation").hot_spots)
    if (spot.highlight.part == part)
      return {panel.x + spot.rect.x + spot.rect.width / 2.0,
              panel.y + spot.rect.y + spot.rect.height / 2.0};
  ADD_FAILURE() << "no such term";
  return {};
}

TEST(ExplanationStrip, IsThereByItselfWhereTheCardIsTallAndSwitchedByHand) {
  {
    UiDriver driver({}, 1280, 800);
    driver.frames(2);
    EXPECT_FALSE(is_shown(driver));
    driver.click("Formula");
    driver.frames(2);
    EXPECT_TRUE(is_shown(driver));
    driver.click("Formula");
    driver.frames(2);
    EXPECT_FALSE(is_shown(driver));
  }
  UiDriver driver({}, 1920, 1080);
  driver.frames(2);
  EXPECT_TRUE(is_shown(driver));
}

TEST(ExplanationStrip, LiesBelowTheNetworkAndTakesAtMostTwoFifths) {
  UiDriver driver({}, 1920, 1080);
  driver.frames(2);
  const figure::Rect strip = driver.widget("figure explanation").rect;
  const figure::Rect network = driver.widget("figure unrolled").rect;
  EXPECT_GE(strip.y, network.bottom());
  EXPECT_LE(strip.height, 0.45 * (strip.bottom() - network.y));
  EXPECT_THAT(driver.text_of("explanation"), HasSubstr("∏"));
}

TEST(ExplanationStrip, TermsUnderTheMouseLightUpUntilItLeaves) {
  UiDriver driver({}, 1920, 1080);
  driver.frames(2);
  EXPECT_EQ(lit_terms(driver), 0u);
  driver.hover(middle_of(driver, figure::Part::recurrent_weights));
  driver.frames(2);
  EXPECT_EQ(lit_terms(driver), 1u);
  EXPECT_THAT(driver.ui().tooltip(), HasSubstr("W_{hh}: recurrent weights"));
  driver.hover(middle_of(driver, figure::Part::loss));
  driver.frames(2);
  EXPECT_GT(lit_terms(driver), 1u);  // L, L_t, and its number
  driver.hover(figure::Point{2.0, 2.0});
  driver.frames(2);
  EXPECT_EQ(lit_terms(driver), 0u);
}

double height_now(UiDriver& driver) {
  driver.frames(2);
  return driver.widget("figure explanation").rect.height;
}

void walk_to_update(UiDriver& driver) {
  driver.press(Key::period);
  for (int i = 0; i < 50 && !driver.snapshot().record->parameters_after; ++i)
    driver.press(Key::period);
}

// With two units the steps back need the most room, by how far they go.
TEST(ExplanationStrip, IsAsHighAsWhatIsChosenAlongTheWalkNeeds) {
  const auto keys = [](const char* truncation) {
    return configured({"model.hidden=2", "training.truncation.steps=2", truncation});
  };
  double needed = 0.0;
  {
    UiDriver fresh(keys("training.truncation=none"), 900, 1800);
    walk_to_update(fresh);
    needed = height_now(fresh);
  }
  UiDriver driver(keys("training.truncation=chunks"), 900, 1800);
  driver.press(Key::period);
  ASSERT_LT(height_now(driver), needed - 1.0);
  driver.session().execute(session::SetKey{"training.truncation", "none"});
  walk_to_update(driver);
  EXPECT_EQ(height_now(driver), needed);
}

TEST(ExplanationStrip, GrowsWhereTheNumbersOfALaterIterationNeedMore) {
  const auto config = configured({"model.hidden=2"});
  double needed = 0.0;
  {
    UiDriver later(config, 900, 1800);
    for (int i = 0; i < 2; ++i) later.press(Key::right_arrow);
    later.press(Key::period);
    ASSERT_EQ(later.snapshot().record->iteration, 1u);
    needed = height_now(later);
  }
  UiDriver driver(config, 900, 1800);
  walk_to_update(driver);
  ASSERT_LT(height_now(driver), needed - 1.0);
  driver.press(Key::period);
  walk_to_update(driver);
  ASSERT_EQ(driver.snapshot().record->iteration, 1u);
  EXPECT_GE(height_now(driver), needed);
}

TEST(ExplanationStrip, StaysAsHighOverTheIterationsOfAWalk) {
  UiDriver driver(configured({"task.name=cat-mat-rat", "training.optimizer=adam"}), 2400, 1800);
  walk_to_update(driver);
  const double first = height_now(driver);
  for (int i = 0; i < 12; ++i) {
    driver.press(Key::period);
    EXPECT_EQ(height_now(driver), first) << i;
  }
}

}  // namespace
}  // namespace backflow::ui
