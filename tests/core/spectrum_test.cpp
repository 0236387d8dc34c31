// Eigenvalues and singular values against closed forms, where products leave the range of double
// and where rounding a product would drown its small singular values.
#include "core/gradient/spectrum.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>
#include <gtest/gtest.h>

#include "core/gradient/graded_qr.h"
#include "core/model/initialization.h"
#include "core/model/random.h"
#include "tests/support/infinity.h"
#include "tests/support/scaled.h"
#include "tests/support/singular_values.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using model::Vector;
using support::scaled;

using support::kInf;
const double kLn10 = std::log(10.0);

Matrix orthogonal(Index n, std::uint64_t seed) {
  return model::initial_recurrent_weights(model::RecurrentInit::orthogonal, n, 1.0, seed);
}

// |log10 x − log10 y| below this is a relative difference of 1e-10.
const double kRelative = 1e-10 / kLn10;

void expect_logs(const std::vector<double>& actual, const std::vector<double>& expected,
                 double tolerance = kRelative) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isinf(expected[i]))
      EXPECT_EQ(actual[i], expected[i]) << i;
    else
      EXPECT_NEAR(actual[i], expected[i], tolerance) << i;
  }
}

std::vector<double> logs(std::initializer_list<double> values) {
  std::vector<double> result;
  for (const double value : values) result.push_back(std::log10(value));
  return result;
}

void expect_eigenvalue(const Eigenvalue& actual, std::complex<double> expected) {
  EXPECT_LT(std::abs(actual.value() - expected), 1e-10 * std::abs(expected))
      << actual.value() << " for " << expected;
}

std::vector<double> sigmas(const std::vector<ScaledMatrix>& factors) {
  return *log10_singular_values(factors);
}

std::vector<Eigenvalue> lambdas(const std::vector<ScaledMatrix>& factors) {
  return *eigenvalues(factors);
}

// --- one matrix --------------------------------------------------------------------------------

TEST(Spectrum, OfADiagonalMatrix) {
  const Vector d{{-3.0, 1e-200, 0.5, 2.0}};
  const Spectrum s = *spectrum(Matrix(d.asDiagonal()));
  expect_logs(s.log10_singular_values, logs({3.0, 2.0, 0.5, 1e-200}));
  for (const auto& [i, value] : {std::pair{0, -3.0}, {1, 2.0}, {2, 0.5}, {3, 1e-200}})
    expect_eigenvalue(s.eigenvalues[static_cast<std::size_t>(i)], value);
  EXPECT_EQ(s.eigenvalues[0].argument, std::numbers::pi);
  EXPECT_EQ(s.eigenvalues[1].argument, 0.0);
  EXPECT_NEAR(s.log10_spectral_radius(), std::log10(3.0), kRelative);
  EXPECT_NEAR(s.log10_sigma_1(), std::log10(3.0), kRelative);
  EXPECT_NEAR(s.log10_condition(), std::log10(3.0) + 200.0, kRelative);
}

TEST(Spectrum, OfTwoByTwoMatricesWithKnownEigenvalues) {
  Matrix W(2, 2);
  W << 1.0, 2.0, -3.0, 1.0;  // 1 ± i√6
  const Spectrum rotation = *spectrum(W);
  expect_eigenvalue(rotation.eigenvalues[0], {1.0, std::sqrt(6.0)});
  expect_eigenvalue(rotation.eigenvalues[1], {1.0, -std::sqrt(6.0)});
  // σ² are the roots of s² − ‖W‖_F² s + det² = s² − 15 s + 49.
  const double root = std::sqrt(15.0 * 15.0 - 4.0 * 49.0);
  expect_logs(rotation.log10_singular_values,
              logs({std::sqrt((15.0 + root) / 2.0), std::sqrt((15.0 - root) / 2.0)}));
  W << 2.0, 1.0, 1.0, 2.0;
  const Spectrum symmetric = *spectrum(W);
  expect_eigenvalue(symmetric.eigenvalues[0], 3.0);
  expect_eigenvalue(symmetric.eigenvalues[1], 1.0);
  expect_logs(symmetric.log10_singular_values, logs({3.0, 1.0}));
}

