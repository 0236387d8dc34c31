#include "app/session/analysts.h"

#include <utility>

namespace backflow::session {

Analysts::Analysts(std::function<void()> on_result) : on_result_(std::move(on_result)) {}

// An analyst goes with its network, and there are as many as networks.
void Analysts::follow(const Comparison& networks) {
  if (b_.network != 0 && b_.network == networks.id_of_a()) std::swap(a_, b_);
  const auto fit = [this](Seat& seat, std::uint64_t network) {
    if (seat.network == network) return false;
    seat = {};
    seat.network = network;
    if (network != 0) seat.analyst = std::make_unique<Analyst>(on_result_);
    return true;
  };
  const bool new_a = fit(a_, networks.id_of_a()), new_b = fit(b_, networks.id_of_b());
  if (new_a || new_b) a_.asked = b_.asked = nullptr;
}

void Analysts::ask(const Comparison& networks) {
  follow(networks);
  if (networks.b() != nullptr) return ask_both(networks.a(), *networks.b());
  a_.analyst->request(networks.a().record(), networks.a().analysis_options());
  a_.shown = a_.analyst->result();
}

void Analysts::ask_both(const Session& a, const Session& b) {
  // An answer that does not come, for want of memory, must not hold up the others for ever.
  constexpr std::chrono::seconds kPatience{2};
  const auto of_a = a_.analyst->result(), of_b = b_.analyst->result();
  const bool complete =
      a_.asked && of_a && of_b && of_a->record == a_.asked && of_b->record == b_.asked;
  const bool too_long = Clock::now() - asked_at_ > kPatience;
  if (complete || too_long) {
    a_.shown = of_a;
    b_.shown = of_b;
  }
  const AnalysisOptions options = a.analysis_options();
  if (a_.asked && !complete && !too_long && options == options_) return;
  a_.asked = a.record();
  b_.asked = b.record();
  options_ = options;
  asked_at_ = Clock::now();
  a_.analyst->request(a_.asked, options);
  b_.analyst->request(b_.asked, b.analysis_options());
}

bool Analysts::has_result() const {
  return (a_.analyst && a_.analyst->has_result()) || (b_.analyst && b_.analyst->has_result());
}

}  // namespace backflow::session
