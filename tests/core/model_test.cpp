// Random numbers, initialisation and arithmetic over parameters.
#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/initialization.h"
#include "core/model/parameters.h"
#include "core/model/random.h"

namespace backflow::model {
namespace {

using ::testing::HasSubstr;

TEST(Random, QuantilesOfTheNormalDistribution) {
  // Φ(x) = erfc(−x/√2)/2 in extended precision is the other road; an error of x by a relative δ
  // shows in Φ as up to (1 + x²) δ.
  for (const double p :
       {0.5 + 1e-9, 0.6, 0.75, 0.9, 0.975, 0.999, 0.1, 1e-6, 1e-12, 1e-100, 1e-300}) {
    const long double x = normal_quantile(p);
    const long double back = std::erfc(-x / std::sqrt(2.0L)) / 2.0L;
    EXPECT_NEAR(static_cast<double>(back / static_cast<long double>(p)), 1.0,
                2e-15 * (1.0 + static_cast<double>(x * x)))
        << p;
  }
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_EQ(normal_quantile(0.75), -normal_quantile(0.25));
}

TEST(Random, GivesTheSameBitsEverywhere) {
  // The bits are those that a transcript of the published algorithms (splitmix64, xoshiro256**) in
  // another language gave; the other two are recorded.
  Random random(1);
  const double first = random.normal(), second = random.uniform();
  const std::uint64_t third = random.bits();
  EXPECT_EQ(first, 0x1.846729b711846p+0);
  EXPECT_EQ(second, 0x1.1d2920a6c6ebfp-1);
  EXPECT_EQ(third, 0xc05630b1c614195dULL);
}

TEST(Random, HasTheMomentsOfItsDistributions) {
  Random random(11);
  constexpr int kCount = 200'000;
  double sum = 0.0, squares = 0.0, fourth = 0.0, uniform = 0.0;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    const double u = random.uniform();
    EXPECT_GT(u, 0.0);
    EXPECT_LT(u, 1.0);
    uniform += u;
  }
  // Five standard errors each.
  EXPECT_NEAR(sum / kCount, 0.0, 5.0 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1.0, 5.0 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(fourth / kCount, 3.0, 5.0 * std::sqrt(96.0 / kCount));
  EXPECT_NEAR(uniform / kCount, 0.5, 5.0 * std::sqrt(1.0 / 12.0 / kCount));
}

TEST(Random, BelowReachesEveryNumberEquallyOften) {
  Random random(12);
  int counts[7] = {};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, SeedsAndStreamsDifferAndRepeat) {
  EXPECT_EQ(Random(5, 3).bits(), Random(5, 3).bits());
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (std::uint64_t stream = 0; stream < 20; ++stream) first.insert(Random(seed, stream).bits());
  EXPECT_EQ(first.size(), 400u);
}

TEST(SpectralRadius, OfKnownMatrices) {
  Matrix W(2, 2);
  W << 0.0, -3.0, 3.0, 0.0;  // eigenvalues ±3i
  EXPECT_NEAR(spectral_radius(W), 3.0, 1e-14);
  W << 2.0, 100.0, 0.0, -5.0;
  EXPECT_NEAR(spectral_radius(W), 5.0, 1e-13);
  EXPECT_EQ(spectral_radius(Matrix::Zero(3, 3)), 0.0);
  W(0, 0) = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(spectral_radius(W)));
  EXPECT_NEAR(spectral_radius(Matrix::Constant(2, 2, 1e200)) / 2e200, 1.0, 1e-13);
}

TEST(SpectralRadius, ScalingKeepsTheDirection) {
  Matrix W = Random(4).normal_matrix(6, 6, 1.0);
  const Matrix before = W;
  EXPECT_EQ(scale_to_spectral_radius(W, 0.3), "");
  EXPECT_NEAR(spectral_radius(W), 0.3, 1e-14);
  EXPECT_LT((W / W(0, 0) - before / before(0, 0)).norm(), 1e-12);
  Matrix nilpotent = Matrix::Zero(3, 3);
  nilpotent(0, 1) = nilpotent(1, 2) = 1.0;
  const Matrix untouched = nilpotent;
  EXPECT_NE(scale_to_spectral_radius(nilpotent, 1.0), "");
  EXPECT_EQ(nilpotent, untouched);
}

TEST(Initialization, HasTheRadiusAndTheKind) {
  for (const auto& entry : EnumNames<RecurrentInit>::kAll) {
    const Matrix W = initial_recurrent_weights(entry.value, 9, 0.7, 3);
    EXPECT_NEAR(spectral_radius(W), 0.7, 1e-13) << entry.name;
    EXPECT_EQ(W, initial_recurrent_weights(entry.value, 9, 0.7, 3));
  }
  const Matrix Q = initial_recurrent_weights(RecurrentInit::orthogonal, 9, 1.0, 3);
  EXPECT_LT((Q.transpose() * Q - Matrix::Identity(9, 9)).norm(), 1e-14 * 9);
  EXPECT_EQ(initial_recurrent_weights(RecurrentInit::identity, 3, 2.0, 1),
            2.0 * Matrix::Identity(3, 3));
  EXPECT_NE(initial_recurrent_weights(RecurrentInit::gaussian, 3, 1.0, 1),
            initial_recurrent_weights(RecurrentInit::gaussian, 3, 1.0, 2));
}

TEST(Initialization, ParametersHaveTheirShapesAndBounds) {
  const Parameters p = initial_parameters({3, 8, 2}, CellKind::rnn, {});
  EXPECT_EQ(p.input_size(), 3);
  EXPECT_EQ(p.hidden_size(), 8);
  EXPECT_EQ(p.output_size(), 2);
  EXPECT_EQ(p.b_h, Vector::Zero(8));
  EXPECT_EQ(p.b_y, Vector::Zero(2));
  EXPECT_LE(p.W_xh.cwiseAbs().maxCoeff(), std::sqrt(6.0 / 11.0));
  EXPECT_GT(p.W_xh.cwiseAbs().maxCoeff(), 0.8 * std::sqrt(6.0 / 11.0));
  EXPECT_LE(p.W_hy.cwiseAbs().maxCoeff(), std::sqrt(6.0 / 10.0));
  EXPECT_EQ(initial_state(InitialState::zero, 4, 2, 1), Matrix::Zero(4, 2));
  EXPECT_GT(initial_state(InitialState::random, 4, 2, 1).norm(), 0.1);
}

TEST(Parameters, NormAndInnerProductOverAllTensors) {
  Parameters p = initial_parameters({2, 3, 1}, CellKind::rnn, {});
  p.b_y[0] = 2.0;
  double squares = 0.0;
  for (const auto& tensor : tensors(p)) squares += tensor.squaredNorm();
  EXPECT_NEAR(global_norm(p), std::sqrt(squares), 1e-14 * std::sqrt(squares));
  EXPECT_NEAR(inner_product(p, p), squares, 1e-14 * squares);
  EXPECT_EQ(global_norm(zeros_like(p)), 0.0);
  p.W_hh *= 1e200;
  EXPECT_TRUE(std::isfinite(global_norm(p)));
  EXPECT_NEAR(global_norm(p) / p.W_hh.stableNorm(), 1.0, 1e-14);
  p.W_hh(0, 0) = std::nan("");
  EXPECT_TRUE(std::isnan(global_norm(p)));
}

}  // namespace
}  // namespace backflow::model
