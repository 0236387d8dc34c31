// Where one of two networks meets a number that is not finite, and the other goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;

TEST(Comparison, WhereBDivergesAGoesOnAndBCatchesUpOnceItWasChanged) {
  Comparison networks(configured({"task.name=first-bit", "task.steps=12", "model.loss=mse",
                                  "model.readout=identity", "training.learning_rate=0.01"}));
  networks.execute(StartComparison{});
  iterate(networks, 5);
  break_b(networks);
  networks.execute(session::Run{});
  for (int i = 0; i < 400; ++i) networks.iterate();
  Snapshot snapshot = networks.snapshot({});
  ASSERT_TRUE(snapshot.other->divergence);
  EXPECT_FALSE(snapshot.divergence);
  const std::uint64_t stopped = snapshot.other->iteration;
  EXPECT_LT(stopped, 300u);
  EXPECT_EQ(snapshot.iteration, 405u);
  EXPECT_TRUE(snapshot.running);
  EXPECT_TRUE(snapshot.other->running);

  // Running again as it is would meet the same number again.
  networks.execute(Pause{});
  networks.execute(session::Run{});
  networks.iterate();
  networks.execute(StepOnce{});
  networks.iterate();
  snapshot = networks.snapshot({});
  EXPECT_EQ(snapshot.other->iteration, stopped);
  EXPECT_TRUE(snapshot.other->divergence);
  EXPECT_EQ(snapshot.iteration, 407u);

  networks.execute(on_b(SetKey{"training.learning_rate", "0.001"}));
  networks.execute(on_b(SetKey{"training.clip.mode", "norm"}));
  networks.execute(StepOnce{});
  EXPECT_TRUE(networks.is_out_of_step());
  int iterations = 0;
  while (networks.wants_to_iterate() && iterations < 1000) networks.iterate(), ++iterations;
  snapshot = networks.snapshot({});
  EXPECT_EQ(snapshot.iteration, 408u);
  EXPECT_EQ(snapshot.other->iteration, 408u);
  EXPECT_FALSE(snapshot.other->divergence);
  EXPECT_TRUE(same_data(snapshot, *snapshot.other));
  EXPECT_FALSE(networks.is_out_of_step());
}

TEST(Comparison, WhereADivergesBGoesOn) {
  Comparison networks(configured({"task.name=first-bit", "task.steps=12", "model.loss=mse",
                                  "model.readout=identity", "training.learning_rate=0.01"}));
  networks.execute(StartComparison{});
  break_b(networks);
  networks.execute(SwapSides{});
  networks.execute(session::Run{});
  for (int i = 0; i < 300; ++i) networks.iterate();
  const Snapshot snapshot = networks.snapshot({});
  EXPECT_TRUE(snapshot.divergence);
  EXPECT_FALSE(snapshot.other->divergence);
  EXPECT_EQ(snapshot.other->iteration, 300u);
  EXPECT_TRUE(networks.wants_to_iterate());
  // Where both have stopped, running again goes on with both, as with one.
  networks.execute(KeepB{});
  EXPECT_TRUE(networks.wants_to_iterate());
  EXPECT_EQ(networks.snapshot({}).iteration, 300u);
}

// B stopped at 5 or a little later, A at 60, paused.
Comparison with_b_stopped() {
  Comparison networks(configured({"task.name=first-bit", "task.steps=12", "model.loss=mse",
                                  "model.readout=identity", "training.learning_rate=0.01"}));
  networks.execute(StartComparison{});
  break_b(networks);
  iterate(networks, 60);
  EXPECT_TRUE(networks.b()->has_stopped());
  EXPECT_LT(networks.b()->iteration(), 50u);
  EXPECT_EQ(networks.a().iteration(), 60u);
  return networks;
}

TEST(Comparison, ASideThatStoppedWaitsForAChangeWhereverTheOtherGoes) {
  Comparison networks = with_b_stopped();
  const std::uint64_t stopped = networks.b()->iteration();
  networks.execute(GoTo{stopped + 5});
  settle(networks);
  EXPECT_EQ(networks.b()->iteration(), stopped);
  iterate(networks, 5);
  EXPECT_EQ(networks.a().iteration(), stopped + 10);
  EXPECT_EQ(networks.b()->iteration(), stopped);
  networks.execute(Evaluate{});
  networks.refresh();
  iterate(networks, 5);
  EXPECT_EQ(networks.a().iteration(), stopped + 15);
  EXPECT_EQ(networks.b()->iteration(), stopped);
  // Before that point both train; B meets the same number again.
  networks.execute(GoTo{stopped - 1});
  settle(networks);
  iterate(networks, 5);
  EXPECT_EQ(networks.a().iteration(), stopped + 4);
  EXPECT_EQ(networks.b()->iteration(), stopped);
  // What was changed there and taken back was not changed.
  networks.execute(on_b(SetKey{"training.learning_rate", "0.001"}));
  EXPECT_FALSE(networks.b()->has_stopped());
  networks.execute(Undo{});
  EXPECT_TRUE(networks.b()->has_stopped());
  networks.execute(Redo{});
  iterate(networks, 3);
  EXPECT_GT(networks.b()->iteration(), stopped);
}

TEST(Comparison, AStepAskedForSurvivesWhatDoesNotConcernIt) {
  Comparison networks = with_b_stopped();
  networks.execute(on_b(SetKey{"training.learning_rate", "0.001"}));
  networks.execute(on_b(SetKey{"training.clip.mode", "norm"}));
  networks.execute(StepOnce{});
  networks.iterate();
  ASSERT_TRUE(networks.is_out_of_step());
  networks.execute(SetSpeedLimit{100.0});
  networks.execute(SetAnalysis{});
  while (networks.wants_to_iterate()) networks.iterate();
  EXPECT_EQ(networks.a().iteration(), 61u);
  EXPECT_EQ(networks.b()->iteration(), 61u);
}

}  // namespace
}  // namespace backflow::session