TEST(Spectrum, OfAnOrthogonalMatrixIsOnTheUnitCircle) {
  for (const Index n : {1, 2, 7, 40}) {
    const Spectrum s = *spectrum(Matrix(2.5 * orthogonal(n, 3)));
    const std::vector<double> expected(static_cast<std::size_t>(n), std::log10(2.5));
    expect_logs(s.log10_singular_values, expected);
    for (const Eigenvalue& value : s.eigenvalues)
      EXPECT_NEAR(value.log10_modulus, std::log10(2.5), kRelative);
    EXPECT_NEAR(s.log10_condition(), 0.0, kRelative);
  }
}

TEST(Spectrum, OfANormalMatrixHasModuliForSingularValues) {
  // Rotation blocks r (cos φ, −sin φ; sin φ, cos φ) in a rotated basis.
  const Index n = 12;
  Matrix blocks = Matrix::Zero(n, n);
  std::vector<double> moduli;
  for (Index i = 0; i < n; i += 2) {
    const double r = std::pow(0.7, static_cast<double>(i)), phi = 0.3 + static_cast<double>(i);
    blocks.block(i, i, 2, 2) << r * std::cos(phi), -r * std::sin(phi), r * std::sin(phi),
        r * std::cos(phi);
    moduli.insert(moduli.end(), 2, std::log10(r));
  }
  const Matrix U = orthogonal(n, 8);
  const Spectrum s = *spectrum(Matrix(U * blocks * U.transpose()));
  expect_logs(s.log10_singular_values, moduli);
  for (std::size_t i = 0; i < moduli.size(); ++i)
    EXPECT_NEAR(s.eigenvalues[i].log10_modulus, moduli[i], kRelative);
  for (Index i = 0; i < n; i += 2) {
    const auto at = static_cast<std::size_t>(i);
    const double phi = 0.3 + static_cast<double>(i);
    EXPECT_NEAR(std::cos(s.eigenvalues[at].argument), std::cos(phi), 1e-10);
    EXPECT_GE(s.eigenvalues[at].argument, 0.0);
    EXPECT_EQ(s.eigenvalues[at].argument, -s.eigenvalues[at + 1].argument);
  }
}

TEST(Spectrum, OfANilpotentMatrixIsExactlyZero) {
  Matrix W = Matrix::Zero(5, 5);
  for (Index i = 1; i < 5; ++i) W(i - 1, i) = 0.25;
  const Spectrum s = *spectrum(W);
  expect_logs(s.log10_singular_values, logs({0.25, 0.25, 0.25, 0.25, 0.0}));
  for (const Eigenvalue& value : s.eigenvalues) EXPECT_EQ(value.log10_modulus, -kInf);
  EXPECT_EQ(s.log10_condition(), kInf);
  // σ₁ > 0 and ρ = 0: the product of five of them is nothing at all.
  for (const double sigma : sigmas(scaled({W, W, W, W, W}))) EXPECT_EQ(sigma, -kInf);
  expect_logs(sigmas(scaled({W, W, W})), logs({1.0 / 64, 1.0 / 64, 0.0, 0.0, 0.0}));
  for (const Eigenvalue& value : lambdas(scaled({W, W, W}))) EXPECT_EQ(value.log10_modulus, -kInf);
}

TEST(Spectrum, AgreesWithEigenForRandomMatrices) {
  model::Random random(4);
  for (const Index n : {1, 2, 3, 8, 33}) {
    const Matrix W = random.normal_matrix(n, n, 1.0);
    const Spectrum s = *spectrum(W);
    const Vector expected = support::singular_values(W);
    std::complex<double> trace = 0.0;
    double log10_determinant = 0.0;
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_NEAR(s.log10_singular_values[at], std::log10(expected[i]), kRelative);
      trace += s.eigenvalues[at].value();
      log10_determinant += s.eigenvalues[at].log10_modulus;
    }
    EXPECT_NEAR(trace.real(), W.trace(), 1e-12 * W.norm());
    EXPECT_NEAR(log10_determinant, std::log10(std::abs(W.determinant())), 1e-9);
    EXPECT_NEAR(std::pow(10.0, s.log10_spectral_radius()), model::spectral_radius(W),
                1e-10 * W.norm());
  }
}

