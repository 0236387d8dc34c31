// Keys of one network or of both.
#include <algorithm>
#include <new>
#include <utility>

#include "app/session/comparison.h"
#include "core/config/keys.h"
#include "core/config/open.h"
#include "core/io/progress.h"

namespace backflow::session {
namespace {

constexpr ReadyPair kPairs[] = {
    {"activation", "tanh | ReLU", "model.activation", "tanh", "relu"},
    {"clipping", "clipping on | off", "training.clip.mode", "norm", "none"},
    {"initialisation", "Gaussian | orthogonal", "model.init", "gaussian", "orthogonal"},
    {"rnn-gru", "vanilla RNN | GRU", "model.cell", "rnn", "gru"},
    {"rnn-lstm", "vanilla RNN | LSTM", "model.cell", "rnn", "lstm"},
    {"gru-lstm", "GRU | LSTM", "model.cell", "gru", "lstm"},
    {"truncation", "full | truncated BPTT", "training.truncation", "none", "horizon"},
};

// What both sides of a pair take besides, so that its difference can be seen: a horizon shorter
// than the sequences.
std::optional<SetKey> common_key(const ReadyPair& pair, const config::Config& config) {
  const model::Index steps = training::resolved(config.task).steps;
  if (pair.key != "training.truncation" || config.training.truncation.steps < steps)
    return std::nullopt;
  return SetKey{"training.truncation.steps", std::to_string(std::max<model::Index>(1, steps / 4))};
}

std::string try_key(config::Config& config, std::string_view name, std::string_view value) {
  const std::string refusal = config::set_key_anew(config, name, value);
  return refusal.empty() ? config::validate(config) : refusal;
}

}  // namespace

std::span<const ReadyPair> ready_pairs() { return kPairs; }

bool is_shared(std::string_view key) {
  return key.starts_with("task.") || key == "model.readout" || key == "model.loss" ||
         key == "training.validation_every";
}

void Comparison::carry_out(const SetKey& command) { set_key(a_, command); }

// Of that side, or of both.
void Comparison::set_key(Side& side, const SetKey& command) {
  const io::ProgressScope listening(command.progress);
  try {
    if (is_shared(command.name))
      change_both(command);
    else
      change(side, command);
  } catch (const std::bad_alloc&) {
    if (!command.answer) throw;
    command.answer->set_value("there is not enough memory for it");
    return;
  }
  if (command.answer) command.answer->set_value(take_refusal());
}

// Of the last command; nobody else is told it.
std::string Comparison::take_refusal() {
  if (!refusal_.empty()) {
    --refusals_;
    return std::exchange(refusal_, {});
  }
  for (Side* side : sides()) {
    if (!side->addressed) continue;
    const std::string refusal = side->session.take_refusal();
    if (!refusal.empty()) return side == &a_ ? refusal : "B: " + refusal;
  }
  return {};
}

// A key or weights of one side. New weights start at iteration 0, and the other side with them.
// A network from a file may bring other inputs along; both are asked the same.
bool Comparison::changes_the_task(const Side& side, const Command& command) const {
  const auto* set = std::get_if<SetKey>(&command);
  if (!b_ || set == nullptr || set->name != "model.file") return false;
  config::Config wanted = side.session.config();
  return try_key(wanted, set->name, set->value).empty() &&
         wanted.task.kind != side.session.config().task.kind;
}

void Comparison::change(Side& side, const Command& command) {
  if (changes_the_task(side, command))
    return refuse_command(
        "two networks are compared on the same task; give both inputs from a file first, or end "
        "the comparison");
  const std::uint64_t before = side.session.iteration();
  const bool was_running = is_running();
  send(side, command);
  if (!b_ || side.session.iteration() >= before) return;
  other(side).session.execute(Reset{gesture_});
  const bool asks = config::has_targets(side.session.config());
  if (was_running && asks)
    send_to_both(Run{});
  else if (single_step_ && asks)
    send_to_both(StepOnce{});
}

// Both take the value, or none.
void Comparison::change_both(const SetKey& command) {
  if (b_) {
    config::Config wanted = b_->session.config();
    const std::string refusal = try_key(wanted, command.name, command.value);
    config::Config wanted_a = a_.session.config();
    if (!refusal.empty() && try_key(wanted_a, command.name, command.value).empty())
      return refuse_command("B: " + refusal);
  }
  const std::uint64_t refusals = a_.session.refusals();
  change(a_, command);
  if (!b_ || a_.session.refusals() != refusals) return;
  change(*b_, command);
}

void Comparison::start_pair(const StartPair& command) {
  const auto* pair = std::find_if(std::begin(kPairs), std::end(kPairs),
                                  [&](const ReadyPair& p) { return p.name == command.name; });
  if (pair == std::end(kPairs)) return refuse_command("there is no pair \"" + command.name + "\"");
  for (const std::string_view value : {pair->a, pair->b}) {
    config::Config wanted = a_.session.config();
    const std::string refusal = try_key(wanted, pair->key, value);
    if (!refusal.empty()) return refuse_command(refusal);
  }
  const bool was_running = is_running();
  b_.reset();
  if (const auto key = common_key(*pair, a_.session.config())) send(a_, *key);
  send(a_, SetKey{std::string(pair->key), std::string(pair->a)});
  send(a_, Reset{});
  copy_to_b();
  send(*b_, SetKey{std::string(pair->key), std::string(pair->b)});
  send(*b_, Reset{});
  if (was_running) send_to_both(Run{});
}

}  // namespace backflow::session
