// A line of progress on a terminal; silent when standard error is a file or a pipe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace backflow::cli {

class Progress {
public:
  /// `what` is shown before the count, e.g. "training".
  Progress(std::string what, std::int64_t total);
  ~Progress();  ///< clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// At most ten times a second the line is drawn anew.
  void update(std::int64_t done);

private:
  std::string what_;
  std::int64_t total_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace backflow::cli
