#include "app/session/timeline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace backflow::session {
namespace {

constexpr std::size_t kMostCheckpoints = 16384;
constexpr std::size_t kMostGhosts = 5;

training::HistoryPoint history_point(const training::IterationRecord& record) {
  const bool limit = record.options.clip.mode != training::ClipMode::none;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {record.trace.loss,
          record.clip.norm_before,
          record.clip.norm_after,
          limit ? record.options.clip.threshold : kNone,
          record.learning_rate,
          record.accuracy,
          record.validation ? record.validation->loss : kNone,
          record.validation ? record.validation->accuracy : kNone};
}

// So many iterations that a copy of the state costs a fortieth of them. Both are estimated, in
// nanoseconds: what matters is the order of magnitude, and that a run is always cut alike.
std::uint64_t interval_for(const training::TrainerSetup& setup, std::size_t state_bytes) {
  const training::TaskOptions task = training::resolved(setup.task);
  const double steps = static_cast<double>(task.steps);
  const double products = 6.0 * static_cast<double>(setup.model.parameters.size()) * steps *
                          static_cast<double>(task.batch);
  const double iteration = 1000.0 + 500.0 * steps + products / 16.0;
  const double copy = 2000.0 + 0.25 * static_cast<double>(state_bytes);
  return static_cast<std::uint64_t>(std::clamp(std::ceil(40.0 * copy / iteration), 1.0, 1024.0));
}

std::size_t bytes_of(const Change& change) {
  return sizeof(Change) + sizeof(config::Config) +
         static_cast<std::size_t>(change.W_hh.size()) * sizeof(double);
}

bool before(const Checkpoint& a, const Checkpoint& b) {
  return std::tie(a.iteration, a.changes) < std::tie(b.iteration, b.changes);
}

void apply(const Change& change, training::Trainer& trainer) {
  if (change.W_hh.size() > 0)
    trainer.set_recurrent_weights(change.W_hh);
  else
    config::apply(*change.from, *change.to, trainer);
}

}  // namespace

RunTimeline::RunTimeline(std::size_t budget) : budget_(budget), undo_memory_(budget / 4) {}

void RunTimeline::begin(const training::Trainer& trainer, ConfigPointer config) {
  begin(trainer, std::move(config), {}, true);
}

void RunTimeline::begin(const training::Trainer& trainer, ConfigPointer config,
                        const training::HistoryView& curve, bool changed) {
  start_ = std::make_shared<RunStart>(RunStart{trainer.state(), std::move(config), changed});
  state_bytes_ = session::bytes_of(start_->state);
  interval_ = interval_for(trainer.setup(), state_bytes_);
  log_.clear();
  log_bytes_ = changes_ = 0;
  curve_ = training::History::after(curve, curve.size());
  checkpoints_.clear();
  ghosts_.clear();
  forks_.clear();
  end_heads_ = heads_;
  since_kept_ = 0;
}

void RunTimeline::before_step(const training::Trainer& trainer) {
  // A change that was made here and is not now: from here on it is another run.
  if (changes_ < log_.size() && log_[changes_]->iteration <= trainer.iteration())
    leave_branch(trainer.iteration());
  if (++since_kept_ > interval_) keep(trainer, changes_, trainer.iteration(), interval_);
}

void RunTimeline::after_step(const training::IterationRecord& record) {
  // While a run repeats itself its points are there already.
  if (record.iteration >= curve_.size()) curve_.append(history_point(record));
}

void RunTimeline::add_change(const training::Trainer& trainer, ConfigPointer from, ConfigPointer to,
                             model::Matrix W_hh) {
  const std::uint64_t iteration = trainer.iteration();
  if (iteration < end() || changes_ < log_.size()) leave_branch(iteration);
  UndoHeads before = heads_;
  const bool replaces = W_hh.size() > 0 && !log_.empty() && log_.back()->W_hh.size() > 0 &&
                        log_.back()->iteration == iteration;
  if (replaces) {
    before = log_.back()->before;
    log_bytes_ -= bytes_of(*log_.back());
    log_.pop_back();
    while (!checkpoints_.empty() && checkpoints_.back().changes > log_.size())
      checkpoints_.pop_back();
  }
  log_.push_back(std::make_shared<Change>(
      Change{iteration, std::move(from), std::move(to), std::move(W_hh), std::move(before)}));
  log_bytes_ += bytes_of(*log_.back());
  changes_ = log_.size();
  interval_ = interval_for(trainer.setup(), state_bytes_);
  if (log_bytes_ > budget_ / 4) forget_oldest_changes(trainer);
  fit(iteration);
}

