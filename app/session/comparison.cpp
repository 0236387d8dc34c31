#include "app/session/comparison.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "app/session/analysis.h"

namespace backflow::session {
namespace {

template <class C, class... Any>
constexpr bool is_one_of = (std::is_same_v<C, Any> || ...);
// What changes one network; anything else is done with both, or with the comparison.
template <class C>
constexpr bool kIsForOne = is_one_of<C, SetKey, SetRecurrentWeights>;

// Nothing when the command neither makes nor takes a step of undo; 0 when it stands for itself.
std::optional<std::uint64_t> gesture_of(const Command& command) {
  return std::visit(
      [](const auto& c) -> std::optional<std::uint64_t> {
        using C = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<C, OnB>)
          return gesture_of(c.command->command);
        else if constexpr (kIsForOne<C> || std::is_same_v<C, Reset>)
          return c.gesture;
        else if constexpr (is_one_of<C, Run, Pause, StepOnce, Evaluate, GoTo, SetSpeedLimit,
                                     SetAnalysis>)
          return std::nullopt;
        else
          return 0;
      },
      command);
}

// Whether A's step is taken, by the numbers of the commands; 0: there is none. Undo takes the last
// one, Redo the first.
bool takes_a(std::uint64_t of_a, std::uint64_t of_b, bool undo) {
  if (of_a == 0 || of_b == 0) return of_a != 0;
  return undo ? of_a > of_b : of_a < of_b;
}

// The title of what Undo, or Redo, would do.
std::string title_of(const std::string& of_a, const std::string& of_b,
                     std::pair<std::uint64_t, std::uint64_t> numbers, bool undo) {
  const auto [a, b] = numbers;
  if (a == b) return a == 0 ? std::string() : of_a;
  return takes_a(a, b, undo) ? "A: " + of_a : "B: " + of_b;
}

void complete(Snapshot& snapshot, const Comparison::Known& known,
              const std::shared_ptr<const Analysis>& analysis) {
  snapshot.revision = known.revision;
  snapshot.iterations_per_second = known.iterations_per_second;
  attach(analysis, snapshot);
}

}  // namespace

Comparison::Comparison(const config::Config& config, std::size_t memory_budget)
    : a_{Session(config, memory_budget)}, memory_budget_(memory_budget) {}

std::vector<Comparison::Side*> Comparison::sides() {
  if (!b_) return {&a_};
  return {&a_, &*b_};
}

void Comparison::send(Side& side, const Command& command) {
  side.session.execute(command);
  side.addressed = true;
}

void Comparison::send_to_both(const Command& command) {
  for (Side* side : sides()) send(*side, command);
}

void Comparison::refuse_command(std::string reason) {
  refusal_ = std::move(reason);
  ++refusals_;
}

// A side that would only meet the same number again stays where it is, unless both do.
void Comparison::run(const Command& command) {
  single_step_ = std::holds_alternative<StepOnce>(command);
  const bool all = a_.session.has_stopped() && (!b_ || b_->session.has_stopped());
  for (Side* side : sides())
    if (all || !side->session.has_stopped()) send(*side, command);
}

// To a state that it has been in, or as near as there is.
void Comparison::bring_to(Side& side, std::uint64_t iteration, bool running) {
  if (side.session.iteration() == iteration) return;
  side.session.execute(GoTo{iteration});
  if (running) waiting_.push_front(Run{});
}

// Of the command that Undo, or Redo, would take back or make again on each side; 0: none. What was
// taken back on one side cannot be made again once the other was changed.
std::pair<std::uint64_t, std::uint64_t> Comparison::numbers(bool undo) const {
  const Session& a = a_.session;
  const Session& b = b_ ? b_->session : a_.session;
  if (undo) return {a.undo_number(), b.undo_number()};
  const std::uint64_t last = std::max(a.undo_number(), b.undo_number());
  const auto valid = [last](std::uint64_t number) { return number > last ? number : 0; };
  return {valid(a.redo_number()), valid(b.redo_number())};
}

// All that one command did, on one side or on both.
void Comparison::take_back(const Command& command) {
  const bool undo = std::holds_alternative<Undo>(command), running = is_running();
  const auto [of_a, of_b] = numbers(undo);
  if (of_a == 0 && of_b == 0)
    return refuse_command(undo ? "there is nothing to undo" : "there is nothing to redo");
  const bool in_a = of_a == of_b || takes_a(of_a, of_b, undo);
  const bool in_b = b_ && (of_a == of_b || !in_a);
  const auto iteration_of = [this](bool a) { return (a ? a_ : *b_).session.iteration(); };
  const std::uint64_t before = iteration_of(in_a);
  const auto take = [&](Side& side, std::uint64_t number) {
    do {
      send(side, command);
    } while ((undo ? side.session.undo_number() : side.session.redo_number()) == number);
  };
  if (in_a) take(a_, of_a);
  if (in_b) take(*b_, of_b);
  if (b_ && in_a != in_b && iteration_of(in_a) != before)
    bring_to(in_a ? *b_ : a_, iteration_of(in_a), running);
}

void Comparison::copy_to_b() {
  b_ = a_;
  b_->id = ++last_id_;
}

// As in Session: a replay goes on in the meantime, but Pause gives it up, unless one side is there,
// and another GoTo replaces it; the rest waits until both are there.
void Comparison::execute(const Command& command) {
  if (is_going()) {
    const bool gives_up = std::holds_alternative<Pause>(command) ||
                          std::holds_alternative<StartAnew>(command) ||
                          std::holds_alternative<OpenSession>(command);
    if (gives_up) waiting_.clear();
    const bool at_once = gives_up || std::holds_alternative<SetSpeedLimit>(command) ||
                         std::holds_alternative<SetAnalysis>(command) ||
                         (std::holds_alternative<GoTo>(command) && waiting_.empty());
    if (!at_once) {
      waiting_.push_back(command);
      return;
    }
  }
  carry_out_now(command);
  carry_out_waiting();
}

