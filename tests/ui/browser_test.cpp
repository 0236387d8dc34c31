// The window's own file browser: what it shows, and how it is used by keyboard and mouse.
#include <cstdlib>

#include <fmt/format.h>

#include "app/ui/file_text.h"
#include "app/ui/files.h"
#include "tests/ui/fake_documents.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

session::DirectoryEntry file(const std::string& name, std::uint64_t bytes = 1200) {
  return {name, false, bytes, 1'700'000'000};
}
session::DirectoryEntry folder(const std::string& name) {
  return {name, true, 4096, 1'700'000'000};
}

class Browsing : public ::testing::Test {
protected:
  Browsing() {
    documents_.directories["/"] = {folder("tmp"), folder("usr")};
    documents_.directories["/tmp"] = {folder("figures")};
    documents_.directories["/usr"] = {folder("lib"), folder("local"), folder("share")};
    documents_.directories["/usr/local"] = {folder("bin")};
    documents_.directories["/tmp/figures"] = {
        folder("old"),     file(".hidden.npy"),       file("alpha.npy"), file("beta.backflow.json"),
        file("Bravo.csv"), file("model.safetensors"), file("notes.pdf"), file("zeta.txt")};
    documents_.directories["/tmp/figures/old"] = {};
    settings_.desktop_dialogs = false;
  }
  void start(int width = 1280, int height = 800, double scale = 1.0) {
    driver_ = std::make_unique<UiDriver>(config::Config{}, width, height, scale, settings_, false,
                                         nullptr, &documents_);
  }
  void open() {
    if (!driver_) start();
    driver_->press_with_control(Key::o);
    driver_->frames(3);
  }
  void save_as() {
    if (!driver_) start();
    send_shift_modifier(true);
    driver_->press_with_control(Key::s);
    send_shift_modifier(false);
    driver_->frames(6);
  }
  const FileBrowser& browser() { return driver_->ui().files().browser(); }
  std::string selected() {
    const FileList& list = browser().list();
    return list.selected() ? list.entry(*list.selected()).name : "";
  }
  std::vector<std::string> shown() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < browser().list().size(); ++i)
      names.push_back(browser().list().entry(i).name);
    return names;
  }

  FakeDocuments documents_;
  Settings settings_;
  std::unique_ptr<UiDriver> driver_;
};

TEST_F(Browsing, ShowsWhatOpensHereAndEnterOpensIt) {
  open();
  ASSERT_TRUE(browser().is_open());
  EXPECT_THAT(shown(), ElementsAre("old", "alpha.npy", "beta.backflow.json", "Bravo.csv",
                                   "model.safetensors", "zeta.txt"));
  driver_->press(Key::down_arrow);
  driver_->press(Key::enter);
  driver_->frames(2);
  EXPECT_FALSE(driver_->ui().files().is_open());
  EXPECT_THAT(documents_.opened, ElementsAre("/tmp/figures/alpha.npy"));
}

TEST_F(Browsing, SaysThatItReadsUntilTheEntriesCome) {
  documents_.answers = false;
  open();
  EXPECT_TRUE(browser().reading());
  EXPECT_THAT(shown(), IsEmpty());
  driver_->press(Key::enter);
  EXPECT_THAT(documents_.opened, IsEmpty());
  // Gone on before it has answered: what comes late is not shown in its place.
  driver_->press(Key::backspace);
  EXPECT_EQ(browser().directory(), "/tmp");
  documents_.asked.emplace_back("/tmp/figures", false);
  documents_.answer();
  driver_->frames(3);
  EXPECT_TRUE(browser().reading());
  documents_.asked.emplace_back("/tmp", false);
  documents_.answer();
  EXPECT_TRUE(driver_->ui().needs_redraw());
  driver_->frames(3);
  EXPECT_FALSE(browser().reading());
  EXPECT_THAT(shown(), ElementsAre("figures"));
}