// What lies ahead is left behind: the curve becomes a ghost, and the run ends here.
void RunTimeline::leave_branch(std::uint64_t iteration) {
  if (iteration < end()) {
    const training::HistoryView left = curve_.view();
    curve_ = training::History::after(left, iteration);
    add_ghost(left);
    find_forks();
  }
  for (std::size_t i = changes_; i < log_.size(); ++i) log_bytes_ -= bytes_of(*log_[i]);
  log_.resize(changes_);
  end_heads_ = heads_;
  while (!checkpoints_.empty() &&
         (checkpoints_.back().iteration > iteration || checkpoints_.back().changes > changes_))
    checkpoints_.pop_back();
}

// Where there are others nearer than `spacing`, there is nothing to do.
void RunTimeline::keep(const training::Trainer& trainer, std::size_t changes, std::uint64_t present,
                       std::uint64_t spacing) {
  since_kept_ = 0;
  if (budget_ == 0) return;
  Checkpoint checkpoint{trainer.iteration(), changes, nullptr};
  const auto place = std::lower_bound(checkpoints_.begin(), checkpoints_.end(), checkpoint, before);
  const std::uint64_t left = place == checkpoints_.begin() ? first() : std::prev(place)->iteration;
  if (checkpoint.iteration - left < spacing) return;
  if (place != checkpoints_.end() && place->iteration - checkpoint.iteration < spacing) return;
  checkpoint.state = std::make_shared<const training::TrainerState>(trainer.state());
  state_bytes_ = std::max(state_bytes_, session::bytes_of(*checkpoint.state));
  checkpoints_.insert(place, std::move(checkpoint));
  fit(present);
}

void RunTimeline::fit(std::uint64_t present) {
  while (!checkpoints_.empty() &&
         (checkpoints_.size() > kMostCheckpoints || bytes_used() > budget_))
    thin(present);
}

// Drops an eighth of the states: those whose neighbours are near, compared with how far away the
// present is. Never two neighbours at once.
void RunTimeline::thin(std::uint64_t present) {
  const auto distance = [&](std::uint64_t iteration) {
    return static_cast<double>(iteration > present ? iteration - present : present - iteration);
  };
  const std::size_t count = checkpoints_.size();
  std::vector<double> need(count);  // the larger, the more it would be missed
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t here = checkpoints_[i].iteration;
    const std::uint64_t left = i == 0 ? first() : checkpoints_[i - 1].iteration;
    const std::uint64_t right = i + 1 < count ? checkpoints_[i + 1].iteration : here;
    need[i] = static_cast<double>(right - left) / (distance(here) + 1.0);
  }
  std::vector<double> sorted = need;
  const auto limit = sorted.begin() + static_cast<std::ptrdiff_t>(count / 8);
  std::nth_element(sorted.begin(), limit, sorted.end());
  std::size_t written = 0;
  bool dropped = false;
  for (std::size_t i = 0; i < count; ++i) {
    dropped = !dropped && need[i] <= *limit;
    if (dropped) continue;
    if (written != i) checkpoints_[written] = std::move(checkpoints_[i]);
    ++written;
  }
  checkpoints_.resize(written);
}

// A long drag of a large W_hh: the run then begins later, behind the first half of the changes.
void RunTimeline::forget_oldest_changes(const training::Trainer& present) {
  const auto later = std::find_if(
      checkpoints_.begin(), checkpoints_.end(),
      [this](const Checkpoint& c) { return 2 * c.changes >= log_.size() && c.changes > 0; });
  if (later == checkpoints_.end()) {
    start_ = std::make_shared<RunStart>(RunStart{present.state(), log_.back()->to});
    checkpoints_.clear();
    log_.clear();
    log_bytes_ = changes_ = 0;
    return;
  }
  const std::size_t gone = later->changes;
  start_ = std::make_shared<RunStart>(RunStart{*later->state, config_after(gone)});
  checkpoints_.erase(checkpoints_.begin(), later + 1);
  for (Checkpoint& checkpoint : checkpoints_) checkpoint.changes -= gone;
  for (std::size_t i = 0; i < gone; ++i) log_bytes_ -= bytes_of(*log_[i]);
  log_.erase(log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(gone));
  changes_ -= gone;
}

