// The program as people start it: the real window opens, shows pictures, and closes with exit 0.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/export/test_images.h"

namespace backflow {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string output;  // standard output and standard error
};

// Leaks of OpenGL drivers are not ours to report.
Outcome run(const std::string& prefix, const std::string& arguments) {
  const std::string command =
      prefix + " ASAN_OPTIONS=detect_leaks=0 \"" BACKFLOW_PROGRAM "\" " + arguments + " 2>&1";
  Outcome outcome;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.output.append(buffer.data(), count);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

class Program : public ::testing::Test {
protected:
  void SetUp() override {
    if (std::getenv("DISPLAY") != nullptr) return;
    const char* required = std::getenv("BACKFLOW_REQUIRE_DISPLAY");
    if (required != nullptr && std::string(required) == "1")
      FAIL() << "there is no display, but BACKFLOW_REQUIRE_DISPLAY=1";
    GTEST_SKIP() << "there is no display";
  }

  exporting::Image screenshot(const std::string& arguments) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("backflow-" + std::to_string(::getpid()) + ".png");
    const Outcome outcome = run("", "--screenshot \"" + path.string() + "\" " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_EQ(outcome.output, "");
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(path);
    return exporting::decode_png(bytes);
  }
};

TEST_F(Program, RunsThreeHundredFramesAndShowsPictures) {
  const exporting::Image image = screenshot("--size 1280x800 --frames 300 --run");
  ASSERT_EQ(image.width, 1280);
  ASSERT_EQ(image.height, 800);
  // Not blank: every quarter of the window has many colours.
  for (const int left : {0, 640})
    for (const int top : {0, 400}) {
      std::set<std::uint32_t> colors;
      for (int y = top; y < top + 400; y += 2)
        for (int x = left; x < left + 640; x += 2) {
          const figure::Color c = image.at(x, y);
          colors.insert(static_cast<std::uint32_t>(c.r << 16 | c.g << 8 | c.b));
        }
      EXPECT_GT(colors.size(), 60u) << left << ", " << top;
    }
}

TEST_F(Program, LightColoursAndDoubleScale) {
  const exporting::Image image =
      screenshot("--size 1600x1000 --scale 2 --frames 5 --light --set task.name=first-bit");
  ASSERT_EQ(image.width, 1600);
  std::size_t bright = 0;
  for (int y = 0; y < 1000; y += 5)
    for (int x = 0; x < 1600; x += 5) bright += image.at(x, y).g > 200 ? 1 : 0;
  EXPECT_GT(bright, 200u * 320u / 2u);
}

TEST_F(Program, SaysSoWhenTheScreenshotCannotBeWritten) {
  const Outcome outcome = run("", "--frames 2 --screenshot /nowhere/at/all.png");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, ::testing::HasSubstr("/nowhere/at/all.png"));
}

TEST(ProgramWithoutDisplay, SaysSoInOneSentence) {
  const Outcome outcome = run("env -u DISPLAY -u WAYLAND_DISPLAY", "");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, ::testing::StartsWith("backflow: "));
  EXPECT_THAT(outcome.output, ::testing::HasSubstr("display"));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1);
}

}  // namespace
}  // namespace backflow
