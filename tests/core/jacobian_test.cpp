// ∂h_t/∂h_k against closed forms, finite differences and plain products, and far beyond the range
// of double.
#include "core/gradient/jacobian.h"

#include <cmath>
#include <limits>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/gradient/decay.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "tests/support/cases.h"
#include "tests/support/infinity.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/singular_values.h"
#include "tests/support/test_name.h"

namespace backflow::gradient {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using support::kInf;

// A network of n units without input, so that only W_hh acts; h_0 as given.
support::Case autonomous(const Matrix& W_hh, model::ActivationKind kind, Index steps,
                         const Matrix& h_0) {
  support::Case c;
  const Index n = W_hh.rows();
  c.model.activation = {kind, 0.01};
  c.model.readout = model::Readout::identity;
  c.model.loss = model::Loss::mean_squared_error;
  c.model.parameters = {Matrix::Zero(n, 1), W_hh, Vector::Zero(n), Matrix::Zero(1, n),
                        Vector::Zero(1)};
  c.batch.inputs = model::StepMatrices(1, h_0.cols(), 1, steps);
  c.batch.targets = model::StepMatrices(1, h_0.cols(), steps, steps);
  c.batch.initial_state = h_0;
  return c;
}

JacobianNorms norms_of(const support::Case& c, MatrixNorm norm, Index sequence = 0) {
  return *jacobian_norms(c.model, model::forward(c.model, c.batch), sequence, norm);
}

class OrthogonalWeights : public ::testing::TestWithParam<double> {};

TEST_P(OrthogonalWeights, NormIsRhoToTheDistanceExactly) {
  const double rho = GetParam();
  const Index T = rho == 1.0 || rho < 1e-3 || rho > 5.0 ? 1000 : 60;
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 4, rho, 5);
  const support::Case c = autonomous(W, model::ActivationKind::identity, T, Matrix::Zero(4, 1));
  const auto spectral = norms_of(c, MatrixNorm::spectral).log10_norm;
  const auto frobenius = norms_of(c, MatrixNorm::frobenius).log10_norm;
  ASSERT_EQ(spectral.steps(), T);
  for (Index t = 0; t <= T; t += T > 100 ? 37 : 1)
    for (Index k = 0; k <= t; ++k) {
      const double expected = static_cast<double>(t - k) * std::log10(rho);
      // The relative error of the norm grows with the distance, that of its logarithm does not.
      const double tolerance = 1e-15 * (10.0 + 4.0 * static_cast<double>(t - k));
      EXPECT_NEAR(spectral.at(t, k), expected, tolerance);
      EXPECT_NEAR(frobenius.at(t, k), expected + std::log10(2.0), tolerance);
    }
  if (rho == 1e-5) {
    EXPECT_NEAR(spectral.at(1000, 0), -5000.0, 1e-9);
  }
  if (rho == 10.0) {
    EXPECT_NEAR(spectral.at(1000, 0), 1000.0, 1e-9);
  }
}
INSTANTIATE_TEST_SUITE_P(Rho, OrthogonalWeights, ::testing::Values(1e-5, 0.5, 0.9, 1.0, 1.5, 10.0));

TEST(Jacobian, SingleNeuronClosedForm) {
  // ∂h_t/∂h_{t−1} = (1 − tanh²(w_xh x_t + w_hh h_{t−1})) w_hh
  support::Case c = support::random_case(
      {model::ActivationKind::tanh, 0.0},
      {model::Readout::identity, model::Loss::mean_squared_error},
      {.n = 1, .d = 1, .m = 1, .steps = 8, .batch = 2, .every_step = false, .random_state = true},
      4);
  c.model.parameters.b_h.setZero();
  const double w_xh = c.model.parameters.W_xh(0, 0), w_hh = c.model.parameters.W_hh(0, 0);
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto map = norms_of(c, MatrixNorm::spectral, 1).log10_norm;
  double h = c.batch.initial_state(0, 1);
  double log_product = 0.0;
  for (Index t = 1; t <= 8; ++t) {
    const double tanh = std::tanh(w_xh * c.batch.inputs.step(t)(0, 1) + w_hh * h);
    const double factor = (1.0 - tanh * tanh) * w_hh;
    EXPECT_NEAR(step_jacobian(c.model, trace, 1, t)(0, 0), factor, 1e-13 * std::abs(factor));
    log_product += std::log10(std::abs(factor));
    EXPECT_NEAR(map.at(t, 0), log_product, 1e-12);
    EXPECT_NEAR(map.at(t, t - 1), std::log10(std::abs(factor)), 1e-13);
    h = tanh;
  }
}

class EveryActivation : public ::testing::TestWithParam<model::Activation> {};

