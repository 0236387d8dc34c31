// Two networks in the window: starting, changing one of them, what both share, and the way back.
#include "app/figure/comparison.h"
#include "app/figure/jacobian_figure.h"
#include "app/session/comparison.h"
#include "tests/ui/mouse.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const session::Snapshot& side_b(const UiDriver& driver) { return *driver.snapshot().other; }

std::string value(const session::Snapshot& snapshot, const char* key) {
  return config::find_key(key)->get(snapshot.config);
}

figure::ColorScale map_scale(const UiDriver& driver, const std::string& name) {
  for (const figure::Group& group : driver.figure(name).groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* map = std::get_if<figure::HeatmapMark>(&mark)) return map->scale;
  ADD_FAILURE() << "no map in " << name;
  return {};
}

TEST(Compare, TheKeyStartsItAndAChangeOfBConcernsBAlone) {
  UiDriver driver(configured({"task.name=first-bit"}));
  EXPECT_FALSE(has_widget(driver, "Keep B"));
  driver.press(Key::b);
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().other);
  driver.choose("Activation", "relu");
  driver.frames(3);
  EXPECT_EQ(value(driver.snapshot(), "model.activation"), "tanh");
  EXPECT_EQ(value(side_b(driver), "model.activation"), "relu");
  EXPECT_THAT(driver.widget("Differences").help, HasSubstr("Activation  tanh | ReLU"));
  // The key changes whose controls are shown.
  driver.press(Key::b);
  driver.type_value("Learning rate", "0.05");
  driver.frames(3);
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.05");
  EXPECT_EQ(value(side_b(driver), "training.learning_rate"), "0.3");
  driver.click("Controls of=b");
  driver.type_value("Steps", "9");
  driver.frames(3);
  EXPECT_EQ(value(driver.snapshot(), "task.steps"), "9");
  EXPECT_EQ(value(side_b(driver), "task.steps"), "9");
}

TEST(Compare, BothAreDrawnOnTheSameScales) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=20"}));
  driver.press(Key::b);
  driver.type_value("Spectral radius", "3");
  driver.choose("Activation", "identity");
  driver.frames(3);
  EXPECT_EQ(map_scale(driver, "jacobian-norms"), map_scale(driver, "B jacobian-norms"));
  EXPECT_GT(map_scale(driver, "jacobian-norms").high,
            figure::automatic_limit(driver.snapshot().analysis->range) + 0.5);
  for (const auto& [name, key] :
       {std::pair("gradient-by-lag", Key::digit_2), std::pair("spectrum", Key::digit_5),
        std::pair("saturation", Key::digit_8)}) {
    driver.press(key);
    driver.frames(3);
    const auto& a = *driver.figure(name).plot;
    const auto& b = *driver.figure("B " + std::string(name)).plot;
    EXPECT_EQ(a.x_min, b.x_min) << name;
    EXPECT_EQ(a.x_max, b.x_max) << name;
    EXPECT_EQ(a.y_min, b.y_min) << name;
    EXPECT_EQ(a.y_max, b.y_max) << name;
  }
}

TEST(Compare, TabsAndChoicesOfOneSideAreThoseOfTheOther) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.press(Key::b);
  driver.frames(2);
  driver.click("B Tab gradient-by-lag");
  driver.frames(2);
  EXPECT_NE(driver.ui().figure("gradient-by-lag"), nullptr);
  EXPECT_NE(driver.ui().figure("B gradient-by-lag"), nullptr);
  driver.press(Key::digit_1);
  driver.choose("B Norm", "frobenius");
  driver.click("B Next sequence");
  driver.frames(3);
  for (const session::Snapshot* s : {&driver.snapshot(), driver.snapshot().other.get()}) {
    EXPECT_EQ(s->analysis->norms.norm, gradient::MatrixNorm::frobenius);
    EXPECT_EQ(s->analysis->norms.sequence, 1);
  }
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("sequence 2 of 32"));
  EXPECT_THAT(driver.text_of("B unrolled"), HasSubstr("sequence 2 of 32"));
}

