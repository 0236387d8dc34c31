// How a person arranges the window: one card enlarged, the size of text, the keyboard alone, the
// tour, and what is kept of it.
#include <set>

#include "tests/ui/mouse.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;

// In the title of the card that has this figure, where there is no control.
figure::Point title_of(const UiDriver& driver, const std::string& label) {
  const figure::Rect figure = driver.widget("figure " + label).rect;
  return {figure.x + figure.width * 0.33, figure.y - 15.0};
}

void double_click_at(UiDriver& driver, figure::Point pixel) {
  driver.click_at(pixel);
  driver.click_at(pixel);
}

TEST(Arrangement, ADoubleClickOnATitleEnlargesTheCardAndEscapeBringsAllBack) {
  UiDriver driver;
  const figure::Rect before = driver.widget("figure unrolled").rect;
  double_click_at(driver, title_of(driver, "unrolled"));
  driver.frames(2);
  const figure::Rect after = driver.widget("figure unrolled").rect;
  EXPECT_GT(after.width, 1.5 * before.width);
  EXPECT_GT(after.height, 1.5 * before.height);
  EXPECT_FALSE(has_widget(driver, "figure loss"));
  EXPECT_TRUE(has_widget(driver, "Spectral radius"));  // stays at hand
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_NEAR(driver.widget("figure unrolled").rect.width, before.width, 1.0);
  EXPECT_TRUE(has_widget(driver, "figure loss"));
}

TEST(Arrangement, TheSwitchGoesFromOneEnlargedCardToAnother) {
  UiDriver driver;
  driver.hover("figure jacobian-norms");
  driver.press(Key::m);
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure jacobian-norms"));
  EXPECT_FALSE(has_widget(driver, "figure unrolled"));
  driver.click("Card=2");
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure loss"));
  EXPECT_FALSE(has_widget(driver, "figure jacobian-norms"));
  driver.click("All cards");
  driver.frames(2);
  for (const char* label : {"figure unrolled", "figure jacobian-norms", "figure loss"})
    EXPECT_TRUE(has_widget(driver, label)) << label;
}

TEST(Arrangement, ADoubleClickOnAControlOfTheTitleDoesNotEnlarge) {
  UiDriver driver;
  driver.double_click("Loss axis=log");
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure unrolled"));
}

TEST(Arrangement, TextGrowsAndShrinksWithinItsLimitsAndMeetsTheUsualSize) {
  UiDriver driver;
  const double usual = driver.widget("Run").rect.height;
  driver.type("+");
  driver.frames(2);
  EXPECT_NEAR(driver.widget("Run").rect.height, 1.1 * usual, 1e-6 * usual);
  driver.type("-");
  driver.frames(2);
  EXPECT_EQ(driver.ui().text_size(), 1.0);
  for (int i = 0; i < 20; ++i) driver.type("-");
  EXPECT_EQ(driver.ui().text_size(), kLeastTextSize);
  for (int i = 0; i < 30; ++i) driver.type("+");
  EXPECT_EQ(driver.ui().text_size(), kMostTextSize);
  driver.frames(2);
  // 1280 × 800 pixels are 512 × 320 units then: one card at a time, and the controls behind a tab.
  EXPECT_TRUE(has_widget(driver, "figure unrolled"));
  EXPECT_FALSE(has_widget(driver, "figure loss"));
  EXPECT_FALSE(has_widget(driver, "Spectral radius"));
  driver.click("Card=controls");
  driver.frames(2);
  EXPECT_TRUE(driver.reach("Spectral radius"));
  driver.click("Card=2");
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure loss"));
}

TEST(Arrangement, TabReachesEveryControlAndComesRound) {
  UiDriver driver;
  driver.open_group("Optimiser");
  std::set<std::string> reached;
  std::string first;
  for (int i = 0; i < 300; ++i) {
    driver.press(Key::tab);
    const std::string label = driver.ui().focused();
    ASSERT_FALSE(label.empty());
    if (i == 0) first = label;
    if (i > 0 && label == first) break;
    reached.insert(label);
  }
  EXPECT_EQ(driver.ui().focused(), first) << "never came round";
  for (const char* told : {"Status", "Timeline memory"})
    EXPECT_FALSE(reached.contains(told)) << told;
  for (const char* label : {"Run", "Help", "Task", "Spectral radius", "Optimiser", "Loss axis=log",
                            "Tab spectrum", "Norm=frobenius", "Group Penalties"})
    EXPECT_TRUE(reached.contains(label)) << label;
}

