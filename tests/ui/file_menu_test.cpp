// The menu of the files, its keys, the desktop's dialog, what is dropped, the status bar, notes and
// what a session keeps of the window.
#include "app/ui/files.h"
#include "app/ui/settings_json.h"
#include "tests/ui/fake_documents.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = DesktopDialogs::Answer::Kind;

class FileMenuTest : public ::testing::Test {
protected:
  FileMenuTest() {
    documents_.directories["/tmp/figures"] = {{"there.backflow.json", false, 10, 0}};
    dialogs_.there = false;
  }
  UiDriver& driver() {
    if (!driver_)
      driver_ =
          std::make_unique<UiDriver>(configured({"task.name=first-bit", "task.steps=12"}), 1280,
                                     800, 1.0, settings_, false, nullptr, &documents_, &dialogs_);
    return *driver_;
  }
  const Files& files() { return driver().ui().files(); }
  void choose(const std::string& label) {
    driver().click("File");
    driver().frames(2);
    driver().click(label);
    driver().frames(3);
  }
  void control_shift(Key key) {
    driver();
    send_shift_modifier(true);
    driver().press_with_control(key);
    send_shift_modifier(false);
    driver().frames(2);
  }

  FakeDocuments documents_;
  FakeDialogs dialogs_;
  Settings settings_;
  std::unique_ptr<UiDriver> driver_;
};

TEST_F(FileMenuTest, EveryItemDoesWhatItSays) {
  choose("New session");
  EXPECT_EQ(documents_.begun, 1);
  choose("Open file");
  EXPECT_TRUE(files().browser().is_open());
  driver().press(Key::escape);
  choose("Save session");  // has no file yet
  EXPECT_TRUE(files().browser().question().save);
  driver().press(Key::escape);
  driver().frames(2);
  documents_.now.path = "/tmp/figures/there.backflow.json";
  choose("Save session");
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/tmp/figures/there.backflow.json");
  choose("Save session as");
  EXPECT_EQ(files().browser().question().name, "there.backflow.json");
  driver().press(Key::escape);
  driver().frames(2);
  choose("Save weights");
  driver().frames(4);
  driver().press(Key::enter);
  driver().frames(4);
  EXPECT_THAT(documents_.weights, ElementsAre("/tmp/figures/there.safetensors"));
  choose("Quit");
  EXPECT_TRUE(driver().ui().wants_quit());
}

TEST_F(FileMenuTest, KeysDoTheSame) {
  documents_.now.path = "/tmp/figures/there.backflow.json";
  driver().press_with_control(Key::n);
  EXPECT_EQ(documents_.begun, 1);
  driver().press_with_control(Key::s);
  EXPECT_EQ(documents_.saved.size(), 1u);
  control_shift(Key::s);
  EXPECT_TRUE(files().browser().is_open());
  driver().press(Key::escape);
  driver().frames(2);
  driver().press_with_control(Key::o);
  EXPECT_TRUE(files().browser().is_open());
  // The page keeps the window's own keys away.
  driver().press(Key::space);
  EXPECT_FALSE(driver().snapshot().running);
  driver().press(Key::escape);
  driver().press_with_control(Key::q);
  EXPECT_TRUE(driver().ui().wants_quit());
}

TEST_F(FileMenuTest, TheMenuIsUsedByKeyboardAlone) {
  documents_.now.recent = {"/data/one.backflow.json", "/data/two.npy"};
  tab_to(driver(), "File");
  driver().press(Key::enter);
  driver().frames(2);
  ASSERT_TRUE(files().menu_is_open());
  driver().press(Key::space);
  EXPECT_FALSE(driver().snapshot().running);
  driver().press(Key::down_arrow);
  driver().press(Key::down_arrow);
  driver().press(Key::right_arrow);
  driver().frames(2);
  EXPECT_EQ(driver().widget("Recent 2").help, "/data/two.npy");
  driver().press(Key::down_arrow);
  driver().press(Key::enter);
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/data/two.npy"));
  EXPECT_FALSE(files().menu_is_open());
  driver().frames(2);
  EXPECT_EQ(driver().ui().focused(), "File");
  driver().press(Key::enter);
  driver().frames(2);
  driver().press(Key::escape);
  driver().frames(2);
  EXPECT_FALSE(files().menu_is_open());
}

