#include "app/session/analyst.h"

#include <new>
#include <utility>

#include "app/session/session.h"

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

// Null when cancelled or when memory does not suffice: then there is no map, and training goes on.
std::shared_ptr<const Analysis> Analyst::analyse_or_give_up(const Request& request) {
  try {
    return analyse(request.record, request.options, [this] {
      const std::lock_guard lock(mutex_);
      return cancel_;
    });
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
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
    const auto analysis = analyse_or_give_up(request);
    if (!analysis) continue;
    {
      const std::lock_guard lock(mutex_);
      result_ = analysis;
      fresh_ = true;
    }
    on_result_();
  }
}

}  // namespace backflow::session
