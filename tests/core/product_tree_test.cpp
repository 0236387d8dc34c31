// The map through Gram matrices against explicit products, where they are easy and where they
// cancel.
#include "core/gradient/product_tree.h"

#include <cmath>
#include <limits>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <gtest/gtest.h>

#include "core/gradient/largest_eigenvalues.h"
#include "core/model/random.h"
#include "tests/support/scaled.h"
#include "tests/support/singular_values.h"

namespace backflow::gradient {
namespace {

using model::Index;
using model::Matrix;
using support::scaled;

// Largest |difference| of the map's log10 from the explicit products, formed in extended precision.
double worst_difference(const TriangularMap& map, const std::vector<Matrix>& J, MatrixNorm norm,
                        BlockRange part) {
  const auto T = static_cast<Index>(J.size());
  using Long = support::LongMatrix;
  const Index n = J.front().rows();
  double worst = 0.0;
  for (Index t = 1; t <= T; ++t) {
    Long product = Long::Identity(n, n);
    for (Index k = t - 1; k >= 0; --k) {
      product = product * J[static_cast<std::size_t>(k)].cast<long double>();
      const Long asked = product.block(part.first, part.first, part.count, part.count);
      const long double expected =
          norm == MatrixNorm::frobenius ? asked.norm() : support::singular_values(asked)[0];
      const double error = std::abs(map.at(t, k) - static_cast<double>(std::log10(expected)));
      if (std::isnan(error)) return std::numeric_limits<double>::infinity();
      worst = std::max(worst, error);
    }
  }
  return worst;
}

double worst_difference(const std::vector<Matrix>& J, MatrixNorm norm, BlockRange part) {
  TriangularMap map(static_cast<Index>(J.size()), 0.0);
  EXPECT_TRUE(product_norms(scaled(J), part, norm, map, {}));
  return worst_difference(map, J, norm, part);
}

// Of what multiplying one after the other in double precision gives.
double worst_plain_difference(const std::vector<Matrix>& J, MatrixNorm norm) {
  const auto T = static_cast<Index>(J.size());
  const Index n = J.front().rows();
  TriangularMap map(T, 0.0);
  for (Index t = 1; t <= T; ++t) {
    Matrix product = Matrix::Identity(n, n);
    for (Index k = t - 1; k >= 0; --k) {
      product = product * J[static_cast<std::size_t>(k)];
      map.at(t, k) = std::log10(norm == MatrixNorm::frobenius
                                    ? product.norm()
                                    : Eigen::JacobiSVD<Matrix>(product).singularValues()[0]);
    }
  }
  return worst_difference(map, J, norm, {0, n});
}

double worst_difference(const std::vector<Matrix>& J, MatrixNorm norm) {
  return worst_difference(J, norm, {0, J.front().rows()});
}

std::vector<Matrix> random_chain(Index n, Index steps, double scale, std::uint64_t seed) {
  model::Random random(seed);
  const Matrix W = random.normal_matrix(n, n, scale / std::sqrt(static_cast<double>(n)));
  std::vector<Matrix> chain;
  for (Index t = 0; t < steps; ++t) {
    Matrix slopes = random.uniform_matrix(n, 1, 0.5);
    slopes.array() += 0.5;
    chain.push_back(slopes.col(0).asDiagonal() * W);
  }
  return chain;
}

class EveryNorm : public ::testing::TestWithParam<MatrixNorm> {};

TEST_P(EveryNorm, AgreesWithExplicitProducts) {
  for (const Index n : {1, 2, 3, 8, 17})
    for (const Index steps : {1, 2, 6, 7, 13, 40})
      EXPECT_LT(worst_difference(random_chain(n, steps, 1.5, 3), GetParam()), 1e-12)
          << n << " " << steps;
}

TEST_P(EveryNorm, AgreesForWideMatrices) {
  EXPECT_LT(worst_difference(random_chain(40, 15, 1.2, 5), GetParam()), 1e-11);
}

TEST_P(EveryNorm, AgreesOnBothSidesOfTheBlocksOfAGramMatrix) {
  for (const Index n : {47, 48, 49, 56, 100})
    EXPECT_LT(worst_difference(random_chain(n, n < 100 ? 4 : 3, 1.2, 6), GetParam()), 1e-11) << n;
}

TEST_P(EveryNorm, AgreesForPartsOfTheState) {
  for (const Index n : {6, 14, 24}) {
    const std::vector<Matrix> chain = random_chain(n, 15, 1.3, 8);
    for (const Index first : {Index{0}, n / 2})
      EXPECT_LT(worst_difference(chain, GetParam(), {first, n / 2}), 1e-11) << n << " " << first;
  }
}

TEST(ProductNorms, AgreesForMoreStepsThanAreMultipliedAsTheyLie) {
  EXPECT_LT(worst_difference(random_chain(3, 540, 1.6, 9), MatrixNorm::frobenius), 1e-10);
}

TEST_P(EveryNorm, CancellationIsCaughtAndFormed) {
  // J = u vᵀ + 1e-8 noise with u ⟂ v: the squares of a product lose all their digits.
  model::Random random(9);
  constexpr Index kN = 12;
  Matrix u = random.normal_matrix(kN, 1, 1.0), v = random.normal_matrix(kN, 1, 1.0);
  v -= u * (u.transpose() * v) / u.squaredNorm();
  std::vector<Matrix> chain;
  for (int t = 0; t < 20; ++t)
    chain.push_back(u * v.transpose() + random.normal_matrix(kN, kN, 1e-8));
  // The chain itself is ill-conditioned: each cancelling step loses eight digits of what it
  // cancels.
  EXPECT_LT(worst_difference(chain, GetParam()), 1e-5);
  EXPECT_LT(worst_difference(chain, GetParam()), 100.0 * worst_plain_difference(chain, GetParam()));
}

TEST_P(EveryNorm, LowRankAndNearlyEqualSingularValues) {
  // Few units alive, as with ReLU.
  std::vector<Matrix> chain = random_chain(9, 18, 2.0, 7);
  for (Matrix& J : chain) J.topRows(6).setZero();
  EXPECT_LT(worst_difference(chain, GetParam()), 1e-12);
  // Orthogonal but for 1e-5: all singular values nearly the same, the worst case for Lanczos.
  model::Random random(4);
  for (Matrix& J : chain)
    J = Matrix::Identity(9, 9).rowwise().reverse() + random.normal_matrix(9, 9, 1e-5);
  EXPECT_LT(worst_difference(chain, GetParam()), 1e-9);
}

// Where the singular values are nearly the same, Lanczos divides by small numbers, and what it must
// not see, the directions that no gradient comes from, must not grow.
TEST_P(EveryNorm, NearlyEqualSingularValuesBesideZeros) {
  for (const double spread : {1e-1, 1e-3, 1e-5, 1e-9})
    for (const Index n : {8, 24}) {
      SCOPED_TRACE(std::to_string(n) + " " + std::to_string(spread));
      // Those that lie closer together than 1e-6 stand for each other.
      const double tolerance = spread < 1e-6 ? 5.0 * spread : 2e-9;
      // The identity with ReLU: units that are off at some steps.
      model::Random random(12);
      std::vector<Matrix> chain;
      for (Index t = 0; t < 26; ++t) {
        chain.push_back(Matrix::Identity(n, n) + random.normal_matrix(n, n, spread));
        chain.back().row(t % 3).setZero();
      }
      EXPECT_LT(worst_difference(chain, GetParam()), tolerance);
      // An LSTM with open gates: h is read from c, and hardly anything reads h.
      for (Matrix& J : chain) {
        J = random.normal_matrix(n, n, 0.01);
        const Matrix gates = random.uniform_matrix(n / 2, 1, spread);
        J.bottomRightCorner(n / 2, n / 2) = Matrix::Identity(n / 2, n / 2);
        J.bottomRightCorner(n / 2, n / 2).diagonal() -= gates.col(0).cwiseAbs();
        J.topRightCorner(n / 2, n / 2) = 0.5 * J.bottomRightCorner(n / 2, n / 2);
      }
      for (const Index first : {Index{0}, n / 2})
        EXPECT_LT(worst_difference(chain, GetParam(), {first, n / 2}), tolerance);
    }
}

TEST_P(EveryNorm, ZerosNansAndInfinitiesGoWhereTheyBelong) {
  for (const Index n : {4, 24})
    for (const double broken : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      std::vector<Matrix> chain = random_chain(n, 24, 1.0, 2);
      chain[10].setZero();
      chain[20](1, 1) = broken;
      TriangularMap map(24, 0.0);
      ASSERT_TRUE(product_norms(scaled(chain), {0, n}, GetParam(), map, {}));
      for (Index t = 1; t <= 24; ++t)
        for (Index k = 0; k < t; ++k) {
          const bool not_finite = k <= 20 && t >= 21, zero = k <= 10 && t >= 11;
          if (not_finite)
            EXPECT_FALSE(std::isfinite(map.at(t, k)) || map.at(t, k) < 0.0) << t << " " << k;
          else if (zero)
            EXPECT_EQ(map.at(t, k), -std::numeric_limits<double>::infinity()) << t << " " << k;
          else
            EXPECT_TRUE(std::isfinite(map.at(t, k))) << n << ": " << t << " " << k;
        }
    }
}

TEST_P(EveryNorm, CarriesExponentsAcrossTheTree) {
  std::vector<Matrix> chain;
  for (int t = 0; t < 300; ++t)
    chain.push_back((t % 2 == 0 ? 1e-140 : 1e130) * Matrix::Identity(3, 3));
  TriangularMap map(300, 0.0);
  ASSERT_TRUE(product_norms(scaled(chain), {0, chain.front().rows()}, GetParam(), map, {}));
  const double one = GetParam() == MatrixNorm::frobenius ? 0.5 * std::log10(3.0) : 0.0;
  EXPECT_NEAR(map.at(300, 0), -1500.0 + one, 1e-9);
  EXPECT_NEAR(map.at(2, 0), -10.0 + one, 1e-12);
}

TEST_P(EveryNorm, CanBeCancelled) {
  TriangularMap map(30, 0.0);
  int asked = 0;
  EXPECT_FALSE(product_norms(scaled(random_chain(3, 30, 1.0, 1)), {0, 3}, GetParam(), map,
                             [&] { return ++asked > 2; }));
}
INSTANTIATE_TEST_SUITE_P(Both, EveryNorm,
                         ::testing::Values(MatrixNorm::spectral, MatrixNorm::frobenius),
                         [](const auto& test) { return std::string(model::name_of(test.param)); });

std::vector<Semidefinite> wholes(const Matrix& side_by_side) {
  const Index n = side_by_side.rows();
  std::vector<Semidefinite> all;
  for (Index i = 0; i < side_by_side.cols() / n; ++i)
    all.push_back(Semidefinite::whole(side_by_side.middleCols(i * n, n)));
  return all;
}

TEST(LargestEigenvalues, OfDiagonalPairs) {
  Matrix A = Matrix::Zero(3, 6), B = Matrix::Zero(3, 3), values;
  A.leftCols(3).diagonal() << 4.0, 1.0, 0.0;
  A.rightCols(3).diagonal() << 0.0, 0.0, 5.0;
  B.diagonal() << 1.0, 9.0, 2.0;
  ASSERT_TRUE(largest_eigenvalues(wholes(A), wholes(B), {}, values));
  ASSERT_EQ(values.rows(), 2);
  EXPECT_NEAR(values(0, 0), 9.0, 1e-12);
  EXPECT_NEAR(values(1, 0), 10.0, 1e-12);
}

// X_j of given X, with columns of zeros up to n.
auto root_from(const std::vector<Matrix>& factors) {
  return [&](Index j) {
    const Matrix& X = factors[static_cast<std::size_t>(j)];
    Matrix square = Matrix::Zero(X.rows(), X.rows());
    square.leftCols(X.cols()) = X;
    return Semidefinite::square(square);
  };
}

TEST(LargestEigenvalues, OfSquaresThatAreNotFormed) {
  model::Random random(5);
  for (const Index n : {1, 7, 40})
    for (const Index c : {Index{1}, n / 2 + 1, n}) {
      std::vector<Matrix> factors;
      std::vector<Semidefinite> squares;
      for (Index i = 0; i < 3; ++i) {
        factors.push_back(random.normal_matrix(n, c, 2.0));
        squares.push_back(Semidefinite::square(factors.back()));
      }
      squares.push_back(Semidefinite::whole(factors[1] * factors[1].transpose()));
      squares.push_back(Semidefinite::identity(n));
      factors.push_back(factors[1]);
      factors.push_back(Matrix::Identity(n, n));
      Matrix values;
      ASSERT_TRUE(largest_eigenvalues(squares, squares, {}, values, root_from(factors)));
      for (std::size_t i = 0; i < factors.size(); ++i)
        for (std::size_t j = 0; j < factors.size(); ++j) {
          const Matrix product = factors[i].transpose() * factors[j];
          const double sigma = Eigen::JacobiSVD<Matrix>(product).singularValues()(0);
          EXPECT_NEAR(values(static_cast<Index>(i), static_cast<Index>(j)), sigma * sigma,
                      1e-9 * sigma * sigma)
              << n << " " << c << ": " << i << " " << j;
        }
    }
}

// More pairs than go together, of which some take one step, some many, and some none.
TEST(LargestEigenvalues, OfPairsThatConvergeAtDifferentTimes) {
  constexpr Index n = 9, a = 21, b = 18;
  model::Random random(4);
  const auto random_factors = [&](Index count) {  // of rank 1 … n
    std::vector<Matrix> all;
    for (Index i = 0; i < count; ++i)
      all.push_back(random.normal_matrix(n, 1 + i % n, std::pow(10.0, static_cast<double>(i % 5))));
    return all;
  };
  const auto squares = [&](const std::vector<Matrix>& factors) {
    Matrix all(n, n * static_cast<Index>(factors.size()));
    Index at = 0;
    for (const Matrix& x : factors) all.middleCols(n * at++, n) = x * x.transpose();
    return all;
  };
  std::vector<Matrix> left = random_factors(a), right = random_factors(b);
  left[5].setZero();
  right[7](3, 0) = std::nan("");
  left[11] = right[4] = Matrix::Identity(n, n);
  const Matrix A = squares(left), B = squares(right);
  Matrix values;
  ASSERT_TRUE(largest_eigenvalues(wholes(A), wholes(B), {}, values, root_from(right)));
  for (Index i = 0; i < a; ++i)
    for (Index j = 0; j < b; ++j) {
      if (j == 7) {
        EXPECT_TRUE(std::isnan(values(i, j))) << i;
        continue;
      }
      const Matrix product = A.middleCols(i * n, n) * B.middleCols(j * n, n);
      const double exact =
          Eigen::EigenSolver<Matrix>(product, false).eigenvalues().real().maxCoeff();
      EXPECT_NEAR(values(i, j), i == 5 ? 0.0 : exact, 1e-9 * std::abs(exact)) << i << " " << j;
    }
}

}  // namespace
}  // namespace backflow::gradient