bool RunTimeline::changed_at(std::uint64_t iteration) const {
  return (iteration == first() && start_->changed) ||
         (changes_ > 0 && log_[changes_ - 1]->iteration == iteration);
}

ConfigPointer RunTimeline::config_after(std::size_t changes) const {
  return changes == 0 ? start_->config : log_[changes - 1]->to;
}

Replay RunTimeline::replay(std::uint64_t target, const training::Trainer& present) const {
  target = std::clamp(target, first(), end());
  // The record of the last iteration is wanted too: what starts a replay comes before it.
  const training::TrainerState* base = &start_->state;
  std::size_t changes = 0;
  const auto behind = std::lower_bound(checkpoints_.begin(), checkpoints_.end(),
                                       Checkpoint{target, 0, nullptr}, before);
  if (behind != checkpoints_.begin()) {
    base = std::prev(behind)->state.get();
    changes = std::prev(behind)->changes;
  }
  const std::uint64_t now = present.iteration();
  if (now < target && now >= base->setup.iteration)
    return {target,
            training::Trainer(present.state()),
            config_after(changes_),
            changes_,
            base->setup.iteration,
            nullptr,
            false};
  return {target,  training::Trainer(*base), config_after(changes),
          changes, base->setup.iteration,    nullptr,
          false};
}

bool RunTimeline::advance(Replay& replay, std::chrono::steady_clock::duration how_long) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + how_long;
  while (true) {
    const std::uint64_t iteration = replay.trainer.iteration();
    while (replay.changes < log_.size() && log_[replay.changes]->iteration <= iteration) {
      const Change& change = *log_[replay.changes++];
      apply(change, replay.trainer);
      replay.config = change.to;
      replay.changed = true;
    }
    if (iteration >= replay.target) return true;
    // Ever denser towards the target, around which people go on looking.
    const std::uint64_t spacing = std::max<std::uint64_t>(1, (replay.target - iteration) / 8);
    if (iteration - replay.kept >= spacing) {
      keep(replay.trainer, replay.changes, replay.target, spacing);
      replay.kept = iteration;
    }
    replay.record = replay.trainer.step();
    replay.changed = false;
    if (Clock::now() >= deadline && replay.trainer.iteration() < replay.target) return false;
  }
}

void RunTimeline::arrive(const Replay& replay) {
  changes_ = replay.changes;
  if (has_undo_) heads_ = changes_ < log_.size() ? log_[changes_]->before : end_heads_;
  since_kept_ = 0;
  interval_ = interval_for(replay.trainer.setup(), state_bytes_);
}

void RunTimeline::leave_undo() {
  heads_ = end_heads_ = {};
  undo_memory_ = UndoMemory(budget_ / 4);
  has_undo_ = false;
  // The memory of the last points is written to by the one that goes on here.
  const training::HistoryView curve = curve_.view();
  if (curve.size() == 0) return;
  curve_ = training::History::after(curve, curve.size() - 1);
  curve_.append(curve.point(curve.size() - 1));
}

void RunTimeline::set_heads(UndoHeads heads, const std::shared_ptr<UndoStep>& made,
                            std::uint64_t present) {
  heads_ = std::move(heads);
  if (changes_ == log_.size()) end_heads_ = heads_;
  undo_memory_.add(made);
  fit(present);
}

