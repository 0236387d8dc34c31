// Undo and redo of changes by hand: the state is that which was there, bit for bit.
#include "app/session/undo.h"

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

TEST(Undo, AtOnceGivesTheExactStateBackAndRedoTheOther) {
  const std::vector<Command> changes = {
      SetKey{"training.learning_rate", "0.01"},
      SetKey{"model.activation", "relu"},
      SetKey{"model.spectral_radius", "0.5"},
      SetKey{"model.hidden", "5"},
      SetKey{"model.cell", "lstm"},
      SetKey{"task.name", "first-bit"},
      SetRecurrentWeights{model::Matrix::Identity(8, 8), "Identity"},
      Reset{}};
  for (const Command& change : changes) {
    Session session(configured({"training.optimizer=adam"}));
    run(session, 77);
    const Seen before = seen(session);
    session.execute(change);
    const Seen after = seen(session);
    ASSERT_NE(after.undo, "");
    EXPECT_FALSE(after == before);
    session.execute(Undo{});
    Seen undone = seen(session);
    EXPECT_EQ(undone.redo, after.undo);
    undone.redo = before.redo;
    EXPECT_EQ(undone, before) << after.undo;
    session.execute(Redo{});
    EXPECT_EQ(seen(session), after);
    run(session, 20);
    const Seen later = seen(session);
    session.execute(Undo{});
    session.execute(Redo{});
    EXPECT_EQ(seen(session).curve, later.curve) << after.undo;
  }
}

TEST(Undo, KeepsWhatTrainingBroughtSinceWhenOnlyOptionsChanged) {
  Session session{config::Config{}};
  run(session, 50);
  session.execute(SetKey{"model.activation", "relu"});
  EXPECT_EQ(session.snapshot().undo_title, "Activation: tanh → ReLU");
  run(session, 50);
  const model::Matrix trained = session.record()->parameters_after->W_hh;
  session.execute(Undo{});
  session.refresh();
  EXPECT_EQ(session.snapshot().iteration, 100u);
  EXPECT_EQ(session.snapshot().history.size(), 100u);
  EXPECT_EQ(session.record()->model.parameters.W_hh, trained);
  EXPECT_EQ(session.record()->model.activation.kind, model::ActivationKind::tanh);
  EXPECT_EQ(session.snapshot().redo_title, "Activation: tanh → ReLU");
  run(session, 10);
  session.execute(Redo{});
  session.refresh();
  EXPECT_EQ(session.snapshot().iteration, 110u);
  EXPECT_EQ(session.record()->model.activation.kind, model::ActivationKind::relu);
  // The heads are those of the place: before the change there is nothing to undo.
  go_to(session, 30);
  EXPECT_EQ(session.snapshot().undo_title, "");
  go_to(session, 80);
  EXPECT_EQ(session.snapshot().undo_title, "Activation: tanh → ReLU");
  go_to(session, 105);
  EXPECT_EQ(session.snapshot().redo_title, "Activation: tanh → ReLU");
}

TEST(Undo, GoesBackBehindTrainingWhenTheWeightsWereReplaced) {
  Session session{config::Config{}};
  run(session, 50);
  const Seen before = seen(session);
  session.execute(SetKey{"model.spectral_radius", "0.5"});
  run(session, 70);
  const double loss = session.snapshot().history.value(Series::loss, 119);
  session.execute(session::Run{});
  session.execute(Undo{});
  EXPECT_TRUE(session.snapshot().running);
  session.execute(Pause{});
  Seen undone = seen(session);
  undone.redo.clear();
  EXPECT_EQ(undone, before);
  ASSERT_EQ(session.snapshot().ghosts.size(), 1u);
  EXPECT_EQ(session.snapshot().ghosts[0].value(Series::loss, 119), loss);
  session.execute(Redo{});
  EXPECT_EQ(session.snapshot().iteration, 120u);
  EXPECT_THAT(session.snapshot().ghosts, IsEmpty());
}

