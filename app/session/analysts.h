// An analyst for each network. While two are compared, both are asked about the same iteration, and
// their answers are given out together, so that the pictures side by side belong together.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "app/session/analyst.h"
#include "app/session/comparison.h"

namespace backflow::session {

class Analysts {
public:
  /// `on_result` is called from an analyst's thread after each finished analysis.
  explicit Analysts(std::function<void()> on_result);

  /// Asks for what is to be known of the present records; then of_a() and of_b() are the newest
  /// answers, null where there is none yet.
  void ask(const Comparison& networks);
  std::shared_ptr<const Analysis> of_a() const { return a_.shown; }
  std::shared_ptr<const Analysis> of_b() const { return b_.shown; }

  /// There is an answer that ask() has not seen yet.
  bool has_result() const;

private:
  using Clock = std::chrono::steady_clock;
  using Record = std::shared_ptr<const training::IterationRecord>;

  struct Seat {
    std::uint64_t network = 0;         // its id; 0: none
    std::unique_ptr<Analyst> analyst;  // null: none
    std::shared_ptr<const Analysis> shown;
    Record asked;  // while comparing; null: nothing yet
  };

  void follow(const Comparison& networks);
  void ask_both(const Session& a, const Session& b);

  std::function<void()> on_result_;
  Seat a_, b_;
  AnalysisOptions options_;
  Clock::time_point asked_at_;
};

}  // namespace backflow::session
