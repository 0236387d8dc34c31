// The desktop's dialog, with scripts in the place of zenity and kdialog.
#include "app/platform/native_dialog.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace backflow::platform {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using State = NativeDialog::State;

class NativeDialogs : public support::TemporaryFolder {
protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    for (const char* name : {"PATH", "DISPLAY", "XDG_CURRENT_DESKTOP"})
      before_.emplace_back(name, std::getenv(name) != nullptr ? std::getenv(name) : "");
    ::setenv("PATH", folder_.c_str(), 1);
    ::setenv("DISPLAY", ":77", 1);
    ::setenv("XDG_CURRENT_DESKTOP", "", 1);
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
    TemporaryFolder::TearDown();
  }
  // A program that takes down how it was called and then does that.
  void program(const std::string& name, const std::string& does) {
    const std::string path =
        file(name, "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\n--\\n' \"$word\"; done > '" +
                       (folder_ / "called").string() + "'\n" + does + "\n");
    ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  }
  std::string called() const {
    std::ifstream in(folder_ / "called");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  // However long it takes, for a machine may be slow; a hang is the test's to end.
  static State wait(NativeDialog& dialog) {
    while (dialog.poll() == State::open) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return dialog.poll();
  }
  State answer(const std::string& does) {
    program("zenity", does);
    NativeDialog dialog;
    EXPECT_TRUE(dialog.available());
    dialog.open({false, "Open", "/data", "", {}});
    const State state = wait(dialog);
    path_ = dialog.path();
    return state;
  }

  std::string path_;
  std::vector<std::pair<std::string, std::string>> before_;
};

TEST_F(NativeDialogs, WhatIsChosenComesBackByteByByte) {
  EXPECT_EQ(answer("echo /data/x.npy"), State::chosen);
  EXPECT_EQ(path_, "/data/x.npy");
  EXPECT_EQ(answer("printf '/data/-a\\nb\\351\\n\\n'"), State::chosen);
  EXPECT_EQ(path_, "/data/-a\nb\xe9\n");
}

TEST_F(NativeDialogs, CodesSayHowItEnded) {
  EXPECT_EQ(answer("exit 1"), State::cancelled);
  EXPECT_EQ(answer("exit 0"), State::cancelled);
  EXPECT_EQ(answer("echo /data/x; exit 5"), State::failed);
  EXPECT_EQ(answer("kill -9 $$"), State::failed);
  EXPECT_EQ(answer("echo relative"), State::failed);
}

TEST_F(NativeDialogs, PollingNeverWaitsAndTheAnswerComesInParts) {
  program("zenity", "printf /da; read line < '" + (folder_ / "gate").string() + "'; echo ta/x");
  ASSERT_EQ(::mkfifo((folder_ / "gate").c_str(), 0600), 0);
  NativeDialog dialog;
  dialog.open({false, "Open", "/data", "", {}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(dialog.poll(), State::open);
  std::ofstream(folder_ / "gate") << "go\n";
  EXPECT_EQ(wait(dialog), State::chosen);
  EXPECT_EQ(dialog.path(), "/data/x");
}

TEST_F(NativeDialogs, CancellingEndsTheProgramAndWhatItStarted) {
  program("zenity",
          "echo $$ > '" + (folder_ / "pid").string() + "'; while :; do /bin/sleep 1; done");
  NativeDialog dialog;
  dialog.open({false, "Open", "/data", "", {}});
  pid_t child = 0;
  while (child == 0) {
    std::ifstream(folder_ / "pid") >> child;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  dialog.cancel();
  EXPECT_EQ(::kill(child, 0), -1);
  EXPECT_EQ(dialog.poll(), State::idle);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left, dead or alive
}

TEST_F(NativeDialogs, WithoutADisplayOrAProgramThereIsNone) {
  EXPECT_FALSE(NativeDialog().available());
  program("zenity", "");
  EXPECT_TRUE(NativeDialog().available());
  ::unsetenv("DISPLAY");
  EXPECT_EQ(NativeDialog().available(), std::getenv("WAYLAND_DISPLAY") != nullptr);
}

TEST_F(NativeDialogs, AProgramThatIsNoneFails) {
  const std::string path = file("zenity",
                                "\x7f"
                                "ELF but not really");
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  NativeDialog dialog;
  dialog.open({false, "Open", "/data", "", {}});
  EXPECT_EQ(wait(dialog), State::failed);
}

TEST_F(NativeDialogs, KdeHasItsOwn) {
  program("zenity", "");
  program("kdialog", "");
  EXPECT_THAT(NativeDialog().program(), HasSubstr("zenity"));
  ::setenv("XDG_CURRENT_DESKTOP", "KDE", 1);
  EXPECT_THAT(NativeDialog().program(), HasSubstr("kdialog"));
}

TEST_F(NativeDialogs, NamesAreNeverOptionsAndSeeNoShell) {
  program("zenity", "exit 1");
  NativeDialog dialog;
  dialog.open({true, "-t $(id) `id`", "/data/-d", "-rf\n$HOME;x", {{"Data", {".npy", ".csv"}}}});
  EXPECT_EQ(wait(dialog), State::cancelled);
  EXPECT_EQ(called(),
            "--file-selection\n--\n--title=-t $(id) `id`\n--\n"
            "--filename=/data/-d/-rf\n$HOME;x\n--\n--save\n--\n--confirm-overwrite\n--\n"
            "--file-filter=Data | *.npy *.csv\n--\n");
}

TEST_F(NativeDialogs, KdialogIsAskedInItsOwnWords) {
  EXPECT_THAT(dialog_words("/usr/bin/kdialog",
                           {false, "Open", "/", "", {{"Data", {".npy", ".csv"}}, {"All", {}}}}),
              ElementsAre("/usr/bin/kdialog", "--title=Open", "--getopenfilename", "/",
                          "*.npy *.csv|Data\n*|All"));
  EXPECT_THAT(dialog_words("/usr/bin/zenity", {false, "Open", "/data", "", {{"All", {}}}}),
              ElementsAre("/usr/bin/zenity", "--file-selection", "--title=Open",
                          "--filename=/data/", "--file-filter=All | *"));
}

}  // namespace
}  // namespace backflow::platform
