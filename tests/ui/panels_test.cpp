// The panels with the figures: tabs, switches in the title bars, the mouse in the pictures.
#include <algorithm>
#include <cmath>
#include <limits>

#include "app/figure/catalogue.h"
#include "app/figure/jacobian_figure.h"
#include "app/ui/imgui_canvas.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Panels, NormSequenceAndLimitsOfTheHeatmap) {
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

// The same snapshot, drawn again with the mouse over the network: what lights up there is no reason
// to build the loss curve anew.
TEST(Panels, AFigureIsNotBuiltAnewForWhatItDoesNotFollow) {
  UiDriver driver;
  driver.frames(3);
  const auto draw = [&] {
    for (int i = 0; i < 3; ++i) {
      ImGui::NewFrame();
      driver.ui().frame(driver.snapshot());
      ImGui::Render();
    }
  };
  // A figure that is built is made beside the old one: its groups lie elsewhere.
  const auto built = [&] { return driver.figure("loss").groups.data(); };
  const auto is_lit = [&] {
    const auto& groups = driver.figure("unrolled").groups;
    return std::any_of(groups.begin(), groups.end(),
                       [](const figure::Group& group) { return group.id == "highlight"; });
  };
  draw();
  const auto before = built();
  EXPECT_FALSE(is_lit());
  const auto& spots = driver.figure("unrolled").hot_spots;
  const auto spot = std::find_if(spots.begin(), spots.end(), [](const figure::HotSpot& one) {
    return one.highlight == figure::Highlight{figure::Part::state, 2};
  });
  ASSERT_NE(spot, spots.end());
  const figure::Rect panel = driver.widget("figure unrolled").rect;
  send_mouse_position(static_cast<float>(panel.x + spot->rect.x + spot->rect.width / 2.0),
                      static_cast<float>(panel.y + spot->rect.y + spot->rect.height / 2.0));
  draw();
  EXPECT_TRUE(is_lit());
  EXPECT_EQ(built(), before);
}

TEST(Canvas, LeavesOutDashesWithoutEnd) {
  UiDriver driver;
  ImGui::NewFrame();
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const Fonts fonts;
  ImGuiCanvas canvas(list, fonts, nullptr, {0.0f, 0.0f}, 1.0, "test");
  const auto draw = [&](double end) {
    const int before = list.VtxBuffer.Size;
    canvas.polyline({{{10.0, 10.0}, {60.0, end}}, {{}, 2.0, figure::Dash::dashed}});
    return list.VtxBuffer.Size - before;
  };
  EXPECT_GT(draw(90.0), 0);
  for (const double end : {std::numeric_limits<double>::infinity(), std::nan(""), 1e60, -1e9})
    EXPECT_EQ(draw(end), 0) << end;
  ImGui::Render();
}

TEST(Panels, ColourLimitsAreTypedAsNorms) {
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

TEST(Panels, NetworkAndHeatmapShowTheSameSequenceWhenTheBatchShrinks) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=8"}));
  for (int i = 0; i < 10; ++i) driver.click("Next sequence");
  driver.open_group("Task");
  driver.type_value("Batch", "4");
  driver.type_value("Batch", "32");
  driver.frames(3);
  EXPECT_THAT(driver.text_of("unrolled"), HasSubstr("sequence 3 of 32"));
  EXPECT_THAT(driver.text_of("jacobian-norms"), HasSubstr("sequence 3 of 32"));
}