TEST(Arrangement, TheKeyboardAloneClicksChoosesAndTypes) {
  UiDriver driver;
  tab_to(driver, "Activation");
  driver.press(Key::down_arrow);
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.model.activation.kind, model::ActivationKind::sigmoid);
  driver.press(Key::up_arrow);
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().config.model.activation.kind, model::ActivationKind::tanh);

  tab_to(driver, "Learning rate");
  const double rate = driver.snapshot().config.training.learning_rate;
  driver.press(Key::right_arrow);
  driver.frames(2);
  EXPECT_GT(driver.snapshot().config.training.learning_rate, rate);
  EXPECT_EQ(driver.snapshot().iteration, 0u) << "the arrow was the slider's alone";

  tab_to(driver, "Run");
  driver.press(Key::enter);
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().running);
  driver.press(Key::escape);
  EXPECT_EQ(driver.ui().focused(), "");
}

TEST(Arrangement, TheTourStopsFiveTimesAndIsOfferedOnce) {
  Settings kept;
  {
    UiDriver driver({}, 1280, 800, 1.0, kept, true);
    EXPECT_FALSE(driver.ui().settings().toured);
    int stops = 0;
    while (has_widget(driver, "Tour next") && stops < 10) {
      ++stops;
      driver.click("Tour next");
      driver.frames(2);
    }
    EXPECT_EQ(stops, 5);
    kept = driver.ui().settings();
    EXPECT_TRUE(kept.toured);
  }
  UiDriver again({}, 1280, 800, 1.0, kept, true);
  EXPECT_FALSE(has_widget(again, "Tour next"));
}

TEST(Arrangement, TheTourCanBeSkippedAndHoldsTheKeysBack) {
  UiDriver driver({}, 1280, 800, 1.0, {}, true);
  driver.press(Key::space);
  EXPECT_FALSE(driver.snapshot().running);
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_FALSE(has_widget(driver, "Tour next"));
  EXPECT_TRUE(driver.ui().settings().toured);
  driver.press(Key::space);
  EXPECT_TRUE(driver.snapshot().running);
}

TEST(Arrangement, ANewWindowIsAsTheLastOneWasLeft) {
  Settings kept;
  double width = 0.0;
  {
    UiDriver driver;
    driver.press(Key::t);
    driver.press(Key::digit_2);
    driver.press(Key::digit_5);
    driver.click("Gradient axis=linear");
    driver.move_by("Splitter columns", -60.0, 0.0);
    width = driver.widget("figure unrolled").rect.width;
    kept = driver.ui().settings();
  }
  UiDriver driver({}, 1280, 800, 1.0, kept);
  EXPECT_EQ(driver.ui().theme(), figure::Theme::light);
  EXPECT_TRUE(has_widget(driver, "figure gradient-by-lag"));
  EXPECT_TRUE(has_widget(driver, "figure spectrum"));
  EXPECT_FALSE(kept.gradient_log);
  EXPECT_NEAR(driver.widget("figure unrolled").rect.width, width, 1.0);
  EXPECT_EQ(driver.ui().settings(), kept);
}

const figure::HeatmapMark& heatmap_of(const UiDriver& driver, const std::string& id) {
  for (const figure::Group& group : driver.figure("jacobian-norms").groups)
    if (group.id == id)
      for (const figure::Mark& mark : group.marks)
        if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) return *map;
  ADD_FAILURE() << "no heatmap in " << id;
  static const figure::HeatmapMark kNone;
  return kNone;
}