TEST_F(Browsing, ArrowsPagesAndEndsMoveTheSelection) {
  for (int i = 0; i < 5000; ++i)
    documents_.directories["/tmp/figures"].push_back(file(fmt::format("z{:05}.txt", i)));
  open();
  EXPECT_EQ(selected(), "old");
  driver_->press(Key::end);
  EXPECT_EQ(selected(), "z04999.txt");
  driver_->frames(2);
  EXPECT_TRUE(has_widget(*driver_, "File z04999.txt"));
  EXPECT_FALSE(has_widget(*driver_, "File old"));
  driver_->press(Key::up_arrow);
  EXPECT_EQ(selected(), "z04998.txt");
  driver_->press(Key::page_up);
  const auto row = browser().list().selected();
  EXPECT_LT(*row, browser().list().size() - 5);
  driver_->press(Key::page_down);
  EXPECT_EQ(selected(), "z04998.txt");
  driver_->press(Key::home);
  EXPECT_EQ(selected(), "old");
  // Only what is in sight is drawn.
  std::size_t rows = 0;
  for (const WidgetInfo& widget : driver_->ui().registry().all())
    rows += widget.label.starts_with("File z") ? 1 : 0;
  EXPECT_LT(rows, 60u);
}

TEST_F(Browsing, LettersJumpToTheFirstEntryThatBeginsWithThem) {
  open();
  driver_->type("b");
  EXPECT_EQ(selected(), "beta.backflow.json");
  driver_->type("r");
  EXPECT_EQ(selected(), "Bravo.csv");
  driver_->frames(90);  // long enough for another beginning
  driver_->type("z");
  EXPECT_EQ(selected(), "zeta.txt");
  driver_->frames(90);
  driver_->type("bb");  // the same letter goes through all of them
  EXPECT_EQ(selected(), "beta.backflow.json");
  driver_->type("b");
  EXPECT_EQ(selected(), "Bravo.csv");
}

TEST_F(Browsing, BackspaceGoesUpAndSelectsWhereOneComesFrom) {
  open();
  driver_->press(Key::backspace);
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/tmp");
  EXPECT_EQ(selected(), "figures");
  driver_->press(Key::backspace);
  driver_->press(Key::backspace);  // the root has none above it
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/");
  EXPECT_EQ(selected(), "tmp");
  driver_->press(Key::enter);
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/tmp");
}

TEST_F(Browsing, KindsAndHiddenFilesDecideWhatIsShown) {
  open();
  driver_->choose("Files of kind", "1");
  driver_->frames(2);
  EXPECT_THAT(shown(), ElementsAre("old", "beta.backflow.json"));
  driver_->choose("Files of kind", "2");
  driver_->frames(2);
  EXPECT_THAT(shown(),
              ElementsAre("old", "alpha.npy", "Bravo.csv", "model.safetensors", "zeta.txt"));
  driver_->click("Hidden files");
  driver_->frames(2);
  EXPECT_EQ(documents_.asked.back(), std::pair(std::string("/tmp/figures"), true));
  EXPECT_EQ(shown().at(1), ".hidden.npy");
  driver_->choose("Files of kind", "3");
  driver_->frames(2);
  EXPECT_EQ(shown().size(), 8u);
  driver_->press_with_control(Key::h);
  driver_->frames(2);
  EXPECT_EQ(shown().size(), 7u);
}

TEST_F(Browsing, TheMouseSelectsAndADoubleClickOpens) {
  open();
  driver_->click("File alpha.npy");
  EXPECT_EQ(selected(), "alpha.npy");
  EXPECT_THAT(documents_.opened, IsEmpty());
  driver_->double_click("File old");
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/tmp/figures/old");
  EXPECT_THAT(shown(), IsEmpty());
  driver_->click("Parent 2");
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/tmp/figures");
  EXPECT_EQ(selected(), "old");
  driver_->click("File zeta.txt");
  driver_->click("Take file");
  driver_->frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/tmp/figures/zeta.txt"));
}

TEST_F(Browsing, APathIsTypedCompletedAndEntered) {
  open();
  driver_->type("/");
  driver_->frames(6);
  driver_->type("usr/l");
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/usr");
  EXPECT_THAT(shown(), ElementsAre("lib", "local", "share"));
  driver_->type("o");
  driver_->press(Key::tab);
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/usr/local");
  EXPECT_EQ(selected(), "bin");
  driver_->press(Key::escape);  // back to where it was
  driver_->frames(3);
  EXPECT_TRUE(browser().is_open());
  EXPECT_EQ(browser().directory(), "/tmp/figures");
  driver_->click("File path");
  driver_->frames(3);
  driver_->press_with_control(Key::l);
  driver_->frames(6);
  driver_->type("/tmp/fig");
  driver_->press(Key::tab);
  driver_->frames(2);
  driver_->type("model.safetensors");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_THAT(documents_.opened, ElementsAre("/tmp/figures/model.safetensors"));
}

