// How far the reading of a file has come, for whoever waits for it. Readers report; nobody need
// listen.
#pragma once

#include <cstddef>
#include <functional>

namespace backflow::io {

/// While it lives, reports of this thread go to `sink`; then to whom they went before. Each step of
/// a reading (the file, then its contents) reports shares from 0 to 1 of its own.
class ProgressScope {
public:
  explicit ProgressScope(std::function<void(double share)> sink);
  ~ProgressScope();
  ProgressScope(const ProgressScope&) = delete;
  ProgressScope& operator=(const ProgressScope&) = delete;

private:
  std::function<void(double share)> sink_;
  ProgressScope* outer_;
  friend void report_progress(double share);
};

/// Tells the innermost scope of this thread, if there is one. Shares within 0..1.
void report_progress(double share);

/// Reports now and then what share of `total` bytes is done: every few megabytes, for that is
/// quick.
class ProgressMeter {
public:
  /// 0 … total are reported as `from` … `to`.
  explicit ProgressMeter(std::size_t total, double from = 0.0, double to = 1.0)
      : total_(total), from_(from), to_(to) {}

  void at(std::size_t done) {
    if (done >= next_) report(done);
  }

private:
  static constexpr std::size_t kEvery = 4 << 20;

  void report(std::size_t done);

  std::size_t total_, next_ = kEvery;
  double from_, to_;
};

}  // namespace backflow::io
