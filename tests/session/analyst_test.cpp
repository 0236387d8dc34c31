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

// Asks for another record when the first's spectral radius is known, and keeps what was published.
TEST(AnalystLevels, AWideNetworkHasASpectralRadiusThoughRecordsComeFasterThanMaps) {
  Session session{configured({"task.name=first-bit", "task.steps=60", "task.batch=1",
                              "model.cell=lstm", "model.hidden=256"})};
  const auto first = session.record();
  session.execute(StepOnce{});
  while (session.wants_to_iterate()) session.iterate();
  const auto second = session.record();
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