TEST_F(Browsing, NoLetterOfAPathIsLostWhoeverTypesFast) {
  open();
  for (const char c : std::string("/usr/local/")) {
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
    driver_->frames(1);
  }
  driver_->frames(2);
  EXPECT_EQ(browser().directory(), "/usr/local");
}

TEST_F(Browsing, NorOfANameThatTakesThePlaceOfTheSelectedOne) {
  start();
  send_shift_modifier(true);
  send_control_modifier(true);
  send_key(Key::s, true);
  driver_->frames(1);
  send_key(Key::s, false);
  send_shift_modifier(false);
  send_control_modifier(false);
  for (const char c : std::string("mine")) {
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
    driver_->frames(1);
  }
  driver_->frames(4);
  driver_->press(Key::enter);
  driver_->frames(4);
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/tmp/figures/mine.backflow.json");
}

TEST_F(Browsing, ATypedDirectoryIsEnteredAndAnythingElseIsOpened) {
  open();
  driver_->type("/");
  driver_->frames(6);
  driver_->type("tmp/figures");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_EQ(browser().directory(), "/tmp/figures");
  EXPECT_TRUE(browser().is_open());
  driver_->press_with_control(Key::l);
  driver_->frames(6);
  driver_->type("/nowhere/x.npy");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_THAT(documents_.opened, ElementsAre("/nowhere/x.npy"));  // who opens it says what is wrong
}

TEST_F(Browsing, ADirectoryThatCannotBeReadSaysSo) {
  documents_.directories["/tmp/figures"].push_back(folder("locked"));
  open();
  driver_->double_click("File locked");
  driver_->frames(2);
  ASSERT_NE(browser().list().listing(), nullptr);
  EXPECT_THAT(browser().list().listing()->error, HasSubstr("cannot be read"));
  driver_->press(Key::enter);
  driver_->press(Key::down_arrow);
  EXPECT_THAT(documents_.opened, IsEmpty());
  driver_->press(Key::escape);
  driver_->frames(2);
  EXPECT_FALSE(driver_->ui().files().is_open());
}

TEST_F(Browsing, NamesThatAreNoTextAreShownSafelyAndOpenedAsTheyAre) {
  const std::string odd = "caf\xe9\n_{t}.npy";
  documents_.directories["/tmp/figures"] = {file(odd), file(std::string(255, 'x') + ".npy")};
  open();
  EXPECT_EQ(selected(), odd);
  driver_->press(Key::enter);
  driver_->frames(2);
  EXPECT_THAT(documents_.opened, ElementsAre("/tmp/figures/" + odd));
  EXPECT_EQ(shown_bytes(odd), "caf\\xe9\\x0a_\u2060{t}.npy");
  EXPECT_EQ(shown_bytes("Überblick ∂h"), "Überblick ∂h");
  EXPECT_EQ(shown_bytes("\xc0\x80\xed\xa0\x80\xf5"), "\\xc0\\x80\\xed\\xa0\\x80\\xf5");
}

TEST_F(Browsing, SavingGivesTheEndingAndReplacesNothingUnasked) {
  save_as();
  ASSERT_TRUE(browser().is_open());
  driver_->type("lecture");  // the beginning of the name was selected
  driver_->press(Key::enter);
  driver_->frames(4);
  ASSERT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(documents_.saved[0].first, "/tmp/figures/lecture.backflow.json");
  EXPECT_FALSE(driver_->ui().files().is_open());

  save_as();
  driver_->type("beta");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_EQ(documents_.saved.size(), 1u);
  EXPECT_EQ(driver_->ui().files().question(), "Replace the file?");
  driver_->press(Key::escape);
  driver_->frames(4);
  EXPECT_TRUE(browser().is_open());
  driver_->frames(4);
  driver_->click("Take file");
  driver_->frames(4);
  EXPECT_EQ(driver_->ui().files().question(), "Replace the file?");
  driver_->click("Replace file");
  driver_->frames(3);
  ASSERT_EQ(documents_.saved.size(), 2u);
  EXPECT_EQ(documents_.saved[1].first, "/tmp/figures/beta.backflow.json");
}

