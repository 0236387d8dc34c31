// Another configuration, prepared by so many iterations: as a page of a lesson wants it.
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "tests/session/seen.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;

StartAnew page(const config::Config& config, std::uint64_t iterations) {
  return {std::make_shared<const config::Config>(config), iterations, "Page"};
}

void go_on(Session& session) {
  while (session.wants_to_iterate()) session.iterate();
  session.refresh();
}

TEST(StartAnew, IsTheSameAsTrainingThereByHand) {
  const config::Config wanted = configured({"task.name=first-bit", "training.optimizer=adam"});
  Session by_hand(wanted);
  run(by_hand, 40);
  Session session{config::Config{}};
  run(session, 10);
  session.execute(page(wanted, 40));
  EXPECT_TRUE(session.is_preparing());
  go_on(session);
  EXPECT_FALSE(session.is_preparing());
  Seen expected = seen(by_hand), there = seen(session);
  EXPECT_EQ(there.undo, "Page");
  expected.undo = there.undo;
  EXPECT_EQ(there, expected);
}

TEST(StartAnew, IsUndoneInOneStep) {
  Session session{config::Config{}};
  run(session, 10);
  const Seen before = seen(session);
  session.execute(page(configured({"model.cell=lstm"}), 20));
  go_on(session);
  session.execute(Undo{});
  Seen after = seen(session);
  EXPECT_EQ(after.redo, "Page");
  after.redo = before.redo;
  EXPECT_EQ(after, before);
}

TEST(StartAnew, EndsWithPauseAnotherPageOrADivergence) {
  Session session{config::Config{}};
  session.execute(page({}, 1000));
  session.iterate();
  session.execute(Pause{});
  EXPECT_FALSE(session.wants_to_iterate());
  EXPECT_EQ(session.iteration(), 1u);
  session.execute(page({}, 1000));
  session.iterate();
  session.execute(page({}, 3));
  go_on(session);
  EXPECT_EQ(session.iteration(), 3u);
  session.execute(
      page(configured({"model.activation=relu", "model.spectral_radius=9", "task.name=first-bit",
                       "task.steps=400", "training.learning_rate=9", "training.clip.mode=none"}),
           1000));
  go_on(session);
  EXPECT_TRUE(session.snapshot().divergence);
  EXPECT_LT(session.iteration(), 1000u);
}

TEST(StartAnew, EndsAComparisonAndAReplay) {
  Comparison networks{config::Config{}};
  networks.execute(session::Run{});
  for (int i = 0; i < 300; ++i) networks.iterate();
  networks.execute(StartComparison{});
  networks.execute(GoTo{5});
  networks.execute(page(configured({"model.hidden=5"}), 7));
  while (networks.wants_to_iterate()) networks.iterate();
  EXPECT_EQ(networks.b(), nullptr);
  EXPECT_EQ(networks.a().iteration(), 7u);
  EXPECT_EQ(networks.a().config().model.hidden, 5);
}

}  // namespace
}  // namespace backflow::session
