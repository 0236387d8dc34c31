// Going back and forth in a run, and branches: every state that is returned to is that which was
// there, bit for bit.
#include "app/session/timeline.h"

#include <algorithm>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/session/seen.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::IsEmpty;
using training::Series;

TEST(GoTo, ReturnsToEveryIterationBitForBitWithChangesInBetween) {
  const std::vector<std::vector<std::string>> kinds = {
      {"task.name=first-bit", "training.optimizer=adam", "training.validation_every=7"},
      {"model.cell=lstm", "task.name=first-bit", "training.optimizer=nesterov", "task.length_min=2",
       "training.learning_rate=0.05"},
      {"model.cell=gru", "training.optimizer=rmsprop", "training.learning_rate=0.01"},
      // Diverges again and again.
      {"task.name=first-bit", "task.steps=60", "model.activation=relu", "training.clip.mode=none",
       "model.spectral_radius=1.4", "training.learning_rate=30", "model.loss=mse",
       "model.readout=identity", "training.optimizer=momentum"}};
  for (const auto& kind : kinds) {
    Session session(configured(kind));
    std::map<std::uint64_t, Seen> states;
    int divergences = 0;
    std::mt19937 random(7);
    const auto note = [&] { states.insert_or_assign(session.snapshot().iteration, seen(session)); };
    note();
    while (session.snapshot().iteration < 400) {
      session.execute(StepOnce{});
      session.iterate();
      divergences += session.snapshot().divergence.has_value();
      if (random() % 40 == 0)
        session.execute(SetKey{"training.learning_rate", random() % 2 ? "0.02" : "0.04"});
      if (random() % 60 == 0) session.execute(SetKey{"model.spectral_radius", "0.9"});
      if (random() % 60 == 0)
        session.execute(SetRecurrentWeights{0.5 * session.snapshot().record->model.parameters.W_hh,
                                            "Halve W_hh"});
      if (random() % 80 == 0)
        session.execute(SetKey{"training.optimizer", random() % 2 ? "adam" : "sgd"});
      EXPECT_THAT(session.snapshot().refusal, IsEmpty());
      note();
    }
    for (int jump = 0; jump < 300; ++jump) {
      const std::uint64_t target =
          jump % 3 == 0
              ? random() % 401
              : std::min<std::uint64_t>(session.snapshot().iteration + 2 - random() % 4, 400);
      if (target > 400) continue;
      go_to(session, target);
      ASSERT_EQ(seen(session), states.at(target)) << kind.front() << ", jump " << jump;
    }
    EXPECT_THAT(session.snapshot().ghosts.size(), ::testing::Le(1u));
    EXPECT_TRUE(&kind != &kinds.back() || divergences > 0);
  }
}

