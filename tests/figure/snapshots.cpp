#include "tests/figure/snapshots.h"

#include <sstream>

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
  session::attach(session::analyse(snapshot.record, session::with_config(options, config)),
                  snapshot);
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

std::vector<std::vector<std::string>> rows_of(const FigureInfo& info,
                                              const session::Snapshot& snapshot, const View& view) {
  std::string text;
  info.write_csv(snapshot, view, [&](std::string_view piece) { text += piece; });
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

}  // namespace backflow::figure