TEST(Arrangement, TheScaleOfTheMapAndAKeyChooseTheColoursAndTheyAreKept) {
  Settings kept;
  {
    UiDriver driver;
    driver.frames(2);
    const auto colors = [&] { return heatmap_of(driver, "map").scale.map; };
    const figure::Rect bar = heatmap_of(driver, "color-bar").rect;
    const figure::Point at =
        on_screen(driver, "jacobian-norms", {bar.x + bar.width / 2.0, bar.y + bar.height / 2.0});
    EXPECT_EQ(colors(), figure::Colormap::diverging);
    driver.hover(at);
    EXPECT_THAT(driver.ui().tooltip(), HasSubstr("white is 1"));
    driver.click_at(at);
    driver.frames(1);
    EXPECT_EQ(colors(), figure::Colormap::cividis);
    EXPECT_THAT(driver.ui().tooltip(), HasSubstr("from dark for the smallest"));
    driver.press(Key::k);
    driver.frames(1);
    EXPECT_EQ(colors(), figure::Colormap::viridis);
    kept = driver.ui().settings();
    EXPECT_EQ(kept.colors, figure::Colormap::viridis);
    for (int i = 0; i < 2; ++i) driver.press(Key::k);
    driver.frames(1);
    EXPECT_EQ(colors(), figure::Colormap::diverging);
  }
  UiDriver driver({}, 1280, 800, 1.0, kept);
  driver.frames(2);
  EXPECT_EQ(heatmap_of(driver, "map").scale.map, figure::Colormap::viridis);
}

TEST(Arrangement, LargeTextForAWhileLeavesTheSplittersWhereTheyWere) {
  Settings kept;
  kept.controls_width = 420.0;
  kept.middle_share = 0.7;
  UiDriver driver({}, 1280, 800, 1.0, kept);
  for (int i = 0; i < 12; ++i) driver.type("+");
  EXPECT_EQ(driver.ui().text_size(), kMostTextSize);
  driver.frames(3);
  for (int i = 0; i < 12; ++i) driver.type("-");
  EXPECT_EQ(driver.ui().settings().controls_width, 420.0);
  EXPECT_EQ(driver.ui().settings().middle_share, 0.7);
  EXPECT_EQ(driver.ui().settings().middle_rows, kept.middle_rows);
  EXPECT_EQ(driver.ui().settings().right_rows, kept.right_rows);
}

TEST(Arrangement, TheRowsOfTwoNetworksAreKept) {
  Settings kept;
  double height = 0.0;
  {
    UiDriver driver;
    driver.press(Key::b);
    driver.frames(2);
    driver.move_by("Splitter networks", 0.0, 30.0);
    height = driver.widget("figure unrolled").rect.height;
    kept = driver.ui().settings();
  }
  EXPECT_NE(kept.two_rows, Settings().two_rows);
  UiDriver driver({}, 1280, 800, 1.0, kept);
  driver.press(Key::b);
  driver.frames(2);
  EXPECT_NEAR(driver.widget("figure unrolled").rect.height, height, 1.0);
}

// --- Escape closes one thing at a time ---------------------------------------------------------

bool enlarged(UiDriver& driver) { return has_widget(driver, "All cards"); }
bool walks(UiDriver& driver) { return has_widget(driver, "Whole iteration"); }

void escape(UiDriver& driver) {
  driver.press(Key::escape);
  driver.frames(2);
}

TEST(Escape, ClosesTheHelpBeforeAnEnlargedCard) {
  UiDriver driver;
  driver.hover("figure unrolled");
  driver.press(Key::m);
  driver.press(Key::f1);
  driver.frames(2);
  ASSERT_TRUE(enlarged(driver));
  escape(driver);
  EXPECT_FALSE(has_widget(driver, "Close help"));
  EXPECT_TRUE(enlarged(driver));
  escape(driver);
  EXPECT_FALSE(enlarged(driver));
}

TEST(Escape, LeavesTheControlBeforeTheEnlargedCardAndThatBeforeTheWalk) {
  UiDriver driver;
  driver.press(Key::period);
  driver.hover("figure unrolled");
  driver.press(Key::m);
  driver.press(Key::tab);
  driver.frames(2);
  ASSERT_NE(driver.ui().focused(), "");
  escape(driver);
  EXPECT_EQ(driver.ui().focused(), "");
  EXPECT_TRUE(enlarged(driver));
  EXPECT_TRUE(walks(driver));
  escape(driver);
  EXPECT_FALSE(enlarged(driver));
  EXPECT_TRUE(walks(driver));
  escape(driver);
  EXPECT_FALSE(walks(driver));
}