TEST_P(EveryActivation, ProductsAreDerivativesOfTheStates) {
  const support::Case c = support::random_case(
      GetParam(), {model::Readout::identity, model::Loss::mean_squared_error}, {}, 21);
  const model::Trace trace = model::forward(c.model, c.batch);
  support::ReferenceRnn<support::Dual> reference(c.model, c.batch);
  reference.nudge = support::Dual(0.0L, 1.0L);
  for (Index s = 0; s < 3; ++s)
    for (Index k = 0; k <= 6; ++k)
      for (Index j = 0; j < 5; ++j) {
        reference.nudge_step = k;
        reference.nudge_sequence = s;
        reference.nudge_unit = j;
        const auto h = reference.hidden(s);
        for (Index t = k; t <= 6; ++t) {
          const Matrix product = jacobian_product(c.model, trace, s, t, k).value();
          const double size = product.cwiseAbs().maxCoeff();
          for (Index i = 0; i < 5; ++i) {
            const auto expected =
                static_cast<double>(h[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)].d);
            EXPECT_NEAR(product(i, j), expected, 1e-12 * std::abs(expected) + 1e-14 * size);
          }
        }
      }
}

TEST_P(EveryActivation, CentralDifferencesOfTheRecurrenceAgree) {
  const support::Case c = support::random_case(
      GetParam(), {model::Readout::identity, model::Loss::mean_squared_error}, {}, 22);
  const model::Trace trace = model::forward(c.model, c.batch);
  constexpr long double kStep = 1e-6L;
  support::ReferenceRnn<long double> reference(c.model, c.batch);
  reference.nudge_step = 2;
  const Matrix product = jacobian_product(c.model, trace, 0, 6, 2).value();
  Matrix numeric(5, 5);
  for (Index j = 0; j < 5; ++j) {
    reference.nudge_unit = j;
    reference.nudge = kStep;
    const auto above = reference.hidden(0);
    reference.nudge = -kStep;
    const auto below = reference.hidden(0);
    for (std::size_t i = 0; i < 5; ++i)
      numeric(static_cast<Index>(i), j) =
          static_cast<double>((above[6][i] - below[6][i]) / (2.0L * kStep));
  }
  EXPECT_LT((product - numeric).norm(), 1e-6 * product.norm());
}

