// Going back and forth with two networks, and what is asked for in the meantime.
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/analysts.h"
#include "app/session/comparison.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::HasSubstr;

TEST(Comparison, GoesBackAndForthInBothAndOnFromThereAsBefore) {
  Comparison networks(configured({"task.name=first-bit", "training.optimizer=adam"}));
  iterate(networks, 8);
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"model.activation", "relu"}));
  std::vector<Snapshot> seen;
  for (int i = 0; i < 30; ++i) {
    iterate(networks, 1);
    seen.push_back(networks.snapshot({}));
  }
  for (const std::uint64_t target : {20u, 38u, 9u, 10u, 33u}) {
    networks.execute(GoTo{target});
    settle(networks);
    const Snapshot& before = seen[target - 9];
    const Snapshot now = networks.snapshot({});
    ASSERT_EQ(now.iteration, target);
    expect_same_bits(now, before);
    expect_same_bits(*now.other, *before.other);
  }
  networks.execute(GoTo{15});
  settle(networks);
  iterate(networks, 6);
  expect_same_bits(networks.snapshot({}), seen[21 - 9]);
  expect_same_bits(*networks.snapshot({}).other, *seen[21 - 9].other);
}

// Without states in between a replay begins at iteration 0, and this network takes some hundred
// times longer for it than a session spends on a replay at once.
Comparison at_24() {
  Comparison networks(
      configured({"task.name=first-bit", "task.steps=200", "model.hidden=64", "task.batch=32"}), 0);
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"training.learning_rate", "0.02"}));
  iterate(networks, 24);
  return networks;
}

void expect_both_at(const Comparison& networks, std::uint64_t iteration) {
  EXPECT_EQ(networks.a().iteration(), iteration);
  EXPECT_EQ(networks.b()->iteration(), iteration);
}

TEST(Comparison, WhatIsAskedDuringAReplayWaitsForBoth) {
  Comparison networks = at_24();
  const Snapshot there = networks.snapshot({});
  networks.execute(GoTo{23});
  networks.execute(on_b(SetKey{"training.learning_rate", "0.01"}));
  networks.execute(StepOnce{});
  ASSERT_TRUE(networks.is_out_of_step());
  expect_both_at(networks, 24);
  EXPECT_EQ(networks.snapshot({}).going_to, 23u);
  EXPECT_EQ(networks.b()->config().training.learning_rate, 0.02);
  while (networks.wants_to_iterate()) networks.iterate();
  const Snapshot snapshot = networks.snapshot({});
  expect_both_at(networks, 24);
  EXPECT_EQ(snapshot.other->config.training.learning_rate, 0.01);
  expect_same_bits(snapshot, there);
}

TEST(Comparison, PauseGivesUpAReplayOfBothButNotThatOfOneAlone) {
  Comparison networks = at_24();
  networks.execute(GoTo{23});
  ASSERT_TRUE(networks.is_out_of_step());
  networks.execute(Pause{});
  EXPECT_FALSE(networks.wants_to_iterate());
  expect_both_at(networks, 24);
  // Undo brings B at once to where its weights were changed, and lets A follow.
  networks.execute(on_b(SetKey{"model.spectral_radius", "0.4"}));
  iterate(networks, 1);
  networks.execute(session::Run{});
  networks.execute(Undo{});
  ASSERT_TRUE(networks.is_out_of_step());
  ASSERT_EQ(networks.a().iteration(), 25u);
  ASSERT_EQ(networks.b()->iteration(), 24u);
  EXPECT_TRUE(networks.is_running());
  networks.execute(Pause{});
  EXPECT_FALSE(networks.is_running());
  while (networks.wants_to_iterate()) networks.iterate();
  expect_both_at(networks, 24);
}

TEST(Comparison, TrainingGoesOnInBothOnceOneHasFollowedTheOther) {
  Comparison networks = at_24();
  networks.execute(on_b(SetKey{"model.spectral_radius", "0.4"}));
  networks.execute(session::Run{});
  networks.iterate();
  networks.execute(Undo{});
  ASSERT_TRUE(networks.is_out_of_step());
  settle(networks);
  expect_both_at(networks, 24);
  networks.iterate();
  expect_both_at(networks, 25);
  EXPECT_TRUE(networks.is_running());
}

TEST(Comparison, ARefusalForWantOfMemoryForgetsWhatWaits) {
  Comparison networks = at_24();
  networks.execute(GoTo{23});
  networks.execute(session::Run{});
  ASSERT_TRUE(networks.is_out_of_step());
  networks.refuse("there is not enough memory");
  EXPECT_FALSE(networks.wants_to_iterate());
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("memory"));
  networks.execute(SetSpeedLimit{10.0});
  EXPECT_FALSE(networks.wants_to_iterate());
  expect_both_at(networks, 24);
}

TEST(Comparison, WhoWaitsIsAnsweredAfterTheReplayOrToldThatItIsGivenUp) {
  for (const bool pause : {false, true}) {
    Comparison networks = at_24();
    SetKey command{"training.learning_rate", "none"};
    command.answer = std::make_shared<std::promise<std::string>>();
    std::future<std::string> answer = command.answer->get_future();
    networks.execute(GoTo{23});
    networks.execute(std::move(command));
    ASSERT_TRUE(networks.is_out_of_step());
    ASSERT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    if (pause) networks.execute(Pause{});
    settle(networks);
    ASSERT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    if (pause)
      EXPECT_THROW(answer.get(), std::future_error);
    else
      EXPECT_THAT(answer.get(), HasSubstr("is not a number"));
  }
}

// Changing sides waits for the replay too: until then the analyses stay where they are.
TEST(Analysts, EachFollowsItsNetworkWhenThatChangesSides) {
  Comparison networks = at_24();
  std::mutex mutex;
  std::condition_variable answered;
  int answers = 0;
  Analysts analysts([&] {
    const std::lock_guard lock(mutex);
    ++answers;
    answered.notify_one();
  });
  const auto belong = [&] {
    analysts.ask(networks);
    return analysts.of_a() && analysts.of_b() && analysts.of_a()->record == networks.a().record() &&
           analysts.of_b()->record == networks.b()->record();
  };
  while (!belong()) {
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return answers > 0; });
    answers = 0;
  }
  networks.execute(GoTo{23});
  networks.execute(SwapSides{});
  ASSERT_TRUE(networks.is_out_of_step());
  EXPECT_TRUE(belong());
  networks.execute(Pause{});  // which drops the waiting change
  const auto of_b = analysts.of_b();
  networks.execute(SwapSides{});
  EXPECT_TRUE(belong());
  EXPECT_EQ(analysts.of_a(), of_b);
  networks.execute(KeepB{});
  analysts.ask(networks);
  EXPECT_EQ(analysts.of_a()->record, networks.a().record());
  EXPECT_EQ(analysts.of_b(), nullptr);
}

}  // namespace
}  // namespace backflow::session
