#include "app/session/chores.h"

#include <utility>

namespace backflow::session {

using Clock = std::chrono::steady_clock;

Chores::Chores(std::chrono::milliseconds every, std::function<void()> now_and_then)
    : every_(every), now_and_then_(std::move(now_and_then)), thread_([this] { loop(); }) {}

Chores::~Chores() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Chores::add(bool must, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({must, std::move(work)});
  }
  changed_.notify_one();
}

bool Chores::is_ending() const {
  const std::lock_guard lock(mutex_);
  return ending_;
}

void Chores::loop() {
  Clock::time_point next = Clock::now() + every_;
  while (true) {
    Chore chore;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) std::erase_if(waiting_, [](const Chore& waiting) { return !waiting.must; });
      if (ending_ && waiting_.empty()) return;
      if (!waiting_.empty()) {
        chore = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (chore.work) chore.work();
    if (Clock::now() < next) continue;
    now_and_then_();
    next = Clock::now() + every_;
  }
}

}  // namespace backflow::session