void Comparison::carry_out_waiting() {
  while (!is_going() && !waiting_.empty()) {
    const Command next = std::move(waiting_.front());
    waiting_.pop_front();
    carry_out_now(next);
  }
}

void Comparison::carry_out_now(const Command& command) {
  refusal_.clear();
  for (Side* side : sides()) side->addressed = false;
  number_steps(command);
  std::visit([this](const auto& c) { carry_out(c); }, command);
  count_changes(std::visit(
      [](const auto& c) {
        return is_one_of<std::decay_t<decltype(c)>, StartAnew, StartComparison, StartPair,
                         SwapSides, KeepB, EndComparison, OpenSession>;
      },
      command));
}

void Comparison::number_steps(const Command& command) {
  const auto gesture = gesture_of(command);
  if (!gesture) return;
  if (*gesture == 0 || *gesture != gesture_) ++number_;
  gesture_ = *gesture;
  for (Side* side : sides()) side->session.number_steps(number_);
}

void Comparison::carry_out(const Run& command) { run(command); }
void Comparison::carry_out(const StepOnce& command) { run(command); }
void Comparison::carry_out(const StartPair& command) { start_pair(command); }
void Comparison::leave_undo() {
  for (Side* side : sides()) side->session.leave_undo();
  waiting_.clear();
}

void Comparison::carry_out(const StartComparison&) { copy_to_b(); }
void Comparison::carry_out(const EndComparison&) { b_.reset(); }
void Comparison::carry_out(const StartAnew& command) {
  send(a_, command);
  b_.reset();
  single_step_ = false;
}

// Where one has arrived already, the other may not stay behind.
void Comparison::carry_out(const Pause& command) {
  single_step_ = false;
  const bool gives_up = all_going();
  for (Side* side : sides())
    if (gives_up || !side->session.is_going()) send(*side, command);
}

void Comparison::carry_out(const SwapSides&) {
  if (b_) std::swap(a_, *b_);
}

void Comparison::carry_out(const KeepB&) {
  if (b_) a_ = std::move(*b_);
  b_.reset();
}

void Comparison::carry_out(const OnB& command) {
  if (!b_) return;
  std::visit(
      [this](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<C, SetKey>)
          set_key(*b_, c);
        else if constexpr (kIsForOne<C>)
          change(*b_, c);
        else
          carry_out(c);
      },
      command.command->command);
}

template <class C>
void Comparison::carry_out(const C& command) {
  if constexpr (kIsForOne<C>) {
    change(a_, command);
  } else {
    if constexpr (!is_one_of<C, SetSpeedLimit, SetAnalysis>) single_step_ = false;
    send_to_both(command);
  }
}

bool Comparison::wants_to_iterate() const {
  return a_.session.wants_to_iterate() || (b_ && b_->session.wants_to_iterate());
}

const Comparison::Side* Comparison::behind() const {
  if (!b_ || a_.session.iteration() == b_->session.iteration()) return nullptr;
  const Side& last = a_.session.iteration() < b_->session.iteration() ? a_ : *b_;
  return last.session.wants_to_iterate() ? &last : nullptr;
}

void Comparison::iterate() {
  iterate_now();
  count_changes(false);
}

void Comparison::iterate_now() {
  if (is_going()) {
    for (Side* side : sides())
      if (side->session.is_going()) side->session.iterate();
    return carry_out_waiting();
  }
  if (const Side* last = behind()) {
    Session& session = last == &a_ ? a_.session : b_->session;
    session.iterate();
    // The one step asked for is that which both make.
    if (single_step_ && !session.has_stopped()) session.execute(StepOnce{});
    return;
  }
  for (Side* side : sides())
    if (side->session.wants_to_iterate()) side->session.iterate();
  single_step_ = false;
}

void Comparison::refresh() {
  a_.session.refresh();
  if (b_) b_->session.refresh();
}

void Comparison::refuse(const std::string& reason) {
  single_step_ = false;
  waiting_.clear();
  a_.session.refuse(reason);
  if (b_) b_->session.execute(Pause{});
  a_.addressed = true;
}

Snapshot Comparison::snapshot(const Known& known) const {
  Snapshot a = a_.session.snapshot();
  complete(a, known, known.analysis_a);
  a.changes = changes_;
  if (!a_.addressed) a.refusal.clear();
  a.refusals += refusals_;
  if (b_) {
    Snapshot b = b_->session.snapshot();
    complete(b, known, known.analysis_b);
    b.is_b = true;
    b.changes = changes_;
    a.running = b.running = a.running || b.running;
    if (!a.going_to) a.going_to = b.going_to;
    a.undo_title = title_of(a.undo_title, b.undo_title, numbers(true), true);
    a.redo_title = title_of(a.redo_title, b.redo_title, numbers(false), false);
    a.refusals += b.refusals;
    if (a.refusal.empty() && b_->addressed && !b.refusal.empty()) a.refusal = "B: " + b.refusal;
    b.other = std::make_shared<const Snapshot>(a);
    a.other = std::make_shared<const Snapshot>(std::move(b));
  }
  if (!refusal_.empty()) a.refusal = refusal_;
  return a;
}

}  // namespace backflow::session
