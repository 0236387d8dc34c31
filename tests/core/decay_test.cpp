// Quartiles, reach, half-life, the bound (γσ₁)^lag, and what the verdict says about proof.
#include "core/gradient/decay.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/gradient/matrix_norm.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "tests/support/cases.h"
#include "tests/support/infinity.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using support::kInf;

// A map whose entry (t, k) is value(t, t − k).
template <class Value>
JacobianNorms map_of(Index T, Value value) {
  JacobianNorms norms;
  norms.log10_norm = TriangularMap(T, 0.0);
  for (Index t = 0; t <= T; ++t)
    for (Index k = 0; k <= t; ++k) norms.log10_norm.at(t, k) = value(t, t - k);
  return norms;
}

GradientDecay straight(double log10_factor, Index T, double start = 0.0, double epsilon = 1e-3) {
  return gradient_decay(
      map_of(T, [=](Index, Index lag) { return start + log10_factor * static_cast<double>(lag); }),
      {epsilon});
}

TEST(Decay, QuartilesAreThoseOfEachLag) {
  // At lag 1 the values are 10, 20, 30, 40, 50 for t = 1..5; at lag 4 two of them, at lag 5 one.
  const GradientDecay decay = gradient_decay(map_of(5, [](Index t, Index lag) {
    return lag == 0 ? 0.0 : 10.0 * static_cast<double>(t - lag + 1);
  }));
  EXPECT_EQ(decay.median_by_lag[1], 30.0);
  EXPECT_EQ(decay.lower_quartile[1], 20.0);
  EXPECT_EQ(decay.upper_quartile[1], 40.0);
  EXPECT_EQ(decay.median_by_lag[4], 15.0);
  EXPECT_EQ(decay.lower_quartile[4], 12.5);
  EXPECT_EQ(decay.upper_quartile[4], 17.5);
  EXPECT_EQ(decay.lower_quartile[5], decay.upper_quartile[5]);
}

TEST(Decay, QuartilesWithZerosAndWhatIsNotFinite) {
  const GradientDecay decay = gradient_decay(map_of(4, [](Index t, Index lag) {
    if (lag == 1) return t == 1 ? -kInf : -1.0 * static_cast<double>(t);  // −inf, −2, −3, −4
    return lag == 4 ? kInf : 0.0;
  }));
  EXPECT_EQ(decay.lower_quartile[1], -kInf);
  EXPECT_EQ(decay.median_by_lag[1], -3.5);
  EXPECT_EQ(decay.upper_quartile[1], -2.75);
  EXPECT_TRUE(std::isnan(decay.median_by_lag[4]));
  EXPECT_TRUE(std::isnan(decay.lower_quartile[4]));
  EXPECT_TRUE(decay.non_finite);
}

TEST(Decay, LineHasItsStart) {
  const GradientDecay decay = straight(-0.25, 12, 1.5);
  EXPECT_NEAR(decay.log10_factor, -0.25, 1e-14);
  EXPECT_NEAR(decay.log10_start, 1.5, 1e-14);
}

TEST(Decay, HalfLifeIsTheTimeToHalf) {
  EXPECT_NEAR(*straight(std::log10(0.5), 9).half_life(), 1.0, 1e-13);
  EXPECT_NEAR(*straight(std::log10(0.9), 9).half_life(), std::log(0.5) / std::log(0.9), 1e-12);
  EXPECT_FALSE(straight(0.0, 9).half_life());
  EXPECT_FALSE(straight(0.1, 9).half_life());
  GradientDecay none;
  none.log10_factor = std::nan("");
  EXPECT_FALSE(none.half_life());
}

TEST(Decay, ReachIsTheLastLagAboveEpsilon) {
  // 0.5^9 > 1e-3 > 0.5^10.
  EXPECT_EQ(straight(std::log10(0.5), 40).reach, 9);
  EXPECT_EQ(straight(std::log10(0.5), 40, 0.0, 0.3).reach, 1);
  EXPECT_EQ(straight(std::log10(0.5), 6).reach, 6);
  EXPECT_EQ(straight(std::log10(2.0), 6).reach, 6);
  EXPECT_EQ(straight(-4.0, 6).reach, 0);
  // The Frobenius norm of the identity is √n: what counts is how much of it is left.
  EXPECT_EQ(straight(std::log10(0.5), 40, 2.0).reach, 9);
  // Up again after having been below: the far lag is reached.
  const GradientDecay returns = gradient_decay(map_of(6, [](Index, Index lag) {
    return lag == 3 ? -9.0 : lag == 6 ? -kInf : -1.0;
  }));
  EXPECT_EQ(returns.reach, 5);
}

