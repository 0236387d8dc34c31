// The documents of a window: what is opened, saved and kept against a crash, while the worker goes
// on. These tests also run under ThreadSanitizer.
#include "app/session/keeper.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "app/session/comparison.h"
#include "app/session/directory_lister.h"
#include "app/session/session_file.h"
#include "app/session/state_directory.h"
#include "tests/session/keeping.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tensor_bytes.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class KeeperTest : public support::TemporaryFolder {
protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string state() const { return path("state"); }
  static std::string read(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // Files in the state directory with that ending.
  std::vector<std::string> kept(const std::string& ending) const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state(), ignored))
      if (entry.path().string().ends_with(ending) &&
          entry.path().filename().string().starts_with("autosave-"))
        names.push_back(entry.path().string());
    return names;
  }
  // What a program leaves behind that did not end cleanly.
  void leave_behind(const std::string& name, int iterations, const std::string& document) {
    Comparison networks(support::configured({"model.hidden=3"}));
    networks.execute(session::Run{});
    for (int i = 0; i < iterations; ++i) networks.iterate();
    SavedSession saved = networks.saved();
    saved.document = document;
    saved.notes.notes = "left behind";
    fs::create_directories(state());
    file("state/" + name + ".backflow.json", session_text(saved));
    file("state/" + name + ".lock", "");
  }
};

TEST_F(KeeperTest, OpensWhatItSaved) {
  Kept one(state());
  const std::string lecture = path("lecture.backflow.json");
  EXPECT_FALSE(one.keeper().state().changed);
  one.train_to(3);
  EXPECT_TRUE(one.keeper().state().changed);
  const DocumentNotes notes{R"({"tabs":["loss"]})", "first try"};
  DocumentState saved = one.after([&] { one.keeper().save(lecture, notes); });
  EXPECT_EQ(saved.message, "Saved lecture.backflow.json");
  EXPECT_FALSE(saved.failed);
  EXPECT_EQ(saved.path, lecture);
  EXPECT_EQ(saved.doing, "");
  EXPECT_FALSE(saved.changed);
  EXPECT_THAT(saved.recent, ElementsAre(lecture));
  one.train_to(5);
  EXPECT_TRUE(one.keeper().state().changed);
  EXPECT_FALSE(one.keeper().take_opened());
  const DocumentState opened = one.after([&] { one.keeper().open(lecture); });
  EXPECT_EQ(opened.message, "Opened lecture.backflow.json");
  EXPECT_FALSE(opened.changed);
  EXPECT_EQ(one.worker().latest()->iteration, 3u);
  const auto taken = one.keeper().take_opened();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->notes, "first try");
  EXPECT_EQ(taken->layout, notes.layout);
  EXPECT_FALSE(one.keeper().take_opened());
  // Notes are work too; how the window is arranged is not.
  one.keeper().keep({"{}", "first try"});
  EXPECT_FALSE(one.keeper().state().changed);
  one.keeper().keep({"{}", "second try"});
  EXPECT_TRUE(one.keeper().state().changed);
}

