// How far the reading of a file has come, for whoever waits for it. Readers report; nobody need
// listen.
#pragma once

#include <cstddef>
#include <functional>

namespace backflow::io {

/// Readers report after about so many bytes.
inline constexpr std::size_t kProgressBytes = 4 << 20;

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

}  // namespace backflow::io