TEST(JacobianBound, HoldsForEveryPairOfRandomNetworks) {
  for (const model::Activation& activation : support::all_activations())
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      const support::Case c = support::random_case(
          activation, {model::Readout::identity, model::Loss::mean_squared_error},
          {.n = 6, .steps = 12}, seed);
      const JacobianBound bound{model::derivative_bound(activation),
                                spectral_norm(c.model.parameters.W_hh)};
      const auto norms =
          *jacobian_norms(c.model, model::forward(c.model, c.batch), 0, MatrixNorm::spectral);
      for (Index t = 0; t <= 12; ++t)
        for (Index k = 0; k <= t; ++k)
          EXPECT_LE(norms.log10_norm.at(t, k), bound.log10_at(static_cast<double>(t - k)) + 1e-12)
              << c.name << " " << t << " " << k;
    }
}

TEST(JacobianBound, IsReachedByAnOrthogonalLinearNetwork) {
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 5, 0.7, 1);
  EXPECT_NEAR((JacobianBound{1.0, spectral_norm(W)}.log10_at(1000.0)), 1000.0 * std::log10(0.7),
              1e-10);
  EXPECT_EQ((JacobianBound{0.25, 0.0}.log10_at(0.0)), 0.0);
  EXPECT_EQ((JacobianBound{0.25, 0.0}.log10_at(3.0)), -kInf);
}

TEST(JacobianBound, RoundingProvesNothing) {
  EXPECT_TRUE((JacobianBound{1.0, 0.999999}.proves_vanishing()));
  EXPECT_TRUE((JacobianBound{0.25, 3.99}.proves_vanishing()));
  EXPECT_FALSE((JacobianBound{1.0, 1.0 - 1e-15}.proves_vanishing()));
  EXPECT_FALSE((JacobianBound{1.0, std::nan("")}.proves_vanishing()));
}

TEST(Verdict, TellsProofFromMeasurement) {
  const GradientDecay falls = straight(0.5 * std::log10(0.5), 20);
  EXPECT_EQ(verdict(falls, JacobianBound{1.0, 0.93}),
            "gradient falls ×0.71 per step: half gone after 2 steps; proven: γσ₁ = 0.93 < 1");
  EXPECT_EQ(
      verdict(falls, JacobianBound{0.25, 6.0}),
      "gradient falls ×0.71 per step: half gone after 2 steps; measured only: γσ₁ = 1.50 ≥ 1");
  EXPECT_EQ(verdict(falls), "gradient falls ×0.71 per step: half gone after 2 steps");
  // Never "1.00 < 1".
  EXPECT_THAT(verdict(falls, JacobianBound{1.0, 0.99996}), HasSubstr("proven: γσ₁ = 0.99996 < 1"));
  EXPECT_THAT(verdict(falls, JacobianBound{1.0, 1.0}), HasSubstr("γσ₁ = 1.00 ≥ 1"));
  EXPECT_EQ(verdict(falls, JacobianBound{1.0, std::nan("")}), verdict(falls));
}

TEST(Verdict, OverFewStepsTellsWhatTheMapShows) {
  GradientDecay decay = straight(-0.0676, 3);  // ×0.86 per step by the line
  decay.median_by_lag = {0.0, 0.02, -0.02, -0.203};
  EXPECT_EQ(verdict(decay), "gradient falls: 37 % less after all 3 steps");
  // Against the line over all lags, the last one is above the first.
  decay = straight(-0.01, 12);
  decay.median_by_lag.back() = 0.1;
  EXPECT_EQ(verdict(decay), "gradient grows: 26 % more after all 12 steps");
}

TEST(Verdict, SmallSpectralRadiusAloneProvesNothing) {
  // ρ = 0.5, but σ₁ > 10: a step can stretch by ten before the eigenvalues win.
  Matrix W(2, 2);
  W << 0.5, 10.0, 0.0, 0.5;
  ASSERT_NEAR(model::spectral_radius(W), 0.5, 1e-6);
  EXPECT_THAT(verdict(straight(-0.1, 20), JacobianBound{1.0, spectral_norm(W)}),
              AllOf(HasSubstr("measured only: γσ₁ = 10.0"), Not(HasSubstr("proven"))));
}

TEST(Verdict, SaysNothingOfProofWhereNothingVanishes) {
  EXPECT_EQ(verdict(straight(0.2, 9), JacobianBound{1.0, 2.0}), verdict(straight(0.2, 9)));
  EXPECT_EQ(verdict(straight(0.0, 9), JacobianBound{1.0, 1.0}), verdict(straight(0.0, 9)));
  EXPECT_EQ(verdict(straight(std::log10(0.998), 9), JacobianBound{1.0, 0.998}),
            "gradient keeps its size: ×1.00 per step; yet vanishing is proven: γσ₁ = 0.998 < 1");
}

}  // namespace
}  // namespace backflow::gradient
