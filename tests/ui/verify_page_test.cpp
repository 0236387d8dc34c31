// The page with the checks: all quick ones are carried out beside the window, and their numbers
// shown.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/ui/verify_run.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using namespace std::chrono_literals;

TEST(VerifyPage, CarriesOutTheQuickChecksBesideTheWindow) {
  UiDriver driver;
  driver.press(Key::f1);
  driver.frames(2);
  driver.click("Open checks");
  driver.frames(2);
  EXPECT_TRUE(has_widget(driver, "Check carousel"));
  EXPECT_FALSE(driver.widget("Run slow checks").enabled);  // while the others run
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (!driver.widget("Run slow checks").enabled && std::chrono::steady_clock::now() < deadline) {
    driver.frames(1);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(driver.widget("Run slow checks").enabled);
  driver.click("Check orthogonal");
  driver.press(Key::escape);
  driver.frames(2);
  EXPECT_FALSE(has_widget(driver, "Check carousel"));
}

TEST(VerifyRun, HasEveryCheckAndEndsWhenItIsGivenUp) {
  VerifyRun run;
  ASSERT_EQ(run.rows().size(), verify::checks().size());
  run.start(false);
  while (run.is_running()) std::this_thread::sleep_for(5ms);
  for (const VerifyRun::Row& row : run.rows()) {
    EXPECT_EQ(row.state, row.check->slow ? VerifyRun::State::waiting : VerifyRun::State::passed)
        << row.check->name;
    EXPECT_EQ(row.findings.empty(), row.check->slow);
  }
  run.start(true);  // minutes; the destructor does not wait for them
  EXPECT_TRUE(run.is_running());
}

}  // namespace
}  // namespace backflow::ui
