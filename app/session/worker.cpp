#include "app/session/worker.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "app/session/analysts.h"
#include "app/session/comparison.h"

namespace backflow::session {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kPublishInterval{1.0 / 60.0}, kUnseenInterval{0.25};
constexpr Seconds kRateWindow{0.5};

// Iterations per second over the last window.
class RateMeter {
public:
  void restart(Clock::time_point now) {
    since_ = now;
    count_ = 0;
    rate_ = 0.0;
  }
  void count_one(Clock::time_point now) {
    ++count_;
    const Seconds elapsed = now - since_;
    if (elapsed < kRateWindow) return;
    rate_ = count_ / elapsed.count();
    since_ = now;
    count_ = 0;
  }
  double rate() const { return rate_; }

private:
  Clock::time_point since_;
  int count_ = 0;
  double rate_ = 0.0;
};

}  // namespace

class Worker::Impl {
public:
  Impl(const Comparison& networks, std::function<void()> on_publish)
      : networks_(networks), on_publish_(std::move(on_publish)), analysts_([this] { wake(); }) {
    publish();
    thread_ = std::thread([this] { loop(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(inbox_mutex_);
      stop_ = true;
    }
    inbox_changed_.notify_one();
    thread_.join();
  }

  void send(Command command) {
    {
      const std::lock_guard lock(inbox_mutex_);
      inbox_.push_back(std::move(command));
    }
    inbox_changed_.notify_one();
  }

  std::future<std::shared_ptr<const Comparison>> copy() {
    std::promise<std::shared_ptr<const Comparison>> promise;
    auto future = promise.get_future();
    {
      const std::lock_guard lock(inbox_mutex_);
      copies_.push_back(std::move(promise));
    }
    inbox_changed_.notify_one();
    return future;
  }

  std::shared_ptr<const Snapshot> latest() const {
    const std::lock_guard lock(latest_mutex_);
    return latest_;
  }

  void seen() { seen_ = true; }

private:
  void wake() {
    {
      const std::lock_guard lock(inbox_mutex_);
      woken_ = true;
    }
    inbox_changed_.notify_one();
  }

  // Waits until there is something to do; returns the commands to carry out, or nothing to stop.
  std::optional<std::deque<Command>> take_commands() {
    std::unique_lock lock(inbox_mutex_);
    const auto something = [this] {
      return stop_ || woken_ || !inbox_.empty() || !copies_.empty();
    };
    if (!networks_.wants_to_iterate())
      inbox_changed_.wait(lock, something);
    else if (has_rhythm())
      inbox_changed_.wait_until(lock, next_iteration_, something);
    if (stop_) return std::nullopt;
    woken_ = false;
    wanted_copies_ = std::exchange(copies_, {});
    return std::exchange(inbox_, {});
  }

  void hand_out_copies() {
    for (auto& promise : std::exchange(wanted_copies_, {})) try {
        auto copy = std::make_shared<Comparison>(networks_);
        copy->leave_undo();
        promise.set_value(std::move(copy));
      } catch (...) {  // there is no memory for it: told by the future
        promise.set_exception(std::current_exception());
      }
  }

  bool is_at_full_speed() const { return networks_.wants_to_iterate() && !has_rhythm(); }

  bool is_due(Clock::time_point now) const {
    const bool waits = is_at_full_speed() && !seen_;
    return now - published_ >= (waits ? kUnseenInterval : kPublishInterval);
  }

  // A replay is as fast as it can be, and so is what brings one network up to the other.
  bool has_rhythm() const { return networks_.speed_limit() > 0.0 && !networks_.is_out_of_step(); }

  // A slider sends one value after the other: of neighbours that set the same thing only the last
  // one counts, so that slow changes do not pile up behind the mouse. Changes of W_hh that build
  // on one another become one.
  static bool is_overtaken(const Command& command, Command& next) {
    if (command.index() != next.index()) return false;
    if (const auto* key = std::get_if<SetKey>(&command))
      return !key->answer && key->name == std::get<SetKey>(next).name &&
             key->gesture == std::get<SetKey>(next).gesture;
    if (const auto* b = std::get_if<OnB>(&command)) {
      Command later = std::get<OnB>(next).command->command;
      if (!is_overtaken(b->command->command, later)) return false;
      next = on_b(std::move(later));
      return true;
    }
    if (const auto* weights = std::get_if<SetRecurrentWeights>(&command)) {
      auto& later = std::get<SetRecurrentWeights>(next);
      return weights->gesture == later.gesture && model::merge_edits(weights->edit, later.edit);
    }
    return std::holds_alternative<GoTo>(command) ||
           std::holds_alternative<SetSpeedLimit>(command) ||
           std::holds_alternative<SetAnalysis>(command);
  }

  void execute(std::deque<Command>& commands) {
    for (std::size_t i = 0; i < commands.size(); ++i)
      if (i + 1 == commands.size() || !is_overtaken(commands[i], commands[i + 1]))
        within_memory([&] { networks_.execute(commands[i]); });
  }

  // Runs a part of the loop; when memory does not suffice, training pauses and says so.
  template <class Work>
  void within_memory(Work work) {
    try {
      work();
    } catch (const std::bad_alloc&) {
      networks_.refuse("there is not enough memory for this; take fewer steps, units or sequences");
    }
  }

  void loop() {
    rate_.restart(Clock::now());
    while (auto commands = take_commands()) {
      const bool was_running = networks_.wants_to_iterate();
      execute(*commands);
      if (!was_running) {
        next_iteration_ = Clock::now();
        rate_.restart(next_iteration_);
      }
      bool changed = !commands->empty();
      if (networks_.wants_to_iterate() && (!has_rhythm() || Clock::now() >= next_iteration_)) {
        const bool trains = !networks_.is_out_of_step();
        within_memory([this] { networks_.iterate(); });
        const auto now = Clock::now();
        if (trains) {
          rate_.count_one(now);
          schedule_next(now);
        }
        changed = changed || is_due(now) || !networks_.wants_to_iterate();
      }
      changed = changed || (analysts_.has_result() && !is_at_full_speed());
      within_memory([this] { networks_.refresh(); });
      if (changed) publish();
      hand_out_copies();  // of what everybody can see by now
    }
  }

  // At a limited speed iterations keep their rhythm; after a delay they do not try to catch up.
  void schedule_next(Clock::time_point now) {
    if (networks_.speed_limit() <= 0.0) return;
    const auto period =
        std::chrono::duration_cast<Clock::duration>(Seconds(1.0 / networks_.speed_limit()));
    next_iteration_ = std::max(next_iteration_ + period, now);
  }

  void publish() {
    analysts_.ask(networks_);
    Comparison::Known known;
    known.revision = ++revision_;
    known.iterations_per_second = networks_.is_running() ? rate_.rate() : 0.0;
    known.analysis_a = analysts_.of_a();
    known.analysis_b = analysts_.of_b();
    auto snapshot = std::make_shared<const Snapshot>(networks_.snapshot(known));
    seen_ = false;
    {
      const std::lock_guard lock(latest_mutex_);
      latest_ = std::move(snapshot);
    }
    published_ = Clock::now();
    if (on_publish_) on_publish_();
  }

  Comparison networks_;  // touched by the worker's thread alone once it runs
  RateMeter rate_;
  std::uint64_t revision_ = 0;
  Clock::time_point published_;
  Clock::time_point next_iteration_;
  std::function<void()> on_publish_;

  mutable std::mutex latest_mutex_;
  std::shared_ptr<const Snapshot> latest_;
  std::atomic<bool> seen_{false};  // the latest one

  std::mutex inbox_mutex_;
  std::condition_variable inbox_changed_;
  std::deque<Command> inbox_;
  std::vector<std::promise<std::shared_ptr<const Comparison>>> copies_, wanted_copies_;
  bool woken_ = false;
  bool stop_ = false;

  Analysts analysts_;
  std::thread thread_;
};

Worker::Worker(const config::Config& config, std::function<void()> on_publish)
    : Worker(Comparison(config), std::move(on_publish)) {}

Worker::Worker(const Comparison& networks, std::function<void()> on_publish)
    : impl_(std::make_unique<Impl>(networks, std::move(on_publish))) {}

Worker::~Worker() = default;

std::future<std::shared_ptr<const Comparison>> Worker::copy() { return impl_->copy(); }

void Worker::send(Command command) { impl_->send(std::move(command)); }

std::shared_ptr<const Snapshot> Worker::latest() const { return impl_->latest(); }

void Worker::seen() { impl_->seen(); }

}  // namespace backflow::session