TEST(Escape, EndsTheWalkBeforeItReleasesThePin) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=5"}));
  const figure::Rect map = driver.figure("jacobian-norms").plot->rect;
  const figure::Rect panel = driver.widget("figure jacobian-norms").rect;
  driver.click_at(
      {panel.x + map.x + map.width * 1.5 / 6.0, panel.y + map.y + map.height * 3.5 / 6.0});
  driver.press(Key::period);
  driver.press(Key::tab);
  driver.frames(2);
  const auto pinned = [&] { return driver.snapshot().analysis_options.product.has_value(); };
  ASSERT_TRUE(pinned());
  escape(driver);
  EXPECT_TRUE(pinned() && walks(driver));
  escape(driver);
  EXPECT_TRUE(pinned());
  EXPECT_FALSE(walks(driver));
  escape(driver);
  EXPECT_FALSE(pinned());
}

TEST(Escape, ClosesAListBeforeAnythingElse) {
  UiDriver driver;
  driver.press(Key::period);
  driver.click("Activation");
  driver.frames(2);
  ASSERT_TRUE(has_widget(driver, "Activation=relu"));
  escape(driver);
  EXPECT_FALSE(has_widget(driver, "Activation=relu"));
  EXPECT_TRUE(walks(driver));
  escape(driver);
  EXPECT_FALSE(walks(driver));
}

// --- a page over the window --------------------------------------------------------------------

TEST(Covered, WhatLiesBehindTheTourIsOutOfReach) {
  UiDriver driver({}, 1280, 800, 1.0, {}, true);
  for (int i = 0; i < 7; ++i) {
    driver.press(Key::tab);
    EXPECT_TRUE(driver.ui().focused().starts_with("Tour")) << driver.ui().focused();
  }
  while (driver.ui().focused() != "Tour next") driver.press(Key::tab);
  driver.press(Key::enter);
  driver.frames(2);
  EXPECT_THAT(driver.widget("Tour next").help, HasSubstr("Enter"));
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_FALSE(driver.ui().settings().toured);
  while (driver.ui().focused() != "Tour skip") driver.press(Key::tab);
  driver.press(Key::enter);
  driver.frames(2);
  EXPECT_FALSE(has_widget(driver, "Tour next"));
  EXPECT_TRUE(driver.ui().settings().toured);
}

TEST(Covered, WhatLiesBehindTheHelpIsOutOfReach) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.press(Key::right_arrow);
  while (driver.ui().focused() != "Run") driver.press(Key::tab);
  const figure::Point title = title_of(driver, "unrolled");
  driver.press(Key::f1);
  driver.frames(2);
  ASSERT_TRUE(has_widget(driver, "Close help"));
  for (const Key key : {Key::enter, Key::space, Key::r, Key::m, Key::b, Key::digit_5, Key::period,
                        Key::p, Key::right_arrow, Key::left_arrow, Key::home, Key::f})
    driver.press(key);
  driver.press_with_control(Key::z);
  double_click_at(driver, title);
  driver.frames(60);
  EXPECT_EQ(driver.snapshot().iteration, 1u);
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_FALSE(driver.snapshot().other);
  EXPECT_FALSE(enlarged(driver));
  EXPECT_FALSE(walks(driver));
  EXPECT_TRUE(has_widget(driver, "figure loss"));
  EXPECT_NE(driver.ui().figure("unrolled"), nullptr);
  for (int i = 0; i < 4; ++i) {
    driver.press(Key::tab);
    const std::string label = driver.ui().focused();
    EXPECT_TRUE(label == "Close help" || label == "Start tour" || label == "Open checks") << label;
  }
  while (driver.ui().focused() != "Close help") driver.press(Key::tab);
  driver.press(Key::enter);
  driver.frames(2);
  EXPECT_FALSE(has_widget(driver, "Close help"));
}

TEST(Covered, ADoubleClickOnThePageOfHelpDoesNotEnlargeTheCardBehind) {
  UiDriver driver;
  const figure::Point title = title_of(driver, "unrolled");
  driver.press(Key::f1);
  driver.frames(2);
  double_click_at(driver, title);
  driver.frames(2);
  EXPECT_FALSE(enlarged(driver));
}

}  // namespace
}  // namespace backflow::ui
