// What is kept of the window's arrangement between two starts.
#include "app/cli/settings_file.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace backflow::cli {
namespace {

class SettingsFiles : public support::TemporaryFolder {
protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  ui::Settings read(const std::string& text) {
    return SettingsFile(file("given.json", text)).read();
  }
};

TEST_F(SettingsFiles, ComeBackAsTheyWereWritten) {
  ui::Settings settings;
  settings.theme = figure::Theme::light;
  settings.colors = figure::Colormap::magma;
  settings.text_size = 1.331;
  settings.controls_width = 288.5;
  settings.middle_share = 0.1 + 0.2;  // needs all digits
  settings.middle_rows = 0.4;
  settings.two_rows = {0.25, 0.4};
  settings.two_rows_with_lower = {0.2, 0.5};
  settings.right_rows = 0.6;
  settings.tabs = {"gradient-by-lag", "spectrum", "saturation"};
  settings.loss_log = true;
  settings.gradient_log = false;
  settings.export_directory = "/home/someone/Überblick";
  settings.desktop_dialogs = false;
  settings.toured = true;
  const SettingsFile file(path("new/folder/window.json"));
  EXPECT_EQ(file.read(), ui::Settings());
  EXPECT_EQ(file.write(settings), "");
  EXPECT_EQ(file.read(), settings);
}

TEST_F(SettingsFiles, AreNotTouchedWhenNothingChanged) {
  const SettingsFile file(path("window.json"));
  ASSERT_EQ(file.write({}), "");
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(path("window.json"), old);
  EXPECT_EQ(file.write({}), "");
  EXPECT_EQ(std::filesystem::last_write_time(path("window.json")), old);
  ui::Settings other;
  other.toured = true;
  EXPECT_EQ(file.write(other), "");
  EXPECT_NE(std::filesystem::last_write_time(path("window.json")), old);
}

TEST_F(SettingsFiles, WhatIsDamagedOrMissingIsTheDefaultAndTheRestIsKept) {
  for (const char* text : {"", "{", "[1, 2]", "7", "null", "\xff\xfe", "{\"theme\": }"})
    EXPECT_EQ(read(text), ui::Settings()) << text;
  const ui::Settings some = read(
      R"({"theme": 3, "colors": "jet", "text_size": "big", "middle_share": [], "tabs": [1, "loss"],
          "loss_log": "yes", "toured": true, "unknown": {}})");
  ui::Settings expected;
  expected.toured = true;
  expected.tabs[1] = "loss";
  EXPECT_EQ(some, expected);
}

TEST_F(SettingsFiles, NumbersOutOfRangeAreBroughtIntoIt) {
  EXPECT_EQ(read(R"({"text_size": 100})").text_size, ui::kMostTextSize);
  EXPECT_EQ(read(R"({"text_size": -1})").text_size, ui::kLeastTextSize);
  EXPECT_EQ(read(R"({"middle_share": 7})").middle_share, 1.0);
}

TEST_F(SettingsFiles, ThatCannotBeWrittenSayWhy) {
  const std::string error = SettingsFile(file("plain", "x") + "/window.json").write({});
  EXPECT_NE(error.find("window.json"), std::string::npos) << error;
  EXPECT_EQ(SettingsFile("").write({}), "");
}

TEST(SettingsPath, FollowsTheDesktopsRules) {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  const std::string old_config = config ? config : "", old_home = home ? home : "";
  ::setenv("HOME", "/home/somebody", 1);
  ::setenv("XDG_CONFIG_HOME", "/elsewhere", 1);
  EXPECT_EQ(settings_path(), "/elsewhere/backflow/window.json");
  ::setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
  EXPECT_EQ(settings_path(), "/home/somebody/.config/backflow/window.json");
  ::unsetenv("XDG_CONFIG_HOME");
  EXPECT_EQ(settings_path(), "/home/somebody/.config/backflow/window.json");
  ::unsetenv("HOME");
  EXPECT_EQ(settings_path(), "");
  if (config) ::setenv("XDG_CONFIG_HOME", old_config.c_str(), 1);
  if (home) ::setenv("HOME", old_home.c_str(), 1);
}

TEST(StartSettings, WhatTheCommandLineAsksForIsForThisStartAlone) {
  ui::Settings kept;
  kept.toured = true;
  kept.text_size = 1.25;
  const ui::Settings start = starting_with(kept, true, true);
  EXPECT_EQ(start.theme, figure::Theme::light);
  EXPECT_FALSE(start.toured);
  EXPECT_EQ(start.text_size, 1.25);
  EXPECT_EQ(starting_with(kept, false, false), kept);
  EXPECT_EQ(worth_keeping(kept, start, start), kept);
  ui::Settings now = start;
  now.text_size = 1.5;  // by hand
  EXPECT_EQ(worth_keeping(kept, start, now).text_size, 1.5);
  EXPECT_EQ(worth_keeping(kept, start, now).theme, figure::Theme::dark);
}

TEST(StartSettings, WhatThePersonChangedIsKept) {
  ui::Settings kept;
  kept.theme = figure::Theme::light;
  const ui::Settings start = starting_with(kept, true, false);
  ui::Settings now = start;
  now.theme = figure::Theme::dark;
  now.toured = true;
  EXPECT_EQ(worth_keeping(kept, start, now), now);
}

}  // namespace
}  // namespace backflow::cli
