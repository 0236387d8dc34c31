// An analyst for each network. While two are compared, both are asked about the same iteration, and
// their answers are given out together, so that the pictures side by side belong together.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "app/session/analyst.h"
#include "app/session/comparison.h"

namespace backflow::session {

class Analysts {
public:
  /// `on_result` is called from an analyst's thread after each finished analysis.
  explicit Analysts(std::function<void()> on_result);

  /// After each command: an analyst goes with its network, and there are as many as networks.
  void follow(const Command& command, const Comparison& networks);

  /// Asks for what is to be known of the present records; then of_a() and of_b() are the newest
  /// answers, null where there is none yet.
  void ask(const Comparison& networks);
  std::shared_ptr<const Analysis> of_a() const { return shown_a_; }
  std::shared_ptr<const Analysis> of_b() const { return shown_b_; }

  /// There is an answer that ask() has not seen yet.
  bool has_result() const;

private:
  using Clock = std::chrono::steady_clock;
  using Record = std::shared_ptr<const training::IterationRecord>;

  void forget_b();
  void fit(const Comparison& networks);
  void ask_both(const Session& a, const Session& b);

  std::function<void()> on_result_;
  std::unique_ptr<Analyst> a_, b_;  // b_ while comparing
  std::shared_ptr<const Analysis> shown_a_, shown_b_;
  Record asked_a_, asked_b_;  // while comparing; null: nothing yet
  AnalysisOptions options_;
  Clock::time_point asked_at_;
};

}  // namespace backflow::session
