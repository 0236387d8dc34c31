#include "core/io/progress.h"

#include <algorithm>
#include <utility>

namespace backflow::io {
namespace {
thread_local ProgressScope* innermost = nullptr;
}

ProgressScope::ProgressScope(std::function<void(double share)> sink)
    : sink_(std::move(sink)), outer_(innermost) {
  innermost = this;
}

ProgressScope::~ProgressScope() { innermost = outer_; }

void report_progress(double share) {
  if (innermost != nullptr && innermost->sink_) innermost->sink_(std::clamp(share, 0.0, 1.0));
}

void ProgressMeter::report(std::size_t done) {
  next_ = done + kEvery;
  if (total_ == 0) return;
  report_progress(from_ + (to_ - from_) * static_cast<double>(done) / static_cast<double>(total_));
}

}  // namespace backflow::io
