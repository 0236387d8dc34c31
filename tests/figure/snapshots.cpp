#include "tests/figure/snapshots.h"

#include <gtest/gtest.h>

#include "app/session/analysis.h"
#include "core/config/keys.h"

namespace backflow::figure {

session::Snapshot snapshot_after(int iterations, const std::vector<const char*>& assignments,
                                 const session::AnalysisOptions& options) {
  config::Config config;
  for (const char* assignment : assignments)
    EXPECT_EQ(config::set_key(config, assignment), "") << assignment;
  session::Session session(config);
  session.execute(session::Run{});
  for (int i = 0; i < iterations && session.wants_to_iterate(); ++i) session.iterate();
  session.execute(session::Pause{});
  session::Snapshot snapshot = session.snapshot();
  session::attach(session::analyse(snapshot.record, options), snapshot);
  return snapshot;
}

session::Snapshot diverged_snapshot() {
  auto snapshot = snapshot_after(
      400, {"task.name=first-bit", "task.steps=400", "task.batch=2", "model.activation=identity",
            "model.readout=identity", "model.spectral_radius=10", "training.clip.mode=none",
            "training.learning_rate=1"});
  EXPECT_TRUE(snapshot.divergence.has_value());
  return snapshot;
}

}  // namespace backflow::figure