TEST(Spectrum, RowsOfSaturatedUnitsKeepTheirPrecision) {
  // diag(d) Q with Q orthogonal has the singular values d, however far apart.
  const Vector d{{1e-3, 1.0, 1e-40, 1e-20, 1e-8, 1e-120}};
  const Matrix J = d.asDiagonal() * orthogonal(6, 5);
  expect_logs(sigmas({{J, 0}}), logs({1.0, 1e-3, 1e-8, 1e-20, 1e-40, 1e-120}));
}

TEST(Spectrum, NotFiniteIsNotANumberAndCancellingGivesNothing) {
  for (const double bad : {std::nan(""), kInf}) {
    Matrix W = Matrix::Identity(3, 3);
    W(1, 2) = bad;
    const Spectrum s = *spectrum(W);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(std::isnan(s.log10_singular_values[i]));
      EXPECT_TRUE(std::isnan(s.eigenvalues[i].log10_modulus));
    }
  }
  EXPECT_FALSE(spectrum(Matrix(Matrix::Identity(3, 3)), [] { return true; }));
  int asked = 0;
  EXPECT_FALSE(log10_singular_values(scaled({Matrix::Identity(3, 3), Matrix::Identity(3, 3)}),
                                     [&] { return ++asked == 4; }));
  EXPECT_EQ(asked, 4);
}

TEST(Spectrum, OfAnEnormousOrTinyMatrix) {
  for (const double size : {1e300, 1e-300}) {
    const Spectrum s = *spectrum(Matrix(size * orthogonal(4, 2)));
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(s.log10_singular_values[i], std::log10(size), 1e-10);
      EXPECT_NEAR(s.eigenvalues[i].log10_modulus, std::log10(size), 1e-10);
    }
  }
}

// --- products ----------------------------------------------------------------------------------

TEST(ProductSpectrum, OfRotatedDiagonalsIsTheProductOfTheDiagonals) {
  // J_t = U_t D_t U_{t−1}ᵀ: singular values Π D_t, from 10^350 down to 10^-5000.
  constexpr Index kN = 6, kSteps = 1000;
  const Vector d{{2.25, 1.0, 0.999, 0.1, 1e-2, 1e-5}};
  std::vector<Matrix> factors;
  Matrix before = orthogonal(kN, 0);
  for (Index t = 1; t <= kSteps; ++t) {
    const Matrix after = orthogonal(kN, static_cast<std::uint64_t>(t));
    factors.push_back(after * d.asDiagonal() * before.transpose());
    before = after;
  }
  std::vector<double> expected;
  for (Index i = 0; i < kN; ++i) expected.push_back(kSteps * std::log10(d[i]));
  // The factors are rounded: 10^3 times ε κ(J_t).
  expect_logs(sigmas(scaled(factors)), expected, 1e-8);
}

TEST(ProductSpectrum, SmallSingularValuesAreNotNoise) {
  // 40 factors of condition 4: the product's condition is 10^24, far beyond ε.
  constexpr Index kN = 5, kSteps = 40;
  std::vector<Matrix> factors;
  std::vector<double> expected(kN, 0.0);
  Matrix before = orthogonal(kN, 100);
  for (Index t = 0; t < kSteps; ++t) {
    const Matrix after = orthogonal(kN, static_cast<std::uint64_t>(t));
    Vector d(kN);
    for (Index i = 0; i < kN; ++i) {
      d[i] =
          std::pow(4.0, -static_cast<double>(i) / 4.0) * (1.0 + 0.01 * static_cast<double>(t % 3));
      expected[static_cast<std::size_t>(i)] += std::log10(d[i]);
    }
    factors.push_back(after * d.asDiagonal() * before.transpose());
    before = after;
  }
  expect_logs(sigmas(scaled(factors)), expected);
  // What the product formed in double says, to show that the test can fail.
  Matrix product = Matrix::Identity(kN, kN);
  for (const Matrix& factor : factors) product = factor * product;
  EXPECT_GT(std::abs(std::log10(support::singular_values(product)[kN - 1]) - expected.back()), 1.0);
}

