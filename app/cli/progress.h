// A line of progress on a terminal; silent when standard error is a file or a pipe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace backflow::cli {

class Progress {
public:
  /// `what` is shown before the count, e.g. "training".
  explicit Progress(std::string what);
  ~Progress();  ///< clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// At most ten times a second the line is drawn anew.
  void update(std::int64_t done, std::int64_t total);
  /// The same for work that can be stopped, which this never does; not longer than it lives.
  std::function<bool(std::int64_t, std::int64_t)> tick();

private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace backflow::cli
