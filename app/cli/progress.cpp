#include "app/cli/progress.h"

#include <cstdio>
#include <utility>

#include <unistd.h>

namespace backflow::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + kInterval) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::update(std::int64_t done, std::int64_t total) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  shown_ = true;
  std::fprintf(stderr, "\r\033[K%s: %lld of %lld (%lld %%)", what_.c_str(),
               static_cast<long long>(done), static_cast<long long>(total),
               static_cast<long long>(total > 0 ? 100 * done / total : 100));
  std::fflush(stderr);
}

std::function<bool(std::int64_t, std::int64_t)> Progress::tick() {
  return [this](std::int64_t done, std::int64_t total) {
    update(done, total);
    return true;
  };
}

}  // namespace backflow::cli