TEST(GoTo, ThousandJumpsOverALongRunOfATinyNetwork) {
  Session session(configured({"model.hidden=3"}));
  std::map<std::uint64_t, Seen> states;
  std::mt19937 random(11);
  run(session, 20'000);
  // An independent road: the same run once more, looked at here and there.
  Session other(configured({"model.hidden=3"}));
  std::vector<std::uint64_t> stops;
  for (int i = 0; i < 1000; ++i) stops.push_back(random() % 20'001);
  std::sort(stops.begin(), stops.end());
  for (const std::uint64_t stop : stops) {
    if (stop > other.snapshot().iteration)
      run(other, static_cast<int>(stop - other.snapshot().iteration));
    states.insert_or_assign(stop, seen(other));
  }
  std::shuffle(stops.begin(), stops.end(), random);
  for (const std::uint64_t stop : stops) {
    go_to(session, stop);
    ASSERT_EQ(seen(session), states.at(stop));
  }
}

TEST(GoTo, PausesAndShowsWhatLiesAheadAsAGhost) {
  Session session{config::Config{}};
  run(session, 100);
  const Snapshot whole = session.snapshot();
  EXPECT_THAT(whole.ghosts, IsEmpty());
  session.execute(session::Run{});
  go_to(session, 40);
  const Snapshot back = session.snapshot();
  EXPECT_FALSE(back.running);
  EXPECT_EQ(back.iteration, 40u);
  EXPECT_EQ(back.record->iteration, 39u);
  EXPECT_EQ(back.history.size(), 40u);
  EXPECT_EQ(back.timeline.first, 0u);
  EXPECT_EQ(back.timeline.end, 100u);
  ASSERT_EQ(back.ghosts.size(), 1u);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(back.ghosts[0].value(Series::loss, i), whole.history.value(Series::loss, i));
  go_to(session, 1'000'000);
  EXPECT_EQ(session.snapshot().iteration, 100u);
  EXPECT_THAT(session.snapshot().ghosts, IsEmpty());
}

TEST(Branch, RepeatingARunIsTheSameRunUntilSomethingDiffers) {
  Session session{config::Config{}};
  run(session, 100);
  const double loss = session.snapshot().history.value(Series::loss, 99);
  go_to(session, 40);
  run(session, 20);
  EXPECT_EQ(session.snapshot().timeline.end, 100u);
  ASSERT_EQ(session.snapshot().ghosts.size(), 1u);  // what lies ahead
  session.execute(SetKey{"training.learning_rate", "0.1"});
  EXPECT_EQ(session.snapshot().timeline.end, 60u);
  run(session, 60);
  const Snapshot branch = session.snapshot();
  EXPECT_EQ(branch.timeline.end, 120u);
  ASSERT_EQ(branch.ghosts.size(), 1u);
  ASSERT_EQ(branch.ghosts[0].size(), 100u);
  EXPECT_EQ(branch.ghosts[0].value(Series::loss, 99), loss);
  EXPECT_EQ(branch.ghosts[0].value(Series::learning_rate, 60), 0.3);
  EXPECT_EQ(branch.history.value(Series::learning_rate, 60), 0.1);
  EXPECT_EQ(branch.history.value(Series::loss, 59), branch.ghosts[0].value(Series::loss, 59));
  EXPECT_NE(branch.history.value(Series::loss, 99), loss);
}

TEST(Branch, AChangeThatIsNotMadeAgainEndsTheRepetition) {
  Session session{config::Config{}};
  run(session, 50);
  session.execute(SetKey{"training.learning_rate", "0.1"});
  run(session, 50);
  go_to(session, 30);
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.3);
  run(session, 20);
  EXPECT_EQ(session.snapshot().timeline.end, 100u);
  run(session, 10);
  EXPECT_EQ(session.snapshot().timeline.end, 60u);
  EXPECT_EQ(session.snapshot().history.value(Series::learning_rate, 55), 0.3);
  ASSERT_EQ(session.snapshot().ghosts.size(), 1u);
  EXPECT_EQ(session.snapshot().ghosts[0].value(Series::learning_rate, 55), 0.1);
  // Through the change: it is made again.
  session.execute(Undo{});  // nothing to undo here
  go_to(session, 60);
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.3);
}

TEST(Branch, GhostsAreTheNewestFive) {
  Session session{config::Config{}};
  run(session, 50);
  for (int branch = 0; branch < 9; ++branch) {
    go_to(session, 10);
    session.execute(SetKey{"training.learning_rate", std::to_string(0.01 * (branch + 1))});
    run(session, 30 + branch);
  }
  const auto ghosts = session.snapshot().ghosts;
  ASSERT_EQ(ghosts.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(ghosts[i].size(), 43u + i);
    EXPECT_NEAR(ghosts[i].value(Series::learning_rate, 20), 0.01 * (4.0 + double(i)), 1e-12);
    EXPECT_EQ(ghosts[i].value(Series::learning_rate, 9), 0.3);
  }
}

TEST(Timeline, StaysWithinItsBudgetAndStillGoesEverywhere) {
  for (const auto& [hidden, iterations] : {std::pair("3", 30'000), std::pair("64", 600)}) {
    const std::string n = hidden;
    const std::size_t budget = n == "3" ? 200'000 : 2'000'000;
    const config::Config config = configured(
        {"model.hidden=" + n, "training.optimizer=adam", "training.learning_rate=0.001"});
    Session session(config, budget);
    Session other(config);
    std::map<std::uint64_t, Seen> states;
    for (int i = 0; i < iterations; ++i) {
      run(session, 1);
      run(other, 1);
      if (i % (iterations / 10) == 0)
        states.insert_or_assign(static_cast<std::uint64_t>(i + 1), seen(other));
      if (i % (iterations / 20) == 7)
        for (Session* s : {&session, &other})
          s->execute(SetKey{"training.learning_rate", i % 2 ? "0.002" : "0.001"});
      ASSERT_LE(session.snapshot().timeline.bytes_used, budget);
    }
    EXPECT_GT(session.snapshot().timeline.checkpoints, 3u);
    EXPECT_EQ(session.snapshot().timeline.first, 0u);
    for (const auto& [iteration, state] : states) {
      go_to(session, iteration);
      Seen now = seen(session), expected = state;
      expected.undo = now.undo = "";  // the oldest steps are given up
      EXPECT_EQ(now, expected);
      EXPECT_LE(session.snapshot().timeline.bytes_used, budget);
    }
  }
}

// Without states in between a replay begins at iteration 0, and this network takes some hundred
// times longer for it than a session spends on a replay at once.
TEST(GoTo, TheNewestWinsAndOtherCommandsWaitForIt) {
  Session session(
      configured({"task.name=first-bit", "task.steps=200", "model.hidden=64", "task.batch=32"}), 0);
  run(session, 30);
  session.execute(GoTo{28});
  ASSERT_TRUE(session.is_going());
  EXPECT_EQ(session.snapshot().going_to, 28u);
  EXPECT_EQ(session.snapshot().iteration, 30u);
  session.execute(GoTo{29});
  ASSERT_TRUE(session.is_going());
  EXPECT_EQ(session.snapshot().going_to, 29u);
  session.execute(Pause{});
  EXPECT_FALSE(session.is_going());
  EXPECT_EQ(session.snapshot().iteration, 30u);
  session.execute(GoTo{29});
  ASSERT_TRUE(session.is_going());
  session.execute(StepOnce{});
  session.execute(SetKey{"training.learning_rate", "0.125"});
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.3);
  while (session.wants_to_iterate()) session.iterate();
  EXPECT_EQ(session.snapshot().iteration, 30u);
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.125);
}