TEST_P(EveryActivation, TheMapIsTheNormOfTheProducts) {
  const support::Case c = support::random_case(
      GetParam(), {model::Readout::identity, model::Loss::mean_squared_error},
      {.n = 7, .d = 2, .m = 1, .steps = 9, .batch = 2, .every_step = false, .random_state = false},
      23);
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto spectral = norms_of(c, MatrixNorm::spectral, 1).log10_norm;
  const auto frobenius = norms_of(c, MatrixNorm::frobenius, 1).log10_norm;
  for (Index t = 0; t <= 9; ++t) {
    Matrix product = Matrix::Identity(7, 7);
    for (Index k = t; k >= 0; --k) {
      const double sigma = support::singular_values(product)[0];
      if (sigma == 0.0) {
        EXPECT_EQ(spectral.at(t, k), -kInf);
      } else {
        EXPECT_NEAR(spectral.at(t, k), std::log10(sigma), 1e-12);
        EXPECT_NEAR(frobenius.at(t, k), std::log10(product.norm()), 1e-12);
      }
      if (k > 0) product = product * step_jacobian(c.model, trace, 1, k);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(All, EveryActivation, ::testing::ValuesIn(support::all_activations()),
                         [](const auto& test) {
                           return support::test_name(model::name_of(test.param.kind));
                         });

TEST(Jacobian, DeadUnitsGiveAnExactZero) {
  const support::Case c = autonomous(Matrix::Constant(3, 3, -1.0), model::ActivationKind::relu, 4,
                                     Matrix::Constant(3, 1, 1.0));
  const auto map = norms_of(c, MatrixNorm::spectral).log10_norm;
  EXPECT_EQ(map.at(1, 0), -kInf);
  EXPECT_EQ(map.at(4, 0), -kInf);
  EXPECT_EQ(map.at(4, 4), 0.0);
  const LogRange range = log_range(map);
  EXPECT_TRUE(range.zeros);
  EXPECT_FALSE(range.non_finite);
}

TEST(Jacobian, NotFiniteIsCarriedOnAndNotHidden) {
  Matrix W = 0.5 * Matrix::Identity(3, 3);
  W(1, 2) = std::nan("");
  const support::Case c =
      autonomous(W, model::ActivationKind::identity, 3, Matrix::Constant(3, 1, 1.0));
  for (const auto norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    const auto map = norms_of(c, norm).log10_norm;
    EXPECT_TRUE(std::isnan(map.at(1, 0)));
    EXPECT_TRUE(std::isnan(map.at(3, 0)));
    EXPECT_EQ(log_range(map).non_finite, true);
  }
}

TEST(Jacobian, CancelsWhenAsked) {
  const support::Case c =
      autonomous(Matrix::Identity(2, 2), model::ActivationKind::identity, 5, Matrix::Zero(2, 1));
  EXPECT_FALSE(jacobian_norms(c.model, model::forward(c.model, c.batch), 0, MatrixNorm::spectral,
                              [] { return true; }));
}

TEST(SpectralNorm, IsTheLargestSingularValue) {
  model::Random random(8);
  for (const Index n : {1, 2, 3, 8, 33}) {
    const Matrix x = random.normal_matrix(n, n, 1.0);
    const double expected = support::singular_values(x)[0];
    EXPECT_NEAR(spectral_norm(x), expected, 1e-13 * expected);
  }
  // Two equal largest singular values, where iterations like to get stuck.
  Matrix pair = Matrix::Identity(5, 5);
  pair(2, 2) = 0.1;
  EXPECT_NEAR(spectral_norm(pair), 1.0, 1e-14);
  EXPECT_EQ(spectral_norm(Matrix::Zero(3, 3)), 0.0);
  Matrix huge = Matrix::Constant(2, 2, 1e200), tiny = Matrix::Constant(2, 2, 1e-200);
  EXPECT_NEAR(spectral_norm(huge) / 2e200, 1.0, 1e-14);
  EXPECT_NEAR(spectral_norm(tiny) / 2e-200, 1.0, 1e-14);
}

TEST(ScaledMatrix, ScalesExactly) {
  ScaledMatrix x{Matrix::Constant(1, 2, 3.0 * std::ldexp(1.0, -900)), 0};
  x.mantissa(0, 1) = 1e-280;
  const Matrix before = x.mantissa;
  normalize(x);
  EXPECT_GE(x.mantissa.cwiseAbs().maxCoeff(), 0.5);
  EXPECT_LT(x.mantissa.cwiseAbs().maxCoeff(), 1.0);
  EXPECT_EQ(x.value(), before);
  // By powers of two that double does not have itself.
  Matrix small = Matrix::Constant(2, 2, 0x1.8p-1060);
  scale(small, 1900);
  EXPECT_EQ(small, Matrix::Constant(2, 2, 0x1.8p840));
  scale(small, -1900);
  EXPECT_EQ(small, Matrix::Constant(2, 2, 0x1.8p-1060));
  EXPECT_EQ(log10_scaled(0.0, 5), -kInf);
  EXPECT_NEAR(log10_scaled(0.5, -100000), -100001 * std::log10(2.0), 1e-9);
}

// --- the verdict -------------------------------------------------------------------------------

std::string verdict_of(double rho, Index steps = 20) {
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 3, rho, 2);
  return verdict(gradient_decay(
      norms_of(autonomous(W, model::ActivationKind::identity, steps, Matrix::Zero(3, 1)),
               MatrixNorm::spectral)));
}

TEST(Verdict, NamesTheFactorPerStep) {
  EXPECT_EQ(verdict_of(std::sqrt(0.5)), "gradient falls ×0.71 per step: half gone after 2 steps");
  EXPECT_EQ(verdict_of(0.5), "gradient falls ×0.50 per step: half gone after 1 step");
  EXPECT_THAT(verdict_of(0.1), HasSubstr("more than half gone after 1 step"));
  EXPECT_EQ(verdict_of(2.0), "gradient grows ×2.00 per step: doubled after 1 step");
  // Not beyond what was seen: 0.99^20 = 0.82, 1.02^20 = 1.49.
  EXPECT_EQ(verdict_of(0.99), "gradient falls ×0.99 per step: 18 % less after all 20 steps");
  EXPECT_EQ(verdict_of(1.02), "gradient grows ×1.02 per step: 49 % more after all 20 steps");
  EXPECT_THAT(verdict_of(1.1), StartsWith("gradient grows ×1.10 per step: doubled after 7.3"));
  EXPECT_THAT(verdict_of(1.0), StartsWith("gradient keeps its size"));
  EXPECT_THAT(verdict_of(0.001), HasSubstr("×0.001 per step"));
}

TEST(Verdict, TellsZerosAndWhatIsNotFinite) {
  const support::Case dead = autonomous(Matrix::Constant(3, 3, -1.0), model::ActivationKind::relu,
                                        4, Matrix::Constant(3, 1, 1.0));
  EXPECT_EQ(verdict(gradient_decay(norms_of(dead, MatrixNorm::spectral))),
            "gradient is exactly zero after 1 step");
  const support::Case broken = autonomous(Matrix::Constant(2, 2, kInf),
                                          model::ActivationKind::identity, 2, Matrix::Zero(2, 1));
  EXPECT_THAT(verdict(gradient_decay(norms_of(broken, MatrixNorm::spectral))),
              HasSubstr("not finite"));
}

TEST(Decay, RecoversTheFactor) {
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 3, 0.8, 2);
  const GradientDecay decay = gradient_decay(
      norms_of(autonomous(W, model::ActivationKind::identity, 50, Matrix::Zero(3, 1)),
               MatrixNorm::frobenius));
  EXPECT_NEAR(decay.log10_factor, std::log10(0.8), 1e-13);
  ASSERT_EQ(decay.median_by_lag.size(), 51u);
  EXPECT_NEAR(decay.median_by_lag[50], 50.0 * std::log10(0.8) + std::log10(std::sqrt(3.0)), 1e-12);
}

}  // namespace
}  // namespace backflow::gradient
