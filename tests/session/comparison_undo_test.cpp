// Undo and redo with two networks: one gesture is one step, on whichever side it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(Comparison, UndoTakesBackTheLastChangeOnWhicheverSideItWas) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(SetKey{"training.learning_rate", "0.2"});
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"model.activation", "relu"}));
  networks.execute(SetKey{"training.clip.threshold", "0.5"});
  networks.execute(SetKey{"task.seed", "8"});
  const auto undo = [&] { networks.execute(Undo{}); };
  const auto redo = [&] { networks.execute(Redo{}); };
  EXPECT_THAT(networks.snapshot({}).undo_title, StartsWith("Data seed"));
  undo();
  EXPECT_EQ(networks.a().config().task.seed, 1u);
  EXPECT_EQ(networks.b()->config().task.seed, 1u);
  EXPECT_THAT(networks.snapshot({}).undo_title, StartsWith("A: Clip threshold"));
  undo();
  EXPECT_THAT(differences(networks), ::testing::ElementsAre("model.activation"));
  EXPECT_THAT(networks.snapshot({}).undo_title, StartsWith("B: Activation: tanh"));
  EXPECT_THAT(networks.snapshot({}).redo_title, StartsWith("A: Clip threshold"));
  undo();
  EXPECT_THAT(differences(networks), IsEmpty());
  // What was done before there were two is taken back in both.
  undo();
  EXPECT_EQ(networks.a().config().training.learning_rate, 0.3);
  EXPECT_EQ(networks.b()->config().training.learning_rate, 0.3);
  undo();
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("nothing to undo"));
  for (int i = 0; i < 4; ++i) redo();
  EXPECT_THAT(differences(networks),
              ::testing::ElementsAre("model.activation", "training.clip.threshold"));
  EXPECT_EQ(networks.b()->config().task.seed, 8u);
  // A change on one side leaves nothing to make again on the other.
  undo();
  undo();
  undo();
  networks.execute(SetKey{"training.learning_rate", "0.4"});
  EXPECT_THAT(networks.snapshot({}).redo_title, IsEmpty());
  redo();
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("nothing to redo"));
}

TEST(Comparison, UndoOfWeightsBringsBothToTheIterationWhereTheyWereChanged) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(StartComparison{});
  iterate(networks, 10);
  networks.refresh();
  const Snapshot before = networks.snapshot({});
  networks.execute(on_b(SetKey{"model.spectral_radius", "0.4"}));
  iterate(networks, 5);
  const Snapshot after = networks.snapshot({});
  networks.execute(Undo{});
  settle(networks);
  expect_same_bits(networks.snapshot({}), before);
  expect_same_bits(*networks.snapshot({}).other, *before.other);
  networks.execute(Redo{});
  settle(networks);
  expect_same_bits(networks.snapshot({}), after);
  expect_same_bits(*networks.snapshot({}).other, *after.other);
}

TEST(Comparison, UndoOfNewWeightsOrOfAPairIsOneStep) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(StartComparison{});
  iterate(networks, 10);
  const Snapshot before = networks.snapshot({});
  networks.execute(on_b(SetKey{"model.hidden", "5"}));
  EXPECT_EQ(networks.a().iteration(), 0u);
  networks.execute(Undo{});
  settle(networks);
  expect_same_bits(networks.snapshot({}), before);
  expect_same_bits(*networks.snapshot({}).other, *before.other);

  networks.execute(StartPair{"truncation"});
  iterate(networks, 3);
  networks.execute(Undo{});
  settle(networks);
  expect_same_bits(networks.snapshot({}), before);
  expect_same_bits(*networks.snapshot({}).other, before);
  EXPECT_THAT(differences(networks), IsEmpty());
}

// The window lets go of the present length of the sequences together with the new task.
TEST(Comparison, UndoTakesBackOneGestureOnBothSides) {
  Comparison networks(configured({"task.name=first-bit", "task.steps=50"}));
  networks.execute(StartComparison{});
  iterate(networks, 40);
  const Snapshot before = networks.snapshot({});
  networks.execute(SetKey{"task.steps", "auto", 7});
  networks.execute(SetAnalysis{});  // the window asks for another picture meanwhile
  networks.execute(SetKey{"task.name", "cat-mat-rat", 7});
  EXPECT_EQ(networks.snapshot({}).undo_title, "Task: first bit → cat mat rat");
  EXPECT_EQ(networks.b()->iteration(), 0u);
  networks.execute(Undo{});
  settle(networks);
  EXPECT_THAT(differences(networks), IsEmpty());
  expect_same_bits(networks.snapshot({}), before);
  expect_same_bits(*networks.snapshot({}).other, *before.other);
  EXPECT_THAT(networks.snapshot({}).undo_title, IsEmpty());
  networks.execute(Redo{});
  settle(networks);
  EXPECT_THAT(differences(networks), IsEmpty());
  EXPECT_EQ(networks.a().config().task.kind, training::TaskKind::cat_mat_rat);
  EXPECT_EQ(networks.a().iteration(), 0u);
  EXPECT_EQ(networks.b()->iteration(), 0u);
}

TEST(Comparison, UndoTakesBackAGestureThatFirstConcernedOneSide) {
  Comparison networks(configured({"task.name=first-bit", "task.steps=50"}));
  networks.execute(StartComparison{});
  iterate(networks, 10);
  const Snapshot before = networks.snapshot({});
  networks.execute(SetKey{"training.learning_rate", "0.1", 7});
  networks.execute(SetKey{"task.seed", "8", 7});
  networks.execute(on_b(SetKey{"training.clip.threshold", "0.5", 7}));
  networks.execute(Undo{});
  settle(networks);
  EXPECT_THAT(differences(networks), IsEmpty());
  expect_same_bits(networks.snapshot({}), before);
  expect_same_bits(*networks.snapshot({}).other, *before.other);
}

TEST(Comparison, UndoTakesBackAWholeDragWhileTraining) {
  for (const bool of_b : {false, true}) {
    Comparison networks(configured({"task.name=first-bit", "task.steps=9"}));
    networks.execute(StartComparison{});
    iterate(networks, 20);
    const Snapshot before = networks.snapshot({});
    networks.execute(session::Run{});
    for (int n = 9; n <= 14; ++n) {
      const SetKey drag{"model.hidden", std::to_string(n), 3};
      networks.execute(of_b ? Command{on_b(drag)} : Command{drag});
      for (int i = 0; i < 3; ++i) networks.iterate();
    }
    networks.execute(Pause{});
    EXPECT_EQ(networks.a().iteration(), 3u);
    EXPECT_EQ(networks.b()->iteration(), 3u);
    networks.execute(Undo{});
    settle(networks);
    expect_same_bits(networks.snapshot({}), before);
    expect_same_bits(*networks.snapshot({}).other, *before.other);
    EXPECT_THAT(networks.snapshot({}).undo_title, IsEmpty());
  }
}

TEST(Comparison, NewWeightsOnOneSideKeepAStepAskedForInLockstep) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(StartComparison{});
  iterate(networks, 5);
  networks.execute(StepOnce{});
  networks.execute(on_b(SetKey{"model.hidden", "5"}));
  while (networks.wants_to_iterate()) networks.iterate();
  EXPECT_EQ(networks.a().iteration(), 1u);
  EXPECT_EQ(networks.b()->iteration(), 1u);
}

}  // namespace
}  // namespace backflow::session
