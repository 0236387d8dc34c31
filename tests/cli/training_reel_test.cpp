// The moments of an animation over a training: the same as in the window, which goes on
// undisturbed.
#include "app/cli/training_reel.h"

#include <gtest/gtest.h>

#include "app/cli/window_exports.h"
#include "app/figure/catalogue.h"
#include "tests/support/configured.h"

namespace backflow::cli {
namespace {

using exporting::Moving;
using session::Comparison;

const exporting::Tick kGoOn = [](std::int64_t, std::int64_t) { return true; };

const model::Matrix& W_hh(const session::Snapshot& snapshot) {
  return session::present_weights(snapshot).W_hh;
}

void train(Comparison& networks, std::uint64_t until) {
  networks.execute(session::Run{});
  while (networks.a().iteration() < until) networks.iterate();
  networks.execute(session::Pause{});
}

// Ten iterations, another learning rate, ten more.
Comparison changed_by_hand() {
  Comparison networks(support::configured({"task.name=first-bit", "task.steps=6"}));
  train(networks, 10);
  networks.execute(session::SetKey{"training.learning_rate", "0.9"});
  train(networks, 20);
  return networks;
}

exporting::AnimationRequest request(const Comparison& networks, Moving moving) {
  exporting::AnimationRequest asked;
  asked.subject.info = figure::find_figure("loss");
  asked.subject.snapshot = std::make_shared<const session::Snapshot>(networks.snapshot({}));
  asked.moving = moving;
  asked.iterations = 12;
  asked.pictures = 3;
  return asked;
}

std::vector<exporting::Shot> shots_of(exporting::Reel& reel) {
  std::vector<exporting::Shot> shots;
  while (const auto shot = reel.next(kGoOn)) shots.push_back(*shot);
  return shots;
}

std::vector<std::uint64_t> iterations_of(const std::vector<exporting::Shot>& shots) {
  std::vector<std::uint64_t> iterations;
  for (const exporting::Shot& shot : shots) iterations.push_back(shot.snapshot->iteration);
  return iterations;
}

TEST(TrainingReel, WhatWasTrainedIsGoneThroughOnceMoreWithTheChangesByHand) {
  const Comparison networks = changed_by_hand();
  const auto reel = training_reel(networks, request(networks, Moving::so_far));
  const auto shots = shots_of(*reel);
  EXPECT_EQ(iterations_of(shots), (std::vector<std::uint64_t>{0, 7, 14, 20}));
  EXPECT_EQ(shots[1].snapshot->config.training.learning_rate,
            config::Config().training.learning_rate);
  EXPECT_EQ(shots[2].snapshot->config.training.learning_rate, 0.9);
  EXPECT_EQ(W_hh(*shots.back().snapshot), W_hh(networks.snapshot({})));
  for (const exporting::Shot& shot : shots) {
    ASSERT_TRUE(shot.snapshot->analysis);
    EXPECT_EQ(shot.snapshot->analysis->record, shot.snapshot->record);
    EXPECT_EQ(shot.snapshot->history.size(), shot.snapshot->iteration);
  }
}

TEST(TrainingReel, TheNextIterationsAreThoseThatWouldHaveCome) {
  Comparison networks = changed_by_hand();
  const auto reel = training_reel(networks, request(networks, Moving::next));
  const auto shots = shots_of(*reel);
  EXPECT_EQ(iterations_of(shots), (std::vector<std::uint64_t>{24, 28, 32}));
  EXPECT_EQ(networks.a().iteration(), 20u);
  train(networks, 32);
  EXPECT_EQ(W_hh(*shots.back().snapshot), W_hh(networks.snapshot({})));
}

TEST(TrainingReel, OfTwoNetworksThoseOfTheSideThatIsShown) {
  Comparison networks = changed_by_hand();
  networks.execute(session::StartComparison{});
  networks.execute(session::on_b(session::SetKey{"training.learning_rate", "0.01"}));
  train(networks, 24);
  exporting::AnimationRequest asked = request(networks, Moving::next);
  asked.subject.snapshot = asked.subject.snapshot->other;
  const auto reel = training_reel(networks, asked);
  const auto shots = shots_of(*reel);
  EXPECT_EQ(iterations_of(shots), (std::vector<std::uint64_t>{28, 32, 36}));
  train(networks, 36);
  EXPECT_TRUE(shots.back().snapshot->is_b);
  EXPECT_EQ(W_hh(*shots.back().snapshot), W_hh(*networks.snapshot({}).other));
}

TEST(TrainingReel, StopsWhenAsked) {
  const Comparison networks = changed_by_hand();
  for (const Moving moving : {Moving::so_far, Moving::next}) {
    const auto reel = training_reel(networks, request(networks, moving));
    EXPECT_FALSE(reel->next([](std::int64_t, std::int64_t) { return false; }));
  }
}

TEST(Completed, AFigureGetsWhatItShowsAndNoMore) {
  const Comparison networks = changed_by_hand();
  session::Snapshot plain = networks.snapshot({});
  const auto snapshot = std::make_shared<const session::Snapshot>(plain);
  const auto never = [] { return false; };
  figure::View view;
  const auto of = [&](const char* figure, bool walk = false) {
    return completed(*figure::find_figure(figure), snapshot, view, walk, never);
  };
  ASSERT_TRUE(of("loss")->analysis);
  EXPECT_FALSE(of("loss")->analysis->spectra);
  EXPECT_TRUE(of("spectrum")->analysis->spectra);
  EXPECT_TRUE(of("jacobian-chain")->analysis->chain);
  EXPECT_TRUE(of("contributions")->analysis->contributions);
  EXPECT_TRUE(of("unrolled", true)->analysis->walk);
  view.pinned = figure::Cell{5, 2};
  EXPECT_EQ(of("jacobian-chain")->analysis->chain->t, 5);
  EXPECT_EQ(of("jacobian-chain")->analysis->chain->k, 2);
  // What is complete stays as it is on the screen.
  const auto spectral = of("spectrum");
  EXPECT_EQ(completed(*figure::find_figure("spectrum"), spectral, view, false, never), spectral);
  EXPECT_EQ(completed(*figure::find_figure("spectrum"), snapshot, view, false, [] { return true; }),
            nullptr);
}

}  // namespace
}  // namespace backflow::cli
