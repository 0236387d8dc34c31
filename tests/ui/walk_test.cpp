// The walk through an iteration by itself: a real session answers what it asks.
#include "app/ui/walk.h"

#include <gtest/gtest.h>

#include "app/session/session.h"
#include "tests/support/configured.h"

namespace backflow::ui {
namespace {

using figure::Phase;
using model::Index;

// A walk and the session it talks to. Commands are counted, and answered at the next frame.
class Walker {
public:
  explicit Walker(const std::vector<std::string>& keys = {"task.name=cat-mat-rat"})
      : session_(support::configured(keys)), snapshot_(session_.snapshot()) {}

  void next() { walk_.next(snapshot_, send()), frame(); }
  void previous() { walk_.previous(snapshot_, send()), frame(); }
  void play() { walk_.toggle_play(snapshot_, send()), frame(0.0); }

  void frame(double seconds = 1.0 / 60.0) {
    if (answers_ && session_.wants_to_iterate()) session_.iterate();
    if (answers_) session_.refresh();
    snapshot_ = session_.snapshot();
    walk_.advance(snapshot_, seconds, send());
  }

  // Frames of that length until so many seconds are over.
  void frames(double seconds, double each = 1.0 / 60.0) {
    for (double passed = 0.0; passed < seconds - 1e-9; passed += each) frame(each);
  }

  void by_hand(const session::Command& command) {
    session_.execute(command);
    frame();
  }

  Walk& walk() { return walk_; }
  session::Session& session() { return session_; }
  const session::Snapshot& snapshot() const { return snapshot_; }
  Index T() const { return snapshot_.record->trace.steps(); }
  Index position() const { return walk_.playhead() ? walk_.playhead()->position : 0; }
  Phase phase() const { return figure::phase_of(*walk_.playhead(), T()); }
  int updates() const { return updates_; }
  int commands() const { return commands_; }
  /// From now on nothing comes back.
  void fall_silent() { answers_ = false; }
  void refuse() {
    session_.refuse("there is no memory");
    frame();
  }

private:
  Walk::Send send() {
    return [this](session::Command command) {
      ++commands_;
      updates_ += std::holds_alternative<session::StepOnce>(command) ? 1 : 0;
      if (answers_) session_.execute(command);
    };
  }

