// What comes before something is lost: the questions about changes, and the offer to recover.
#include "app/ui/files.h"
#include "tests/ui/fake_documents.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Unsaved : public ::testing::Test {
protected:
  Unsaved() {
    documents_.now.path = "/data/lecture.backflow.json";
    documents_.now.changed = true;
    documents_.directories["/data"] = {};
    documents_.directories["/tmp/figures"] = {};
  }
  UiDriver& driver() {
    if (!driver_)
      driver_ = std::make_unique<UiDriver>(config::Config{}, 1280, 800, 1.0, Settings{}, tour_,
                                           nullptr, &documents_);
    return *driver_;
  }
  std::string question() { return driver().ui().files().question(); }
  bool quits() { return driver().ui().wants_quit(); }
  void quit() {
    driver().ui().ask_to_quit();
    driver().frames(3);
  }

  FakeDocuments documents_;
  bool tour_ = false;
  std::unique_ptr<UiDriver> driver_;
};

TEST_F(Unsaved, QuittingAsksOnlyWhenSomethingHasChanged) {
  quit();
  EXPECT_FALSE(quits());
  EXPECT_EQ(question(), "Save changes?");
  driver().press(Key::escape);
  driver().frames(2);
  EXPECT_EQ(question(), "");
  EXPECT_FALSE(quits());
  documents_.now.changed = false;
  quit();
  EXPECT_TRUE(quits());
}

TEST_F(Unsaved, EnterSavesAndGoesOnWhenItIsSaved) {
  quit();
  driver().press(Key::enter);
  driver().frames(3);
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/data/lecture.backflow.json");
  EXPECT_FALSE(quits());
  documents_.now.doing = "Saving lecture.backflow.json";
  driver().frames(2);
  EXPECT_FALSE(quits());
  documents_.finish("Saved lecture.backflow.json");
  driver().frames(2);
  EXPECT_TRUE(quits());
}

TEST_F(Unsaved, WhereSavingFailsNothingIsLost) {
  quit();
  driver().click("Save changes");
  driver().frames(2);
  documents_.finish("no space is left", true);
  driver().frames(3);
  EXPECT_FALSE(quits());
  EXPECT_EQ(question(), "");
  EXPECT_EQ(driver().ui().files().line().text(), "no space is left");
  // The wish is forgotten: a later save does not close the window.
  driver().press_with_control(Key::s);
  documents_.finish("Saved lecture.backflow.json");
  driver().frames(3);
  EXPECT_FALSE(quits());
}

TEST_F(Unsaved, CancelWhileItIsSavedStays) {
  quit();
  driver().press(Key::enter);
  driver().frames(3);
  EXPECT_EQ(question(), "Saving …");
  driver().press(Key::escape);
  documents_.finish("Saved lecture.backflow.json");
  driver().frames(3);
  EXPECT_FALSE(quits());
}

TEST_F(Unsaved, WithoutSavingItGoesOnAtOnce) {
  driver().press_with_control(Key::q);
  driver().frames(2);
  driver().click("Discard changes");
  EXPECT_TRUE(quits());
  EXPECT_THAT(documents_.saved, IsEmpty());
}

TEST_F(Unsaved, ASessionWithoutAFileIsGivenOneFirst) {
  documents_.now.path.clear();
  driver().press_with_control(Key::n);
  driver().frames(2);
  driver().press(Key::enter);
  driver().frames(6);
  ASSERT_TRUE(driver().ui().files().browser().is_open());
  EXPECT_EQ(documents_.begun, 0);
  driver().type("mine");
  driver().press(Key::enter);
  driver().frames(4);
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/tmp/figures/mine.backflow.json");
  documents_.finish("Saved mine.backflow.json");
  driver().frames(3);
  EXPECT_EQ(documents_.begun, 1);
  // Closing the browser takes the wish back.
  documents_.now.changed = true;
  driver().press_with_control(Key::n);
  driver().frames(2);
  driver().press(Key::enter);
  driver().frames(6);
  driver().press(Key::escape);
  driver().frames(3);
  driver().press_with_control(Key::s);
  driver().frames(6);
  driver().press(Key::enter);
  driver().frames(4);
  documents_.finish("Saved");
  driver().frames(3);
  EXPECT_EQ(documents_.begun, 1);
}

