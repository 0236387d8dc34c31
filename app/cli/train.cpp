#include "app/cli/train.h"

#include <algorithm>
#include <memory>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "app/session/analysis.h"
#include "core/training/divergence.h"

namespace backflow::cli {

namespace {

void go_on(session::Comparison& networks, std::int64_t iterations, std::ostream& err) {
  if (iterations == 0) return;
  Progress progress("training");
  const std::uint64_t start = iteration_of(networks);
  networks.execute(session::Run{});
  if (const std::string& refusal = networks.a().refusal(); !refusal.empty()) complain(err, refusal);
  std::int64_t done = 0;
  while (networks.wants_to_iterate() && (done < iterations || networks.is_out_of_step())) {
    networks.iterate();
    done = static_cast<std::int64_t>(iteration_of(networks) - start);
    progress.update(done, iterations);
  }
  networks.execute(session::Pause{});
}

std::shared_ptr<const session::Analysis> analysis_of(const session::Session& session,
                                                     const session::AnalysisOptions& options,
                                                     bool map) {
  return session::analyse_for_file(session.record(),
                                   session::with_config(options, session.config()), map);
}

}  // namespace

std::uint64_t iteration_of(const session::Comparison& networks) {
  const std::uint64_t a = networks.a().iteration();
  return networks.b() != nullptr ? std::max(a, networks.b()->iteration()) : a;
}

session::Snapshot train(const Start& start, std::int64_t iterations,
                        const session::AnalysisOptions& options, bool map, std::ostream& err) {
  session::Comparison networks = networks_of(start, 0);  // nobody goes back
  go_on(networks, iterations, err);
  session::Comparison::Known known;
  known.analysis_a = analysis_of(networks.a(), options, map);
  if (networks.b() != nullptr) known.analysis_b = analysis_of(*networks.b(), options, map);
  session::Snapshot snapshot = networks.snapshot(known);
  if (start.of_b) snapshot = session::Snapshot(*snapshot.other);
  tell_divergence(snapshot, "the figures show that iteration", err);
  return snapshot;
}

void tell_divergence(const session::Snapshot& snapshot, const std::string& consequence,
                     std::ostream& err) {
  if (!snapshot.divergence) return;
  complain(err, "training stopped at iteration " + std::to_string(snapshot.divergence->iteration) +
                    ": " + training::describe(*snapshot.divergence) + "; " + consequence);
}

}  // namespace backflow::cli
