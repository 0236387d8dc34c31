// For tests that need a window: skipped where there is no display, unless one was promised.
#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "app/platform/window.h"

namespace backflow::platform {

/// Opens a window. Tries for a second when there is no display: an Xvfb without -noreset starts
/// anew after its last client has left, and refuses clients meanwhile.
inline std::unique_ptr<Window> open_window(const std::string& title, std::string& error) {
  for (int tries = 20;; --tries) {
    auto window = Window::create(title, 700, 500, error);
    if (window != nullptr || tries == 0 || error.find("no display") == std::string::npos)
      return window;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

/// Opens a window for each test; null in a test that is skipped or has failed.
class WithWindow : public testing::Test {
protected:
  void SetUp() override {
    const char* required = std::getenv("BACKFLOW_REQUIRE_DISPLAY");
    const bool must = required != nullptr && std::string(required) == "1";
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) {
      if (must) FAIL() << "there is no display, but BACKFLOW_REQUIRE_DISPLAY=1";
      GTEST_SKIP() << "there is no display";
    }
    std::string error;
    window_ = open_window("Test", error);
    ASSERT_NE(window_, nullptr) << error;
  }

  std::unique_ptr<Window> window_;
};

}  // namespace backflow::platform
