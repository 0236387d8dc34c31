// Lyapunov exponents against closed forms and known dynamics, and saturation.
#include "core/gradient/lyapunov.h"

#include <cmath>
#include <limits>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include "core/gradient/saturation.h"
#include "core/gradient/spectrum.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "tests/support/infinity.h"
#include "tests/support/scaled.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;

using support::kInf;

std::vector<ScaledMatrix> repeated(const Matrix& W, std::size_t count) {
  return support::scaled(std::vector<Matrix>(count, W));
}

// The Jacobians of x ← J tanh(x) along its trajectory: J diag(tanh′(x)).
std::vector<ScaledMatrix> random_network(Index n, double gain, Index steps, std::uint64_t seed) {
  model::Random random(seed);
  const Matrix J = random.normal_matrix(n, n, gain / std::sqrt(static_cast<double>(n)));
  Vector x = random.normal_matrix(n, 1, 1.0).col(0);
  std::vector<ScaledMatrix> list;
  for (Index t = 0; t < steps; ++t) {
    const Vector h = x.array().tanh();
    list.push_back({J * (1.0 - h.array().square()).matrix().asDiagonal(), 0});
    normalize(list.back());
    x = J * h;
  }
  return list;
}

TEST(Lyapunov, OfALinearNetworkAreTheLogarithmsOfTheModuli) {
  Matrix blocks = Matrix::Zero(5, 5);
  blocks(0, 0) = 0.2;
  blocks(1, 1) = -1.6;
  blocks.block(2, 2, 2, 2) << 0.6, -0.5, 0.5, 0.6;
  blocks(4, 4) = 1e-3;
  const Matrix V = Matrix::Identity(5, 5) + 0.3 * model::Random(1).normal_matrix(5, 5, 1.0);
  const Matrix W = V * blocks * V.inverse();
  const auto found = *lyapunov_exponents(repeated(W, 900), {.skip = 400});
  ASSERT_EQ(found.exponents.size(), 5u);
  EXPECT_NEAR(found.exponents[0], std::log(1.6), 1e-10);
  // The pair turns on, and its two directions are stretched by turns: together they are exact.
  EXPECT_NEAR(found.exponents[1], 0.5 * std::log(0.61), 1e-2);
  EXPECT_NEAR(found.exponents[1] + found.exponents[2], std::log(0.61), 1e-10);
  EXPECT_NEAR(found.exponents[3], std::log(0.2), 1e-10);
  EXPECT_NEAR(found.exponents[4], std::log(1e-3), 1e-10);
}

TEST(Lyapunov, OfAnOrthogonalNetworkAreZero) {
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 9, 1.0, 4);
  const auto found = *lyapunov_exponents(repeated(W, 200));
  ASSERT_EQ(found.running.rows(), 9);
  ASSERT_EQ(found.running.cols(), 200);
  EXPECT_LT(found.running.cwiseAbs().maxCoeff(), 1e-13);
}

// Turned onto a diagonal, the random first basis is the eigenvectors but for what the first steps
// still mix: after those each exponent is ln |d_i|.
TEST(Lyapunov, OfADiagonalNetworkAreTheLogarithmsOfItsEntries) {
  const Vector d{{1.7, -0.9, 0.5, -0.2, 0.04}};
  const auto found = *lyapunov_exponents(repeated(Matrix(d.asDiagonal()), 400), {.skip = 200});
  for (Index i = 0; i < 5; ++i)
    EXPECT_NEAR(found.exponents[static_cast<std::size_t>(i)], std::log(std::abs(d[i])), 1e-11);
}

TEST(Lyapunov, OfARotationAreZero) {
  Matrix W(2, 2);
  W << std::cos(0.7), -std::sin(0.7), std::sin(0.7), std::cos(0.7);
  EXPECT_LT(lyapunov_exponents(repeated(W, 50))->running.cwiseAbs().maxCoeff(), 1e-14);
}

TEST(Lyapunov, SumIsTheMeanLogDeterminant) {
  const auto list = random_network(20, 1.4, 60, 7);
  const auto found = *lyapunov_exponents(list);
  double expected = 0.0;
  for (std::size_t t = 0; t < list.size(); ++t) {
    expected += std::log(std::abs(list[t].value().determinant()));
    // The running estimate of every step, too.
    const double sum = found.running.col(static_cast<Index>(t)).sum();
    EXPECT_NEAR(sum, expected / static_cast<double>(t + 1), 1e-10 * std::abs(sum));
  }
  EXPECT_TRUE(std::is_sorted(found.exponents.rbegin(), found.exponents.rend()));
}

TEST(Lyapunov, TendToTheSingularValuesOfTheProduct) {
  // (1/T) ln σ_i of ∂h_T/∂h_0 and the QR estimate differ by O(1/T).
  const auto list = random_network(12, 2.0, 3000, 3);
  const auto found = *lyapunov_exponents(list);
  const auto sigma = *log10_singular_values(list);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(found.exponents[i], sigma[i] * std::log(10.0) / 3000.0, 5.0 / 3000.0) << i;
}

