// Two networks side by side: nothing differs until something is changed in one of them, and then
// nothing but what follows from it.
#include "app/session/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/analysis.h"
#include "tests/session/compared.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Lockstep : public ::testing::TestWithParam<std::string> {};

TEST_P(Lockstep, NothingDiffersWhileNothingIsChangedInOneOfThem) {
  Comparison networks(configured({"task.name=first-bit", "task.steps=9", GetParam(),
                                  "training.optimizer=adam", "training.learning_rate=0.02"}));
  iterate(networks, 37);  // the optimiser has something to remember, a chunk has begun
  networks.execute(StartComparison{});
  ASSERT_NE(networks.b(), nullptr);
  const std::vector<std::pair<const char*, const char*>> kChanges{
      {"task.steps", "14"},
      {"task.noise", "0.5"},
      {"task.seed", "9"},
      {"task.batch", "7"},
      {"training.validation_every", "3"},
      {"task.length_min", "4"},
      {"task.name", "parity"}};
  std::size_t change = 0;
  for (int i = 0; i < 200; ++i) {
    networks.execute(StepOnce{});
    networks.iterate();
    EXPECT_FALSE(networks.wants_to_iterate());
    if (i % 30 == 17 && change < kChanges.size()) {
      const auto& [key, value] = kChanges[change++];
      networks.execute(SetKey{key, value});
      networks.refresh();
    }
    const Snapshot snapshot = networks.snapshot({});
    EXPECT_THAT(snapshot.refusal, IsEmpty());
    expect_same_bits(snapshot, *snapshot.other);
    if (HasFailure()) return;
  }
  EXPECT_EQ(change, kChanges.size());
  EXPECT_THAT(differences(networks), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Cells, Lockstep,
                         ::testing::Values("model.cell=rnn", "model.cell=gru", "model.cell=lstm",
                                           "model.initial_state=random"));

TEST(Comparison, ACopyGoesOnAsTheOneNetworkWouldHave) {
  Comparison alone{config::Config{}}, compared{config::Config{}};
  iterate(alone, 20);
  iterate(compared, 20);
  compared.execute(StartComparison{});
  compared.execute(on_b(SetKey{"training.learning_rate", "0.01"}));
  iterate(alone, 30);
  iterate(compared, 30);
  const Snapshot two = compared.snapshot({});
  expect_same_bits(alone.snapshot({}), two);
  EXPECT_TRUE(same_data(two, *two.other));
  EXPECT_FALSE(same_bits(two.record->model.parameters, two.other->record->model.parameters));
  // Up to the change the curves are one, and each has its own after it.
  for (std::size_t i = 0; i <= 20; ++i)
    EXPECT_EQ(two.history.value(training::Series::loss, i),
              two.other->history.value(training::Series::loss, i));
  EXPECT_NE(two.history.value(training::Series::loss, 30),
            two.other->history.value(training::Series::loss, 30));
}

TEST(Comparison, AChangeOfBIsListedAndConcernsBAlone) {
  Comparison networks(configured({"task.name=first-bit"}));
  iterate(networks, 10);
  networks.execute(StartComparison{});
  EXPECT_THAT(differences(networks), IsEmpty());
  networks.execute(on_b(SetKey{"model.activation", "relu"}));
  networks.execute(SetKey{"training.learning_rate", "0.05"});
  EXPECT_THAT(differences(networks),
              ::testing::ElementsAre("model.activation", "training.learning_rate"));
  networks.refresh();
  const Snapshot snapshot = networks.snapshot({});
  EXPECT_EQ(snapshot.record->model.activation.kind, model::ActivationKind::tanh);
  EXPECT_EQ(snapshot.other->record->model.activation.kind, model::ActivationKind::relu);
  EXPECT_EQ(snapshot.iteration, 10u);
  EXPECT_EQ(snapshot.other->iteration, 10u);
  EXPECT_TRUE(same_data(snapshot, *snapshot.other));
  EXPECT_FALSE(snapshot.is_b);
  EXPECT_TRUE(snapshot.other->is_b);
  ASSERT_NE(snapshot.other->other, nullptr);
  EXPECT_EQ(snapshot.other->other->record, snapshot.record);
  EXPECT_EQ(snapshot.other->other->other, nullptr);
}

TEST(Comparison, KeysOfTheTaskAndItsJudgementConcernBothHoweverTheyAreSent) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"training.clip.threshold", "0.25"}));
  networks.execute(SetKey{"task.steps", "11"});
  networks.execute(on_b(SetKey{"task.seed", "5"}));
  networks.execute(on_b(SetKey{"model.loss", "mse"}));
  for (const Session* session : {&networks.a(), networks.b()}) {
    EXPECT_EQ(config::find_key("task.steps")->get(session->config()), "11");
    EXPECT_EQ(config::find_key("task.seed")->get(session->config()), "5");
    EXPECT_EQ(config::find_key("model.loss")->get(session->config()), "mse");
  }
  EXPECT_THAT(differences(networks), ::testing::ElementsAre("training.clip.threshold"));
}

