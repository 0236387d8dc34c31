// Networks to and from what a session's file keeps.
#include <utility>

#include "app/session/comparison.h"

namespace backflow::session {

Comparison::Comparison(const SavedSession& saved, std::size_t memory_budget)
    : a_{Session(saved.networks.front(), memory_budget)}, memory_budget_(memory_budget) {
  if (saved.networks.size() > 1) b_ = Side{Session(saved.networks[1], memory_budget), ++last_id_};
  send_to_both(SetSpeedLimit{saved.speed_limit});
}

SavedSession Comparison::saved() const {
  SavedSession saved;
  saved.networks.push_back(a_.session.saved());
  if (b_) saved.networks.push_back(b_->session.saved());
  saved.speed_limit = speed_limit();
  return saved;
}

// All is made before anything is given up: there may be no memory for both.
void Comparison::carry_out(const OpenSession& command) {
  Comparison opened(*command.session, memory_budget_);
  opened.send_to_both(SetAnalysis{a_.session.snapshot().analysis_options});
  opened.a_.id = ++last_id_;
  if (opened.b_) opened.b_->id = ++last_id_;
  opened.last_id_ = last_id_;
  opened.number_ = number_;
  opened.refusals_ = refusals_ + a_.session.refusals() + (b_ ? b_->session.refusals() : 0);
  opened.changes_ = changes_;
  opened.opened_changes_ = changes_ + 1;  // count_changes() is about to say so
  opened.opened_ = command.number;
  *this = std::move(opened);
}

// To be called after whatever may have changed the networks.
void Comparison::count_changes(bool changed) {
  for (Side* side : sides()) changed = side->session.take_changed() || changed;
  if (changed) ++changes_;
}

}  // namespace backflow::session