// A long drag of a large W_hh: the run begins later then, and from there on all is as it was.
TEST(Timeline, ForgetsItsOldestChangesOfWeightsAndStillGoesEverywhereBehindThem) {
  for (const char* when : {"evenly", "in bursts", "at one iteration"}) {
    const bool all_at_one = std::string(when) == "at one iteration";
    const bool bursts = std::string(when) == "in bursts";
    const std::size_t budget = 400'000;  // a quarter of it holds some twenty changes
    Session session(configured({"task.name=first-bit", "model.hidden=22"}), budget);
    std::map<std::uint64_t, Seen> states;
    std::mt19937 random(5);
    for (int i = 0; i < 400; ++i) {
      if (!all_at_one || i == 0 || i > 300) run(session, 1);
      const bool now = bursts ? i % 60 < 30 && random() % 4 > 0 : i % 2 == 0;
      if (now || all_at_one) {
        const double scale = random() % 2 ? 0.9 : 1.1;
        const model::Matrix W = session.snapshot().record->model.parameters.W_hh;
        // Two keys in turn, so that each change is an entry of its own.
        if (all_at_one && i % 2)
          session.execute(SetKey{"training.learning_rate", random() % 2 ? "0.1" : "0.2"});
        session.execute(SetRecurrentWeights{scale * W, "Scale W_hh"});
        session.refresh();
      }
      states.insert_or_assign(session.iteration(), seen(session));
      ASSERT_LE(session.snapshot().timeline.bytes_used, budget);
    }
    const std::uint64_t first = session.snapshot().timeline.first;
    EXPECT_GT(first, 0u);
    const std::uint64_t end = session.snapshot().timeline.end;
    ASSERT_LT(first, end);
    std::vector<std::uint64_t> stops;
    for (std::uint64_t i = first; i <= end; ++i) stops.push_back(i);
    std::shuffle(stops.begin(), stops.end(), random);
    for (const std::uint64_t stop : stops) {
      go_to(session, stop);
      Seen now = seen(session), expected = states.at(stop);
      expected.undo = now.undo = "";  // the oldest steps are given up
      // Where the run begins now, nothing is computed that comes before.
      if (stop == first) expected.record = now.record;
      ASSERT_EQ(now, expected) << when << ", at " << stop << " of " << first << " to " << end;
    }
    go_to(session, 0);
    EXPECT_EQ(session.iteration(), first);
  }
}

TEST(Timeline, OfTwoWeightsSetAtOneIterationTheLastIsReplayedAndBothAreUndone) {
  Session session(configured({"task.name=first-bit"}));
  run(session, 10);
  const model::Matrix W = session.snapshot().record->parameters_after->W_hh;
  session.execute(SetRecurrentWeights{0.5 * W, "Halve W_hh"});
  session.execute(SetRecurrentWeights{0.25 * W, "Quarter W_hh"});
  const Seen changed = seen(session);
  run(session, 5);
  const Seen later = seen(session);
  go_to(session, 9);
  EXPECT_EQ(session.snapshot().undo_title, "");
  go_to(session, 15);
  EXPECT_EQ(seen(session), later);
  go_to(session, 10);
  EXPECT_EQ(seen(session), changed);
  session.execute(Undo{});
  EXPECT_EQ(session.snapshot().undo_title, "Halve W_hh");
  session.refresh();
  EXPECT_EQ(session.record()->model.parameters.W_hh, 0.5 * W);
  session.execute(Undo{});
  EXPECT_EQ(session.snapshot().undo_title, "");
  go_to(session, 9);
  EXPECT_EQ(session.snapshot().undo_title, "");
}

}  // namespace
}  // namespace backflow::session