TEST(Comparison, AKeyThatOneSideRefusesIsTakenByNeither) {
  Comparison networks(configured({"task.name=first-bit", "task.batch=1024", "task.steps=20"}));
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"model.hidden", "24"}));
  const auto before = networks.snapshot({}).refusals;
  networks.execute(SetKey{"task.steps", "1000"});
  const Snapshot snapshot = networks.snapshot({});
  EXPECT_THAT(snapshot.refusal, StartsWith("B: model.hidden"));
  EXPECT_EQ(snapshot.refusals, before + 1);
  EXPECT_EQ(snapshot.config.task.steps, 20);
  EXPECT_EQ(snapshot.other->config.task.steps, 20);
  // The next command that goes well clears it.
  networks.execute(Pause{});
  EXPECT_THAT(networks.snapshot({}).refusal, IsEmpty());
  // B's own refusals are told as B's, and not repeated for a later command.
  networks.execute(on_b(SetKey{"model.readout", "softmax"}));
  networks.execute(on_b(SetKey{"training.learning_rate", "-1"}));
  EXPECT_THAT(networks.snapshot({}).refusal, StartsWith("B: training.learning_rate"));
  networks.execute(SetKey{"training.learning_rate", "0.1"});
  EXPECT_THAT(networks.snapshot({}).refusal, IsEmpty());
}

TEST(Comparison, NewWeightsOnOneSideLetBothStartAgain) {
  for (const bool running : {false, true}) {
    Comparison networks(configured({"task.name=first-bit"}));
    networks.execute(StartComparison{});
    iterate(networks, 25);
    if (running) networks.execute(session::Run{});
    networks.execute(on_b(SetKey{"model.hidden", "5"}));
    EXPECT_EQ(networks.wants_to_iterate(), running);
    EXPECT_EQ(networks.a().iteration(), 0u);
    EXPECT_EQ(networks.b()->iteration(), 0u);
    iterate(networks, 5);
    const Snapshot snapshot = networks.snapshot({});
    EXPECT_EQ(snapshot.iteration, 5u);
    EXPECT_EQ(snapshot.other->iteration, 5u);
    EXPECT_TRUE(same_data(snapshot, *snapshot.other));
    EXPECT_EQ(snapshot.record->trace.h.rows(), 8);
    EXPECT_EQ(snapshot.other->record->trace.h.rows(), 5);
  }
}

TEST(Comparison, SwapsKeepsAndEnds) {
  const auto start = [] {
    Comparison networks(configured({"task.name=first-bit"}));
    iterate(networks, 5);
    networks.execute(StartComparison{});
    networks.execute(on_b(SetKey{"training.learning_rate", "0.01"}));
    iterate(networks, 15);
    return networks;
  };
  Comparison networks = start();
  const Snapshot before = networks.snapshot({});
  networks.execute(SwapSides{});
  const Snapshot swapped = networks.snapshot({});
  EXPECT_EQ(swapped.record, before.other->record);
  EXPECT_EQ(swapped.other->record, before.record);
  EXPECT_EQ(swapped.config.training.learning_rate, 0.01);
  EXPECT_FALSE(swapped.is_b);
  EXPECT_TRUE(swapped.other->is_b);

  networks.execute(EndComparison{});
  EXPECT_EQ(networks.b(), nullptr);
  EXPECT_EQ(networks.snapshot({}).other, nullptr);
  EXPECT_EQ(networks.snapshot({}).record, before.other->record);

  Comparison kept = start();
  const Snapshot two = kept.snapshot({});
  kept.execute(KeepB{});
  EXPECT_EQ(kept.b(), nullptr);
  expect_same_bits(kept.snapshot({}), *two.other);
  EXPECT_EQ(kept.snapshot({}).config.training.learning_rate, 0.01);
  // It goes on by itself.
  iterate(kept, 10);
  EXPECT_EQ(kept.snapshot({}).history.size(), 30u);
  // What is only for a comparison does nothing without one.
  kept.execute(SwapSides{});
  kept.execute(KeepB{});
  kept.execute(on_b(SetKey{"training.learning_rate", "0.5"}));
  EXPECT_EQ(kept.snapshot({}).config.training.learning_rate, 0.01);
}

