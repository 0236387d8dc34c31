#include "core/parallel/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace backflow::parallel {
namespace {

Index default_threads() {
  if (const char* asked = std::getenv("BACKFLOW_THREADS")) {
    const long count = std::strtol(asked, nullptr, 10);
    if (count >= 1 && count <= 1024) return count;
  }
  return std::max<Index>(1, static_cast<Index>(std::thread::hardware_concurrency()));
}

// What the threads share: one round of jobs at a time.
class Pool {
public:
  Pool() { start(default_threads()); }
  ~Pool() { stop(); }

  Index threads() const { return static_cast<Index>(helpers_.size()) + 1; }

  void resize(Index count) {
    stop();
    start(count == 0 ? default_threads() : count);
  }

  void run(Index count, const std::function<void(Index)>& job) {
    if (count <= 1 || helpers_.empty() || busy_.test_and_set(std::memory_order_acquire)) {
      alone(count, job);
      return;
    }
    job_ = &job;
    takers_ = std::min(count, threads());
    for (Index i = 0; i < takers_; ++i) {
      Share& share = shares_[static_cast<std::size_t>(i)];
      share.next.store(count * i / takers_, std::memory_order_relaxed);
      share.end = count * (i + 1) / takers_;
    }
    gate_.fetch_and(~kClosed, std::memory_order_release);
    announce();
    work(0);
    // Who has not come by now finds the gate closed; the others are waited for.
    gate_.fetch_or(kClosed, std::memory_order_acq_rel);
    const auto all_gone = [&] { return gate_.load(std::memory_order_acquire) == kClosed; };
    while (!comes_soon(all_gone)) continue;
    const std::exception_ptr error = std::exchange(error_, nullptr);
    busy_.clear(std::memory_order_release);
    if (error) std::rethrow_exception(error);
  }

private:
  // Waits a moment for it, awake: a round follows the last within microseconds while training runs,
  // and sleeping and waking takes longer than what lies between.
  template <class Condition>
  static bool comes_soon(const Condition& condition) {
    constexpr std::chrono::microseconds kMoment{200};
    constexpr int kLooks = 64;  // between two looks at the clock
    const auto end = std::chrono::steady_clock::now() + kMoment;
    do {
      for (int i = 0; i < kLooks; ++i) {
        if (condition()) return true;
        relax();
      }
      std::this_thread::yield();  // to those who have work, where there are not enough cores
    } while (std::chrono::steady_clock::now() < end);
    return condition();
  }

  // Leaves a core that runs two threads to the other one for some cycles.
  static void relax() {
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
  }

  static void alone(Index count, const std::function<void(Index)>& job) {
    std::exception_ptr error;
    for (Index i = 0; i < count; ++i) {
      try {
        job(i);
      } catch (...) {
        if (!error) error = std::current_exception();
      }
    }
    if (error) std::rethrow_exception(error);
  }

  void start(Index count) {
    stop_ = false;
    shares_ = std::vector<Share>(static_cast<std::size_t>(count));
    for (Index i = 1; i < count; ++i)
      helpers_.emplace_back([this, i, seen = round_.load()] { help(i, seen); });
  }

  void stop() {
    stop_ = true;
    announce();
    for (std::thread& helper : helpers_) helper.join();
    helpers_.clear();
  }

  void announce() {
    {
      const std::lock_guard lock(mutex_);  // a helper about to sleep must not miss it
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
  }

  // Each thread's own share first: what it has worked on in the round before is in its caches. Then
  // what the others have not come to; those without a share would only take it from them.
  void work(Index self) {
    for (Index k = 0; self < takers_ && k < takers_; ++k) {
      Share& share = shares_[static_cast<std::size_t>((self + k) % takers_)];
      for (Index i; (i = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) {
        try {
          (*job_)(i);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!error_) error_ = std::current_exception();
        }
      }
    }
  }

  void help(Index self, std::uint64_t seen) {
    while (true) {
      const auto announced = [&] { return round_.load(std::memory_order_acquire) != seen; };
      if (!comes_soon(announced)) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, announced);
      }
      seen = round_.load(std::memory_order_acquire);
      if (stop_) return;
      if ((gate_.fetch_add(1, std::memory_order_acq_rel) & kClosed) == 0) work(self);
      gate_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  static constexpr std::int64_t kClosed = std::int64_t{1} << 40;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> helpers_;
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;  // set by the caller whose round it is
  std::atomic<std::uint64_t> round_{0};       // counts the rounds
  std::atomic<std::int64_t> gate_{kClosed};   // how many helpers are inside, and whether it is shut
  // The round's work; read by those inside the gate.
  const std::function<void(Index)>* job_ = nullptr;
  // Jobs next … end − 1, on a cache line of its own.
  struct alignas(64) Share {
    std::atomic<Index> next{0};
    Index end = 0;
  };
  std::vector<Share> shares_;  // one for each thread, the caller's first …
  Index takers_ = 0;           // … and how many of them there are in this round
  std::exception_ptr error_;
  std::atomic<bool> stop_{false};
};

Pool& pool() {
  static Pool shared;
  return shared;
}

}  // namespace

void for_each(Index count, const std::function<void(Index)>& job) { pool().run(count, job); }

Index thread_count() { return pool().threads(); }

void limit_threads(Index count) { pool().resize(count); }

}  // namespace backflow::parallel
