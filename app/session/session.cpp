#include "app/session/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "app/session/analysis.h"
#include "core/config/keys.h"
#include "core/config/open.h"

namespace backflow::session {
namespace {

// The same, but for the target of W_hh's scale.
ConfigPointer with_unknown_scale(const config::Config& config, const std::string& key) {
  auto unknown = std::make_shared<config::Config>(config);
  if (key == "model.singular_value") unknown->model.weights.singular_value = std::nan("");
  if (key == "model.spectral_radius") unknown->model.weights.spectral_radius = std::nan("");
  return unknown;
}

// A file may have become another one under its old name.
bool differ(const config::Config& a, const config::Config& b) {
  if (config::needs_restart(a, b) || a.task != b.task) return true;
  return std::ranges::any_of(config::keys(),
                             [&](const config::Key& key) { return key.get(a) != key.get(b); });
}

// "Activation: tanh → ReLU".
std::string change_title(const config::Config& from, const config::Config& to,
                         const std::string& name) {
  const config::Key& key = *config::find_key(name);
  const auto value = [&key](const config::Config& config) {
    const std::string text = key.get(config);
    for (const config::Choice& choice : key.choices)
      if (choice.name == text) return choice.title;
    return text;
  };
  const std::string old_value = value(from), new_value = value(to);
  if (key.kind == config::KeyKind::text) return key.title;
  return key.title + ": " + (old_value == new_value ? "" : old_value + " → ") + new_value;
}

}  // namespace

Session::Session(const config::Config& config, std::size_t memory_budget)
    : config_(std::make_shared<config::Config>(config)),
      trainer_(config::make_setup(config)),
      timeline_(memory_budget),
      stale_(true) {
  timeline_.begin(trainer_, config_);
  refresh();
}

Session::Session(const SavedNetwork& saved, std::size_t memory_budget)
    : config_(std::make_shared<config::Config>(saved.config)),
      trainer_(saved.state),
      timeline_(memory_budget),
      divergence_(saved.divergence),
      stale_(true) {
  timeline_.begin(trainer_, config_, saved.curve, !saved.stopped);
  refresh();
}

SavedNetwork Session::saved() const {
  Snapshot curves;
  timeline_.describe(trainer_.iteration(), curves);
  return {*config_, trainer_.state(), curves.history, divergence_, has_stopped()};
}

AnalysisOptions Session::analysis_options() const {
  return with_config(analysis_options_, *config_);
}

// Where nothing is asked there is nothing to go on with.
void Session::stop_without_targets() {
  if (!config::has_targets(*config_)) running_ = single_step_ = false;
}

void Session::restart() { begin(training::Trainer(config::make_setup(*config_))); }

void Session::begin(training::Trainer trainer) {
  stop_without_targets();
  changed_ = true;
  trainer_ = std::move(trainer);
  timeline_.begin(trainer_, config_);
  divergence_.reset();
  stale_ = true;
  refresh();
}

void Session::refresh() {
  if (!stale_ || wants_to_iterate()) return;
  record_ = trainer_.evaluate();
  stale_ = false;
}

void Session::execute(const Command& command) {
  const bool at_once = std::holds_alternative<SetSpeedLimit>(command) ||
                       std::holds_alternative<SetAnalysis>(command);
  if (is_going() &&
      (std::holds_alternative<Pause>(command) || std::holds_alternative<StartAnew>(command))) {
    going_.reset();
    waiting_.clear();
  }
  const bool replaces = std::holds_alternative<GoTo>(command) && waiting_.empty();
  if (is_going() && !at_once && !replaces)
    waiting_.push_back(command);
  else
    carry_out(command);
}

void Session::carry_out(const Command& command) {
  refusal_.clear();
  std::visit(
      [this](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (!std::is_same_v<C, SetSpeedLimit> && !std::is_same_v<C, SetAnalysis>)
          prepares_until_.reset();
        if constexpr (std::is_same_v<C, Run> || std::is_same_v<C, StepOnce>) {
          if (!config::has_targets(*config_))
            return refuse_command("there is nothing to train for: these inputs have no targets");
        }
        if constexpr (std::is_same_v<C, Run>) {
          running_ = true;
          changed_ = changed_ || divergence_.has_value();
          divergence_.reset();
        } else if constexpr (std::is_same_v<C, Pause>) {
          running_ = single_step_ = false;
        } else if constexpr (std::is_same_v<C, StepOnce>) {
          running_ = false;
          single_step_ = true;
          changed_ = changed_ || divergence_.has_value();
          divergence_.reset();
        } else if constexpr (std::is_same_v<C, Reset>) {
          running_ = single_step_ = false;
          add_undo(place_before(c.gesture), "Reset", c.gesture, true);
          restart();
        } else if constexpr (std::is_same_v<C, StartAnew>) {
          running_ = single_step_ = false;
          // Where there is no memory for it, nothing has changed.
          training::Trainer trainer(config::make_setup(*c.config));
          add_undo(place(), c.title, 0, true);
          config_ = c.config;
          started_ = c.number;
          begin(std::move(trainer));
          if (c.iterations > 0 && config::has_targets(*config_)) prepares_until_ = c.iterations;
        } else if constexpr (std::is_same_v<C, Evaluate>) {
          running_ = single_step_ = false;
          stale_ = true;
        } else if constexpr (std::is_same_v<C, GoTo>) {
          running_ = single_step_ = false;
          go_to(c.iteration);
        } else if constexpr (std::is_same_v<C, Undo>) {
          take_back(true);
        } else if constexpr (std::is_same_v<C, Redo>) {
          take_back(false);
        } else if constexpr (std::is_same_v<C, SetRecurrentWeights>) {
          set_recurrent_weights(c);
        } else if constexpr (std::is_same_v<C, SetKey>) {
          set_key(c);
        } else if constexpr (std::is_same_v<C, SetSpeedLimit>) {
          speed_limit_ = c.iterations_per_second;
        } else if constexpr (std::is_same_v<C, SetAnalysis>) {
          analysis_options_ = c.options;
        }
      },
      command);
}

// What is near is reached at once, so that scrubbing shows each stop.
void Session::go_to(std::uint64_t iteration) {
  if (going_ && going_->target == iteration) return;  // on its way
  going_.reset();
  going_.emplace(timeline_.replay(iteration, trainer_));
  go_on(std::chrono::milliseconds(8));
}

void Session::go_on(std::chrono::steady_clock::duration how_long) {
  if (!timeline_.advance(*going_, how_long)) return;
  changed_ = true;
  timeline_.arrive(*going_);
  trainer_ = std::move(going_->trainer);
  config_ = going_->config;
  divergence_.reset();
  if (going_->record) divergence_ = going_->record->divergence;
  stale_ = going_->changed || !going_->record;
  if (going_->record) record_ = going_->record;
  going_.reset();
  while (!is_going() && !waiting_.empty()) {
    const Command next = std::move(waiting_.front());
    waiting_.pop_front();
    carry_out(next);
  }
}

std::shared_ptr<Place> Session::place() const {
  // A larger record is computed anew.
  constexpr std::size_t kMostRecord = std::size_t{16} << 20;
  auto place = std::make_shared<Place>();
  place->state = trainer_.state();
  place->config = config_;
  place->divergence = divergence_;
  if (!stale_ && bytes_of(*record_) <= kMostRecord) place->record = record_;
  timeline_.describe(*place);
  return place;
}

// Null when the change belongs to the gesture before it.
std::shared_ptr<Place> Session::place_before(std::uint64_t gesture) const {
  const UndoHeads& heads = timeline_.heads();
  const bool goes_on = gesture != 0 && heads.undo && heads.undo->place && !heads.redo &&
                       heads.undo->gesture == gesture;
  return goes_on ? nullptr : place();
}

// What was in force before the gesture.
const config::Config& Session::config_at(const std::shared_ptr<Place>& before) const {
  return before ? *before->config : *timeline_.heads().undo->place->config;
}

// A number that is set in one gesture with a choice, such as the learning rate with the optimiser,
// goes along with it: the title stays that of the choice.
void Session::add_undo(std::shared_ptr<Place> before, std::string title, std::uint64_t gesture,
                       bool replaces_state, bool of_choice) {
  if (!before) {
    UndoStep& step = *timeline_.heads().undo;
    if (of_choice || !step.of_choice) step.title = std::move(title);
    step.of_choice = step.of_choice || of_choice;
    step.replaces_state = step.replaces_state || replaces_state;
    return;
  }
  const auto step = std::make_shared<UndoStep>(UndoStep{
      std::move(title), gesture, replaces_state, std::move(before), step_number_, of_choice});
  timeline_.set_heads({step, nullptr}, step, trainer_.iteration());
}

// Undo and redo are each other's mirror: each goes to the place that its step holds and leaves the
// present one to the other. Where training went on since and the change was one of options alone,
// its result is kept and only the options are those of the place.
void Session::take_back(bool undo) {
  const UndoHeads now = timeline_.heads();
  const std::shared_ptr<UndoStep> step = undo ? now.undo : now.redo;
  if (!step || !step->place)
    return refuse_command(undo ? "there is nothing to undo" : "there is nothing to redo");
  const std::shared_ptr<Place> target = step->place;
  changed_ = true;
  const auto back = std::make_shared<UndoStep>(
      UndoStep{step->title, 0, step->replaces_state, place(), step->number, step->of_choice});
  if (step->replaces_state || trainer_.iteration() == target->state.setup.iteration) {
    restore(*target);
  } else {
    const ConfigPointer from = config_;
    config_ = target->config;
    config::apply(*from, *config_, trainer_);
    timeline_.add_change(trainer_, from, config_);
    stop_without_targets();
    stale_ = true;
  }
  timeline_.set_heads(
      undo ? UndoHeads{target->heads.undo, back} : UndoHeads{back, target->heads.redo}, back,
      trainer_.iteration());
}

void Session::restore(const Place& place) {
  trainer_ = training::Trainer(place.state);
  config_ = place.config;
  stop_without_targets();
  divergence_ = place.divergence;
  stale_ = !place.record;
  if (place.record) record_ = place.record;
  timeline_.restore(place);
}

void Session::set_key(const SetKey& command) {
  auto wanted = std::make_shared<config::Config>(*config_);
  std::string refusal = config::set_key_anew(*wanted, command.name, command.value);
  if (refusal.empty()) refusal = config::validate(*wanted);
  if (!refusal.empty()) return refuse_command(std::move(refusal));
  // These keys scale the present W_hh, which training may have moved since they were last set:
  // setting the same value again must act too.
  const bool scales =
      command.name == "model.singular_value" || command.name == "model.spectral_radius";
  if (!scales && !differ(*config_, *wanted)) return;
  auto before = place_before(command.gesture);
  const std::string title = change_title(config_at(before), *wanted, command.name);
  const bool of_choice = config::find_key(command.name)->kind == config::KeyKind::choice;
  auto from = scales ? with_unknown_scale(*config_, command.name) : config_;
  if (config::needs_restart(*from, *wanted)) {
    // Where there is no memory for it, nothing has changed.
    training::Trainer trainer(config::make_setup(*wanted));
    add_undo(std::move(before), title, command.gesture, true, of_choice);
    config_ = wanted;
    begin(std::move(trainer));
    return;
  }
  refusal = config::apply(*from, *wanted, trainer_);
  if (!refusal.empty()) return refuse_command(std::move(refusal));
  timeline_.add_change(trainer_, std::move(from), wanted);
  add_undo(std::move(before), title, command.gesture, scales, of_choice);
  config_ = wanted;
  changed_ = true;
  stop_without_targets();
  // The network does not follow what is chosen for the one neuron.
  stale_ = stale_ || !command.name.starts_with("lab.");
}

void Session::set_recurrent_weights(const SetRecurrentWeights& command) {
  model::Matrix W_hh = trainer_.setup().model.parameters.W_hh;
  std::string refusal = model::apply_edit(command.edit, W_hh);
  if (!refusal.empty()) return refuse_command(std::move(refusal));
  auto before = place_before(command.gesture);
  trainer_.set_recurrent_weights(W_hh);
  timeline_.add_change(trainer_, config_, config_, W_hh);
  changed_ = true;
  add_undo(std::move(before), command.title, command.gesture, true);
  stale_ = true;
}

void Session::iterate() {
  if (is_going()) return go_on(std::chrono::milliseconds(8));
  single_step_ = false;
  changed_ = true;
  timeline_.before_step(trainer_);
  record_ = trainer_.step();
  stale_ = false;
  timeline_.after_step(*record_);
  if (record_->divergence) {
    divergence_ = record_->divergence;
    running_ = false;
  }
  if (prepares_until_ && (divergence_ || trainer_.iteration() >= *prepares_until_))
    prepares_until_.reset();
}

void Session::refuse_command(std::string reason) {
  refusal_ = std::move(reason);
  ++refusals_;
}

std::string Session::take_refusal() {
  if (!refusal_.empty()) --refusals_;
  return std::exchange(refusal_, {});
}

void Session::refuse(const std::string& reason) {
  running_ = single_step_ = false;
  going_.reset();
  prepares_until_.reset();
  waiting_.clear();
  refuse_command(reason);
}

std::uint64_t Session::undo_number() const {
  const auto& step = timeline_.heads().undo;
  return step && step->place ? step->number : 0;
}

std::uint64_t Session::redo_number() const {
  const auto& step = timeline_.heads().redo;
  return step && step->place ? step->number : 0;
}

Snapshot Session::snapshot() const {
  Snapshot snapshot;
  snapshot.config = *config_;
  snapshot.iteration = trainer_.iteration();
  snapshot.record = record_;
  timeline_.describe(trainer_.iteration(), snapshot);
  if (going_) snapshot.going_to = going_->target;
  snapshot.preparing_until = prepares_until_;
  snapshot.started = started_;
  snapshot.running = running_;
  snapshot.speed_limit = speed_limit_;
  snapshot.analysis_options = analysis_options_;
  snapshot.divergence = divergence_;
  snapshot.resume_iteration = trainer_.best_iteration();
  snapshot.refusal = refusal_;
  snapshot.refusals = refusals_;
  return snapshot;
}

}  // namespace backflow::session
