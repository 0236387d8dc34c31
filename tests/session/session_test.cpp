// The session without threads: what each command does to the trainer, the curves and the snapshot.
#include "app/session/session.h"

#include <atomic>
#include <cmath>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/analysis.h"
#include "core/config/keys.h"
#include "tests/support/configured.h"
#include "tests/support/temporary_folder.h"

namespace backflow::session {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::Config valid(const std::vector<std::string>& assignments) {
  const config::Config config = support::configured(assignments);
  EXPECT_THAT(config::validate(config), IsEmpty());
  return config;
}

void iterate(Session& session, int count) {
  session.execute(session::Run{});
  for (int i = 0; i < count; ++i) session.iterate();
  session.execute(Pause{});
}

const model::Matrix& W_hh(const Snapshot& snapshot) {
  return snapshot.record->model.parameters.W_hh;
}

// Snapshot after refresh(), so that the record holds the present parameters.
Snapshot refreshed(Session& session) {
  session.refresh();
  return session.snapshot();
}

TEST(Session, StartsPausedWithARecordAndAnEmptyCurve) {
  const Session session{config::Config{}};
  const Snapshot snapshot = session.snapshot();
  EXPECT_FALSE(snapshot.running);
  EXPECT_FALSE(session.wants_to_iterate());
  EXPECT_EQ(snapshot.iteration, 0u);
  EXPECT_EQ(snapshot.history.size(), 0u);
  ASSERT_NE(snapshot.record, nullptr);
  EXPECT_FALSE(snapshot.record->parameters_after.has_value());
  EXPECT_TRUE(std::isnan(snapshot.spectral_radius));  // no analysis yet
}

TEST(Session, RunIteratesUntilPausedAndStepOnceMakesOneIteration) {
  Session session{config::Config{}};
  session.execute(session::Run{});
  EXPECT_TRUE(session.wants_to_iterate());
  session.iterate();
  session.iterate();
  EXPECT_TRUE(session.wants_to_iterate());
  session.execute(Pause{});
  EXPECT_FALSE(session.wants_to_iterate());
  session.execute(StepOnce{});
  EXPECT_TRUE(session.wants_to_iterate());
  session.iterate();
  EXPECT_FALSE(session.wants_to_iterate());
  const Snapshot snapshot = session.snapshot();
  EXPECT_EQ(snapshot.iteration, 3u);
  EXPECT_EQ(snapshot.record->iteration, 2u);
  ASSERT_EQ(snapshot.history.size(), 3u);
  EXPECT_EQ(snapshot.history.value(training::Series::loss, 2), snapshot.record->trace.loss);
  EXPECT_EQ(snapshot.history.value(training::Series::norm_before_clip, 2),
            snapshot.record->clip.norm_before);
  EXPECT_EQ(snapshot.history.value(training::Series::learning_rate, 2), 0.3);
}

TEST(Session, SettingTheSpectralRadiusRescalesThePresentWeightsOnly) {
  Session session{config::Config{}};
  iterate(session, 30);
  session.execute(SetKey{"training.learning_rate", "0.2"});  // makes the record an evaluation
  const Snapshot before = refreshed(session);
  session.execute(SetKey{"model.spectral_radius", "0.5"});
  const Snapshot after = refreshed(session);
  EXPECT_THAT(after.refusal, IsEmpty());
  EXPECT_EQ(after.iteration, 30u);
  EXPECT_EQ(after.history.size(), 30u);
  EXPECT_NEAR(model::spectral_radius(W_hh(after)), 0.5, 0.5e-12);
  const double factor = 0.5 / model::spectral_radius(W_hh(before));
  EXPECT_TRUE(W_hh(after).isApprox(factor * W_hh(before), 1e-13));
  EXPECT_EQ(after.record->model.parameters.W_xh, before.record->model.parameters.W_xh);
}

TEST(Session, SettingTheSameSpectralRadiusAgainActsOnWeightsThatHaveMoved) {
  Session session{valid({"model.spectral_radius=0.9"})};
  iterate(session, 50);
  session.execute(SetKey{"model.spectral_radius", "0.9"});
  EXPECT_NEAR(model::spectral_radius(W_hh(refreshed(session))), 0.9, 1e-12);
}

TEST(Session, ASizeThatIsSetActsAtOnceAndAfterReset) {
  // 1 is the default, which Glorot's weights are not scaled to unless it is set.
  for (const char* value : {"1", "0.4"}) {
    Session session{valid({"model.init=glorot"})};
    iterate(session, 10);
    session.execute(SetKey{"model.spectral_radius", value});
    EXPECT_EQ(refreshed(session).iteration, 10u);
    EXPECT_NEAR(model::spectral_radius(W_hh(refreshed(session))), std::stod(value), 1e-12);
    session.execute(Reset{});
    EXPECT_EQ(refreshed(session).iteration, 0u);
    EXPECT_NEAR(model::spectral_radius(W_hh(refreshed(session))), std::stod(value), 1e-12);
  }
}

TEST(Session, SettingAnotherKeyLeavesTheTrainedSpectralRadiusAlone) {
  Session session{config::Config{}};
  iterate(session, 50);
  session.execute(SetKey{"model.activation", "relu"});
  const Snapshot snapshot = refreshed(session);
  EXPECT_EQ(snapshot.record->model.activation.kind, model::ActivationKind::relu);
  EXPECT_EQ(snapshot.iteration, 50u);
  EXPECT_GT(std::abs(model::spectral_radius(W_hh(snapshot)) - 1.0), 1e-6);
}

TEST(Session, LiveKeysWhileRunningReachTheNextIteration) {
  Session session{config::Config{}};
  session.execute(session::Run{});
  session.iterate();
  session.execute(SetKey{"training.clip.threshold", "0.001"});
  session.execute(SetKey{"training.learning_rate", "0.125"});
  session.iterate();
  const Snapshot snapshot = session.snapshot();
  EXPECT_TRUE(snapshot.running);
  EXPECT_EQ(snapshot.record->options.learning_rate, 0.125);
  EXPECT_TRUE(snapshot.record->clip.clipped);
  EXPECT_NEAR(snapshot.record->clip.norm_after, 0.001, 1e-15);
  EXPECT_EQ(snapshot.history.value(training::Series::threshold, 1), 0.001);
  EXPECT_EQ(snapshot.history.value(training::Series::threshold, 0), 1.0);
}

TEST(Session, ThresholdIsMissingInTheCurveWhileClippingIsOff) {
  Session session{valid({"training.clip.mode=none"})};
  iterate(session, 1);
  EXPECT_TRUE(std::isnan(session.snapshot().history.value(training::Series::threshold, 0)));
}

TEST(Session, RestartKeysMakeFreshWeightsAndGoOnRunning) {
  Session session{config::Config{}};
  session.execute(session::Run{});
  session.iterate();
  session.execute(SetKey{"model.hidden", "5"});
  EXPECT_TRUE(session.wants_to_iterate());
  EXPECT_EQ(session.snapshot().iteration, 0u);
  session.iterate();
  EXPECT_EQ(session.snapshot().record->model.parameters.hidden_size(), 5);
  EXPECT_EQ(session.snapshot().history.size(), 1u);
}

TEST(Session, RefusedKeysChangeNothingAndSayWhy) {
  Session session{config::Config{}};
  iterate(session, 3);
  const auto record = session.record();
  session.execute(SetKey{"task.steps", "17"});  // cat-mat-rat always has three
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("task.steps = 17"));
  EXPECT_EQ(refreshed(session).record, record);
  session.execute(SetKey{"model.activation", "tahn"});
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("did you mean \"tanh\""));
  session.execute(session::Run{});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
}

