// What is computed of a record beside training, and what of it an earlier analysis saves.
#include "app/session/analysis.h"

#include <atomic>
#include <cmath>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/session.h"
#include "tests/support/configured.h"

namespace backflow::session {
namespace {

using support::configured;

void iterate(Session& session, int count) {
  session.execute(session::Run{});
  for (int i = 0; i < count; ++i) session.iterate();
  session.execute(Pause{});
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

TEST(Analyse, LyapunovHasAllExponentsAndTheLinearOnesOfTheVanillaCell) {
  for (const char* cell : {"rnn", "gru", "lstm"}) {
    const Session session{
        configured({"task.name=first-bit", "task.steps=9", std::string("model.cell=") + cell})};
    const auto analysis = analyse(session.record(), {.spectra = true, .lyapunov = true});
    ASSERT_TRUE(analysis->lyapunov);
    const auto& all = analysis->lyapunov->all.exponents;
    ASSERT_EQ(all.size(), std::string(cell) == "lstm" ? 16u : 8u);
    EXPECT_NEAR(all[0], analysis->spectra->lyapunov.exponents[0], 1e-12);
    EXPECT_EQ(analysis->lyapunov->linear.size(), std::string(cell) == "rnn" ? 8u : 0u);
    EXPECT_FALSE(analyse(session.record(), {})->lyapunov);
  }
}

// The study of one neuron goes with the configuration, and from one record to the next.
TEST(Analyse, TheNeuronIsComputedOncePerChange) {
  Session session{config::Config{}};
  session.execute(SetAnalysis{{.neuron = true}});
  const auto first = analyse(session.record(), session.analysis_options());
  ASSERT_TRUE(first->neuron);
  EXPECT_EQ(first->neuron->options, session.config().lab);
  iterate(session, 2);
  const auto second =
      analyse(session.record(), session.analysis_options(), {}, nullptr, first->neuron);
  EXPECT_EQ(second->neuron, first->neuron);
  const auto record = session.record();
  session.execute(SetKey{"lab.start_b", "-2.1"});
  session.refresh();
  EXPECT_EQ(session.record(), record);  // nothing about the network is computed anew
  const auto third =
      analyse(session.record(), session.analysis_options(), {}, second.get(), second->neuron);
  EXPECT_NE(third->neuron, first->neuron);
  EXPECT_EQ(third->neuron->surface, first->neuron->surface);
  EXPECT_EQ(third->neuron->clipped.front().at.b, -2.1);
  session.execute(Undo{});
  EXPECT_EQ(session.config().lab.descent.start.b, -2.4);
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

// Another tick of the slider of ε, another tab: the map and what follows from the record alone stay
// as they are, in memory too.
TEST(Analyse, OtherOptionsGiveTheSameWithAndWithoutAnEarlierAnalysis) {
  Session session{configured({"task.name=first-bit", "task.steps=9", "model.cell=lstm"})};
  iterate(session, 3);
  const std::vector<AnalysisOptions> all{
      {},
      {.epsilon = 0.3},
      {.spectra = true},
      {.product = StepPair{8, 2}, .spectra = true},
      {.product = StepPair{8, 2}, .chain = true},
      {.product = StepPair{7, 2}, .spectra = true, .chain = true},
      {.spectra = true, .contributions = true, .walk = true},
      {.norm = gradient::MatrixNorm::frobenius, .chain = true, .walk = true},
      {.norm = gradient::MatrixNorm::frobenius, .block = gradient::StateBlock::full, .chain = true},
  };
  for (const AnalysisOptions& before : all)
    for (const AnalysisOptions& options : all) {
      const auto earlier = analyse(session.record(), before);
      const auto fresh = analyse(session.record(), options);
      const auto got = analyse(session.record(), options, {}, earlier.get());
      const bool same_map = before.norm == options.norm && before.block == options.block;
      EXPECT_EQ(got->cells == earlier->cells, same_map);
      EXPECT_EQ(*got->cells, *fresh->cells);
      EXPECT_EQ(got->decay.reach, fresh->decay.reach);
      EXPECT_EQ(got->log10_blame, fresh->log10_blame);
      EXPECT_EQ(got->spectral_radius, fresh->spectral_radius);
      EXPECT_EQ(got->largest_singular_value, fresh->largest_singular_value);
      EXPECT_EQ(got->slopes, fresh->slopes);
      // That of the spectra is the better one and stays.
      const Analysis& best = before.spectra && !options.spectra ? *earlier : *fresh;
      EXPECT_EQ(got->largest_lyapunov, best.largest_lyapunov);
      ASSERT_EQ(got->spectra.has_value(), options.spectra);
      if (options.spectra) {
        EXPECT_EQ(got->spectra->product, fresh->spectra->product);
        EXPECT_EQ(got->spectra->recurrent.log10_singular_values,
                  fresh->spectra->recurrent.log10_singular_values);
        EXPECT_EQ(got->spectra->lyapunov.exponents, fresh->spectra->lyapunov.exponents);
      }
      ASSERT_EQ(got->chain != nullptr, options.chain);
      if (options.chain) {
        EXPECT_EQ(got->chain->norm, options.norm);
        EXPECT_EQ(got->chain->links.size(), fresh->chain->links.size());
        EXPECT_EQ(got->chain->links.back().log10_product, fresh->chain->links.back().log10_product);
        EXPECT_EQ(got->chain->log10_singular_values, fresh->chain->log10_singular_values);
      }
      EXPECT_EQ(got->contributions != nullptr, options.contributions);
      ASSERT_EQ(got->walk.has_value(), options.walk);
      if (options.walk) {
        EXPECT_EQ(got->walk->partial, fresh->walk->partial);
      }
    }
}

TEST(Analyse, SumsOverPairsOfStepsCountForHowLongItTakes) {
  Session session{configured({"task.name=first-bit", "task.shape=many-to-many", "task.steps=100",
                              "task.batch=1024", "model.hidden=32"})};
  const AnalysisOptions map{.norm = gradient::MatrixNorm::frobenius};
  EXPECT_FALSE(is_slow(*session.record(), map));
  AnalysisOptions more = map;
  more.contributions = true;
  EXPECT_TRUE(is_slow(*session.record(), more));
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

TEST(AnalyseCoarsely, EstimatesWhereProductsTakeLong) {
  const Session wide{configured({"task.name=first-bit", "task.steps=60", "task.batch=1",
                                 "model.cell=lstm", "model.hidden=256"})};
  const auto first = analyse_coarsely(wide.record(), {});
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->norms.estimated);
  EXPECT_FALSE(first->too_large);  // 380 MB
  EXPECT_FALSE(first->chain);
  EXPECT_EQ(first->log10_blame.size(), 61u);
  EXPECT_TRUE(std::isnan(first->largest_lyapunov));
  // A finer one would take as long as the exact one.
  EXPECT_EQ(analyse_coarsely(wide.record(), {}, {}, first.get(), nullptr, kFirstLevel + 1),
            nullptr);
  const auto exact = analyse(wide.record(), {}, {}, first.get());
  ASSERT_NE(exact, nullptr);
  EXPECT_TRUE(exact->norms.is_exact());
  EXPECT_TRUE(std::isfinite(exact->largest_lyapunov));
  EXPECT_LT(first->norms.log10_norm.at(60, 0), exact->norms.log10_norm.at(60, 0) + 1e-9);
  EXPECT_NEAR(first->norms.log10_norm.at(60, 0), exact->norms.log10_norm.at(60, 0), 0.3);
  EXPECT_EQ(analyse_coarsely(wide.record(), {}, {}, exact.get()), nullptr);
}

TEST(AnalyseForFile, ComputesTheExactMapOnlyWhereItIsWanted) {
  const Session wide{
      configured({"task.name=first-bit", "task.steps=200", "task.batch=1", "model.hidden=64"})};
  const auto quick = analyse_for_file(wide.record(), {}, false);
  EXPECT_FALSE(quick->norms.is_exact());
  EXPECT_TRUE(analyse_for_file(wide.record(), {}, true)->norms.is_exact());
  const auto lyapunov = analyse_for_file(wide.record(), {.lyapunov = true}, false);
  EXPECT_TRUE(lyapunov->norms.is_exact());
  EXPECT_TRUE(lyapunov->lyapunov);
  const auto neuron = analyse_for_file(wide.record(), {.neuron = true}, false, {}, quick.get());
  EXPECT_FALSE(neuron->norms.is_exact());
  EXPECT_TRUE(neuron->neuron);
  // A small one has no other.
  const Session small{configured({})};
  EXPECT_TRUE(analyse_for_file(small.record(), {}, false)->norms.is_exact());
  EXPECT_EQ(analyse_for_file(wide.record(), {}, true, [] { return true; }), nullptr);
  EXPECT_EQ(analyse_for_file(wide.record(), {}, false, [] { return true; }), nullptr);
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
