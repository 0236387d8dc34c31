// Going back and forth in a run, branches, undo and redo: every state that is returned to is that
// which was there, bit for bit.
#include "app/session/timeline.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/session.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::IsEmpty;
using training::Series;

// All numbers of a session as text of their bits; equal texts are equal states.
class Bits {
public:
  void add(double x) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    add(bits);
  }
  void add(std::uint64_t x) {
    for (int i = 0; i < 8; ++i) hash_ = (hash_ ^ ((x >> (8 * i)) & 255u)) * 1099511628211ull;
  }
  void add(const model::Matrix& m) {
    add(static_cast<std::uint64_t>(m.rows()));
    for (model::Index i = 0; i < m.size(); ++i) add(m.data()[i]);
  }
  void add(const model::Parameters& p) {
    for (const auto& tensor : model::tensors(p)) add(model::Matrix(tensor));
  }
  std::uint64_t value() const { return hash_; }

private:
  std::uint64_t hash_ = 14695981039346656037ull;
};

struct Seen {
  std::uint64_t iteration, record, config;
  std::uint64_t curve;
  std::string undo, redo;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& s) {
  return out << "iteration " << s.iteration << " record " << s.record << " config " << s.config
             << " curve " << s.curve << " undo '" << s.undo << "' redo '" << s.redo << "'";
}

Seen seen(Session& session) {
  while (session.is_going()) session.iterate();
  session.refresh();
  const Snapshot snapshot = session.snapshot();
  Bits record, config, curve;
  const training::IterationRecord& r = *snapshot.record;
  record.add(r.iteration);
  record.add(r.model.parameters);
  record.add(r.trace.h.data());
  record.add(r.signals.e.data());
  record.add(r.clipped_gradients);
  record.add(r.learning_rate);
  record.add(r.validation ? r.validation->loss : 0.0);
  record.add(std::uint64_t{r.parameters_after.has_value()});
  if (r.parameters_after) record.add(*r.parameters_after);
  record.add(std::uint64_t{snapshot.divergence.has_value()});
  record.add(snapshot.resume_iteration);
  for (const config::Key& key : config::keys())
    for (const char c : key.get(snapshot.config)) config.add(std::uint64_t(c));
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    for (const double x : snapshot.history.point(i)) curve.add(x);
  return {snapshot.iteration, record.value(),      config.value(),
          curve.value(),      snapshot.undo_title, snapshot.redo_title};
}

void run(Session& session, int count) {
  session.execute(session::Run{});
  for (int i = 0; i < count && session.wants_to_iterate(); ++i) session.iterate();
  session.execute(Pause{});
}

void go_to(Session& session, std::uint64_t iteration) {
  session.execute(GoTo{iteration});
  while (session.is_going()) session.iterate();
}

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
  session.execute(GoTo{40});
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
  session.execute(GoTo{1'000'000});
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
      if (i % (iterations / 10) == 0) states.insert_or_assign(i + 1, seen(other));
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

TEST(GoTo, TheNewestWinsAndOtherCommandsWaitForIt) {
  Session session(configured({"model.hidden=3"}), 100'000);
  run(session, 400'000);
  session.execute(Reset{});
  session.execute(Undo{});  // its states are few now
  session.execute(GoTo{200'000});
  ASSERT_TRUE(session.is_going());
  EXPECT_EQ(session.snapshot().going_to, 200'000u);
  EXPECT_EQ(session.snapshot().iteration, 400'000u);
  session.execute(GoTo{100});
  EXPECT_EQ(session.snapshot().iteration, 100u);
  session.execute(GoTo{250'000});
  ASSERT_TRUE(session.is_going());
  session.execute(StepOnce{});
  session.execute(SetKey{"training.learning_rate", "0.125"});
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.3);
  while (session.wants_to_iterate()) session.iterate();
  EXPECT_EQ(session.snapshot().iteration, 250'001u);
  EXPECT_EQ(session.snapshot().config.training.learning_rate, 0.125);
  session.execute(GoTo{120'000});
  if (session.is_going()) {
    session.execute(Pause{});
    EXPECT_FALSE(session.is_going());
    EXPECT_EQ(session.snapshot().iteration, 250'001u);
  }
}

}  // namespace
}  // namespace backflow::session
