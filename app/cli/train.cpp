#include "app/cli/train.h"

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "app/session/analysis.h"
#include "app/session/session.h"
#include "core/training/divergence.h"

namespace backflow::cli {

session::Snapshot train(const config::Config& config, std::int64_t iterations,
                        const session::AnalysisOptions& options, std::ostream& err) {
  session::Session session(config, 0);  // nobody goes back
  {
    Progress progress("training");
    if (iterations > 0) session.execute(session::Run{});
    if (!session.refusal().empty()) complain(err, session.refusal());
    for (std::int64_t i = 0; i < iterations && session.wants_to_iterate(); ++i) {
      session.iterate();
      progress.update(i + 1, iterations);
    }
    session.execute(session::Pause{});
  }
  session::Snapshot snapshot = session.snapshot();
  tell_divergence(snapshot, "the figures show that iteration", err);
  session::attach(session::analyse(snapshot.record, session::with_config(options, config)),
                  snapshot);
  return snapshot;
}

void tell_divergence(const session::Snapshot& snapshot, const std::string& consequence,
                     std::ostream& err) {
  if (!snapshot.divergence) return;
  complain(err, "training stopped at iteration " + std::to_string(snapshot.divergence->iteration) +
                    ": " + training::describe(*snapshot.divergence) + "; " + consequence);
}

}  // namespace backflow::cli