TEST_F(KeeperTest, WhatFailsChangesNothing) {
  Kept one(state());
  one.train_to(2);
  const auto expect_failed = [&](auto ask, const std::string& message) {
    const DocumentState state = one.after(ask);
    EXPECT_TRUE(state.failed);
    EXPECT_THAT(state.message, HasSubstr(message));
    EXPECT_EQ(state.path, "");
    EXPECT_TRUE(state.changed);
    EXPECT_THAT(state.recent, IsEmpty());
    EXPECT_EQ(one.worker().latest()->iteration, 2u);
    EXPECT_FALSE(one.keeper().take_opened());
  };
  const std::string no_network = support::safetensors_bytes(
      R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", std::string(4, '\0'));
  const std::string broken = file("broken.backflow.json", "{\"format\": \"backflow session\"");
  expect_failed([&] { one.keeper().open(path("none.json")); }, "none.json does not exist");
  expect_failed([&] { one.keeper().open(broken); }, broken + " is not valid JSON in line 1");
  expect_failed([&] { one.keeper().open(file("list.JSON", "[]")); }, "is no session of Backflow");
  expect_failed([&] { one.keeper().open(file("bad.npy", "x")); }, "bad.npy is ");
  expect_failed([&] { one.keeper().open(file("bad.csv", "x,y\n1,?\n")); },
                path("bad.csv") + " has \"?\" in line 2");
  expect_failed([&] { one.keeper().open(file("no.safetensors", no_network)); },
                path("no.safetensors") + " has no tensor named like");
  // Good by itself, but not for this session.
  expect_failed([&] { one.keeper().open(file("short.txt", "a b")); },
                path("short.txt") + " cannot be opened: task.steps = ");
  EXPECT_EQ(one.worker().latest()->refusals, 0u);  // the window is told once
  expect_failed([&] { one.keeper().save(path("no/such/place.json"), {}); },
                "there is no directory");
  expect_failed([&] { one.keeper().save_weights(path("w.safetensors")); }, "cannot be saved");
}

TEST_F(KeeperTest, OtherFilesGoIntoTheSessionByWhatIsInThem) {
  Kept one(state());
  std::string words = "{ not a session";
  while (words.size() < 500) words += words;
  const std::string text = file("text.txt", words);
  const DocumentState opened = one.after([&] { one.keeper().open(text); });
  EXPECT_EQ(opened.message, "Opened text.txt");
  one.wait_until([&] { return one.worker().latest()->config.task.file == text; });
  EXPECT_EQ(opened.path, "");
  EXPECT_THAT(opened.recent, ElementsAre(text));
  EXPECT_TRUE(one.keeper().state().changed);
  one.after([&] { one.keeper().save(path("a.backflow.json"), {}); });
  // A session needs no name of a session.
  const std::string session = file(
      "renamed.txt", session_text(Comparison(support::configured({"model.hidden=5"})).saved()));
  EXPECT_FALSE(one.after([&] { one.keeper().open(session); }).failed);
  EXPECT_EQ(one.worker().latest()->config.model.hidden, 5);
  EXPECT_EQ(one.worker().latest()->config.task.file, "");
}

TEST_F(KeeperTest, TellsHowFarTheWorkerHasReadAFile) {
  Kept one;
  std::string words = "to be or not to be, ";
  while (words.size() < 9'000'000) words += words;
  const DocumentState opened = one.after([&] { one.keeper().open(file("long.txt", words)); });
  EXPECT_EQ(opened.message, "Opened long.txt");
  EXPECT_GT(opened.share, 0.3);
  EXPECT_LE(opened.share, 1.0);
}

TEST_F(KeeperTest, KnowsDataThatWereChangedAfterTheyWereOpened) {
  Kept one;
  std::string words = "to be or not to be, ";
  while (words.size() < 500) words += words;
  const std::string text = file("text.txt", words), lecture = path("lecture.backflow.json");
  EXPECT_FALSE(one.after([&] { one.keeper().open(text); }).failed);
  words.front() = 'T';
  EXPECT_EQ(one.after([&] { one.keeper().save(lecture, {}); }).message,
            "Saved lecture.backflow.json");
  file("text.txt", words);
  const DocumentState saved = one.after([&] { one.keeper().save(lecture, {}); });
  EXPECT_FALSE(saved.failed);
  EXPECT_THAT(saved.message, HasSubstr("text.txt has changed since it was read"));
  const DocumentState opened = one.after([&] { one.keeper().open(lecture); });
  EXPECT_TRUE(opened.failed);
  EXPECT_THAT(opened.message, HasSubstr(text + " is not the file any more that this session was"));
}

TEST_F(KeeperTest, ANewSessionHasNoFileAndNothingToSave) {
  Kept one(state());
  one.worker().send(SetKey{"model.hidden", "5"});
  one.train_to(2);
  one.after([&] { one.keeper().save(path("a.backflow.json"), {}); });
  const DocumentState state = one.after([&] { one.keeper().start_anew(); });
  EXPECT_EQ(state.path, "");
  EXPECT_FALSE(state.changed);
  EXPECT_EQ(one.worker().latest()->config.model.hidden, config::Config().model.hidden);
  EXPECT_EQ(one.worker().latest()->iteration, 0u);
}

TEST_F(KeeperTest, SavesWhileTrainingGoesOn) {
  Kept one;
  one.worker().send(session::Run{});
  const std::string lecture = path("lecture.backflow.json");
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(one.after([&] { one.keeper().save(lecture, {}); }).failed);
    SavedSession saved;
    ASSERT_EQ(read_session(lecture, saved), "");
    const std::uint64_t then = saved.networks[0].state.setup.iteration;
    one.wait_until([&] { return one.worker().latest()->iteration > then; });
    EXPECT_TRUE(one.worker().latest()->running);
  }
}

