#include "app/cli/training_reel.h"

#include <algorithm>
#include <utility>

#include "app/cli/train.h"
#include "app/session/analysis.h"

namespace backflow::cli {

TrainingReel::TrainingReel(const session::Comparison& networks, const figure::FigureInfo& info,
                           Plan plan)
    : networks_(networks), info_(info), plan_(std::move(plan)) {
  networks_.execute(session::Pause{});
  if (plan_.again) start_ = networks_.snapshot({}).timeline.first;
  if (!plan_.again) start_ = iteration();
  plan_.every = std::max<std::uint64_t>(1, plan_.every);
}

std::uint64_t TrainingReel::iteration() const { return iteration_of(networks_); }

// False when that was asked to stop.
bool TrainingReel::goes_to(std::uint64_t target, const exporting::Tick& tick) {
  const auto told = [&] {
    const std::uint64_t done = std::max(iteration(), start_) - start_;
    return tick(static_cast<std::int64_t>(done), static_cast<std::int64_t>(plan_.end - start_));
  };
  if (!told()) return false;
  if (plan_.again) {
    networks_.execute(session::GoTo{target});
  } else if (iteration() < target) {
    networks_.execute(session::Run{});
  }
  while (networks_.wants_to_iterate() && (plan_.again || iteration() < target)) {
    networks_.iterate();
    if (!told()) return false;
  }
  if (!networks_.wants_to_iterate()) networks_.refresh();
  return true;
}

std::shared_ptr<const session::Analysis> TrainingReel::analysis_of(
    const session::Session& session, const exporting::Tick& tick) const {
  session::AnalysisOptions options = session.analysis_options();
  options.spectra = options.chain = options.contributions = false;
  options.lyapunov = options.neuron = false;
  figure::ask_for(info_, options);
  options.walk = plan_.view.playhead.has_value();
  const auto done = static_cast<std::int64_t>(std::max(iteration(), start_) - start_);
  const auto total = static_cast<std::int64_t>(plan_.end - start_);
  options = session::with_config(options, session.config());
  return session::analyse_for_file(session.record(), options, info_.needs_map,
                                   [&] { return !tick(done, total); });
}

std::optional<exporting::Shot> TrainingReel::next(const exporting::Tick& tick) {
  if (over_) return std::nullopt;
  const std::uint64_t from = last_ ? iteration() : start_;
  const bool opens = !last_ && plan_.again;
  const std::uint64_t target =
      opens ? start_ : std::min(plan_.end, (from / plan_.every + 1) * plan_.every);
  if (!goes_to(target, tick)) return std::nullopt;
  session::Comparison::Known known;
  known.analysis_a = analysis_of(networks_.a(), tick);
  if (networks_.b() != nullptr) known.analysis_b = analysis_of(*networks_.b(), tick);
  if (!known.analysis_a || (networks_.b() != nullptr && !known.analysis_b)) return std::nullopt;
  auto snapshot = std::make_shared<const session::Snapshot>(networks_.snapshot(known));
  // The end, or a number that is not finite.
  over_ = iteration() >= plan_.end || iteration() < target ||
          (!plan_.again && !networks_.wants_to_iterate());
  last_ = plan_.of_b && snapshot->other ? snapshot->other : snapshot;
  return exporting::Shot{last_, plan_.view};
}

}  // namespace backflow::cli
