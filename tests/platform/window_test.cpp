#include "app/platform/window.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include <epoxy/gl.h>
#include <gmock/gmock.h>
// After epoxy, which replaces the system's OpenGL header.
#include <GLFW/glfw3.h>

#include "tests/platform/display.h"

namespace backflow::platform {
namespace {

using testing::HasSubstr;
using testing::Not;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Sets or, with nullptr, unsets an environment variable for as long as it lives.
class Environment {
public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_ ? old_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

private:
  void set(const char* value) const {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }

  const char* name_;
  std::optional<std::string> old_;
};

TEST(WithoutDisplay, CreationIsOneSentence) {
  const Environment no_x11("DISPLAY", nullptr), no_wayland("WAYLAND_DISPLAY", nullptr);
  for (int i = 0; i < 2; ++i) {
    std::string error;
    EXPECT_EQ(Window::create("Test", 640, 400, error), nullptr);
    EXPECT_THAT(error, testing::AllOf(HasSubstr("there is no display"), Not(HasSubstr("\n"))));
  }
}

TEST(WithoutDisplay, ADisplayThatIsNotThereIsOneSentence) {
  const Environment x11("DISPLAY", ":4711"), no_wayland("WAYLAND_DISPLAY", nullptr);
  std::string error;
  EXPECT_EQ(Window::create("Test", 640, 400, error), nullptr);
  EXPECT_THAT(error, HasSubstr("there is no display"));
}

using WindowTest = WithWindow;

TEST_F(WindowTest, HasTheSizeAndTheContextAskedFor) {
  EXPECT_GE(epoxy_gl_version(), 33);
  EXPECT_EQ(glfwGetWindowAttrib(window_->native(), GLFW_OPENGL_PROFILE), GLFW_OPENGL_CORE_PROFILE);
  const Extent size = window_->framebuffer_size();
  EXPECT_NEAR(size.width, 700 * window_->content_scale(), 1.0);
  EXPECT_NEAR(size.height, 500 * window_->content_scale(), 1.0);
  EXPECT_GT(window_->window_size().width, 0);
  EXPECT_GT(window_->content_scale(), 0.0f);
}

TEST_F(WindowTest, OpensAndClosesAgainAndAgain) {
  for (int i = 0; i < 3; ++i) {
    window_.reset();
    std::string error;
    window_ = open_window("Again", error);
    ASSERT_NE(window_, nullptr) << error;
    EXPECT_FALSE(window_->should_close());
    window_->swap_buffers();
    window_->request_close();
    EXPECT_TRUE(window_->should_close());
  }
}

TEST_F(WindowTest, AFailureBesideAnOpenWindowLeavesItAlone) {
  {
    std::string error;
    EXPECT_EQ(Window::create("Impossible", 0, 400, error), nullptr);
    EXPECT_THAT(error, HasSubstr("could not be opened"));
  }
  window_->swap_buffers();
  EXPECT_GT(window_->framebuffer_size().width, 0);
}

TEST_F(WindowTest, PixelsComeFromTheTopAndOpaque) {
  const Extent size = window_->framebuffer_size();
  glClearColor(0.0f, 0.0f, 1.0f, 0.0f);
  glClear(GL_COLOR_BUFFER_BIT);
  glEnable(GL_SCISSOR_TEST);
  glScissor(0, size.height - 10, 20, 10);  // ten rows at the top left
  glClearColor(1.0f, 0.0f, 0.0f, 0.0f);
  glClear(GL_COLOR_BUFFER_BIT);
  glDisable(GL_SCISSOR_TEST);
  const PixelImage image = window_->read_pixels();
  ASSERT_EQ(image.width, size.width);
  ASSERT_EQ(image.height, size.height);
  const auto at = [&](int x, int y) {
    const auto* p = &image.rgba.at(4 * (static_cast<std::size_t>(y * image.width + x)));
    return Rgba{p[0], p[1], p[2], p[3]};
  };
  EXPECT_EQ(at(0, 0), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(at(19, 9), (Rgba{255, 0, 0, 255}));
  EXPECT_EQ(at(20, 9), (Rgba{0, 0, 255, 255}));
  EXPECT_EQ(at(19, 10), (Rgba{0, 0, 255, 255}));
  EXPECT_EQ(at(0, image.height / 2), (Rgba{0, 0, 255, 255}));
  EXPECT_EQ(at(0, image.height - 1), (Rgba{0, 0, 255, 255}));
}

TEST_F(WindowTest, WaitingEndsWithTheTimeOrAWake) {
  glfwHideWindow(window_->native());  // or the windows of other tests uncover it
  for (int i = 0; i < 10; ++i) window_->wait_events(0.02);
  window_->take_input();
  EXPECT_GE(seconds_of([&] { window_->wait_events(0.05); }), 0.04);
  EXPECT_FALSE(window_->take_input());
  std::atomic<bool> woken{false};
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    woken = true;
    window_->wake();
  });
  EXPECT_LT(seconds_of([&] {
              while (!woken) window_->wait_events(30.0);
            }),
            20.0);
  other.join();
  EXPECT_FALSE(window_->take_input());
}

TEST_F(WindowTest, InputIsNoted) {
  EXPECT_TRUE(window_->take_input());  // the first frame
  for (int i = 0; i < 10; ++i) window_->wait_events(0.02);
  window_->take_input();
  EXPECT_FALSE(window_->take_input());
  glfwSetWindowSize(window_->native(), 800, 600);
  bool noted = false;
  for (int i = 0; i < 50 && !noted; ++i) {
    window_->wait_events(0.02);
    noted = window_->take_input();
  }
  EXPECT_TRUE(noted);
  EXPECT_EQ(window_->window_size().width, 800);

  // As Dear ImGui does: its own callback goes first and then calls ours.
  const GLFWkeyfun ours = glfwSetKeyCallback(window_->native(), nullptr);
  ASSERT_NE(ours, nullptr);
  ours(window_->native(), GLFW_KEY_A, 0, GLFW_PRESS, 0);
  EXPECT_TRUE(window_->take_input());
  for (const bool set : {glfwSetCursorPosCallback(window_->native(), nullptr) != nullptr,
                         glfwSetMouseButtonCallback(window_->native(), nullptr) != nullptr,
                         glfwSetScrollCallback(window_->native(), nullptr) != nullptr,
                         glfwSetCharCallback(window_->native(), nullptr) != nullptr,
                         glfwSetWindowRefreshCallback(window_->native(), nullptr) != nullptr})
    EXPECT_TRUE(set);
}

TEST_F(WindowTest, ClosingCanBeRefusedAndTheTitleIsSet) {
  window_->request_close();
  EXPECT_TRUE(window_->should_close());
  window_->refuse_close();
  EXPECT_FALSE(window_->should_close());
  window_->request_close();
  EXPECT_TRUE(window_->should_close());
  window_->set_title("lecture.backflow.json* — Backflow");
}

TEST_F(WindowTest, WhatIsDroppedIsTakenOnce) {
  window_->take_input();
  EXPECT_TRUE(window_->take_dropped().empty());
  const GLFWdropfun ours = glfwSetDropCallback(window_->native(), nullptr);
  ASSERT_NE(ours, nullptr);
  const char* paths[] = {"/data/m.safetensors", "/data/caf\xe9.npy"};
  ours(window_->native(), 2, paths);
  EXPECT_TRUE(window_->take_input());
  EXPECT_THAT(window_->take_dropped(), testing::ElementsAre(paths[0], paths[1]));
  EXPECT_TRUE(window_->take_dropped().empty());
}

}  // namespace
}  // namespace backflow::platform