TEST(Panels, HoveringTheHeatmapTellsTheCellAndMarksItsSteps) {
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

// In the middle of a cell of the heatmap, as drawn, on the screen.
figure::Point cell_on_screen(UiDriver& driver, model::Index steps, figure::Cell at) {
  const figure::Rect panel = driver.widget("figure jacobian-norms").rect;
  const figure::Rect cell = figure::cell_rect(*driver.figure("jacobian-norms").plot, steps, at);
  return {panel.x + cell.x + cell.width / 2.0, panel.y + cell.y + cell.height / 2.0};
}

TEST(Panels, AClickOnTheHeatmapPinsAProductAndShowsItsChain) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12"}));
  driver.click_at(cell_on_screen(driver, 12, {.t = 9, .k = 2}));
  driver.frames(3);
  ASSERT_NE(driver.ui().figure("jacobian-chain"), nullptr);
  ASSERT_TRUE(driver.snapshot().analysis->chain);
  EXPECT_EQ(driver.snapshot().analysis->chain->t, 9);
  EXPECT_EQ(driver.snapshot().analysis->chain->k, 2);
  EXPECT_THAT(driver.text_of("jacobian-chain"), HasSubstr("∂h_{9}/∂h_{2} = J_{9} "));
  // The other cards are left as they were; the spectrum is that of the same product when shown.
  EXPECT_NE(driver.ui().figure("loss"), nullptr);
  driver.press(Key::digit_5);
  driver.frames(3);
  EXPECT_EQ(driver.snapshot().analysis->spectra->product, (session::StepPair{9, 2}));
  EXPECT_THAT(driver.text_of("spectrum"), HasSubstr("∂h_{9}/∂h_{2}"));
  // Escape releases it and goes back to the heatmap.
  driver.press(Key::escape);
  driver.frames(3);
  EXPECT_NE(driver.ui().figure("jacobian-norms"), nullptr);
  EXPECT_FALSE(driver.snapshot().analysis->spectra->product);
  EXPECT_THAT(driver.text_of("spectrum"), HasSubstr("W_{hh}"));
}

TEST(Panels, ASecondClickReleasesThePinnedProduct) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12"}));
  driver.press(Key::digit_5);
  driver.click_at(cell_on_screen(driver, 12, {.t = 9, .k = 2}));
  driver.press(Key::digit_1);
  driver.frames(2);
  EXPECT_TRUE(driver.snapshot().analysis->spectra->product);
  driver.click_at(cell_on_screen(driver, 12, {.t = 9, .k = 2}));
  driver.frames(3);
  EXPECT_FALSE(driver.snapshot().analysis->spectra->product);
  EXPECT_NE(driver.ui().figure("jacobian-norms"), nullptr);
  driver.click_at(cell_on_screen(driver, 12, {.t = 5, .k = 5}));  // no product there
  driver.frames(2);
  EXPECT_NE(driver.ui().figure("jacobian-norms"), nullptr);
}

TEST(Panels, WithoutAPinnedProductTheChainIsThatOfTheWholeSequence) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12"}));
  EXPECT_FALSE(driver.snapshot().analysis->chain);
  driver.press(Key::digit_0);
  driver.frames(2);
  EXPECT_THAT(driver.text_of("jacobian-chain"), HasSubstr("∂h_{12}/∂h_{0} = J_{12} "));
  driver.press(Key::digit_1);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().analysis->chain);
}

TEST(Panels, ContributionsSwitchTensorAndScale) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12", "task.shape=many-to-many"}));
  EXPECT_FALSE(driver.snapshot().analysis->contributions);
  driver.press(Key::c);
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().analysis->contributions);
  EXPECT_THAT(driver.text_of("contributions"), HasSubstr("of W_{hh}"));
  driver.choose("Tensor", "b_h");
  driver.frames(2);
  EXPECT_THAT(driver.text_of("contributions"), HasSubstr("of b_{h}"));
  driver.choose("Contribution scale", "relative");
  driver.frames(2);
  EXPECT_EQ(driver.figure("contributions").plot->y_max, 1.0);
  EXPECT_THAT(driver.text_of("contributions"), HasSubstr("share of"));
}

bool has_group(UiDriver& driver, const char* figure, const std::string& id) {
  for (const figure::Group& group : driver.figure(figure).groups)
    if (group.id == id && !group.marks.empty()) return true;
  return false;
}

TEST(Panels, OneCursorIsSharedByNetworkHeatmapAndSaturation) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=12"}));
  driver.press(Key::digit_8);
  driver.frames(2);
  EXPECT_FALSE(has_group(driver, "unrolled", "cursor"));
  driver.hover("figure saturation", 0.5, 0.7);
  driver.frames(2);
  EXPECT_TRUE(has_group(driver, "unrolled", "cursor"));
  driver.hover("figure unrolled", 0.6, 0.6);
  driver.frames(2);
  EXPECT_TRUE(has_group(driver, "saturation", "slopes-cursor"));
  EXPECT_TRUE(has_group(driver, "unrolled", "cursor"));
  driver.hover(figure::Point{2.0, 2.0});
  driver.frames(2);
  EXPECT_FALSE(has_group(driver, "unrolled", "cursor"));
  EXPECT_FALSE(has_group(driver, "saturation", "slopes-cursor"));
}