TEST_F(FileMenuTest, RecentFilesAreTenAtMostAndOffWhenThereAreNone) {
  driver().click("File");
  driver().frames(2);
  EXPECT_FALSE(driver().widget("Open recent").enabled);
  driver().press(Key::escape);
  driver().frames(2);
  for (int i = 0; i < 14; ++i)
    documents_.now.recent.push_back("/data/" + std::string(150, 'd') + std::to_string(i) + ".npy");
  driver().click("File");
  driver().frames(2);
  driver().click("Open recent");
  driver().frames(2);
  EXPECT_TRUE(has_widget(driver(), "Recent 10"));
  EXPECT_FALSE(has_widget(driver(), "Recent 11"));
  driver().click("Recent 3");
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre(documents_.now.recent[2]));
}

TEST_F(FileMenuTest, TheDesktopsDialogIsAskedWhereThereIsOne) {
  dialogs_.there = true;
  driver().frames(70);
  driver().press_with_control(Key::o);
  driver().frames(2);
  ASSERT_EQ(dialogs_.asked.size(), 1u);
  EXPECT_FALSE(dialogs_.asked[0].save);
  EXPECT_EQ(dialogs_.asked[0].directory, "/tmp/figures");
  EXPECT_TRUE(driver().ui().waits_for_desktop());
  EXPECT_FALSE(driver().ui().needs_redraw());
  dialogs_.next = {Kind::chosen, "/data/x.npy"};
  EXPECT_TRUE(driver().ui().needs_redraw());
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/data/x.npy"));
  EXPECT_FALSE(files().is_open());
  // From where the last one was.
  driver().press_with_control(Key::o);
  EXPECT_EQ(dialogs_.asked.back().directory, "/data");
  dialogs_.next = {Kind::cancelled, {}};
  driver().frames(2);
  EXPECT_FALSE(files().is_open());
  driver().press_with_control(Key::o);
  driver().press(Key::escape);
  EXPECT_EQ(dialogs_.cancels, 1);
  EXPECT_FALSE(files().is_open());
}

TEST_F(FileMenuTest, WhereTheDesktopsDialogFailsTheWindowsOwnIsShown) {
  dialogs_.there = true;
  driver().press_with_control(Key::o);
  dialogs_.next = {Kind::failed, {}};
  driver().frames(3);
  EXPECT_TRUE(files().browser().is_open());
  driver().press(Key::escape);
  driver().press_with_control(Key::o);  // not tried again
  driver().frames(2);
  EXPECT_EQ(dialogs_.asked.size(), 1u);
  EXPECT_TRUE(driver().ui().settings().desktop_dialogs);
}

TEST_F(FileMenuTest, TheChoiceBetweenTheTwoIsRemembered) {
  dialogs_.there = true;
  driver().press_with_control(Key::o);
  driver().frames(2);
  driver().click("Own dialog");
  driver().frames(3);
  EXPECT_EQ(dialogs_.cancels, 1);
  EXPECT_TRUE(files().browser().is_open());
  EXPECT_FALSE(driver().ui().settings().desktop_dialogs);
  driver().click("Desktop dialog");
  driver().frames(2);
  EXPECT_EQ(dialogs_.asked.size(), 2u);
  EXPECT_TRUE(driver().ui().settings().desktop_dialogs);
  driver().press(Key::escape);
  driver().frames(2);
  choose("Desktop dialogs");
  EXPECT_FALSE(driver().ui().settings().desktop_dialogs);
}