  session::Session session_;
  session::Snapshot snapshot_;
  Walk walk_;
  int commands_ = 0, updates_ = 0;
  bool answers_ = true;
};

using session::present_weights;

void expect_same(const model::Parameters& a, const model::Parameters& b) {
  EXPECT_EQ(a.W_xh, b.W_xh);
  EXPECT_EQ(a.W_hh, b.W_hh);
  EXPECT_EQ(a.b_h, b.b_h);
  EXPECT_EQ(a.W_hy, b.W_hy);
  EXPECT_EQ(a.b_y, b.b_y);
}

TEST(Walk, GoesThroughEveryPhaseInOrderAndUpdatesOnce) {
  Walker walker;
  EXPECT_FALSE(walker.walk().on());
  std::vector<Phase> phases;
  std::vector<Index> steps;
  for (Index i = 0; i < 2 * walker.T() + 3; ++i) {
    walker.next();
    phases.push_back(walker.phase());
    steps.push_back(figure::step_of(*walker.walk().playhead(), walker.T()));
  }
  EXPECT_EQ(phases, (std::vector<Phase>{Phase::forward, Phase::forward, Phase::forward,
                                        Phase::output, Phase::backward, Phase::backward,
                                        Phase::backward, Phase::clip, Phase::update}));
  EXPECT_EQ(steps, (std::vector<Index>{1, 2, 3, 3, 3, 2, 1, 0, 0}));
  EXPECT_EQ(walker.updates(), 1);
  EXPECT_EQ(walker.snapshot().iteration, 1u);
  ASSERT_TRUE(walker.snapshot().record->parameters_after);
  // Back and forth over the update does not make it again.
  for (int i = 0; i < 3; ++i) walker.previous();
  for (int i = 0; i < 3; ++i) walker.next();
  EXPECT_EQ(walker.phase(), Phase::update);
  EXPECT_EQ(walker.updates(), 1);
  EXPECT_EQ(walker.snapshot().iteration, 1u);
}

TEST(Walk, OverTwoIterationsTrainsAsTwoSteps) {
  for (const char* optimizer : {"training.optimizer=sgd", "training.optimizer=adam"}) {
    const std::vector<std::string> keys{"task.name=first-bit", "task.steps=4", optimizer};
    Walker walker(keys);
    session::Session plain(support::configured(keys));
    for (int i = 0; i < 2; ++i) {
      plain.execute(session::StepOnce{});
      plain.iterate();
    }
    for (Index i = 0; i < 2 * (2 * walker.T() + 3); ++i) walker.next();
    EXPECT_EQ(walker.phase(), Phase::update);
    EXPECT_EQ(walker.snapshot().iteration, 2u);
    EXPECT_EQ(walker.snapshot().history.size(), 2u);
    expect_same(present_weights(walker.snapshot()), present_weights(plain.snapshot()));
  }
}

TEST(Walk, TheNextIterationBeginsWithThoseWeights) {
  Walker walker;
  for (Index i = 0; i < 2 * walker.T() + 3; ++i) walker.next();
  const model::Parameters after = present_weights(walker.snapshot());
  walker.next();
  EXPECT_EQ(walker.position(), 1);
  EXPECT_EQ(walker.snapshot().record->iteration, 1u);
  EXPECT_FALSE(walker.snapshot().record->parameters_after);
  expect_same(walker.snapshot().record->model.parameters, after);
  EXPECT_EQ(walker.updates(), 1);
}

TEST(Walk, FromTheFirstStepBackIsTheUpdateBefore) {
  Walker walker;
  for (Index i = 0; i < 2 * walker.T() + 3 + 2; ++i) walker.next();
  ASSERT_EQ(walker.position(), 2);
  const auto loss = walker.snapshot().record->trace.loss;
  walker.previous();
  walker.previous();
  EXPECT_EQ(walker.phase(), Phase::update);
  EXPECT_EQ(walker.snapshot().record->iteration, 0u);
  // Forward again it is the same iteration.
  walker.next();
  EXPECT_EQ(walker.position(), 1);
  EXPECT_EQ(walker.snapshot().record->iteration, 1u);
  EXPECT_EQ(walker.snapshot().record->trace.loss, loss);
}

TEST(Walk, ReturnsToUpdatesThatWereMadeWithoutLeavingTheBranch) {
  Walker walker;
  for (int i = 0; i < 5; ++i) walker.by_hand(session::StepOnce{});
  const model::Parameters end = present_weights(walker.snapshot());
  walker.by_hand(session::GoTo{3});
  walker.next();
  for (int i = 0; i < 2; ++i) {
    while (walker.phase() != Phase::update) walker.next();
    walker.next();
  }
  while (walker.phase() != Phase::update) walker.next();
  EXPECT_EQ(walker.snapshot().iteration, 5u);
  EXPECT_EQ(walker.updates(), 0);
  expect_same(present_weights(walker.snapshot()), end);
  walker.next();
  while (walker.phase() != Phase::update) walker.next();
  EXPECT_EQ(walker.updates(), 1);
  EXPECT_EQ(walker.snapshot().iteration, 6u);
  EXPECT_EQ(walker.snapshot().ghosts.size(), 0u);
}

TEST(Walk, AtTheVeryBeginningThereIsNothingBefore) {
  Walker walker;
  walker.next();
  walker.previous();
  EXPECT_EQ(walker.position(), 1);
  EXPECT_EQ(walker.commands(), 0);
}

TEST(Walk, BackFromRestShowsTheEndOfTheIteration) {
  Walker walker;
  walker.previous();
  EXPECT_EQ(walker.phase(), Phase::clip);  // nothing has been updated yet
  walker.walk().end();
  EXPECT_FALSE(walker.walk().on());
  walker.by_hand(session::StepOnce{});
  walker.previous();
  EXPECT_EQ(walker.phase(), Phase::update);
  EXPECT_EQ(walker.updates(), 0);
}

TEST(Walk, PausesTrainingAndEndsWhenItGoesOn) {
  Walker walker;
  walker.by_hand(session::Run{});
  ASSERT_TRUE(walker.snapshot().running);
  walker.next();
  EXPECT_FALSE(walker.snapshot().running);
  EXPECT_EQ(walker.position(), 1);
  walker.by_hand(session::Run{});
  EXPECT_FALSE(walker.walk().on());
}

TEST(Walk, StaysWhereItIsWhenSomethingIsChanged) {
  Walker walker({"task.name=first-bit", "task.steps=10"});
  for (int i = 0; i < 5; ++i) walker.next();
  walker.by_hand(session::SetKey{"model.spectral_radius", "0.5"});
  EXPECT_EQ(walker.position(), 5);
  for (int i = 0; i < 15; ++i) walker.next();
  ASSERT_EQ(walker.position(), 20);
  walker.by_hand(session::SetKey{"task.steps", "4"});
  ASSERT_EQ(walker.T(), 4);
  // Beyond the end now: at the last step that needs no training.
  EXPECT_EQ(walker.phase(), Phase::clip);
  EXPECT_EQ(walker.updates(), 0);
  walker.next();
  EXPECT_EQ(walker.phase(), Phase::update);
  walker.by_hand(session::SetKey{"model.spectral_radius", "0.7"});
  EXPECT_EQ(walker.phase(), Phase::clip);
  EXPECT_EQ(walker.updates(), 1);
}

TEST(Walk, GetsPastAnUpdateThatDiverges) {
  Walker walker({"task.name=first-bit", "task.steps=400", "model.activation=identity",
                 "model.readout=identity", "model.spectral_radius=10"});
  walker.previous();
  ASSERT_TRUE(walker.snapshot().record->divergence);
  EXPECT_EQ(walker.phase(), Phase::update);
  EXPECT_EQ(walker.updates(), 0);  // there is none to be had
  walker.next();
  EXPECT_EQ(walker.position(), 1);
}

TEST(Walk, PlaysAtItsPaceWhateverTheFramesTake) {
  for (const double frame : {1.0 / 144.0, 1.0 / 60.0, 0.07}) {
    Walker walker({"task.name=first-bit", "task.steps=100"});
    walker.walk().set_pace(20.0);
    walker.play();
    ASSERT_EQ(walker.position(), 1);
    walker.frames(3.0, frame);
    EXPECT_NEAR(static_cast<double>(walker.position()), 61.0, 2.0) << frame;
    EXPECT_TRUE(walker.walk().moving());
    walker.play();
    const Index there = walker.position();
    walker.frames(2.0, frame);
    EXPECT_EQ(walker.position(), there);
    EXPECT_FALSE(walker.walk().moving());
  }
}

TEST(Walk, PaceHasLimits) {
  Walk walk;
  walk.set_pace(0.01);
  EXPECT_EQ(walk.pace(), 0.25);
  walk.set_pace(1e9);
  EXPECT_EQ(walk.pace(), 30.0);
}

TEST(Walk, PlaysOnOverIterations) {
  Walker walker;
  walker.walk().set_pace(30.0);
  walker.play();
  walker.frames(4.0);
  EXPECT_GT(walker.snapshot().iteration, 6u);
  EXPECT_LT(walker.snapshot().iteration, 15u);
  EXPECT_EQ(walker.updates(), static_cast<int>(walker.snapshot().iteration));
}

TEST(Walk, PulsesForwardAndRestsAfterwards) {
  Walker walker;
  walker.next();
  EXPECT_LT(walker.walk().pulse(), 0.2);
  EXPECT_TRUE(walker.walk().moving());
  walker.frames(1.0);
  EXPECT_EQ(walker.walk().pulse(), 1.0);
  EXPECT_FALSE(walker.walk().moving());
  walker.next();
  walker.previous();  // back is shown at once
  EXPECT_EQ(walker.walk().pulse(), 1.0);
}

TEST(Walk, WaitsForAnAnswerWithoutAskingAgain) {
  Walker walker;
  walker.previous();
  ASSERT_EQ(walker.phase(), Phase::clip);
  walker.fall_silent();
  for (int i = 0; i < 10; ++i) walker.next();
  EXPECT_EQ(walker.commands(), 1);
  EXPECT_EQ(walker.phase(), Phase::clip);
  walker.walk().end();
  EXPECT_FALSE(walker.walk().on());
}

TEST(Walk, GoingBackDoesNotWaitAndAsksForNoSecondUpdate) {
  Walker walker;
  walker.previous();
  ASSERT_EQ(walker.phase(), Phase::clip);
  walker.fall_silent();
  walker.next();
  const Index clip = walker.position();
  walker.previous();
  walker.previous();
  EXPECT_EQ(walker.position(), clip - 2);
  for (int i = 0; i < 4; ++i) walker.next();
  EXPECT_EQ(walker.position(), clip);
  EXPECT_EQ(walker.updates(), 1);
}

TEST(Walk, ARefusalEndsTheWaiting) {
  Walker walker;
  walker.walk().set_pace(30.0);
  walker.previous();
  walker.fall_silent();
  walker.play();
  walker.frames(0.5);
  ASSERT_EQ(walker.updates(), 1);
  EXPECT_TRUE(walker.walk().moving());
  walker.refuse();
  EXPECT_FALSE(walker.walk().moving());
  EXPECT_EQ(walker.phase(), Phase::clip);
  walker.next();
  EXPECT_EQ(walker.updates(), 2) << "it may be asked for again";
}

}  // namespace
}  // namespace backflow::ui