TEST(Compare, CurvesOfBothLieInOneFigureAndTheOthersHaveOneForEach) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.press(Key::b);
  driver.type_value("Learning rate", "0.05");
  driver.click("Run");
  driver.frames(12);
  driver.click("Pause");
  for (const char* name : {"loss", "gradient-norm"}) {
    EXPECT_THAT(driver.text_of(name), HasSubstr("A 0.")) << name;
    EXPECT_THAT(driver.text_of(name), HasSubstr("B 0.")) << name;
    EXPECT_FALSE(has_widget(driver, ("B figure " + std::string(name)).c_str())) << name;
  }
  driver.press(Key::digit_8);
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure saturation"));
  EXPECT_TRUE(has_widget(driver, "B figure saturation"));
  EXPECT_FALSE(has_widget(driver, "figure loss"));
  driver.press(Key::digit_5);
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "B figure spectrum"));
  EXPECT_FALSE(has_widget(driver, "figure saturation"));
  driver.click("B Tab loss");
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure loss"));
  EXPECT_TRUE(has_widget(driver, "figure gradient-norm"));
}

TEST(Compare, TheCellUnderTheMouseIsMarkedOnBothSides) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12"}));
  driver.press(Key::b);
  driver.frames(2);
  const auto marked = [&](const std::string& name) {
    for (const figure::Group& group : driver.figure(name).groups)
      if (group.id == "cursor") return true;
    return false;
  };
  EXPECT_FALSE(marked("unrolled"));
  for (const std::string side : {"", "B "}) {
    const figure::Rect panel = driver.widget(side + "figure jacobian-norms").rect;
    const figure::Rect cell =
        figure::cell_rect(*driver.figure(side + "jacobian-norms").plot, 12, {.t = 9, .k = 2});
    driver.hover(
        figure::Point{panel.x + cell.x + cell.width / 2.0, panel.y + cell.y + cell.height / 2.0});
    driver.frames(2);
    EXPECT_TRUE(marked("unrolled"));
    EXPECT_TRUE(marked("B unrolled"));
    driver.hover(figure::Point{2.0, 2.0});
    driver.frames(2);
    EXPECT_FALSE(marked("unrolled"));
    EXPECT_FALSE(marked("B unrolled"));
  }
}

TEST(Compare, SwapKeepAndTheKeysEndIt) {
  UiDriver driver(configured({"task.name=first-bit"}));
  const auto start = [&] {
    driver.press(Key::b);
    driver.type_value("Learning rate", "0.05");
    driver.frames(2);
  };
  start();
  driver.click("Swap");
  driver.frames(2);
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.05");
  EXPECT_EQ(value(side_b(driver), "training.learning_rate"), "0.3");
  driver.click("Keep B");
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().other);
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.3");
  EXPECT_FALSE(has_widget(driver, "Keep B"));
  EXPECT_NE(driver.ui().figure("unrolled"), nullptr);

  start();
  driver.click("Keep A");
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().other);
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.3");

  start();
  send_shift_modifier(true);
  driver.press(Key::b);
  send_shift_modifier(false);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().other);
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.05");
}

TEST(Compare, ReadyPairsAreInTheMenu) {
  UiDriver driver(configured({"task.name=first-bit"}));
  for (const session::ReadyPair& pair : session::ready_pairs()) {
    driver.choose("Compare", std::string(pair.name));
    driver.frames(3);
    ASSERT_TRUE(driver.snapshot().other) << pair.name;
    EXPECT_EQ(value(driver.snapshot(), std::string(pair.key).c_str()), pair.a);
    EXPECT_EQ(value(side_b(driver), std::string(pair.key).c_str()), pair.b);
  }
  driver.choose("Compare", "end");
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().other);
  driver.choose("Compare", "copy");
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().other);
}

// B stops on a number that is not finite, A goes on.
UiDriver& with_b_stopped(UiDriver& driver) {
  driver.press(Key::b);
  driver.choose("Activation", "identity");
  driver.type_value("Learning rate", "100");
  driver.click("Run");
  for (int i = 0; i < 100 && !side_b(driver).divergence; ++i) driver.frames(5);
  EXPECT_TRUE(side_b(driver).divergence);
  EXPECT_FALSE(driver.snapshot().divergence);
  driver.frames(2);
  return driver;
}

const config::Config kFragile =
    configured({"task.name=first-bit", "model.readout=identity", "model.loss=mse",
                "training.clip.mode=none", "training.learning_rate=0.01"});

TEST(Compare, ASideThatStoppedSaysSoAndItsRemedyConcernsIt) {
  UiDriver driver(kFragile);
  with_b_stopped(driver);
  ASSERT_TRUE(has_widget(driver, "B Stopped"));
  EXPECT_FALSE(has_widget(driver, "Stopped"));
  EXPECT_TRUE(has_widget(driver, "Pause"));  // A goes on
  ASSERT_TRUE(has_widget(driver, "B Halve learning rate and run"));
  driver.click("B Halve learning rate and run");
  driver.frames(2);
  EXPECT_EQ(value(side_b(driver), "training.learning_rate"), "50");
  EXPECT_EQ(value(driver.snapshot(), "training.learning_rate"), "0.01");
}