TEST(ProductSpectrum, FindsWhatTheFirstColumnHides) {
  // (1/2 1; 0 1)^T: the first basis vector is an eigenvector of the small eigenvalue. σ₁σ₂ = 2^−T,
  // and W^T = (2^−T, 2 − 2^(1−T); 0, 1) gives σ₁² + σ₂² = 4^−T + (2 − 2^(1−T))² + 1.
  Matrix W(2, 2);
  W << 0.5, 1.0, 0.0, 1.0;
  constexpr int kSteps = 3000;
  const auto factors = scaled(std::vector<Matrix>(kSteps, W));
  const double sigma_1 = std::log10(std::sqrt(5.0));
  expect_logs(sigmas(factors), {sigma_1, -kSteps * std::log10(2.0) - sigma_1});
  std::vector<Matrix> lower(kSteps, W.transpose());
  expect_logs(sigmas(scaled(lower)), {sigma_1, -kSteps * std::log10(2.0) - sigma_1});
}

TEST(ProductSpectrum, AgreesWithExtendedPrecision) {
  using Long = support::LongMatrix;
  model::Random random(6);
  for (const Index n : {2, 5, 16}) {
    std::vector<Matrix> factors;
    Long product = Long::Identity(n, n);
    for (int t = 0; t < 4; ++t) {
      factors.push_back(random.normal_matrix(n, n, 1.0));
      product = factors.back().cast<long double>() * product;
    }
    const auto expected = support::singular_values(product);
    const auto actual = sigmas(scaled(factors));
    for (Index i = 0; i < n; ++i)
      EXPECT_NEAR(actual[static_cast<std::size_t>(i)], static_cast<double>(std::log10(expected[i])),
                  kRelative)
          << n << " " << i;
  }
}

TEST(ProductSpectrum, OfABlockIsThatOfTheBlockOfTheProduct) {
  model::Random random(8);
  std::vector<Matrix> factors;
  Matrix product = Matrix::Identity(6, 6);
  for (int t = 0; t < 5; ++t) {
    factors.push_back(random.normal_matrix(6, 6, 1.0));
    product = factors.back() * product;
  }
  for (const BlockRange block : {BlockRange{0, 3}, BlockRange{3, 3}, BlockRange{0, 6}}) {
    const auto found = spectrum(scaled(factors), block);
    ASSERT_TRUE(found);
    const Matrix own = product.block(block.first, block.first, block.count, block.count);
    std::vector<double> moduli;
    const Eigen::EigenSolver<Matrix> solver(own);
    for (const auto& value : solver.eigenvalues()) moduli.push_back(std::log10(std::abs(value)));
    std::ranges::sort(moduli, std::greater());
    const Eigen::JacobiSVD<Matrix> svd(own);
    const auto& sigma = svd.singularValues();
    ASSERT_EQ(std::ssize(found->eigenvalues), block.count);
    for (Index i = 0; i < block.count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_NEAR(found->eigenvalues[at].log10_modulus, moduli[at], 1e-10) << i;
      EXPECT_NEAR(found->log10_singular_values[at], std::log10(sigma(i)), 1e-10) << i;
    }
  }
}

TEST(ProductSpectrum, SingularValuesMultiplyToTheDeterminants) {
  model::Random random(12);
  std::vector<Matrix> factors;
  double log10_determinant = 0.0;
  for (int t = 0; t < 300; ++t) {
    factors.push_back(random.normal_matrix(24, 24, 0.2));
    log10_determinant += std::log10(std::abs(factors.back().determinant()));
  }
  double sum = 0.0, sum_eigen = 0.0;
  for (const double sigma : sigmas(scaled(factors))) sum += sigma;
  for (const Eigenvalue& value : lambdas(scaled(factors))) sum_eigen += value.log10_modulus;
  EXPECT_NEAR(sum, log10_determinant, 1e-12 * std::abs(log10_determinant));
  EXPECT_NEAR(sum_eigen, log10_determinant, 1e-12 * std::abs(log10_determinant));
}