TEST_F(KeeperTest, WhatIsChangedIsKeptUntilACleanEndAndNotInThePersonsFile) {
  const std::string lecture = path("lecture.backflow.json");
  Kept one(state(), 5ms);
  EXPECT_THAT(kept(".backflow.json"), IsEmpty());
  one.train_to(2);
  one.after([&] { one.keeper().save(lecture, {}); });
  const std::string before = read(lecture);
  one.train_to(4);
  SavedSession saved;
  one.wait_until([&] {
    const auto files = kept(".backflow.json");
    return files.size() == 1 && read_session(files[0], saved).empty() &&
           saved.networks[0].state.setup.iteration == 4;
  });
  EXPECT_EQ(saved.document, lecture);
  EXPECT_EQ(read(lecture), before);
  EXPECT_EQ(one.keeper().state().autosave_error, "");
  {  // Another window is not offered what is kept for this one.
    Kept other(state(), 5ms);
    other.train_to(1);
    other.wait_until([&] { return kept(".backflow.json").size() == 2; });
    EXPECT_EQ(other.keeper().state().recovery, "");
  }
  EXPECT_THAT(kept(".backflow.json"), ::testing::SizeIs(1));
  one.end();
  EXPECT_THAT(kept(""), IsEmpty());
}

TEST_F(KeeperTest, WhatIsSavedNeedsNoKeeping) {
  Kept one(state(), 5ms);
  one.train_to(2);
  one.wait_until([&] { return kept(".backflow.json").size() == 1; });
  one.after([&] { one.keeper().save(path("a.backflow.json"), {}); });
  EXPECT_THAT(kept(".backflow.json"), IsEmpty());
}

TEST_F(KeeperTest, WhatWasLeftBehindIsOfferedAndTaken) {
  leave_behind("autosave-77-abcdef", 12, "/home/me/lecture.backflow.json");
  Kept one(state());
  one.wait_until([&] { return !one.keeper().state().recovery.empty(); });
  EXPECT_THAT(one.keeper().state().recovery,
              StartsWith("lecture.backflow.json at iteration 12, of "));
  {  // One is enough to ask.
    Kept other(state());
    other.after([&] { other.keeper().start_anew(); });
    EXPECT_EQ(other.keeper().state().recovery, "");
  }
  const DocumentState state_now = one.after([&] { one.keeper().recover(true); });
  EXPECT_FALSE(state_now.failed) << state_now.message;
  EXPECT_EQ(state_now.recovery, "");
  EXPECT_EQ(state_now.path, "/home/me/lecture.backflow.json");
  EXPECT_TRUE(state_now.changed);
  EXPECT_EQ(one.worker().latest()->iteration, 12u);
  EXPECT_EQ(one.keeper().take_opened()->notes, "left behind");
  // It is not lost with another crash: it is this window's now.
  EXPECT_THAT(kept(".lock"), ::testing::SizeIs(1));
  EXPECT_THAT(kept(".backflow.json"), ::testing::SizeIs(1));
  EXPECT_FALSE(fs::exists(state() + "/autosave-77-abcdef.lock"));
  one.end();
  EXPECT_THAT(kept(""), IsEmpty());
}

TEST_F(KeeperTest, WhatIsNotWantedIsRemovedAndTheNextOneIsOffered) {
  leave_behind("autosave-1-aaaaaa", 1, "");
  leave_behind("autosave-2-bbbbbb", 2, "");
  file("state/autosave-3-cccccc.backflow.json", "damaged");
  file("state/autosave-3-cccccc.lock", "");
  file("state/autosave-4-dddddd.lock", "");  // nothing was kept
  file("state/.backflow-tmp-abcdef", "half a session");
  fs::last_write_time(state() + "/autosave-1-aaaaaa.backflow.json",
                      fs::file_time_type::clock::now() - 1h);
  Kept one(state());
  one.wait_until([&] { return !one.keeper().state().recovery.empty(); });
  EXPECT_THAT(one.keeper().state().recovery, StartsWith("cat mat rat at iteration 2, of "));
  const DocumentState next = one.after([&] { one.keeper().recover(false); });
  EXPECT_THAT(next.recovery, StartsWith("cat mat rat at iteration 1, of "));
  EXPECT_FALSE(fs::exists(state() + "/autosave-2-bbbbbb.backflow.json"));
  const DocumentState last = one.after([&] { one.keeper().recover(false); });
  EXPECT_EQ(last.recovery, "");
  EXPECT_EQ(one.worker().latest()->iteration, 0u);
  one.end();
  EXPECT_THAT(kept(".backflow.json"), ElementsAre(state() + "/autosave-3-cccccc.backflow.json"));
  EXPECT_FALSE(fs::exists(state() + "/.backflow-tmp-abcdef"));
}