TEST_F(Browsing, AHiddenFileIsNotReplacedUnaskedEither) {
  documents_.directories["/tmp/figures"].push_back(file(".secret.json"));
  save_as();
  driver_->press_with_control(Key::a);
  driver_->frames(2);
  driver_->type(".secret.json");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_THAT(documents_.saved, IsEmpty());
}

TEST_F(Browsing, InSavingArrowsTakeANameFromTheListAndEscapeClosesAtOnce) {
  save_as();
  driver_->press(Key::down_arrow);
  driver_->frames(2);
  EXPECT_EQ(selected(), "beta.backflow.json");
  driver_->press(Key::enter);
  driver_->frames(4);
  EXPECT_EQ(driver_->ui().files().question(), "Replace the file?");
  driver_->click("Keep file");
  driver_->frames(6);
  EXPECT_TRUE(browser().is_open());
  driver_->press(Key::escape);
  driver_->frames(2);
  EXPECT_FALSE(driver_->ui().files().is_open());
  EXPECT_THAT(documents_.saved, IsEmpty());
}

TEST_F(Browsing, WhereNothingCanBeSavedSaysSo) {
  save_as();
  driver_->press_with_control(Key::a);
  driver_->frames(2);
  driver_->type("/nowhere/x");
  driver_->press(Key::enter);
  driver_->frames(6);
  EXPECT_THAT(documents_.saved, IsEmpty());
  EXPECT_TRUE(browser().is_open());
}

TEST_F(Browsing, EveryControlIsReachedByTabAndHasRoom) {
  for (const auto& [width, height, scale] :
       {std::tuple(1280, 800, 1.0), std::tuple(1280, 800, 2.0), std::tuple(960, 600, 1.0)}) {
    driver_.reset();
    start(width, height, scale);
    open();
    for (const char* label : {"File path", "Parent directory", "Files of kind", "Hidden files",
                              "Cancel files", "Take file", "File list"})
      tab_to(*driver_, label);
    driver_->frames(2);
    const figure::Rect list = driver_->widget("File list").rect;
    const figure::Rect take = driver_->widget("Take file").rect;
    EXPECT_LE(list.bottom(), take.y);
    EXPECT_GT(list.height, 60.0 * scale);
    EXPECT_LE(take.right(), width);
    EXPECT_LE(driver_->widget("Hidden files").rect.right(), driver_->widget("Cancel files").rect.x);
  }
}

TEST(FileText, PathsAreTakenApartAndPutTogether) {
  EXPECT_EQ(absolute_path("~/a/../b", "/x", "/home/me"), "/home/me/b");
  EXPECT_EQ(absolute_path("b/./c//d/", "/x", ""), "/x/b/c/d");
  EXPECT_EQ(absolute_path("//../..", "/x", ""), "/");
  EXPECT_EQ(absolute_path("~you", "/x", "/home/me"), "/x/~you");
  EXPECT_EQ(parent_of("/a"), "/");
  EXPECT_EQ(parent_of("/"), "/");
  EXPECT_EQ(name_of_path("/a/b c"), "b c");
  EXPECT_EQ(join("/", "a"), "/a");
  EXPECT_THAT(with_parents("/a/b"), ElementsAre("/", "/a", "/a/b"));
  EXPECT_EQ(short_path("/home/me/x", "/home/me"), "~/x");
  EXPECT_EQ(short_path("/home/merle/x", "/home/me"), "/home/merle/x");
  EXPECT_TRUE(ends_with_any("A.BACKFLOW.JSON", {".json"}));
  EXPECT_FALSE(ends_with_any(".json", {".json"}));
}

TEST(FileText, SizesHaveTwoDigitsAtLeastWhereThereAreMore) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1200), "1.2 kB");
  EXPECT_EQ(size_text(999'600), "1.0 MB");
  EXPECT_EQ(size_text(34'000'000), "34 MB");
  EXPECT_EQ(size_text(~std::uint64_t{0}), "18 EB");
}

}  // namespace
}  // namespace backflow::ui
