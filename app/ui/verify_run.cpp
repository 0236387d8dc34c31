#include "app/ui/verify_run.h"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace backflow::ui {

VerifyRun::VerifyRun() {
  for (const verify::Check& check : verify::checks()) rows_.emplace_back().check = &check;
}

VerifyRun::~VerifyRun() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void VerifyRun::start(bool slow) {
  if (running_) return;
  if (thread_.joinable()) thread_.join();
  running_ = true;
  thread_ = std::thread([this, slow] {
    for (std::size_t i = 0; i < rows_.size() && !stop_; ++i)
      if (rows_[i].check->slow == slow) carry_out(i);
    running_ = false;
  });
}

void VerifyRun::carry_out(std::size_t index) {
  Row& row = rows_[index];
  {
    const std::lock_guard lock(mutex_);
    if (row.state != State::waiting) return;
    row.state = State::running;
  }
  verify::Options options;
  options.stop = [&](double share) {
    const std::lock_guard lock(mutex_);
    row.share = share;
    return stop_.load();
  };
  const auto begin = std::chrono::steady_clock::now();
  std::optional<std::vector<verify::Finding>> findings;
  try {
    findings = row.check->run(options);
  } catch (const std::exception& error) {  // such as too little memory
    findings = std::vector<verify::Finding>{
        {.what = "could not be computed: " + std::string(error.what())}};
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  const std::lock_guard lock(mutex_);
  if (!findings) {
    row.state = State::waiting;
    return;
  }
  row.findings = std::move(*findings);
  row.seconds = time.count();
  row.state = verify::passed(row.findings) ? State::passed : State::failed;
}

std::vector<VerifyRun::Row> VerifyRun::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

}  // namespace backflow::ui