TEST_F(FileMenuTest, AnEndingGivenToTheDesktopsAnswerReplacesNothingUnasked) {
  dialogs_.there = true;
  control_shift(Key::s);
  ASSERT_EQ(dialogs_.asked.size(), 1u);
  EXPECT_TRUE(dialogs_.asked[0].save);
  dialogs_.next = {Kind::chosen, "/tmp/figures/there"};
  driver().frames(3);
  EXPECT_EQ(files().question(), "Replace the file?");
  driver().click("Replace file");
  driver().frames(2);
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/tmp/figures/there.backflow.json");
  // What the desktop has asked about is not asked again.
  control_shift(Key::s);
  dialogs_.next = {Kind::chosen, "/tmp/figures/there.backflow.json"};
  driver().frames(3);
  EXPECT_EQ(documents_.saved.size(), 2u);
}

TEST_F(FileMenuTest, OfSeveralFilesDroppedTheModelComesFirstAndEachWaitsForTheLast) {
  driver().ui().open_dropped({"/d/b.npy", "/d/m.safetensors", "/d/n.safetensors", "/d/a.txt"});
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/d/m.safetensors"));
  documents_.now.doing = "Reading m.safetensors";
  driver().frames(2);
  EXPECT_EQ(documents_.opened.size(), 1u);
  documents_.finish("Opened m.safetensors");
  driver().frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/d/m.safetensors", "/d/b.npy"));
  documents_.finish("b.npy is damaged", true);  // the rest would not fit
  driver().frames(4);
  EXPECT_EQ(documents_.opened.size(), 2u);
}

TEST_F(FileMenuTest, TheStatusBarTellsWhatIsDoneAndHowItEnded) {
  driver();
  documents_.now.doing = "Reading text.txt";
  documents_.now.share = 0.437;
  EXPECT_TRUE(driver().ui().needs_redraw());
  driver().frames(2);
  EXPECT_EQ(files().line().text(), "Reading text.txt 43 %");
  documents_.now.share = -1.0;
  driver().frames(2);
  EXPECT_EQ(files().line().text(), "Reading text.txt …");
  documents_.finish("Saved lecture.backflow.json");
  driver().frames(2);
  EXPECT_EQ(files().line().text(), "Saved lecture.backflow.json");
  driver().wait(7.0);
  EXPECT_EQ(files().line().text(), "");
  documents_.finish("x.npz: entry “h” " + std::string(40, '-') + " is of dtype object", true);
  driver().wait(20.0);
  EXPECT_THAT(files().line().text(), HasSubstr("dtype object"));
  driver().click("Close file message");
  driver().frames(2);
  EXPECT_EQ(files().line().text(), "");
}

TEST_F(FileMenuTest, TheTitleHasTheFileAndAMarkForChanges) {
  EXPECT_EQ(driver().ui().title(), "Backflow");
  documents_.now.changed = true;
  driver().frames(1);
  EXPECT_EQ(driver().ui().title(), "new session* — Backflow");
  documents_.now.path = "/data/lecture.backflow.json";
  driver().frames(1);
  EXPECT_EQ(driver().ui().title(), "lecture.backflow.json* — Backflow");
  documents_.now.changed = false;
  driver().frames(1);
  EXPECT_EQ(driver().ui().title(), "lecture.backflow.json — Backflow");
}

TEST_F(FileMenuTest, TheBarHasRoomForItAtEverySize) {
  for (const auto& [width, scale] :
       {std::pair(1920, 1.0), std::pair(1280, 1.0), std::pair(960, 1.0), std::pair(1280, 2.0),
        std::pair(1280, 2.5), std::pair(960, 2.5)})
    for (const bool walking : {false, true}) {
      driver_.reset();
      driver_ = std::make_unique<UiDriver>(config::Config{}, width, 800, scale, settings_, false,
                                           nullptr, &documents_);
      if (walking) driver().press(Key::period);
      driver().frames(2);
      const figure::Rect file = driver().widget("File").rect;
      std::vector<figure::Rect> bar;
      for (const WidgetInfo& widget : driver().ui().registry().all())
        if (widget.rect.y == file.y) bar.push_back(widget.rect);
      ASSERT_GT(bar.size(), 6u);
      for (std::size_t i = 0; i < bar.size(); ++i) {
        EXPECT_LE(bar[i].right(), width);
        for (std::size_t k = 0; k < i; ++k)
          EXPECT_TRUE(bar[i].x >= bar[k].right() || bar[k].x >= bar[i].right())
              << width << " " << scale << " " << i << " " << k;
      }
    }
}

