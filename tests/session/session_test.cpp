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

config::Config configured(const std::vector<std::string>& assignments) {
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
  Session session{configured({"model.spectral_radius=0.9"})};
  iterate(session, 50);
  session.execute(SetKey{"model.spectral_radius", "0.9"});
  EXPECT_NEAR(model::spectral_radius(W_hh(refreshed(session))), 0.9, 1e-12);
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
  Session session{configured({"training.clip.mode=none"})};
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
  Session session{configured({"task.name=first-bit"})};
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
  Session session{
      configured({"task.name=first-bit", "task.steps=60", "model.activation=relu",
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
  Session session{configured({"task.name=first-bit", "task.steps=50"})};
  session.execute(SetKey{"task.name", "cat-mat-rat"});
  EXPECT_THAT(session.snapshot().refusal, HasSubstr("task.steps = 50"));
  session.execute(SetKey{"task.steps", "auto"});
  session.execute(SetKey{"task.name", "cat-mat-rat"});
  EXPECT_THAT(session.snapshot().refusal, IsEmpty());
  EXPECT_EQ(session.record()->trace.steps(), 3);
}

TEST(Analyse, BelongsToItsRecordAndTakesTheSequenceModuloTheBatch) {
  const Session session{config::Config{}};
  const auto analysis =
      analyse(session.record(), {.norm = gradient::MatrixNorm::frobenius, .sequence = 4});
  ASSERT_NE(analysis, nullptr);
  EXPECT_EQ(analysis->record, session.record());
  EXPECT_EQ(analysis->norms.sequence, 1);
  EXPECT_NEAR(analysis->spectral_radius, 1.0, 1e-12);
  Snapshot snapshot = session.snapshot();
  attach(analysis, snapshot);
  EXPECT_EQ(snapshot.analysis, analysis);
  EXPECT_EQ(snapshot.spectral_radius, analysis->spectral_radius);
}

TEST(Analyse, GivesNothingWhenCancelled) {
  const Session session{config::Config{}};
  EXPECT_EQ(analyse(session.record(), {}, [] { return true; }), nullptr);
  // After the map, while the spectra are computed.
  std::atomic<int> asked = 0;  // the map asks from several threads
  ASSERT_NE(analyse(session.record(), {}, [&] { return ++asked < 0; }), nullptr);
  const int before = asked;
  asked = 0;
  EXPECT_EQ(analyse(session.record(), {.spectra = true}, [&] { return ++asked > before; }),
            nullptr);
}

TEST(Analyse, ComputesSpectraOnlyWhenAskedFor) {
  Session session{configured({"task.name=first-bit", "task.steps=12", "model.hidden=6"})};
  iterate(session, 5);
  EXPECT_FALSE(analyse(session.record(), {})->spectra);
  const auto analysis = analyse(session.record(), {.sequence = 2, .spectra = true});
  ASSERT_TRUE(analysis->spectra);
  const gradient::Spectrum& s = analysis->spectra->recurrent;
  EXPECT_NEAR(std::pow(10.0, s.log10_spectral_radius()), analysis->spectral_radius, 1e-10);
  EXPECT_NEAR(std::pow(10.0, s.log10_sigma_1()), analysis->bound->sigma_1, 1e-12);
  // Σ λ_i T = Σ_t ln |det J_t| = Σ_t ln |det W_hh| + Σ_t Σ_i ln f′(a_t,i), of the third sequence.
  const auto& record = *session.record();
  double expected = 0.0;
  for (model::Index t = 1; t <= 12; ++t) {
    expected += std::log(std::abs(record.model.parameters.W_hh.determinant()));
    for (model::Index i = 0; i < 6; ++i)
      expected -= 2.0 * std::log(std::cosh(record.trace.a.step(t)(i, 2)));
  }
  double sum = 0.0;
  for (const double exponent : analysis->spectra->lyapunov.exponents) sum += 12.0 * exponent;
  EXPECT_NEAR(sum, expected, 1e-10 * std::abs(expected));
}

TEST(Analyse, SaturationIsThatOfTheSequence) {
  Session session{configured({"task.name=first-bit", "task.steps=9", "model.hidden=5",
                              "model.activation=sigmoid", "model.spectral_radius=10"})};
  const auto analysis = analyse(session.record(), {.sequence = 1});
  ASSERT_EQ(analysis->saturation.size(), 9u);
  for (model::Index t = 1; t <= 9; ++t) {
    double mean = 0.0, share = 0.0;
    for (model::Index i = 0; i < 5; ++i) {
      const double h = session.record()->trace.h.step(t)(i, 1), relative = 4.0 * h * (1.0 - h);
      mean += relative / 5.0;
      share += relative < 0.1 ? 0.2 : 0.0;
    }
    EXPECT_NEAR(analysis->saturation[static_cast<std::size_t>(t - 1)].mean_slope, mean, 1e-13);
    EXPECT_NEAR(analysis->saturation[static_cast<std::size_t>(t - 1)].share, share, 1e-13);
  }
  EXPECT_EQ(analysis->bound->gamma, 0.25);
}

TEST(Analyse, ChainAndContributionsAreThereWhenAskedFor) {
  const Session session{configured({"task.name=first-bit", "task.steps=9", "model.cell=lstm"})};
  EXPECT_FALSE(analyse(session.record(), {})->chain);
  EXPECT_FALSE(analyse(session.record(), {})->contributions);
  const auto analysis = analyse(session.record(), {.norm = gradient::MatrixNorm::frobenius,
                                                   .sequence = 2,
                                                   .block = gradient::StateBlock::cell,
                                                   .product = StepPair{7, 4},
                                                   .chain = true,
                                                   .contributions = true});
  ASSERT_TRUE(analysis->chain);
  EXPECT_EQ(analysis->chain->size, session.record()->model.parameters.hidden_size());
  ASSERT_EQ(analysis->chain->links.size(), 3u);
  EXPECT_EQ(analysis->chain->links[2].log10_product, analysis->norms.log10_norm.at(7, 4));
  ASSERT_TRUE(analysis->contributions);
  // One loss step: its gradient is that of the record.
  EXPECT_NEAR(analysis->contributions->of(gradient::RecurrentTensor::W_hh).log10_gradient[9],
              std::log10(session.record()->gradients.W_hh.norm()), 1e-11);
}

TEST(Analyse, TakesTheMapOfAnEarlierAnalysisOfTheSame) {
  const Session session{configured({"task.name=first-bit", "task.steps=9"})};
  const auto first = analyse(session.record(), {.contributions = true});
  auto marked = *first;
  marked.norms.log10_norm.at(9, 0) = 42.0;
  const AnalysisOptions chain{.chain = true, .contributions = true};
  const auto second = analyse(session.record(), chain, {}, &marked);
  EXPECT_EQ(second->norms.log10_norm.at(9, 0), 42.0);
  EXPECT_EQ(second->contributions, first->contributions);
  AnalysisOptions other = chain;
  other.norm = gradient::MatrixNorm::frobenius;
  EXPECT_NE(analyse(session.record(), other, {}, &marked)->norms.log10_norm.at(9, 0), 42.0);
  other = chain;
  other.sequence = 1;
  EXPECT_NE(analyse(session.record(), other, {}, &marked)->norms.log10_norm.at(9, 0), 42.0);
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
  Session session{configured({"model.hidden=8"})};
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

TEST(Analyse, ReachIsTheLastLagAboveTheShareAskedFor) {
  const Session session{
      configured({"task.name=first-bit", "task.steps=40", "model.activation=identity",
                  "model.init=orthogonal", "model.spectral_radius=0.5"})};
  const auto reach = [&](double epsilon) {
    return analyse(session.record(), {.epsilon = epsilon})->decay.reach;
  };
  EXPECT_EQ(reach(1e-3), 9);  // 0.5^9 > 0.001 > 0.5^10
  EXPECT_EQ(reach(0.1), 3);
  EXPECT_EQ(reach(0.6), 0);
}

TEST(AnalyseCoarsely, OnlyWhereTheExactMapTakesLong) {
  const Session small{configured({})};
  EXPECT_EQ(analyse_coarsely(small.record(), {}), nullptr);
  const Session wide{
      configured({"task.name=first-bit", "task.steps=200", "task.batch=1", "model.hidden=64"})};
  const auto coarse = analyse_coarsely(wide.record(), {});
  ASSERT_NE(coarse, nullptr);
  EXPECT_GT(coarse->norms.stride, 1);
  const auto exact = analyse(wide.record(), {});
  EXPECT_EQ(exact->norms.stride, 1);
  // Its grid is exact, so that the verdict is nearly the same already.
  EXPECT_NEAR(coarse->norms.log10_norm.at(200, 0), exact->norms.log10_norm.at(200, 0), 1e-9);
  EXPECT_NEAR(coarse->decay.log10_factor, exact->decay.log10_factor,
              0.05 * std::abs(exact->decay.log10_factor));
  EXPECT_EQ(coarse->log10_blame, exact->log10_blame);
}

TEST(Analyse, SpectrumOfAProductIsThatOfItsFactors) {
  // J_t = ½ Q with Q orthogonal: every |λ| and every σ of 30 factors is 2^−30.
  const Session session{
      configured({"task.name=first-bit", "task.steps=40", "model.activation=identity",
                  "model.init=orthogonal", "model.spectral_radius=0.5"})};
  const auto spectra_of = [&](StepPair pair) {
    return *analyse(session.record(), {.product = pair, .spectra = true})->spectra;
  };
  const Spectra spectra = spectra_of({35, 5});
  EXPECT_EQ(spectra.product, (StepPair{35, 5}));
  ASSERT_EQ(spectra.recurrent.eigenvalues.size(), 8u);
  for (const auto& value : spectra.recurrent.eigenvalues)
    EXPECT_NEAR(value.log10_modulus, -30.0 * std::log10(2.0), 1e-10);
  for (const double value : spectra.recurrent.log10_singular_values)
    EXPECT_NEAR(value, -30.0 * std::log10(2.0), 1e-10);
  EXPECT_NEAR(spectra_of({7, 7}).recurrent.log10_sigma_1(), 0.0, 1e-14);  // the identity
  EXPECT_EQ(spectra_of({100, 60}).product, (StepPair{40, 40}));
}

}  // namespace
}  // namespace backflow::session
