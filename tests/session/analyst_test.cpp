// The levels in which the analyst's thread publishes what is known of a wide network.
#include "app/session/analyst.h"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include "app/session/session.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;

// `count` records, an iteration apart.
std::vector<std::shared_ptr<const training::IterationRecord>> records_of(Session& session,
                                                                         std::size_t count) {
  std::vector<std::shared_ptr<const training::IterationRecord>> records{session.record()};
  while (records.size() < count) {
    session.execute(StepOnce{});
    while (session.wants_to_iterate()) session.iterate();
    records.push_back(session.record());
  }
  return records;
}

// The exact map of the second record is given up, because the third is asked for when its coarse
// one is there: what comes next is of the third.
TEST(AnalystLevels, ANewerRecordCancelsTheRefinement) {
  Session session{
      configured({"task.name=first-bit", "task.steps=200", "task.batch=1", "model.hidden=64"})};
  const auto records = records_of(session, 3);
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<const Analysis>> published;
  Analyst analyst{[&] {
    const std::lock_guard lock(mutex);
    published.push_back(analyst.result());
    if (published.size() == 2) analyst.request(records[1], {});
    if (published.size() == 3) analyst.request(records[2], {});
    changed.notify_one();
  }};
  analyst.request(records[0], {});
  std::unique_lock lock(mutex);
  ASSERT_TRUE(
      changed.wait_for(lock, std::chrono::seconds(120), [&] { return published.size() >= 5; }));
  const std::pair<std::size_t, bool> kExpected[] = {
      {0, false}, {0, true}, {1, false}, {2, false}, {2, true}};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(published[i]->record, records[kExpected[i].first]) << i;
    EXPECT_EQ(published[i]->norms.is_exact(), kExpected[i].second) << i;
  }
}

// Asks for another record when the first's spectral radius is known, and keeps what was published.
TEST(AnalystLevels, AWideNetworkHasASpectralRadiusThoughRecordsComeFasterThanMaps) {
  Session session{configured({"task.name=first-bit", "task.steps=60", "task.batch=1",
                              "model.cell=lstm", "model.hidden=256"})};
  const auto records = records_of(session, 2);
  const auto &first = records[0], &second = records[1];
  ASSERT_NE(first, second);

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<const Analysis>> published;
  Analyst analyst{[&] {
    const std::lock_guard lock(mutex);
    published.push_back(analyst.result());
    if (published.size() == 2) analyst.request(second, {});
    changed.notify_one();
  }};
  analyst.request(first, {});
  std::unique_lock lock(mutex);
  // The limit ends a broken test; it measures nothing.
  ASSERT_TRUE(
      changed.wait_for(lock, std::chrono::seconds(120), [&] { return published.size() >= 3; }));
  for (std::size_t i = 0; i < 3; ++i) {
    const Analysis& level = *published[i];
    EXPECT_EQ(level.record, i < 2 ? first : second) << i;
    EXPECT_TRUE(level.norms.estimated) << i;
    EXPECT_EQ(std::isfinite(level.spectral_radius), i > 0) << i;
  }
  EXPECT_EQ(published[0]->norms.stride, published[1]->norms.stride);
}

}  // namespace
}  // namespace backflow::session
