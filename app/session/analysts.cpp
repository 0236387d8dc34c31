#include "app/session/analysts.h"

#include <utility>

namespace backflow::session {

Analysts::Analysts(std::function<void()> on_result)
    : on_result_(std::move(on_result)), a_(std::make_unique<Analyst>(on_result_)) {}

void Analysts::follow(const Command& command, const Comparison& networks) {
  const bool swaps =
      std::holds_alternative<SwapSides>(command) || std::holds_alternative<KeepB>(command);
  if (b_ && swaps) {
    std::swap(a_, b_);
    std::swap(shown_a_, shown_b_);
    std::swap(asked_a_, asked_b_);
  }
  // What is known of an earlier B is not of this one.
  if (std::holds_alternative<StartComparison>(command) ||
      std::holds_alternative<StartPair>(command))
    forget_b();
  fit(networks);
}

void Analysts::forget_b() {
  b_.reset();
  shown_b_.reset();
  asked_a_.reset();
  asked_b_.reset();
}

// As many as there are networks.
void Analysts::fit(const Comparison& networks) {
  if (networks.b() == nullptr)
    forget_b();
  else if (!b_)
    b_ = std::make_unique<Analyst>(on_result_);
}

void Analysts::ask(const Comparison& networks) {
  fit(networks);  // a command may have waited for a replay
  if (networks.b() != nullptr) return ask_both(networks.a(), *networks.b());
  a_->request(networks.a().record(), networks.a().analysis_options());
  shown_a_ = a_->result();
}

void Analysts::ask_both(const Session& a, const Session& b) {
  // An answer that does not come, for want of memory, must not hold up the others for ever.
  constexpr std::chrono::seconds kPatience{2};
  const auto of_a = a_->result(), of_b = b_->result();
  const bool complete =
      asked_a_ && of_a && of_b && of_a->record == asked_a_ && of_b->record == asked_b_;
  const bool too_long = Clock::now() - asked_at_ > kPatience;
  if (complete || too_long) {
    shown_a_ = of_a;
    shown_b_ = of_b;
  }
  const AnalysisOptions& options = a.analysis_options();
  if (asked_a_ && !complete && !too_long && options == options_) return;
  asked_a_ = a.record();
  asked_b_ = b.record();
  options_ = options;
  asked_at_ = Clock::now();
  a_->request(asked_a_, options);
  b_->request(asked_b_, b.analysis_options());
}

bool Analysts::has_result() const { return a_->has_result() || (b_ && b_->has_result()); }

}  // namespace backflow::session