TEST_F(Unsaved, AnotherSessionAsksAModelDoesNot) {
  driver().ui().open_dropped({"/data/m.safetensors"});
  driver().frames(2);
  EXPECT_EQ(question(), "");
  EXPECT_THAT(documents_.opened, ElementsAre("/data/m.safetensors"));
  driver().ui().open_dropped({"/data/x.npy", "/data/other.backflow.json"});
  driver().frames(2);
  EXPECT_EQ(question(), "Save changes?");
  EXPECT_EQ(documents_.opened.size(), 1u);
  driver().ui().open_dropped({"/data/y.npy"});  // not while a question is open
  driver().frames(2);
  EXPECT_EQ(documents_.opened.size(), 1u);
  driver().click("Discard changes");
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/data/m.safetensors", "/data/other.backflow.json"));
  documents_.finish("Opened other.backflow.json");
  driver().frames(2);
  EXPECT_EQ(documents_.opened.back(), "/data/x.npy");
}

TEST_F(Unsaved, NotesWrittenJustNowAreAChange) {
  documents_.now.changed = false;
  driver().click("File");
  driver().frames(2);
  driver().click("Notes");
  driver().frames(6);
  driver().type("x");
  driver().frames(1);
  quit();
  ASSERT_FALSE(documents_.kept.empty());
  EXPECT_EQ(documents_.kept.back().notes, "x");  // before it is asked whether something changed
}

TEST_F(Unsaved, TheAnswersAreReachedByTab) {
  quit();
  for (const char* label : {"Discard changes", "Cancel question", "Save changes"})
    tab_to(driver(), label);
  tab_to(driver(), "Cancel question");
  driver().press(Key::enter);
  driver().frames(2);
  EXPECT_EQ(question(), "");
  EXPECT_THAT(documents_.saved, IsEmpty());
}

TEST_F(Unsaved, AnEarlierRunIsOfferedAndNotThrownAwayByEscape) {
  documents_.now.recovery = "cat mat rat at iteration 1,200, of 14:03";
  driver().frames(2);
  EXPECT_EQ(question(), "Recover the last session?");
  driver().press(Key::escape);
  driver().frames(3);
  EXPECT_EQ(question(), "");
  EXPECT_THAT(documents_.recovered, IsEmpty());
  documents_.now.changed = false;
  driver().click("File");
  driver().frames(2);
  driver().click("Recover session");
  driver().frames(2);
  EXPECT_THAT(documents_.recovered, ElementsAre(true));
}

TEST_F(Unsaved, RecoveryIsAnsweredByEnterOrDiscarded) {
  documents_.now.recovery = "one";
  driver().frames(2);
  driver().click("Discard recovery");
  driver().frames(2);
  EXPECT_THAT(documents_.recovered, ElementsAre(false));
  documents_.now.recovery = "another";
  documents_.now.changed = false;
  driver().frames(2);
  EXPECT_EQ(question(), "Recover the last session?");
  driver().press(Key::enter);
  driver().frames(2);
  EXPECT_THAT(documents_.recovered, ElementsAre(false, true));
  EXPECT_EQ(question(), "");
}

// It would take the place of what is there by then.
TEST_F(Unsaved, RecoveryAsksAboutChangesOfItsOwn) {
  documents_.now.recovery = "one";
  documents_.now.changed = true;
  driver().frames(2);
  driver().press(Key::enter);
  driver().frames(2);
  EXPECT_EQ(question(), "Save changes?");
  EXPECT_THAT(documents_.recovered, IsEmpty());
}

TEST_F(Unsaved, RecoveryWaitsForTheTour) {
  tour_ = true;
  documents_.now.recovery = "one";
  driver().frames(3);
  EXPECT_EQ(question(), "");
  driver().press(Key::escape);
  driver().frames(3);
  EXPECT_EQ(question(), "Recover the last session?");
}

}  // namespace
}  // namespace backflow::ui