TEST_F(FileMenuTest, NotesAreKeptAndSavedAndComeBack) {
  documents_.now.path = "/data/a.backflow.json";
  choose("Notes");
  driver().frames(6);
  driver().type("why it fades");
  driver().frames(2);
  driver().press(Key::escape);  // loses nothing
  driver().frames(3);
  EXPECT_FALSE(files().is_open());
  EXPECT_EQ(files().notes(), "why it fades");
  driver().frames(70);
  ASSERT_FALSE(documents_.kept.empty());
  EXPECT_EQ(documents_.kept.back().notes, "why it fades");
  driver().press_with_control(Key::s);
  ASSERT_FALSE(documents_.saved.empty());
  EXPECT_EQ(documents_.saved.back().second.notes, "why it fades");
  documents_.notes_of_opened = {{}, "other notes"};
  driver().frames(2);
  EXPECT_EQ(files().notes(), "other notes");
}

TEST_F(FileMenuTest, ASessionBringsItsLayout) {
  documents_.now.path = "/data/a.backflow.json";
  driver().click("Loss axis=log");
  driver().press(Key::digit_2);
  driver().click("Next sequence");
  driver().press(Key::period);
  driver().press(Key::period);
  driver().press(Key::period);
  driver().frames(40);
  driver().press_with_control(Key::s);
  const session::DocumentNotes saved = documents_.saved.back().second;
  driver().press(Key::escape);
  driver().click("Loss axis=linear");
  driver().press(Key::digit_1);
  driver().click("Previous sequence");
  driver().frames(4);
  driver().press_with_control(Key::s);
  EXPECT_NE(documents_.saved.back().second.layout, saved.layout);
  documents_.notes_of_opened = saved;
  driver().frames(40);
  driver().press_with_control(Key::s);
  EXPECT_EQ(documents_.saved.back().second.layout, saved.layout);
  EXPECT_THAT(saved.layout, HasSubstr("\"playhead\":3"));
  EXPECT_EQ(driver().ui().settings().tabs[0], "gradient-by-lag");
}

TEST(LayoutJson, DamagedPartsChangeNothing) {
  Layout layout;
  layout.settings.middle_share = 0.4;
  const Layout before = layout;
  for (const char* text :
       {"", "[]", "{", "7", R"({"arrangement": 3, "view": []})",
        R"({"view": {"pinned": [1, 2], "sequence": -4, "playhead": 0, "steps": [5, 3]}})",
        R"({"view": {"pinned": [1e300, 0], "sequence": 1e300, "contribution_tensor": 7}})",
        R"({"arrangement": {"middle_share": "wide", "tabs": {}, "colors": 4}})"}) {
    take_layout(text, layout);
    EXPECT_EQ(layout, before) << text;
  }
}

TEST(LayoutJson, ComesBackAsItWas) {
  Layout layout;
  layout.settings.controls_width = 288.5;
  layout.settings.colors = figure::Colormap::magma;
  layout.settings.tabs = {"gradient-by-lag", "spectrum", "saturation"};
  layout.view.pinned = figure::Cell{9, 2};
  layout.view.sequence = 4;
  layout.view.relief_turn = 33.5;
  layout.view.relief_tilt = 71.0;
  layout.view.first_step = 1.5;
  layout.view.last_step = 7.25;
  layout.view.playhead = figure::Playhead{5};
  layout.view.contribution_tensor = gradient::RecurrentTensor::b_h;
  layout.view.contribution_relative = true;
  layout.folded = true;
  Layout read;
  take_layout(layout_to_json(layout), read);
  EXPECT_EQ(read, layout);
}

}  // namespace
}  // namespace backflow::ui
