// The walk and the folded network in the window: keys, buttons, what the figures follow.
#include <cmath>

#include "app/figure/playhead.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string header(UiDriver& driver, const char* name = "unrolled") {
  driver.frames(1);
  return driver.text_of(name);
}

TEST(WalkInTheWindow, KeysStepThroughThePhases) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  driver.press(Key::period);
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 1"));
  driver.press(Key::right_arrow);
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 2"));
  EXPECT_EQ(driver.snapshot().iteration, 0u);
  driver.press(Key::left_arrow);
  driver.press(Key::comma);
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 1"));
  for (int i = 0; i < 8; ++i) driver.press(Key::period);
  EXPECT_THAT(header(driver), HasSubstr("update by SGD"));
  EXPECT_EQ(driver.snapshot().iteration, 1u);
  driver.press(Key::escape);
  EXPECT_THAT(header(driver), Not(HasSubstr("update by")));
  // Without a walk the arrows are iterations again.
  driver.press(Key::right_arrow);
  EXPECT_EQ(driver.snapshot().iteration, 2u);
  driver.press(Key::left_arrow);
  EXPECT_EQ(driver.snapshot().iteration, 1u);
}

TEST(WalkInTheWindow, ButtonsDoTheSame) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  EXPECT_FALSE(has_widget(driver, "Whole iteration"));
  driver.click("Next step");
  driver.click("Next step");
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 2"));
  driver.click("Previous step");
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 1"));
  driver.click("Whole iteration");
  EXPECT_FALSE(has_widget(driver, "Whole iteration"));
  driver.click("One iteration");
  driver.click("One iteration");
  driver.click("Previous iteration");
  EXPECT_EQ(driver.snapshot().iteration, 1u);
}

TEST(WalkInTheWindow, PlaysAtThePaceThatIsSet) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=60"}));
  driver.type_value("Pace", "10");
  driver.press(Key::p);
  driver.frames(180);  // three seconds
  const std::string at = header(driver);
  EXPECT_TRUE(at.find("forward, t = 30") != std::string::npos ||
              at.find("forward, t = 31") != std::string::npos ||
              at.find("forward, t = 32") != std::string::npos)
      << at.substr(0, 60);
  EXPECT_TRUE(driver.ui().needs_redraw());
  driver.press(Key::p);
  driver.frames(60);
  EXPECT_FALSE(driver.ui().needs_redraw());
}

TEST(WalkInTheWindow, RunningPausesForItAndEndsIt) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  driver.press(Key::space);
  driver.frames(5);
  ASSERT_TRUE(driver.snapshot().running);
  driver.press(Key::period);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_THAT(header(driver), HasSubstr("forward, t = 1"));
  driver.press(Key::space);
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().running);
  EXPECT_THAT(header(driver), Not(HasSubstr("forward, t =")));
}

TEST(WalkInTheWindow, AsksForTheGradientsOnlyWhileItIsOn) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  EXPECT_FALSE(driver.snapshot().analysis_options.walk);
  driver.press(Key::period);
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().analysis_options.walk);
  ASSERT_TRUE(driver.snapshot().analysis->walk);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("W_{hh}"));
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().analysis_options.walk);
}

TEST(FoldInTheWindow, SlidesTogetherAndFansOut) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  ASSERT_NE(driver.ui().figure("unrolled"), nullptr);
  driver.press(Key::f);
  driver.frames(20);
  EXPECT_TRUE(driver.ui().needs_redraw());
  EXPECT_NE(driver.ui().figure("unrolled"), nullptr);
  driver.frames(40);
  EXPECT_FALSE(driver.ui().needs_redraw());
  ASSERT_NE(driver.ui().figure("folded"), nullptr);
  EXPECT_EQ(driver.ui().figure("unrolled"), nullptr);
  EXPECT_THAT(driver.text_of("folded"), HasSubstr("W_{hh}"));
  driver.press(Key::period);
  EXPECT_THAT(header(driver, "folded"), HasSubstr("h_{1}"));
  driver.choose("Network view", "unrolled");
  driver.frames(60);
  EXPECT_NE(driver.ui().figure("unrolled"), nullptr);
  EXPECT_FALSE(driver.ui().needs_redraw());
}

TEST(HotSpotsInTheWindow, WhatIsUnderTheMouseLightsUp) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  const auto lit = [&] {
    for (const figure::Group& group : driver.figure("unrolled").groups)
      if (group.id == "highlight") return true;
    return false;
  };
  EXPECT_FALSE(lit());
  const figure::Figure& network = driver.figure("unrolled");
  ASSERT_FALSE(network.hot_spots.empty());
  const figure::Rect spot = network.hot_spots.front().rect;
  const figure::Rect area = driver.widget("figure unrolled").rect;
  driver.hover(
      figure::Point{area.x + spot.x + spot.width / 2.0, area.y + spot.y + spot.height / 2.0});
  driver.frames(2);
  EXPECT_TRUE(lit());
  driver.hover("Loss axis=log");
  driver.frames(2);
  EXPECT_FALSE(lit());
}

}  // namespace
}  // namespace backflow::ui
