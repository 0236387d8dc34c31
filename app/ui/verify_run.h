// The checks of core/verify carried out in a thread of their own, one after the other.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "core/verify/check.h"

namespace backflow::ui {

class VerifyRun {
public:
  enum class State { waiting, running, passed, failed };
  struct Row {
    const verify::Check* check = nullptr;
    State state = State::waiting;
    double share = 0.0;    ///< of a running one that is done
    double seconds = 0.0;  ///< that it took
    std::vector<verify::Finding> findings;
  };

  VerifyRun();
  ~VerifyRun();  ///< gives up what is under way and joins
  VerifyRun(const VerifyRun&) = delete;
  VerifyRun& operator=(const VerifyRun&) = delete;

  /// Those that were not carried out yet: the quick ones, or the slow ones. Does nothing while some
  /// are.
  void start(bool slow);
  bool is_running() const { return running_; }
  std::vector<Row> rows() const;  ///< a copy, in the order of verify::checks()

private:
  void carry_out(std::size_t index);

  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::atomic<bool> running_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace backflow::ui