TEST(Compare, AWalkGetsPastASideThatStopped) {
  UiDriver driver(kFragile);
  with_b_stopped(driver);
  driver.click("Pause");
  driver.click("Swap");
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().record->divergence);
  const auto T = static_cast<int>(driver.snapshot().record->trace.steps());
  driver.press(Key::period);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("forward, t = 1"));
  driver.press(Key::period);
  EXPECT_THAT(driver.text_of("unrolled"), Not(HasSubstr("forward, t = 1")));
  for (int i = 0; i < 2 * T + 2; ++i) driver.press(Key::period);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("forward, t = 1"));
  for (int i = 0; i < T; ++i) driver.press(Key::period);
  driver.press(Key::comma);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("forward, t = "));
  driver.frames(60);
  EXPECT_FALSE(driver.ui().needs_redraw());
}

TEST(Compare, EveryWidgetHasALabelOfItsOwnAtEverySize) {
  for (const auto& [width, height, scale] :
       {std::tuple(1280, 800, 1.0), std::tuple(1920, 1080, 1.0), std::tuple(1280, 800, 1.5),
        std::tuple(1000, 600, 1.0), std::tuple(700, 500, 1.0)}) {
    UiDriver driver(configured({"task.name=first-bit"}), width, height, scale);
    driver.press(Key::b);
    driver.choose("Compare", "rnn-lstm");
    driver.frames(3);
    for (const Key key : {Key::digit_1, Key::digit_2, Key::digit_0, Key::c, Key::digit_5,
                          Key::digit_9, Key::digit_8, Key::digit_3}) {
      driver.press(key);
      driver.frames(2);
      std::vector<std::string> labels;
      for (const WidgetInfo& widget : driver.ui().registry().all()) labels.push_back(widget.label);
      std::sort(labels.begin(), labels.end());
      const auto twice = std::adjacent_find(labels.begin(), labels.end());
      EXPECT_EQ(twice, labels.end()) << *twice << " at " << width << " × " << height;
    }
  }
}

TEST(Compare, OneCardIsEnlargedForBoth) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.press(Key::b);
  driver.frames(2);
  const double before = driver.widget("B figure jacobian-norms").rect.height;
  driver.hover("B figure jacobian-norms");
  driver.press(Key::m);
  driver.frames(2);
  EXPECT_GT(driver.widget("figure jacobian-norms").rect.height, 2.0 * before);
  EXPECT_GT(driver.widget("B figure jacobian-norms").rect.height, 2.0 * before);
  EXPECT_FALSE(has_widget(driver, "figure unrolled"));
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "figure unrolled"));
}

TEST(Compare, TheNetworksFoldAsFastAsOneAlone) {
  UiDriver driver(configured({"task.name=cat-mat-rat"}));
  driver.press(Key::b);
  driver.frames(2);
  driver.press(Key::f);
  driver.frames(27);  // within half a second of 0.7
  EXPECT_TRUE(driver.ui().needs_redraw());
  EXPECT_NE(driver.ui().figure("unrolled"), nullptr);
  EXPECT_NE(driver.ui().figure("B unrolled"), nullptr);
  driver.frames(20);
  EXPECT_FALSE(driver.ui().needs_redraw());
  EXPECT_NE(driver.ui().figure("folded"), nullptr);
  EXPECT_NE(driver.ui().figure("B folded"), nullptr);
}

TEST(Compare, ARowThatOnlyTheLargerNetworkHasStaysSelected) {
  UiDriver driver(configured({"task.name=first-bit", "model.hidden=16"}), 1920, 1080);
  driver.press(Key::b);
  driver.type_value("Hidden units", "8");
  driver.press(Key::digit_9);
  driver.frames(3);
  ASSERT_EQ(session::present_weights(side_b(driver)).W_hh.rows(), 8);
  driver.click_at(label_of(driver, 11, "weights"));
  driver.frames(3);
  EXPECT_TRUE(driver.widget("W_hh row factor").enabled);
  EXPECT_FALSE(driver.widget("B W_hh row factor").enabled);
  driver.click_at(label_of(driver, 3, "B weights"));
  driver.frames(3);
  EXPECT_TRUE(driver.widget("W_hh row factor").enabled);
  EXPECT_TRUE(driver.widget("B W_hh row factor").enabled);
}

}  // namespace
}  // namespace backflow::ui
