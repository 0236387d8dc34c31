// The sizes of the itemised contributions to ∂L/∂W_hh where plain double arithmetic would lose
// them: long chains, saturated units, tiny states. An exact zero is −inf, and nothing else is.
#include "core/gradient/contributions.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/model/initialization.h"
#include "tests/support/infinity.h"

namespace backflow::gradient {
namespace {

using support::kInf;

struct Computed {
  model::Model model;
  model::Batch batch;
  model::Trace trace;
  ErrorSignals signals;
  TriangularMap norms;
};

TriangularMap W_hh_norms(const Computed& c) {
  return contributions(c.model, c.batch, c.trace, c.signals)->of(RecurrentTensor::W_hh).log10_norm;
}

// n units without input, all with the same bias, loss (Σ h_T)² with target 0 at the last step.
Computed computed(model::ActivationKind kind, const Matrix& W_hh, double bias, Index steps,
                  const Matrix& h_0) {
  Computed c;
  const Index n = W_hh.rows(), B = h_0.cols();
  c.model.activation = {kind, 0.01};
  c.model.readout = model::Readout::identity;
  c.model.loss = model::Loss::mean_squared_error;
  c.model.parameters = {Matrix::Zero(n, 1), W_hh, Vector::Constant(n, bias), Matrix::Ones(1, n),
                        Vector::Ones(1)};
  c.batch.inputs = model::StepMatrices(1, B, 1, steps);
  c.batch.targets = model::StepMatrices(1, B, steps, steps);
  c.batch.initial_state = h_0;
  c.trace = model::forward(c.model, c.batch);
  model::Parameters gradients = model::zeros_like(c.model.parameters);
  c.signals = backward(c.model, c.batch, c.trace, gradients);
  c.norms = W_hh_norms(c);
  return c;
}

TEST(ContributionNorms, StayFiniteFarBelowTheRangeOfDouble) {
  // σ(a) with equal units: h_t and f′ settle at once, every step takes the same factor, so the
  // logarithm falls on a line down to 10^-2000.
  constexpr Index kSteps = 1000;
  const Computed c = computed(model::ActivationKind::sigmoid, 0.05 * Matrix::Identity(3, 3), 1.0,
                              kSteps, Matrix::Zero(3, 2));
  long double h = 0.0L;
  for (int i = 0; i < 200; ++i) h = 1.0L / (1.0L + std::exp(-(0.05L * h + 1.0L)));
  const auto factor = static_cast<double>(std::log10(0.05L * h * (1.0L - h)));
  // Far from both ends: at the start h_{k−1} has not settled, at k = 1 it is 0.
  const double slope = (c.norms.at(kSteps, 100) - c.norms.at(kSteps, kSteps)) / 900.0;
  EXPECT_NEAR(slope, factor, 1e-12);
  EXPECT_LT(c.norms.at(kSteps, 100), -1800.0);
  for (Index k = 2; k <= kSteps; ++k) ASSERT_TRUE(std::isfinite(c.norms.at(kSteps, k))) << k;
  EXPECT_EQ(c.norms.at(kSteps, 1), -kInf);      // h_0 = 0: exactly nothing
  EXPECT_EQ(c.norms.at(kSteps - 1, 5), -kInf);  // no loss there
  EXPECT_EQ(contribution(c.model, c.batch, c.trace, c.signals, kSteps - 1, 5).W_hh,
            Matrix::Zero(3, 3));
}

class Batches : public ::testing::TestWithParam<Index> {};

TEST_P(Batches, SaturatedUnitsAreNotExactZeros) {
  // f′ = 4 e^−2a is 10^-173 at a = 200 and 10^-260 at 300: in range, its square is not. Both ways
  // of taking the norm, through n × n and through B × B, must hold.
  for (const double bias : {50.0, 180.0, 200.0, 300.0}) {
    const Index B = GetParam();
    const Computed c =
        computed(model::ActivationKind::tanh, Matrix::Identity(2, 2), bias, 3, Matrix::Ones(2, B));
    // h = 1 everywhere, so z = 3, ∂L/∂z = 2z/B per sequence and a = bias + 1 at every step.
    const long double slope = 4.0L * std::exp(-2.0L * (static_cast<long double>(bias) + 1.0L));
    for (Index k = 1; k <= 3; ++k) {
      // C = Σ_b (6/B) slope^(4−k) 1 1ᵀ, of Frobenius norm 12 slope^(4−k).
      const auto expected = static_cast<double>(
          std::log10(12.0L) + static_cast<long double>(4 - k) * std::log10(slope));
      EXPECT_NEAR(c.norms.at(3, k), expected, 1e-12 * std::abs(expected)) << bias << " " << k;
    }
  }
}

TEST_P(Batches, TinyStatesAreNotExactZeros) {
  for (const double size : {1e-100, 1e-170, 1e-250, 1e-305}) {
    const Index B = GetParam();
    const Computed c = computed(model::ActivationKind::identity, Matrix::Identity(2, 2), 0.0, 3,
                                Matrix::Constant(2, B, size));
    // ∂L/∂z = 2/B, h = size: C = 2 · size · 1 1ᵀ of norm 4 · size.
    for (Index k = 1; k <= 3; ++k)
      EXPECT_NEAR(c.norms.at(3, k), std::log10(4.0) + std::log10(size), 1e-12);
  }
}

TEST_P(Batches, HugeStatesDoNotOverflow) {
  const Index B = GetParam();
  Computed c = computed(model::ActivationKind::identity, Matrix::Identity(2, 2), 0.0, 2,
                        Matrix::Constant(2, B, 1e200));
  // The squared error overflows; what is asked for are the norms for a given ∂L/∂z.
  c.signals.dz.data().setConstant(1.0 / static_cast<double>(B));
  const TriangularMap norms = W_hh_norms(c);
  EXPECT_NEAR(norms.at(2, 1), std::log10(2.0) + 200.0, 1e-12);
}
INSTANTIATE_TEST_SUITE_P(Sizes, Batches, ::testing::Values(1, 2, 5));

TEST(ContributionNorms, SequencesThatCancelKeepTheirDigits) {
  // Two sequences whose contributions differ in the tenth digit only: what is left of the sum is
  // below the rounding of its squares.
  Matrix h_0(5, 2);
  h_0.col(0) << 0.3, -0.7, 0.2, 0.9, -0.4;
  h_0.col(1) = h_0.col(0);
  h_0(2, 1) += 1e-10;
  Computed c = computed(model::ActivationKind::identity, 0.7 * Matrix::Identity(5, 5), 0.0, 2, h_0);
  c.signals.dz.data() << 1.0, -1.0;
  const TriangularMap norms = W_hh_norms(c);
  for (Index k = 1; k <= 2; ++k) {
    const double direct = contribution(c.model, c.batch, c.trace, c.signals, 2, k).W_hh.norm();
    EXPECT_NEAR(direct, 0.7 * std::sqrt(5.0) * 1e-10, 1e-15);
    EXPECT_NEAR(norms.at(2, k), std::log10(direct), 1e-6);
  }
}

TEST(ContributionNorms, NotFiniteIsNotHidden) {
  Computed c =
      computed(model::ActivationKind::tanh, Matrix::Identity(2, 2), 0.1, 3, Matrix::Ones(2, 1));
  c.trace.h.step(1)(0, 0) = std::nan("");
  const TriangularMap norms = W_hh_norms(c);
  EXPECT_TRUE(std::isnan(norms.at(3, 2)));
  EXPECT_TRUE(std::isfinite(norms.at(3, 3)));
}

TEST(Contributions, OfALongChainKeepTheSizeOfTheirSum) {
  // One unit, identity, w = 1/8, ∂L/∂z = 1: the term of b_h at step k is w^(T−k).
  constexpr Index kSteps = 400;
  Computed c = computed(model::ActivationKind::identity, Matrix::Constant(1, 1, 0.125), 0.0, kSteps,
                        Matrix::Ones(1, 1));
  c.signals.dz.data().setConstant(1.0);
  const auto got = contributions(c.model, c.batch, c.trace, c.signals);
  const TensorContributions& b = got->of(RecurrentTensor::b_h);
  EXPECT_NEAR(b.log10_norm.at(kSteps, 1), (kSteps - 1) * std::log10(0.125), 1e-10);
  // 1 + w + w² + … = 8/7.
  EXPECT_NEAR(b.log10_gradient[kSteps], std::log10(8.0 / 7.0), 1e-14);
  // Without input nothing is said about W_xh.
  EXPECT_EQ(got->of(RecurrentTensor::W_xh).log10_gradient[kSteps], -kInf);
}

TEST(Contributions, AreNotLostBehindTermsThatAreExactlyZero) {
  // The same with an input at the first step alone: W_xh has one term, x_1 w^(T−1) = 10^-360, after
  // hundreds of zeros.
  constexpr Index kSteps = 400;
  Computed c = computed(model::ActivationKind::identity, Matrix::Constant(1, 1, 0.125), 0.0, kSteps,
                        Matrix::Ones(1, 1));
  c.batch.inputs.step(1).setOnes();
  c.signals.dz.data().setConstant(1.0);
  const auto got = contributions(c.model, c.batch, c.trace, c.signals);
  const TensorContributions& W_xh = got->of(RecurrentTensor::W_xh);
  const double expected = (kSteps - 1) * std::log10(0.125);
  EXPECT_NEAR(W_xh.log10_norm.at(kSteps, 1), expected, 1e-10);
  EXPECT_NEAR(W_xh.log10_gradient[kSteps], expected, 1e-10);
}

TEST(Contributions, AskWhetherTheyAreStillWantedNotForEveryTerm) {
  const Computed c = computed(model::ActivationKind::tanh, 0.5 * Matrix::Identity(2, 2), 0.1, 300,
                              Matrix::Ones(2, 3));
  int asked = 0;
  EXPECT_TRUE(contributions(c.model, c.batch, c.trace, c.signals, {}, [&] { return ++asked < 0; }));
  EXPECT_EQ(asked, 1);  // there is one loss, and a term takes a microsecond
}

TEST(Contributions, HoldOnlyWhatTruncationLetsThrough) {
  const Computed c = computed(model::ActivationKind::tanh, 0.5 * Matrix::Identity(2, 2), 0.1, 6,
                              Matrix::Ones(2, 3));
  const Truncation horizon{TruncationKind::horizon, 2};
  const auto got = contributions(c.model, c.batch, c.trace, c.signals, horizon);
  model::Parameters truncated = model::zeros_like(c.model.parameters);
  backward(c.model, c.batch, c.trace, truncated, horizon);
  for (const auto& [tensor, norm] : {std::pair{RecurrentTensor::W_hh, truncated.W_hh.norm()},
                                     {RecurrentTensor::b_h, truncated.b_h.norm()}}) {
    const TensorContributions& of = got->of(tensor);
    EXPECT_EQ(of.log10_norm.at(6, 4), -kInf);
    EXPECT_TRUE(std::isfinite(of.log10_norm.at(6, 5)));
    EXPECT_NEAR(of.log10_gradient[6], std::log10(norm), 1e-12);
  }
}

TEST(Contributions, CanBeCancelled) {
  const Computed c = computed(model::ActivationKind::tanh, 0.5 * Matrix::Identity(2, 2), 0.1, 6,
                              Matrix::Ones(2, 3));
  EXPECT_FALSE(contributions(c.model, c.batch, c.trace, c.signals, {}, [] { return true; }));
}

}  // namespace
}  // namespace backflow::gradient
