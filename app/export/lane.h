// A thread that carries out one piece of work after the other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace backflow::exporting {

class Lane {
public:
  /// `idle` is called after each work, and once a second for as long as it returns true.
  explicit Lane(std::function<bool()> idle = {})
      : idle_(std::move(idle)), thread_([this] { loop(); }) {}
  /// Everything is carried out first.
  ~Lane() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void add(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      works_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

private:
  void loop() {
    bool again = false;
    while (true) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        const auto something = [this] { return stop_ || !works_.empty(); };
        if (!again)
          changed_.wait(lock, something);
        else
          changed_.wait_for(lock, std::chrono::seconds(1), something);
        if (stop_ && works_.empty()) return;
        if (works_.empty()) {
          lock.unlock();
          again = idle_();
          continue;
        }
        work = std::move(works_.front());
        works_.pop_front();
      }
      work();
      again = idle_ && idle_();
    }
  }

  std::function<bool()> idle_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> works_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace backflow::exporting