TEST(Session, ResetGivesTheSameRunAgain) {
  Session session{valid({"task.name=first-bit"})};
  iterate(session, 10);
  const Snapshot first = session.snapshot();
  session.execute(Reset{});
  EXPECT_EQ(session.snapshot().iteration, 0u);
  EXPECT_EQ(session.snapshot().history.size(), 0u);
  EXPECT_FALSE(session.snapshot().running);
  iterate(session, 10);
  const Snapshot second = session.snapshot();
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_EQ(first.history.value(training::Series::loss, i),
              second.history.value(training::Series::loss, i));
}

TEST(Session, DivergencePausesAndLowerLearningRateCarriesOn) {
  Session session{valid({"task.name=first-bit", "task.steps=60", "model.activation=relu",
                         "model.spectral_radius=1.5", "training.learning_rate=100",
                         "training.clip.mode=none", "model.loss=mse", "model.readout=identity"})};
  session.execute(session::Run{});
  for (int i = 0; i < 1000 && session.wants_to_iterate(); ++i) session.iterate();
  const Snapshot diverged = session.snapshot();
  ASSERT_TRUE(diverged.divergence.has_value());
  EXPECT_FALSE(diverged.running);
  EXPECT_EQ(diverged.history.size(), diverged.iteration);
  EXPECT_LE(diverged.resume_iteration, diverged.divergence->iteration);
  session.execute(SetKey{"training.learning_rate", "1e-6"});
  EXPECT_TRUE(session.snapshot().divergence.has_value());  // still shown until training goes on
  session.execute(session::Run{});
  EXPECT_FALSE(session.snapshot().divergence.has_value());
  session.iterate();
  EXPECT_TRUE(session.wants_to_iterate());
  EXPECT_TRUE(std::isfinite(session.record()->trace.loss));
}

TEST(Session, SwitchingFromALongTaskToATableNeedsItsOwnLengthFirst) {
  Session session{valid({"task.name=first-bit", "task.steps=50"})};
  session.execute(SetKey{"task.name", "cat-mat-rat"});
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("task.steps = 50"));
  session.execute(SetKey{"task.steps", "auto"});
  session.execute(SetKey{"task.name", "cat-mat-rat"});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.record()->trace.steps(), 3);
}

TEST(Session, RefusesWithAReasonAndPauses) {
  Session session{config::Config()};
  session.execute(session::Run{});
  session.refuse("not enough memory");
  EXPECT_FALSE(session.wants_to_iterate());
  EXPECT_EQ(session.snapshot().refusal, "not enough memory");
  session.execute(session::Run{});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_TRUE(session.wants_to_iterate());
}

using SessionFiles = support::TemporaryFolder;

TEST_F(SessionFiles, AMatrixFileIsUsedAtOnceAndTheHiddenUnitsFollow) {
  const std::string path = file("W.csv", "0.5,1\n0,0.25\n");
  Session session{valid({"model.hidden=8"})};
  session.execute(SetKey{"model.init_file", path});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.record()->model.parameters.W_hh,
            (model::Matrix(2, 2) << 0.5, 1.0, 0.0, 0.25).finished());
  for (std::uint64_t times = 1; times <= 2; ++times) {
    session.execute(SetKey{"model.init_file", path + "x"});
    EXPECT_THAT(session.snapshot().refusal, HasSubstr("W.csvx"));
    EXPECT_EQ(session.snapshot().refusals, times);  // the same sentence, but told again
  }
  EXPECT_EQ(session.record()->model.parameters.W_hh.rows(), 2);
}

}  // namespace
}  // namespace backflow::session
