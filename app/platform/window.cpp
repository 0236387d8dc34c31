#include "app/platform/window.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <epoxy/gl.h>
// After epoxy, which replaces the system's OpenGL header.
#include <GLFW/glfw3.h>

#include "app/platform/gl_state.h"

namespace backflow::platform {
namespace {

constexpr const char* kAppId = "backflow";
constexpr int kMinWidth = 960, kMinHeight = 600;

// Why the last call to GLFW failed.
std::string last_error() {
  const char* description = nullptr;
  glfwGetError(&description);
  return description != nullptr ? description : "the system gives no reason";
}

void set_hints() {
  glfwDefaultWindowHints();
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  // Nothing here tests depth or stencil.
  glfwWindowHint(GLFW_DEPTH_BITS, 0);
  glfwWindowHint(GLFW_STENCIL_BITS, 0);
  // The desktop finds the icon and the launcher by this name.
  glfwWindowHintString(GLFW_X11_CLASS_NAME, kAppId);
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, kAppId);
#ifdef GLFW_WAYLAND_APP_ID
  glfwWindowHintString(GLFW_WAYLAND_APP_ID, kAppId);
#endif
}

// GLFW is started with the first window and ended with the last.
int windows_open = 0;

void end_glfw_without_windows() {
  if (windows_open == 0) glfwTerminate();
}

}  // namespace

std::unique_ptr<Window> Window::create(const std::string& title, int width, int height,
                                       std::string& error) {
  if (glfwInit() != GLFW_TRUE) {
    error = "there is no display to open a window on: " + last_error();
    return nullptr;
  }
  set_hints();
  GLFWwindow* native = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
  if (native == nullptr) {
    error = "a window with OpenGL 3.3 could not be opened: " + last_error();
    end_glfw_without_windows();
    return nullptr;
  }
  ++windows_open;
  std::unique_ptr<Window> window(new Window(native));
  glfwMakeContextCurrent(native);
  constexpr int kNeeded = 33;
  if (const int version = epoxy_gl_version(); version < kNeeded) {
    error = "OpenGL 3.3 is needed; this system has " + std::to_string(version / 10) + "." +
            std::to_string(version % 10);
    return nullptr;
  }
  glfwSwapInterval(1);
  glfwSetWindowSizeLimits(native, kMinWidth, kMinHeight, GLFW_DONT_CARE, GLFW_DONT_CARE);
  return window;
}

Window::Window(GLFWwindow* window) : window_(window) {
  glfwSetWindowUserPointer(window_, this);
  watch_input();
}

Window::~Window() {
  glfwDestroyWindow(window_);
  --windows_open;
  end_glfw_without_windows();
}

template <typename... Details>
void Window::note(GLFWwindow* window, Details...) {
  static_cast<Window*>(glfwGetWindowUserPointer(window))->input_ = true;
}

void Window::note_drop(GLFWwindow* window, int count, const char** paths) {
  auto& self = *static_cast<Window*>(glfwGetWindowUserPointer(window));
  for (int i = 0; i < count; ++i) self.dropped_.emplace_back(paths[i]);
  self.input_ = true;
}

// Set before Dear ImGui sets its own, which call these.
void Window::watch_input() {
  glfwSetCursorPosCallback(window_, note);
  glfwSetCursorEnterCallback(window_, note);
  glfwSetMouseButtonCallback(window_, note);
  glfwSetScrollCallback(window_, note);
  glfwSetKeyCallback(window_, note);
  glfwSetCharCallback(window_, note);
  glfwSetWindowSizeCallback(window_, note);
  glfwSetFramebufferSizeCallback(window_, note);
  glfwSetWindowContentScaleCallback(window_, note);
  glfwSetWindowFocusCallback(window_, note);
  glfwSetWindowIconifyCallback(window_, note);
  glfwSetWindowRefreshCallback(window_, note);
  glfwSetWindowCloseCallback(window_, note);
  glfwSetDropCallback(window_, note_drop);
}

float Window::content_scale() const {
  float x = 1.0f, y = 1.0f;
  glfwGetWindowContentScale(window_, &x, &y);
  const float scale = std::max(x, y);
  return std::isfinite(scale) && scale > 0.0f ? scale : 1.0f;
}

Extent Window::framebuffer_size() const {
  Extent extent;
  glfwGetFramebufferSize(window_, &extent.width, &extent.height);
  return extent;
}

Extent Window::window_size() const {
  Extent extent;
  glfwGetWindowSize(window_, &extent.width, &extent.height);
  return extent;
}

void Window::wait_events(double timeout_seconds) {
  if (timeout_seconds < 0.0)
    glfwWaitEvents();
  else if (timeout_seconds > 0.0)
    glfwWaitEventsTimeout(timeout_seconds);
  else
    glfwPollEvents();
}

void Window::poll_events() { glfwPollEvents(); }
void Window::wake() { glfwPostEmptyEvent(); }
bool Window::take_input() { return std::exchange(input_, false); }

void Window::hide() { glfwHideWindow(window_); }

bool Window::should_close() const { return glfwWindowShouldClose(window_) == GLFW_TRUE; }
void Window::request_close() { glfwSetWindowShouldClose(window_, GLFW_TRUE); }
void Window::refuse_close() {
  glfwSetWindowShouldClose(window_, GLFW_FALSE);
  if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_TRUE) glfwRestoreWindow(window_);
}

void Window::set_title(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }
std::vector<std::string> Window::take_dropped() { return std::exchange(dropped_, {}); }

void Window::swap_buffers() { glfwSwapBuffers(window_); }

PixelImage Window::read_pixels() const {
  const Extent size = framebuffer_size();
  PixelImage image(size.width, size.height);
  const auto row = static_cast<std::ptrdiff_t>(4) * size.width;
  {
    const GlStateGuard guard;
    glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
    glReadPixels(0, 0, size.width, size.height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
  }
  // OpenGL counts rows from below.
  const auto start = image.rgba.begin();
  for (std::ptrdiff_t low = 0, high = size.height - 1; low < high; ++low, --high)
    std::swap_ranges(start + low * row, start + (low + 1) * row, start + high * row);
  for (std::size_t i = 3; i < image.rgba.size(); i += 4) image.rgba[i] = 255;
  return image;
}

}  // namespace backflow::platform