TEST(Panels, OneIterationIsMarkedInAllCurves) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.click("Run");
  driver.frames(40);
  driver.click("Pause");
  driver.hover("figure loss", 0.5, 0.5);
  driver.frames(2);
  for (const char* name : {"loss", "gradient-norm"}) EXPECT_TRUE(has_group(driver, name, "cursor"));
  driver.hover("figure gradient-norm", 0.6, 0.5);
  driver.frames(2);
  EXPECT_TRUE(has_group(driver, "loss", "cursor"));
  driver.hover(figure::Point{2.0, 2.0});
  driver.frames(2);
  EXPECT_FALSE(has_group(driver, "loss", "cursor"));
}

TEST(Panels, TheNetworkZoomsPansAndComesBack) {
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

TEST(Panels, AxesSwitchBetweenLinearAndLogarithmic) {
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

bool shows(UiDriver& driver, const char* figure) { return driver.ui().figure(figure) != nullptr; }

TEST(Panels, NetworkMapLossAndGradientAreThereAtTheStart) {
  UiDriver driver;
  for (const char* name : {"unrolled", "jacobian-norms", "loss", "gradient-norm"})
    EXPECT_TRUE(shows(driver, name)) << name;
  for (const char* name : {"gradient-by-lag", "spectrum", "saturation"})
    EXPECT_FALSE(shows(driver, name)) << name;
}

TEST(Panels, EveryFigureIsReachedByItsTabAndByItsKey) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.click("Run");
  driver.frames(5);
  const std::pair<const char*, Key> kTabs[] = {{"gradient-by-lag", Key::digit_2},
                                               {"jacobian-chain", Key::digit_0},
                                               {"contributions", Key::c},
                                               {"jacobian-norms", Key::digit_1},
                                               {"accuracy", Key::digit_4},
                                               {"spectrum", Key::digit_5},
                                               {"weights", Key::digit_9},
                                               {"lyapunov", Key::l},
                                               {"loss", Key::digit_3},
                                               {"learning-rate", Key::digit_7},
                                               {"saturation", Key::digit_8},
                                               {"gates", Key::g},
                                               {"error-surface", Key::e},
                                               {"error-relief", Key::v},
                                               {"bifurcation", Key::i},
                                               {"gradient-norm", Key::digit_6}};
  for (const auto& [name, key] : kTabs) {
    ASSERT_FALSE(shows(driver, name)) << name;
    driver.click("Tab " + std::string(name));
    ASSERT_TRUE(shows(driver, name)) << name;
    EXPECT_THAT(driver.text_of(name), Not(IsEmpty())) << name;
  }
  for (const auto& [name, key] : kTabs) {
    ASSERT_FALSE(shows(driver, name)) << name;
    driver.press(key);
    EXPECT_TRUE(shows(driver, name)) << name;
  }
  for (const figure::FigureInfo& info : figure::catalogue())
    EXPECT_TRUE(info.name == "unrolled" || info.name == "folded" || info.name == "explanation" ||
                info.name == "dashboard" ||
                has_widget(driver, ("Tab " + std::string(info.name)).c_str()))
        << info.name << " is behind no tab";
}

// FigureInfo::card, by which lessons choose what a card shows.
TEST(Panels, EveryFigureIsBehindATabOfItsCard) {
  UiDriver driver(configured({"task.name=first-bit"}));
  const std::pair<std::string_view, const char*> kFirst[] = {
      {"map", "jacobian-norms"}, {"loss", "loss"}, {"norm", "gradient-norm"}};
  for (const figure::FigureInfo& info : figure::catalogue()) {
    for (const auto& [card, first] : kFirst) {
      if (info.card != card || info.name == first) continue;
      driver.click("Tab " + std::string(info.name));
      for (const auto& [other, shown] : kFirst)
        EXPECT_EQ(shows(driver, shown), other != card) << info.name;
      driver.click("Tab " + std::string(first));
    }
    const bool behind_tab = has_widget(driver, ("Tab " + std::string(info.name)).c_str());
    EXPECT_EQ(behind_tab, !info.card.empty() && info.card != "network") << info.name;
  }
}

TEST(Panels, FiguresBehindTabsTellWhatIsUnderTheMouse) {
  UiDriver driver(configured({"task.name=first-bit"}));
  driver.click("Run");
  driver.frames(5);
  driver.click("Pause");
  for (const char* name :
       {"gradient-by-lag", "jacobian-chain", "contributions", "saturation", "spectrum", "lyapunov",
        "error-surface", "error-relief", "bifurcation"}) {
    driver.click("Tab " + std::string(name));
    bool told = false;
    for (double x = 0.1; x < 1.0 && !told; x += 0.05)
      for (double y = 0.2; y < 1.0 && !told; y += 0.1) {
        driver.hover("figure " + std::string(name), x, y);
        told = !driver.ui().tooltip().empty();
      }
    EXPECT_TRUE(told) << name;
  }
}

TEST(Panels, SpectraAreComputedOnlyWhileTheyAreShown) {
  UiDriver driver;
  EXPECT_FALSE(driver.snapshot().analysis->spectra);
  driver.press(Key::digit_5);
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().analysis->spectra);
  // The other choices are kept, and their own controls keep this one.
  driver.choose("Norm", "frobenius");
  driver.click("Next sequence");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->norms.norm, gradient::MatrixNorm::frobenius);
  EXPECT_EQ(driver.snapshot().analysis->norms.sequence, 1);
  EXPECT_TRUE(driver.snapshot().analysis->spectra);
  driver.press(Key::digit_3);
  driver.frames(2);
  EXPECT_FALSE(driver.snapshot().analysis->spectra);
}