// States before an iteration, at twice, four times, … the distance; within a 256th of the
// memory.
std::vector<Checkpoint> RunTimeline::nearby(std::uint64_t iteration) const {
  std::vector<Checkpoint> found;
  for (std::uint64_t back = 1; (found.size() + 1) * state_bytes_ <= budget_ / 256; back *= 2) {
    if (back > iteration) break;
    auto it = std::lower_bound(checkpoints_.begin(), checkpoints_.end(),
                               Checkpoint{iteration - back + 1, 0, nullptr}, before);
    if (it == checkpoints_.begin()) break;
    --it;
    if (found.empty() || found.back().state != it->state) found.push_back(*it);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

void RunTimeline::describe(Place& place) const {
  place.start = start_;
  place.log = log_;
  place.changes = changes_;
  place.curve = curve_.view();
  place.ghosts = ghosts_;
  place.nearby = nearby(place.state.setup.iteration);
  place.heads = heads_;
  place.end_heads = end_heads_;
}

void RunTimeline::restore(const Place& place) {
  const training::HistoryView left = curve_.view();
  const ConfigPointer left_config = config_after(changes_);
  keep_valid_checkpoints(place);
  std::vector<training::HistoryView> ghosts = place.ghosts;
  if (place.start == start_)
    for (const training::HistoryView& ghost : ghosts_)
      if (std::none_of(ghosts.begin(), ghosts.end(),
                       [&](const auto& other) { return ghost.is_start_of(other); }))
        ghosts.push_back(ghost);
  ghosts_ = std::move(ghosts);
  start_ = place.start;
  log_ = place.log;
  log_bytes_ = 0;
  for (const auto& change : log_) log_bytes_ += bytes_of(*change);
  changes_ = place.changes;
  curve_ = training::History::after(place.curve, place.curve.size());
  std::erase_if(ghosts_, [this](const auto& ghost) { return ghost.is_start_of(curve_.view()); });
  // The losses of other tasks are no match.
  if (left_config->task == place.config->task) add_ghost(left);
  find_forks();
  heads_ = place.heads;
  end_heads_ = place.end_heads;
  state_bytes_ = session::bytes_of(place.state);
  interval_ = interval_for(place.state.setup, state_bytes_);
  since_kept_ = 0;
  fit(place.state.setup.iteration);
}

// Of the present states those that lie on the other run too, and those that were kept for it. A
// state follows from the start and the changes before it.
void RunTimeline::keep_valid_checkpoints(const Place& place) {
  if (place.start != start_) checkpoints_.clear();
  std::size_t common = 0;
  while (common < log_.size() && common < place.log.size() && log_[common] == place.log[common])
    ++common;
  std::erase_if(checkpoints_, [&](const Checkpoint& c) {
    const bool on_it =
        c.changes <= common && c.iteration <= place.curve.size() &&
        (c.changes == place.log.size() || place.log[c.changes]->iteration >= c.iteration);
    return !on_it;
  });
  std::vector<Checkpoint> all;
  std::set_union(checkpoints_.begin(), checkpoints_.end(), place.nearby.begin(), place.nearby.end(),
                 std::back_inserter(all), before);
  checkpoints_ = std::move(all);
}

void RunTimeline::add_ghost(const training::HistoryView& curve) {
  if (curve.is_start_of(curve_.view())) return;
  ghosts_.push_back(curve);
  if (ghosts_.size() > kMostGhosts) ghosts_.erase(ghosts_.begin());
}

void RunTimeline::find_forks() {
  const training::HistoryView all = curve_.view();
  forks_.clear();
  for (const training::HistoryView& ghost : ghosts_) forks_.push_back(ghost.common_start(all));
}

std::size_t RunTimeline::bytes_used() const {
  return (checkpoints_.size() + 1) * (state_bytes_ + sizeof(Checkpoint)) + log_bytes_ +
         undo_memory_.bytes();
}

void RunTimeline::describe(std::uint64_t iteration, Snapshot& snapshot) const {
  const training::HistoryView all = curve_.view();
  snapshot.history = all.first(iteration);
  snapshot.ghosts = ghosts_;
  snapshot.timeline = {first(), end(), checkpoints_.size() + 1, forks_, bytes_used(), budget_};
  for (std::uint64_t& fork : snapshot.timeline.forks) fork = std::min(fork, iteration);
  if (iteration < end()) {
    snapshot.ghosts.push_back(all);
    snapshot.timeline.forks.push_back(iteration);
  }
  if (heads_.undo && heads_.undo->place) snapshot.undo_title = heads_.undo->title;
  if (heads_.redo && heads_.redo->place) snapshot.redo_title = heads_.redo->title;
}

}  // namespace backflow::session