TEST(Lyapunov, RandomNetworksAreChaoticAboveGainOneOnly) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const double chaotic =
        lyapunov_exponents(random_network(100, 2.0, 500, seed), {.count = 1, .skip = 100})
            ->exponents[0];
    EXPECT_GT(chaotic, 0.02) << seed;
    EXPECT_LT(chaotic, std::log(2.0)) << seed;
    const double calm =
        lyapunov_exponents(random_network(100, 0.5, 500, seed), {.count = 1, .skip = 100})
            ->exponents[0];
    // The fixed point 0, where J itself acts: ln ρ(J), about ln 0.5.
    EXPECT_LT(calm, 0.0) << seed;
    EXPECT_NEAR(calm, std::log(0.5), 0.1) << seed;
  }
}

TEST(Lyapunov, FirstFewAreThoseOfAll) {
  const auto list = random_network(30, 1.8, 80, 5);
  const auto all = *lyapunov_exponents(list);
  const auto few = *lyapunov_exponents(list, {.count = 3});
  ASSERT_EQ(few.exponents.size(), 3u);
  // The bases start alike, so the directions do as well.
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(few.exponents[i], all.exponents[i], 1e-10);
  EXPECT_EQ(lyapunov_exponents(list, {.count = 99})->exponents.size(), 30u);
}

TEST(Lyapunov, DeadUnitsTakeDirectionsAndNothingElse) {
  const Matrix W = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 6, 0.5, 4);
  auto list = repeated(W, 30);
  list[11].mantissa.row(2).setZero();
  list[20].mantissa.row(2).setZero();
  list[20].mantissa.row(5).setZero();
  const auto found = *lyapunov_exponents(list);
  EXPECT_FALSE(found.running.array().isNaN().any());
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LE(found.exponents[i], std::log(0.5) + 1e-12);
    EXPECT_GT(found.exponents[i], std::log(0.5) - 0.5);
  }
  EXPECT_EQ(found.exponents[4], -kInf);
  EXPECT_EQ(found.exponents[5], -kInf);
  EXPECT_TRUE(std::isfinite(found.running(5, 10)));
  EXPECT_EQ(found.running(5, 11), -kInf);
  list[25].mantissa.setZero();
  const auto nothing = *lyapunov_exponents(list);
  for (const double value : nothing.exponents) EXPECT_EQ(value, -kInf);
  EXPECT_FALSE(nothing.running.array().isNaN().any());
}

TEST(Lyapunov, WhatIsNotFiniteIsNotANumberFromThereOn) {
  auto list = repeated(Matrix::Identity(3, 3), 8);
  list[5].mantissa(0, 0) = kInf;
  const auto found = *lyapunov_exponents(list, {.skip = 2});
  ASSERT_EQ(found.running.cols(), 6);
  EXPECT_TRUE(found.running.leftCols(3).array().isFinite().all());
  EXPECT_TRUE(found.running.rightCols(3).array().isNaN().all());
  for (const double value : found.exponents) EXPECT_TRUE(std::isnan(value));
}

TEST(Lyapunov, ReachesBeyondTheRangeOfDoubleAndCancels) {
  ScaledMatrix tiny{Matrix::Identity(2, 2), -5000};
  const auto found = *lyapunov_exponents(std::vector<ScaledMatrix>(4, tiny));
  for (const double value : found.exponents) EXPECT_NEAR(value, -5000.0 * std::log(2.0), 1e-9);
  EXPECT_FALSE(lyapunov_exponents({tiny}, {}, [] { return true; }));
  EXPECT_TRUE(lyapunov_exponents({tiny}, {.skip = 1})->exponents.empty());
  EXPECT_TRUE(lyapunov_exponents({})->exponents.empty());
}

TEST(Saturation, CountsUnitsBelowATenthOfTheSteepest) {
  const Vector slopes{{0.25, 0.024, 0.026, 0.0, 0.1}};
  const Saturation sigmoid = saturation(slopes, 0.25);
  EXPECT_DOUBLE_EQ(sigmoid.mean_slope, (0.25 + 0.024 + 0.026 + 0.0 + 0.1) / 5.0 / 0.25);
  EXPECT_DOUBLE_EQ(sigmoid.share, 0.4);
  EXPECT_DOUBLE_EQ(saturation(slopes, 1.0).share, 0.6);
  // Leaky ReLU with a negative slope: its size counts.
  EXPECT_DOUBLE_EQ(saturation(Vector{{-2.0, 1.0}}, 2.0).mean_slope, 0.75);
  EXPECT_EQ(saturation(Vector{{-2.0, 1.0}}, 2.0).share, 0.0);
}

TEST(Saturation, IsNotANumberForWhatIsNotOne) {
  for (const Vector& slopes : {Vector{{0.5, std::nan("")}}, Vector{{kInf}}, Vector(0)}) {
    EXPECT_TRUE(std::isnan(saturation(slopes, 1.0).mean_slope));
    EXPECT_TRUE(std::isnan(saturation(slopes, 1.0).share));
  }
}

}  // namespace
}  // namespace backflow::gradient