TEST(Comparison, ReadyPairsDifferInTheirKeyAloneAndStartFromTheSameSeed) {
  for (const ReadyPair& pair : ready_pairs())
    for (const char* task : {"task.name=first-bit", "task.name=cat-mat-rat"}) {
      Comparison networks(configured({task, "model.seed=7"}));
      iterate(networks, 12);
      networks.execute(StartPair{std::string(pair.name)});
      ASSERT_NE(networks.b(), nullptr) << pair.name;
      EXPECT_THAT(networks.snapshot({}).refusal, IsEmpty());
      EXPECT_THAT(differences(networks), ::testing::ElementsAre(std::string(pair.key)));
      EXPECT_EQ(config::find_key(pair.key)->get(networks.a().config()), pair.a);
      EXPECT_EQ(config::find_key(pair.key)->get(networks.b()->config()), pair.b);
      EXPECT_EQ(networks.a().iteration(), 0u);
      EXPECT_EQ(networks.b()->iteration(), 0u);
      networks.refresh();
      const Snapshot start = networks.snapshot({});
      EXPECT_TRUE(same_data(start, *start.other));
      if (pair.key != "model.cell") {
        EXPECT_EQ(start.record->model.parameters.W_xh, start.other->record->model.parameters.W_xh);
        if (pair.key != "model.init") {
          EXPECT_TRUE(
              same_bits(start.record->model.parameters, start.other->record->model.parameters));
        }
      }
      // Against a network made with that value from the beginning.
      config::Config alone = networks.b()->config();
      Session b{alone};
      EXPECT_TRUE(
          same_bits(b.snapshot().record->model.parameters, start.other->record->model.parameters));
      // A horizon acts where it is shorter than the sequences.
      if (pair.name == "truncation") {
        EXPECT_LT(alone.training.truncation.steps, training::resolved(alone.task).steps);
      }
    }
}

TEST(Comparison, APairThatCannotBeMadeIsRefusedAndNothingChanges) {
  Comparison networks(
      configured({"task.name=first-bit", "task.steps=200", "task.batch=1024", "model.hidden=25"}));
  iterate(networks, 1);
  networks.execute(StartPair{"rnn-lstm"});  // four blocks are too much
  EXPECT_EQ(networks.b(), nullptr);
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("too much"));
  EXPECT_EQ(networks.a().iteration(), 1u);
  networks.execute(StartPair{"day-night"});
  EXPECT_THAT(networks.snapshot({}).refusal, HasSubstr("day-night"));
}

TEST(Comparison, EachSideKeepsItsOwnAnalysis) {
  Comparison networks(configured({"task.name=first-bit"}));
  networks.execute(StartComparison{});
  networks.execute(on_b(SetKey{"model.spectral_radius", "0.5"}));
  networks.refresh();
  Comparison::Known known;
  known.revision = 12;
  known.analysis_a = analyse(networks.a().record(), {});
  known.analysis_b = analyse(networks.b()->record(), {});
  const Snapshot snapshot = networks.snapshot(known);
  EXPECT_EQ(snapshot.revision, 12u);
  EXPECT_EQ(snapshot.other->revision, 12u);
  EXPECT_NEAR(snapshot.spectral_radius, 1.0, 1e-12);
  EXPECT_NEAR(snapshot.other->spectral_radius, 0.5, 1e-12);
  EXPECT_EQ(snapshot.other->other->analysis, snapshot.analysis);
}

}  // namespace
}  // namespace backflow::session