TEST_F(KeeperTest, AnUnansweredOfferIsMadeAgain) {
  leave_behind("autosave-1-aaaaaa", 1, "");
  for (int start = 0; start < 2; ++start) {
    Kept one(state());
    one.wait_until([&] { return !one.keeper().state().recovery.empty(); });
  }
}

TEST_F(KeeperTest, WhereNothingCanBeKeptItSaysSo) {
  file("state", "a file where a directory should be");
  Kept one(state(), 5ms);
  one.train_to(1);
  one.wait_until([&] { return !one.keeper().state().autosave_error.empty(); });
  EXPECT_THAT(one.keeper().state().autosave_error, HasSubstr(state() + " cannot be used: "));
}

TEST_F(KeeperTest, BeginsWithASessionThatWasReadBefore) {
  SavedSession saved = Comparison(support::configured({"model.hidden=6"})).saved();
  saved.notes.notes = "mine";
  for (const bool changed : {false, true}) {
    Kept one(state(), 1h, &saved, changed);
    EXPECT_EQ(one.worker().latest()->config.model.hidden, 6);
    EXPECT_EQ(one.keeper().state().path, "/home/me/a.backflow.json");
    EXPECT_EQ(one.keeper().state().changed, changed);
    EXPECT_EQ(one.keeper().take_opened()->notes, "mine");
    one.wait_until([&] { return !one.keeper().state().recent.empty(); });
    EXPECT_EQ(one.keeper().state().recent.front(), "/home/me/a.backflow.json");
  }
}

TEST_F(KeeperTest, WhatIsAskedToBeSavedIsSavedBeforeTheEnd) {
  {
    Kept one;
    one.keeper().save(path("a.backflow.json"), {});
  }
  SavedSession saved;
  EXPECT_EQ(read_session(path("a.backflow.json"), saved), "");
}

TEST_F(KeeperTest, RecentFilesAreThoseOfAllWindows) {
  const RecentFiles one(state()), other(state());
  EXPECT_THAT(one.read(), IsEmpty());
  one.add("/a");
  other.add("/b");
  EXPECT_THAT(one.add("/a"), ElementsAre("/a", "/b"));
  for (int i = 0; i < 12; ++i) one.add("/" + std::to_string(i));
  EXPECT_EQ(other.read().size(), RecentFiles::kMost);
  EXPECT_EQ(other.read().front(), "/11");
  file("state/recent.json", "no JSON");
  EXPECT_THAT(one.read(), IsEmpty());
  EXPECT_THAT(one.add("/a"), ElementsAre("/a"));
  EXPECT_THAT(RecentFiles("").add("/a"), IsEmpty());
}

TEST_F(KeeperTest, ListsADirectory) {
  file("b.txt", "four");
  file("A.txt", "");
  file(".hidden", "");
  fs::create_directory(path("zoo"));
  fs::create_symlink("nowhere", path("link"));
  Kept one;
  EXPECT_EQ(one.keeper().listing(), nullptr);
  one.keeper().list(folder_.string() + "/", false);
  one.wait_until([&] { return one.keeper().listing() != nullptr; });
  const auto listing = one.keeper().listing();
  EXPECT_EQ(listing->path, folder_.string());
  EXPECT_EQ(listing->error, "");
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : listing->entries) names.push_back(entry.name);
  EXPECT_THAT(names, ElementsAre("zoo", "A.txt", "b.txt", "link"));
  EXPECT_TRUE(listing->entries[0].directory);
  EXPECT_EQ(listing->entries[2].bytes, 4u);
  EXPECT_GT(listing->entries[2].modified, 1'500'000'000);
  EXPECT_EQ(list_directory(folder_.string(), true).entries.size(), 5u);
  EXPECT_EQ(list_directory("", false).path, fs::current_path().string());
  EXPECT_EQ(list_directory("/", false).path, "/");
  EXPECT_THAT(list_directory(path("none"), false).error, HasSubstr("none cannot be read: "));
  EXPECT_THAT(list_directory(path("b.txt"), false).error, HasSubstr("b.txt cannot be read: "));
}

}  // namespace
}  // namespace backflow::session
