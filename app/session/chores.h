// A thread that does one thing after the other and, from time to time, one of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace backflow::session {

class Chores {
public:
  /// `now_and_then` is done every so often, never while anything else is.
  Chores(std::chrono::milliseconds every, std::function<void()> now_and_then);
  /// Waits until all is done that must be; the rest is left out.
  ~Chores();
  Chores(const Chores&) = delete;
  Chores& operator=(const Chores&) = delete;

  /// What must be done is done even when the end is near.
  void add(bool must, std::function<void()> work);

  /// The end is near: what takes long and need not be done may be given up.
  bool is_ending() const;

private:
  struct Chore {
    bool must = false;
    std::function<void()> work;
  };
  void loop();

  const std::chrono::milliseconds every_;
  std::function<void()> now_and_then_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chore> waiting_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace backflow::session
