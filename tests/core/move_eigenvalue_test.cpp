// Moving eigenvalues: judged by an eigenvalue solver that knows nothing of the move, and by the
// eigenvectors from before.
#include "core/model/move_eigenvalue.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include <Eigen/LU>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/eigenvalues.h"
#include "core/model/random.h"

namespace backflow::model {
namespace {

using Complex = std::complex<double>;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Complex> eigenvalues_of(const Matrix& W) {
  const Eigen::VectorXcd values = eigenvalues(W).value();
  return {values.begin(), values.end()};
}

// Takes the value nearest to `wanted` out of the list and returns how far it was.
double take(std::vector<Complex>& list, Complex wanted) {
  const auto found = std::min_element(list.begin(), list.end(), [&](Complex a, Complex b) {
    return std::abs(a - wanted) < std::abs(b - wanted);
  });
  const double distance = std::abs(*found - wanted);
  list.erase(found);
  return distance;
}

// Moves λ and expects that it, and its conjugate, are at `to`, all others where they were.
void expect_moved(Matrix& W, Complex lambda, Complex to, double tolerance) {
  std::vector<Complex> others = eigenvalues_of(W);
  take(others, lambda);
  if (lambda.imag() != 0.0) take(others, std::conj(lambda));
  ASSERT_THAT(move_eigenvalue(W, lambda, to), IsEmpty());
  std::vector<Complex> now = eigenvalues_of(W);
  EXPECT_LT(take(now, to), tolerance) << "moved from " << lambda << " to " << to;
  if (lambda.imag() != 0.0) {
    EXPECT_LT(take(now, std::conj(to)), tolerance);
  }
  for (const Complex other : others) EXPECT_LT(take(now, other), tolerance) << other;
}

Complex random_target(Random& random, bool real) {
  const double re = 4.0 * random.uniform() - 2.0, im = 2.0 * random.uniform() - 1.0;
  return {re, real ? 0.0 : im};
}

TEST(MoveEigenvalue, LandsOnTheTargetAndLeavesTheOthersForEverySize) {
  for (Index n = 1; n <= 64; ++n) {
    SCOPED_TRACE(n);
    Random random(100 + static_cast<std::uint64_t>(n));
    Matrix W = random.normal_matrix(n, n, 1.0 / std::sqrt(static_cast<double>(n)));
    const std::vector<Complex> before = eigenvalues_of(W);
    const Complex lambda = before[random.below(before.size())];
    expect_moved(W, lambda, random_target(random, lambda.imag() == 0.0), 1e-9);
  }
}

// Beyond 64 the eigenvector wanted is found without the others.
TEST(MoveEigenvalue, OfALargeMatrixAPairAndARealOne) {
  for (const Index n : {65, 100, 160}) {
    SCOPED_TRACE(n);
    Random random(static_cast<std::uint64_t>(n));
    Matrix W = random.normal_matrix(n, n, 1.0 / std::sqrt(static_cast<double>(n)));
    for (const bool real : {true, false}) {
      const std::vector<Complex> before = eigenvalues_of(W);
      const auto found = std::find_if(before.begin(), before.end(),
                                      [&](Complex value) { return (value.imag() == 0.0) == real; });
      ASSERT_NE(found, before.end());
      // Not even told exactly.
      const Complex near = *found * (1.0 + 1e-9);
      std::vector<Complex> others = before;
      take(others, *found);
      if (!real) take(others, std::conj(*found));
      const Complex to = real ? Complex(1.4, 0.0) : Complex(0.3, 1.3);
      ASSERT_THAT(move_eigenvalue(W, near, to), IsEmpty());
      std::vector<Complex> now = eigenvalues_of(W);
      EXPECT_LT(take(now, to), 1e-8);
      if (!real) take(now, std::conj(to));
      for (const Complex other : others) EXPECT_LT(take(now, other), 1e-9) << other;
    }
    // Two real ones at one place need the eigenvectors of both.
    Matrix D = Eigen::VectorXd::LinSpaced(n, -0.9, 0.9).asDiagonal();
    D(0, 0) = D(1, 1) = 0.95;
    ASSERT_THAT(move_eigenvalue(D, 0.95, {0.2, 0.8}), IsEmpty());
    std::vector<Complex> now = eigenvalues_of(D);
    EXPECT_LT(take(now, {0.2, 0.8}), 1e-9);
    EXPECT_LT(take(now, {0.2, -0.8}), 1e-9);
  }
}

TEST(MoveEigenvalue, RepeatedDragsStayExact) {
  for (const Index n : {2, 5, 16, 40}) {
    SCOPED_TRACE(n);
    Random random(7);
    Matrix W = random.normal_matrix(n, n, 1.0 / std::sqrt(static_cast<double>(n)));
    const Complex start = eigenvalues_of(W).front();
    const std::vector<Complex> others = [&] {
      std::vector<Complex> list = eigenvalues_of(W);
      take(list, start);
      if (start.imag() != 0.0) take(list, std::conj(start));
      return list;
    }();
    Complex at = start;
    for (int step = 1; step <= 100; ++step) {
      const double angle = 0.06 * step;
      const Complex to = start.imag() == 0.0 ? Complex(1.5 * std::cos(angle), 0.0)
                                             : 1.5 * std::polar(1.0, 0.3 + angle / 3.0);
      ASSERT_THAT(move_eigenvalue(W, at, to), IsEmpty()) << step;
      at = to;
    }
    std::vector<Complex> now = eigenvalues_of(W);
    EXPECT_LT(take(now, at), 1e-9);
    if (start.imag() != 0.0) take(now, std::conj(at));
    for (const Complex other : others) EXPECT_LT(take(now, other), 1e-9) << other;
  }
}

TEST(MoveEigenvalue, KeepsTheEigenvectors) {
  Random random(3);
  Matrix W = random.normal_matrix(9, 9, 1.0);
  const Eigenpairs before = eigenpairs(W).value();
  ASSERT_THAT(move_eigenvalue(W, before.values[0], {0.3, 0.4}), IsEmpty());
  for (Index i = 0; i < 9; ++i) {
    const Eigen::VectorXcd v = before.vectors.col(i);
    const Eigen::VectorXcd Wv = W.cast<Complex>() * v;
    const Complex value = v.dot(Wv);  // of a vector of norm 1
    EXPECT_LT((Wv - value * v).norm(), 1e-11) << i;
  }
}

TEST(MoveEigenvalue, ARealOneStaysOnTheAxis) {
  Matrix W{{0.5, 1.0}, {0.0, -0.25}};
  ASSERT_THAT(move_eigenvalue(W, {0.5, 0.0}, {0.75, 0.6}), IsEmpty());
  EXPECT_NEAR(W.trace(), 0.75 - 0.25, 1e-14);
  EXPECT_NEAR(W.determinant(), 0.75 * -0.25, 1e-14);
}

TEST(MoveEigenvalue, APairMeetsOnTheAxisAndPartsThereAgain) {
  Matrix W{{0.6, -0.5, 0.2}, {0.5, 0.6, 0.1}, {0.0, 0.0, 0.9}};
  ASSERT_THAT(move_eigenvalue(W, {0.6, 0.5}, {0.4, 0.0}), IsEmpty());
  std::vector<Complex> now = eigenvalues_of(W);
  EXPECT_LT(take(now, 0.4), 1e-9);
  EXPECT_LT(take(now, 0.4), 1e-9);
  EXPECT_LT(take(now, 0.9), 1e-12);
  // One of them moves on along the axis …
  Matrix real = W;
  ASSERT_THAT(move_eigenvalue(real, 0.4, -0.3), IsEmpty());
  now = eigenvalues_of(real);
  for (const double value : {-0.3, 0.4, 0.9}) EXPECT_LT(take(now, value), 1e-9) << value;
  // … or both leave it.
  ASSERT_THAT(move_eigenvalue(W, 0.4, {0.2, 0.7}), IsEmpty());
  now = eigenvalues_of(W);
  EXPECT_LT(take(now, {0.2, 0.7}), 1e-9);
  EXPECT_LT(take(now, {0.2, -0.7}), 1e-9);
  EXPECT_LT(take(now, 0.9), 1e-9);
}

TEST(MoveEigenvalue, OfTheIdentityOneMovesAlone) {
  Matrix W = Matrix::Identity(6, 6);
  ASSERT_THAT(move_eigenvalue(W, 1.0, 0.25), IsEmpty());
  std::vector<Complex> now = eigenvalues_of(W);
  EXPECT_LT(take(now, 0.25), 1e-14);
  for (const Complex other : now) EXPECT_LT(std::abs(other - 1.0), 1e-14);
}

TEST(MoveEigenvalue, RefusesDefectiveMatricesAndWhatIsNotFinite) {
  Matrix jordan = 0.5 * Matrix::Identity(4, 4);
  jordan.diagonal(1).setOnes();
  const Matrix before = jordan;
  EXPECT_THAT(move_eigenvalue(jordan, 0.5, 0.9), HasSubstr("nearly dependent"));
  EXPECT_EQ(jordan, before);
  Matrix W = Matrix::Identity(2, 2);
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(move_eigenvalue(W, 1.0, {infinite, 0.0}), HasSubstr("finite"));
  W(0, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(move_eigenvalue(W, 1.0, 0.5), HasSubstr("not finite"));
}

}  // namespace
}  // namespace backflow::model