TEST(Undo, AResetIsTakenBackWithItsRunAndItsPast) {
  Session session{config::Config{}};
  std::vector<Seen> states;
  for (int i = 0; i <= 3000; ++i) {
    if (i % 500 == 0) states.push_back(seen(session));
    run(session, 1);
  }
  session.execute(Reset{});
  EXPECT_EQ(session.snapshot().timeline.end, 0u);
  run(session, 10);
  session.execute(Undo{});
  EXPECT_EQ(session.snapshot().iteration, 3001u);
  for (std::size_t i = states.size(); i-- > 0;) {
    go_to(session, 500 * i);
    Seen now = seen(session);
    now.redo.clear();
    EXPECT_EQ(now, states[i]);
  }
}

TEST(Undo, OneGestureIsOneStep) {
  Session session{config::Config{}};
  run(session, 10);
  const Seen before = seen(session);
  for (int i = 1; i <= 8; ++i)
    session.execute(SetKey{"model.spectral_radius", std::to_string(0.1 * i), 5});
  EXPECT_EQ(session.snapshot().undo_title, "Spectral radius: 1 → 0.8");
  session.execute(SetKey{"model.spectral_radius", "1.5", 6});
  session.execute(Undo{});
  EXPECT_NEAR(session.snapshot().config.model.weights.spectral_radius, 0.8, 1e-12);
  session.execute(Undo{});
  Seen undone = seen(session);
  undone.redo.clear();
  EXPECT_EQ(undone, before);
  session.execute(Undo{});
  EXPECT_EQ(session.snapshot().refusal, "there is nothing to undo");
}

// The window lets the learning rate go along with the optimiser, and lets go of the length of the
// sequences before it sets a task of another length.
TEST(Undo, AGestureIsCalledAfterTheChoiceItMade) {
  Session session(configured({"task.name=first-bit", "task.steps=50"}));
  session.execute(SetKey{"training.optimizer", "adam", 4});
  session.execute(SetKey{"training.learning_rate", "0.01", 4});
  EXPECT_EQ(session.snapshot().undo_title, "Optimiser: SGD → Adam");
  session.execute(SetKey{"task.steps", "auto", 5});
  EXPECT_THAT(session.snapshot().undo_title, ::testing::StartsWith("Steps: "));
  session.execute(SetKey{"task.name", "cat-mat-rat", 5});
  EXPECT_THAT(session.snapshot().undo_title, ::testing::StartsWith("Task: "));
  session.execute(Undo{});
  EXPECT_THAT(session.snapshot().redo_title, ::testing::StartsWith("Task: "));
  session.execute(Undo{});
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.3);
  EXPECT_EQ(session.snapshot().config.training.optimizer.kind, training::OptimizerKind::sgd);
}

TEST(Undo, RandomChangesAndUndosAgreeWithAListOfStates) {
  std::mt19937 random(3);
  Session session(configured({"training.optimizer=adam", "model.cell=gru"}));
  // Nothing is trained between a change and its undo, so that undo is always exact.
  std::vector<Seen> list{seen(session)};
  std::size_t at = 0;
  const std::vector<std::pair<const char*, std::vector<const char*>>> keys = {
      {"training.learning_rate", {"0.1", "0.2", "0.4"}},
      {"model.hidden", {"3", "6", "9"}},
      {"model.spectral_radius", {"0.7", "1.1"}},
      {"model.cell", {"rnn", "lstm"}},
      {"training.clip.mode", {"none", "norm"}}};
  for (int i = 0; i < 400; ++i) {
    const auto action = random() % 5;
    if (action < 2 && at > 0) {
      session.execute(Undo{});
      --at;
    } else if (action == 2 && at + 1 < list.size()) {
      session.execute(Redo{});
      ++at;
    } else if (action > 2) {
      const auto& [key, values] = keys[random() % keys.size()];
      const std::string value = values[random() % values.size()];
      const bool scales = std::string(key) == "model.spectral_radius";
      if (!scales && config::find_key(key)->get(session.snapshot().config) == value) continue;
      session.execute(SetKey{key, value});
      ASSERT_THAT(session.snapshot().refusal, IsEmpty());
      list.resize(at + 1);
      list.push_back(seen(session));
      ++at;
    }
    Seen expected = list[at], now = seen(session);
    expected.redo = now.redo = "";
    ASSERT_EQ(now, expected) << "after " << i;
    ASSERT_EQ(session.snapshot().undo_title.empty(), at == 0);
    ASSERT_EQ(session.snapshot().redo_title.empty(), at + 1 == list.size());
  }
}

}  // namespace
}  // namespace backflow::session