TEST(ProductSpectrum, EigenvaluesOfAPowerArePowers) {
  // V diag(λ) V⁻¹ with V not orthogonal, and a conjugate pair among the eigenvalues.
  Matrix blocks = Matrix::Zero(5, 5);
  blocks(0, 0) = 1.5;
  blocks(1, 1) = -0.9;
  blocks.block(2, 2, 2, 2) << 0.3, -0.4, 0.4, 0.3;  // 0.5 e^(± i φ)
  blocks(4, 4) = 1e-3;
  const Matrix V = Matrix::Identity(5, 5) + 0.3 * model::Random(1).normal_matrix(5, 5, 1.0);
  const Matrix W = V * blocks * V.inverse();
  for (const int steps : {3, 40, 1600}) {
    const auto list = lambdas(scaled(std::vector<Matrix>(static_cast<std::size_t>(steps), W)));
    ASSERT_EQ(list.size(), 5u);
    const double T = steps;
    const double expected[] = {T * std::log10(1.5), T * std::log10(0.9), T * std::log10(0.5),
                               T * std::log10(0.5), T * -3.0};
    for (std::size_t i = 0; i < 5; ++i)
      EXPECT_NEAR(list[i].log10_modulus, expected[i], 1e-11 * T) << steps << " " << i;
    EXPECT_EQ(list[0].argument, 0.0);
    EXPECT_EQ(list[1].argument, steps % 2 == 0 ? 0.0 : std::numbers::pi);
    EXPECT_NEAR(std::cos(list[2].argument), std::cos(T * std::atan2(0.4, 0.3)), 1e-9);
    EXPECT_EQ(list[2].argument, -list[3].argument);
  }
}

TEST(ProductSpectrum, EigenvaluesOfOrthogonalFactorsStayOnTheCircle) {
  std::vector<Matrix> factors;
  for (std::uint64_t t = 0; t < 200; ++t) factors.push_back(0.5 * orthogonal(6, t));
  for (const Eigenvalue& value : lambdas(scaled(factors)))
    EXPECT_NEAR(value.log10_modulus, 200.0 * std::log10(0.5), 1e-11);
}

TEST(ProductSpectrum, DeadUnitsGiveExactZeros) {
  // Unit 0 is off at the second step, unit 2 at the last: rank 4 of 5, generically.
  std::vector<Matrix> factors;
  for (std::uint64_t t = 0; t < 6; ++t) factors.push_back(orthogonal(5, t));
  factors[1].row(0).setZero();
  factors[5].row(2).setZero();
  const auto sigma = sigmas(scaled(factors));
  const auto lambda = lambdas(scaled(factors));
  EXPECT_EQ(sigma[4], -kInf);
  EXPECT_EQ(lambda[4].log10_modulus, -kInf);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GT(sigma[i], -3.0);
    EXPECT_TRUE(std::isfinite(lambda[i].log10_modulus));
  }
  factors[3].setZero();
  for (const double value : sigmas(scaled(factors))) EXPECT_EQ(value, -kInf);
  for (const Eigenvalue& value : lambdas(scaled(factors))) EXPECT_EQ(value.log10_modulus, -kInf);
}

TEST(GradedQr, TinyColumnsAreNotZero) {
  Matrix M = Matrix::Zero(3, 3);
  M(0, 0) = -3.0;
  M(1, 2) = 2.0;
  M(2, 1) = 1e-300;
  const GradedQr qr = graded_qr(M);
  EXPECT_NEAR(std::abs(qr.R(1, 1)), 1e-300, 1e-313);
  EXPECT_TRUE((qr.Q * qr.R).isApprox(M, 1e-15));
}

TEST(GradedQr, IsAFactorisationRowByRow) {
  model::Random random(2);
  Matrix M = random.normal_matrix(7, 5, 1.0);
  M.row(2) *= 1e-30;
  M.row(0) *= 1e-15;
  M.row(4).setZero();
  const GradedQr qr = graded_qr(M);
  EXPECT_TRUE((qr.Q.transpose() * qr.Q).isApprox(Matrix::Identity(5, 5), 1e-14));
  EXPECT_TRUE(qr.R.isUpperTriangular(0.0));
  const Matrix product = qr.Q * qr.R;
  for (Index i = 0; i < 7; ++i)
    EXPECT_LE((product.row(i) - M.row(i)).norm(), 1e-13 * M.row(i).norm()) << i;
}

}  // namespace
}  // namespace backflow::gradient