TEST(Panels, TheBlockOfAnLstmsStateIsChosenOverTheMap) {
  UiDriver driver(configured({"task.name=first-bit"}));
  EXPECT_FALSE(has_widget(driver, "State=cell"));
  driver.choose("Cell", "lstm");
  driver.frames(2);
  const auto hidden = map_values(driver);
  for (const char* block : {"cell", "full"}) {
    driver.choose("State", block);
    driver.frames(2);
    EXPECT_EQ(model::name_of(driver.snapshot().analysis->norms.block), block);
    EXPECT_NE(map_values(driver), hidden) << block;
  }
  driver.choose("Cell", "gru");
  driver.frames(2);
  EXPECT_FALSE(has_widget(driver, "State=cell"));
  EXPECT_EQ(driver.snapshot().analysis->norms.block, gradient::StateBlock::hidden);
}

TEST(Panels, TheShareThatCountsAsReachIsSetOverTheLagFigure) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=30"}));
  EXPECT_FALSE(has_widget(driver, "Reach ε"));
  driver.press(Key::digit_2);
  driver.frames(2);
  const auto reach = [&] { return driver.snapshot().analysis->decay.reach; };
  driver.type_value("Reach ε", "1e-9");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->decay.epsilon, 1e-9);
  const auto far = reach();
  driver.type_value("Reach ε", "0.5");
  driver.frames(2);
  EXPECT_LT(reach(), far);
  driver.type_value("Reach ε", "7");  // a share is below 1
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->decay.epsilon, 0.9);
  driver.type_value("Reach ε", "much");
  driver.frames(2);
  EXPECT_EQ(driver.snapshot().analysis->decay.epsilon, 0.9);
}

TEST(Panels, ACoarseMapSaysSo) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=300", "model.hidden=32"}));
  EXPECT_EQ(driver.snapshot().analysis->norms.stride, 1);
  EXPECT_FALSE(has_widget(driver, "Coarse map"));
  driver.keep_coarse();
  driver.frames(2);
  ASSERT_GT(driver.snapshot().analysis->norms.stride, 1);
  EXPECT_THAT(driver.widget("Coarse map").help, HasSubstr("the exact one follows"));
}

TEST(Panels, AnEstimatedMapSaysSoAndWhetherTheExactOneComes) {
  UiDriver driver(configured({"task.name=first-bit", "task.steps=40", "task.batch=1",
                              "model.cell=lstm", "model.hidden=192"}));
  driver.keep_coarse();
  driver.frames(2);
  ASSERT_TRUE(driver.snapshot().analysis->norms.estimated);
  EXPECT_THAT(driver.widget("Coarse map").help,
              AllOf(HasSubstr("Estimated"), HasSubstr("finer ones and the exact one follow")));
  driver.change_analysis([](session::Analysis& analysis) { analysis.too_large = true; });
  driver.frames(2);
  EXPECT_THAT(driver.widget("Coarse map").help,
              AllOf(HasSubstr("Estimated"), HasSubstr("more memory than this machine can spare"),
                    Not(HasSubstr("follow"))));
}

}  // namespace
}  // namespace backflow::ui
