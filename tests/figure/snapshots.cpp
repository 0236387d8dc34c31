#include "tests/figure/snapshots.h"

#include <sstream>

#include <gtest/gtest.h>

#include "app/session/analysis.h"
#include "app/session/comparison.h"
#include "core/config/keys.h"
#include "tests/support/configured.h"

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

session::Snapshot compared(int iterations, const std::vector<std::string>& keys,
                           const std::vector<std::pair<const char*, const char*>>& of_b) {
  session::Comparison networks(support::configured(keys));
  networks.execute(session::StartComparison{});
  for (const auto& [key, value] : of_b)
    networks.execute(session::on_b(session::SetKey{key, value}));
  EXPECT_EQ(networks.snapshot({}).refusal, "");
  networks.execute(session::Run{});
  for (int i = 0; i < iterations; ++i) networks.iterate();
  networks.execute(session::Pause{});
  networks.refresh();
  session::AnalysisOptions options{.spectra = true};
  options.contributions = true;
  session::Comparison::Known known;
  known.analysis_a = session::analyse(networks.a().record(), options);
  known.analysis_b = session::analyse(networks.b()->record(), options);
  return networks.snapshot(known);
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
