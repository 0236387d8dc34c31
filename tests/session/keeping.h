// A worker with its keeper, and waiting for what they tell. The time limit is there to end a broken
// test, not to measure.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "app/session/keeper.h"

namespace backflow::session {

class Kept {
public:
  explicit Kept(std::string state_directory = {},
                std::chrono::milliseconds autosave_every = std::chrono::hours(1),
                const SavedSession* session = nullptr, bool changed = false)
      : worker_(session ? Comparison(*session) : Comparison(config::Config{}),
                [this] { notify(); }) {
    KeeperServices services;
    services.worker = &worker_;
    services.wake = [this] { notify(); };
    services.state_directory = std::move(state_directory);
    services.autosave_every = autosave_every;
    if (session) services.path = "/home/me/a.backflow.json";
    if (session) services.notes = session->notes;
    services.changed = changed;
    keeper_ = std::make_unique<Keeper>(std::move(services));
  }

  Worker& worker() { return worker_; }
  Keeper& keeper() { return *keeper_; }
  void end() { keeper_.reset(); }

  template <class Condition>
  void wait_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::unique_lock lock(mutex_);
    while (true) {
      const std::uint64_t seen = notified_;
      lock.unlock();
      if (condition()) return;
      lock.lock();
      // Files appear without a notice.
      changed_.wait_for(lock, std::chrono::milliseconds(20), [&] { return notified_ != seen; });
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "it did not come to that";
        return;
      }
    }
  }

  /// The state after the operation that `ask` begins.
  template <class Ask>
  DocumentState after(Ask ask) {
    const std::uint64_t before = keeper_->state().finished;
    ask();
    wait_until([&] { return keeper_->state().finished > before; });
    return keeper_->state();
  }

  void train_to(std::uint64_t iterations) {
    while (worker_.latest()->iteration < iterations) {
      const std::uint64_t next = worker_.latest()->iteration + 1;
      worker_.send(StepOnce{});
      wait_until([&] { return worker_.latest()->iteration >= next; });
    }
  }

private:
  void notify() {
    {
      const std::lock_guard lock(mutex_);
      ++notified_;
    }
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t notified_ = 0;
  Worker worker_;  // their threads use the members above
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace backflow::session
