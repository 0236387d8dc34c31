#include "app/session/analyst.h"

#include <new>
#include <utility>

#include "app/session/analysis.h"

namespace backflow::session {
Analyst::Analyst(std::function<void()> on_result)
    : on_result_(std::move(on_result)), thread_([this] { loop(); }) {}

Analyst::~Analyst() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = cancel_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Analyst::request(std::shared_ptr<const training::IterationRecord> record,
                      const AnalysisOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    const bool options_changed = options != last_asked_.options;
    if (record == last_asked_.record && !options_changed) return;
    if (options_changed) cancel_ = true;
    last_asked_ = {std::move(record), options};
    pending_ = true;
  }
  changed_.notify_one();
}

std::shared_ptr<const Analysis> Analyst::result() {
  const std::lock_guard lock(mutex_);
  fresh_ = false;
  return result_;
}

bool Analyst::has_result() const {
  const std::lock_guard lock(mutex_);
  return fresh_;
}

std::shared_ptr<const Analysis> Analyst::result_of(const training::IterationRecord& record) {
  const std::lock_guard lock(mutex_);
  return result_ && result_->record.get() == &record ? result_ : nullptr;
}

// Null when cancelled or when memory does not suffice: then there is no map, and training goes on.
template <class Analyse>
std::shared_ptr<const Analysis> Analyst::or_give_up(bool yields, const Analyse& analyse_it) {
  const auto cancelled = [this, yields] {
    const std::lock_guard lock(mutex_);
    return cancel_ || (yields && pending_);
  };
  try {
    return analyse_it(cancelled);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void Analyst::publish(std::shared_ptr<const Analysis> analysis) {
  if (!analysis) return;
  if (analysis->norms.is_exact()) last_exact_ = Clock::now();
  if (analysis->neuron) neuron_ = analysis->neuron;
  begun_ = true;
  {
    const std::lock_guard lock(mutex_);
    result_ = std::move(analysis);
    fresh_ = true;
  }
  on_result_();
}

void Analyst::loop() {
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || pending_; });
      if (stop_) return;
      request = last_asked_;
      pending_ = cancel_ = false;
    }
    // What is known of this record is known with other options, too.
    std::shared_ptr<const Analysis> earlier = result_of(*request.record);
    bool picture = earlier != nullptr;
    for (int level = begun_ ? kFirstLevel : kQuickestLevel; level < kCoarseLevels; ++level) {
      // The first is for every request; once there is a picture, finer ones give way to newer ones.
      const auto coarse = or_give_up(level > kFirstLevel, [&](const auto& cancelled) {
        return analyse_coarsely(request.record, request.options, cancelled, earlier.get(), neuron_,
                                level);
      });
      if (!coarse) continue;
      publish(coarse);
      picture = true;
      if (!earlier || !earlier->norms.is_exact()) earlier = coarse;
    }
    if (picture && exact_is_too_large(*request.record, request.options)) continue;
    // After a coarse map or an earlier one, which is a picture already, the exact one gives way to
    // newer requests, but not for ever.
    constexpr std::chrono::seconds kPatience{2};
    const bool may_wait = picture && (Clock::now() - last_exact_ < kPatience ||
                                      is_slow(*request.record, request.options));
    publish(or_give_up(may_wait, [&](const auto& cancelled) {
      return analyse(request.record, request.options, cancelled, earlier.get(), neuron_);
    }));
  }
}

}  // namespace backflow::session
