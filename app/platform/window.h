// The window of the desktop, with an OpenGL 3.3 core context that is current from creation on.
//
// All functions belong to the main thread, except wake(). Windows may be made one after another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/platform/pixel_image.h"

struct GLFWwindow;

namespace backflow::platform {

/// Width and height in pixels or, for window_size(), in the desktop's units.
struct Extent {
  int width = 0, height = 0;
};

class Window {
public:
  /// The size is for a monitor of content scale 1 and grows with it. Null, with one sentence in
  /// `error`, when there is no display or no OpenGL 3.3.
  static std::unique_ptr<Window> create(const std::string& title, int width, int height,
                                        std::string& error);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// How much larger than usual everything should be drawn on the window's monitor.
  float content_scale() const;
  Extent framebuffer_size() const;  ///< in pixels; 0 × 0 while minimised
  Extent window_size() const;

  /// Sleeps until there is an event, wake() is called, or the time is over; 0 does not sleep and a
  /// negative time never ends.
  void wait_events(double timeout_seconds);
  void poll_events();
  /// Ends wait_events() from any thread, as long as the window lives.
  void wake();
  /// True when the person did something, or the system changed or uncovered the window, since the
  /// last call: the window wants to be drawn again. A wake() is not such an event.
  bool take_input();

  /// Takes the window off the screen, e.g. while what it showed is wound up.
  void hide();

  bool should_close() const;
  void request_close();
  /// It does not close, though the person asked for it; shows it again where it is minimised, since
  /// something is to be answered first.
  void refuse_close();

  void set_title(const std::string& title);
  /// The files that were dropped on it since the last call.
  std::vector<std::string> take_dropped();

  /// Shows what was drawn; waits for the monitor.
  void swap_buffers();
  /// What was drawn since the last swap_buffers(), opaque. Call before swapping.
  PixelImage read_pixels() const;

  GLFWwindow* native() const { return window_; }

private:
  explicit Window(GLFWwindow* window);
  void watch_input();
  /// The callback of every event, whatever it tells.
  template <typename... Details>
  static void note(GLFWwindow* window, Details...);
  static void note_drop(GLFWwindow* window, int count, const char** paths);

  GLFWwindow* window_;
  bool input_ = true;  // the first frame
  std::vector<std::string> dropped_;
};

}  // namespace backflow::platform
