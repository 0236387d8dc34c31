// Lessons in the window: pages, questions, and the way back to a page's state.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/lesson/check.h"
#include "app/lesson/library.h"
#include "app/ui/files.h"
#include "app/ui/lesson_mode.h"
#include "tests/support/temporary_folder.h"
#include "tests/ui/fake_documents.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const LessonMode& mode(UiDriver& driver) { return driver.ui().lesson(); }

// Reading is done by another thread; preparing a page takes as many frames as iterations.
template <class Condition>
void wait_for(UiDriver& driver, const Condition& condition) {
  for (int i = 0; i < 20'000 && !condition(); ++i) {
    driver.frames(1);
    if (mode(driver).is_reading()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_TRUE(condition());
  driver.frames(2);
}

void open(UiDriver& driver, const std::string& lesson) {
  driver.ui().open_lesson(lesson);
  wait_for(driver, [&] { return mode(driver).on() && !mode(driver).is_coming(); });
}

bool is_at_page(UiDriver& driver) {
  const lesson::Page& page = mode(driver).page();
  return config::differing_keys(page.config, driver.snapshot().config).empty() &&
         driver.snapshot().iteration == page.iterations;
}

TEST(LessonWindow, IsChosenInTheListAndSetsTheNetworkAndTheFigures) {
  UiDriver driver;
  driver.press(Key::f2);
  driver.frames(2);
  driver.click("Lesson one-neuron");
  wait_for(driver, [&] { return mode(driver).on() && !mode(driver).is_coming(); });
  EXPECT_EQ(mode(driver).lesson().name, "one-neuron");
  EXPECT_TRUE(is_at_page(driver));
  EXPECT_FALSE(has_widget(driver, "Activation"));  // 1280: in place of the controls
  EXPECT_THAT(driver.snapshot().undo_title, HasSubstr("Lesson: "));
  // Every page shows what it says.
  for (std::size_t i = 0; i < mode(driver).lesson().pages.size(); ++i) {
    while (mode(driver).index() < i) driver.press(Key::page_down);
    wait_for(driver, [&] { return !mode(driver).is_coming(); });
    EXPECT_TRUE(is_at_page(driver)) << i;
    const lesson::Shown& shown = mode(driver).page().shown;
    for (const std::string& name : {shown.map, shown.loss, shown.norm})
      EXPECT_TRUE(name.empty() || driver.ui().figure(name) != nullptr) << name;
    EXPECT_EQ(
        driver.ui().figure("explanation") != nullptr && has_widget(driver, "figure explanation"),
        shown.formulas)
        << i;
  }
}

TEST(LessonWindow, PageDownAnswersFirstAndThenGoesOn) {
  UiDriver driver;
  open(driver, "vanishing");
  std::size_t asking = 0;
  while (!mode(driver).lesson().pages[asking].question) ++asking;
  while (mode(driver).index() < asking) driver.press(Key::page_down);
  driver.frames(2);
  EXPECT_FALSE(mode(driver).is_answered());
  driver.press(Key::page_down);
  EXPECT_TRUE(mode(driver).is_answered());
  EXPECT_FALSE(mode(driver).chosen());
  EXPECT_EQ(mode(driver).index(), asking);
  driver.press(Key::page_down);
  EXPECT_EQ(mode(driver).index(), asking + 1);
  driver.press(Key::page_up);
  EXPECT_EQ(mode(driver).index(), asking);
  EXPECT_FALSE(mode(driver).is_answered());  // asked again
  driver.frames(2);
  driver.click("Answer 2");
  EXPECT_EQ(mode(driver).chosen(), 1u);
  driver.frames(2);
  EXPECT_FALSE(driver.widget("Answer 1").enabled);
}

TEST(LessonWindow, OneKeyBringsThePageBackWhateverWasDone) {
  UiDriver driver;
  open(driver, "vanishing");
  driver.press(Key::page_down);
  wait_for(driver, [&] { return !mode(driver).is_coming(); });
  const model::Matrix before = W_hh(driver);
  driver.click("Lesson controls");
  driver.frames(2);
  driver.choose("Activation", "relu");
  driver.press(Key::space);
  driver.frames(20);
  driver.press(Key::digit_2);
  driver.frames(2);
  EXPECT_FALSE(is_at_page(driver));
  EXPECT_EQ(driver.ui().figure("jacobian-norms"), nullptr);
  driver.click("Back to lesson");
  driver.press(Key::backspace);
  wait_for(driver, [&] { return !mode(driver).is_coming(); });
  EXPECT_TRUE(is_at_page(driver));
  EXPECT_EQ(W_hh(driver), before);
  EXPECT_NE(driver.ui().figure("jacobian-norms"), nullptr);
  EXPECT_FALSE(driver.snapshot().running);
}

TEST(LessonWindow, StandsBesideTheControlsWhereThereIsRoom) {
  UiDriver driver({}, 1920, 1080);
  open(driver, "activations");
  EXPECT_TRUE(has_widget(driver, "Activation"));
  EXPECT_TRUE(has_widget(driver, "Next page"));
  EXPECT_FALSE(has_widget(driver, "Lesson controls"));
  driver.click("Close lesson");
  driver.frames(2);
  EXPECT_FALSE(mode(driver).on());
  EXPECT_FALSE(has_widget(driver, "Next page"));
}

TEST(LessonWindow, EndsAfterItsLastPageAndTheFiguresAreThoseOfBefore) {
  UiDriver driver;
  driver.press(Key::digit_2);
  driver.frames(2);
  const auto tabs = driver.ui().settings().tabs;
  open(driver, "cliff");
  for (int i = 0; i < 40 && mode(driver).on(); ++i) driver.press(Key::page_down);
  EXPECT_FALSE(mode(driver).on());
  driver.frames(2);
  EXPECT_EQ(driver.ui().settings().tabs, tabs);
  EXPECT_NE(driver.ui().figure("gradient-by-lag"), nullptr);
}

TEST(LessonWindow, SpaceStopsWhatIsPreparedAndNothingIsAwaitedAnyMore) {
  UiDriver driver;
  driver.ui().open_lesson("exploding");
  for (int i = 0; i < 20'000 && !(mode(driver).on() && driver.snapshot().preparing_until); ++i) {
    if (mode(driver).on() && !mode(driver).is_coming()) driver.press(Key::page_down);
    driver.frames(1);
  }
  ASSERT_TRUE(driver.snapshot().preparing_until);
  driver.press(Key::space);
  driver.frames(3);
  EXPECT_FALSE(driver.snapshot().running);
  EXPECT_FALSE(driver.snapshot().preparing_until);
  EXPECT_FALSE(mode(driver).is_coming());
}

class LessonFiles : public support::TemporaryFolder {};

TEST_F(LessonFiles, OfAPersonAreDroppedOnTheWindow) {
  FakeDocuments documents;
  UiDriver driver({}, 1280, 800, 1.0, Settings{}, false, nullptr, &documents);
  std::string text(lesson::embedded_lessons()[2].text);
  driver.ui().open_dropped({file("mine.lesson.json", text)});
  wait_for(driver, [&] { return mode(driver).on(); });
  EXPECT_EQ(mode(driver).lesson().name, "mine");
  EXPECT_THAT(documents.opened, IsEmpty());
  // A session that is opened ends it; and one that is open is closed before a page comes, so that
  // nothing saves the page's network into its file.
  documents.now.path = "/home/a/lecture.backflow.json";
  documents.notes_of_opened.emplace();
  driver.frames(3);
  EXPECT_FALSE(mode(driver).on());
  const auto before = driver.snapshot().started;
  driver.ui().open_lesson("vanishing");
  wait_for(driver, [&] { return mode(driver).on() && documents.begun > 0; });
  EXPECT_EQ(driver.snapshot().started, before);  // not while the file is the window's
  documents.now.path.clear();
  documents.notes_of_opened.emplace();
  wait_for(driver, [&] { return !mode(driver).is_coming(); });
  EXPECT_TRUE(mode(driver).on());
  EXPECT_GT(driver.snapshot().started, before);
  driver.ui().open_dropped({file("mine.lesson.json", text)});
  wait_for(driver, [&] { return mode(driver).lesson().name == "mine"; });
  // What cannot be read is told, and the lesson stays.
  driver.ui().open_dropped({file("bad.lesson.json", "{}")});
  driver.frames(2);
  wait_for(driver, [&] { return !mode(driver).is_reading(); });
  EXPECT_THAT(driver.ui().status(), HasSubstr("bad.lesson.json"));
  EXPECT_EQ(mode(driver).lesson().name, "mine");
}

TEST_F(LessonFiles, ADroppedLessonAsksBeforeItEndsAComparison) {
  FakeDocuments documents;
  documents.now.changed = true;
  UiDriver driver({}, 1280, 800, 1.0, Settings{}, false, nullptr, &documents);
  driver.press(Key::b);
  driver.frames(3);
  ASSERT_TRUE(driver.snapshot().other);
  const std::string text(lesson::embedded_lessons()[2].text);
  driver.ui().open_dropped({file("mine.lesson.json", text)});
  driver.frames(3);
  EXPECT_FALSE(mode(driver).on());
  EXPECT_TRUE(driver.ui().files().is_open());  // with the question
}

}  // namespace
}  // namespace backflow::ui
