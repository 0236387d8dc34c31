// The innermost loops of every instruction set that this processor has.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/kernel/kernels.h"
#include "core/model/matrix_product.h"
#include "core/model/random.h"

namespace backflow {
namespace {

using kernel::Kernels;
using model::Index;
using model::Matrix;
using model::Transpose;
using Ld = long double;

class EveryInstructionSet : public ::testing::TestWithParam<const Kernels*> {};

// Σ_k A(i, k) X(k, j) in extended precision.
double entry(const Matrix& A, const Matrix& X, Index i, Index j) {
  Ld sum = 0.0L;
  for (Index k = 0; k < A.cols(); ++k) sum += Ld(A(i, k)) * Ld(X(k, j));
  return static_cast<double>(sum);
}

TEST_P(EveryInstructionSet, MultipliesAnyShapeFromEitherLayout) {
  const Kernels& kernels = *GetParam();
  model::Random random(5);
  for (const Index rows : {1, 2, 3, 7, 8, 9, 16, 23, 24, 25, 50})
    for (const Index cols : {1, 2, 3, 4, 5, 6, 7, 8, 9, 17})
      for (const Index inner : {1, 2, 5, 8, 33}) {
        const Matrix A = random.normal_matrix(rows, inner, 1.0);
        const Matrix X = random.normal_matrix(inner, cols, 1.0);
        const Matrix A_t = A.transpose(), X_t = X.transpose();
        const Matrix before =
            random.normal_matrix(rows + 3, cols, 1.0);  // Y is part of a larger one
        std::vector<double> left(static_cast<std::size_t>(kernels.packed_left_size(rows, inner)));
        std::vector<double> right(static_cast<std::size_t>(kernels.packed_right_size(inner, cols)));
        for (const bool transposed : {false, true}) {
          if (transposed) {
            kernels.pack_left_transposed(A_t.data(), inner, rows, inner, left.data());
            kernels.pack_right_transposed(X_t.data(), cols, inner, cols, right.data());
          } else {
            kernels.pack_left(A.data(), rows, rows, inner, left.data());
            kernels.pack_right(X.data(), inner, inner, cols, right.data());
          }
          Matrix Y = before;
          kernels.multiply_add(left.data(), right.data(), rows, inner, cols, Y.data(), rows + 3);
          ASSERT_EQ(Y.bottomRows(3), before.bottomRows(3));
          for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < cols; ++j)
              ASSERT_NEAR(Y(i, j), before(i, j) + entry(A, X, i, j),
                          1e-15 * (5.0 + 3.0 * static_cast<double>(inner)))
                  << rows << " " << inner << " " << cols;
        }
      }
}

TEST_P(EveryInstructionSet, TanhAndItsSlopeKeepTheirDigitsFarOut) {
  std::vector<double> a;
  for (double x = -345.0; x <= 345.0; x += 0.37) a.push_back(x);
  for (const double x : {0.0, 1e-300, 1e-20, 1e-8, 1e-3, 0.3, 18.9, 19.1}) a.push_back(x);
  std::vector<double> value(a.size()), slope(a.size());
  GetParam()->tanh(a.data(), value.data(), slope.data(), static_cast<Index>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto exact = static_cast<double>(std::tanh(Ld(a[i])));
    const Ld e = std::exp(-2.0L * std::abs(Ld(a[i])));
    const auto exact_slope = static_cast<double>(4.0L * e / ((1.0L + e) * (1.0L + e)));
    EXPECT_NEAR(value[i], exact, 5e-16 * std::abs(exact)) << a[i];
    EXPECT_NEAR(slope[i], exact_slope, 5e-14 * exact_slope) << a[i];
  }
}

TEST_P(EveryInstructionSet, SigmoidAndItsComplementKeepTheirDigitsFarOut) {
  std::vector<double> a;
  for (double x = -700.0; x <= 700.0; x += 0.73) a.push_back(x);
  std::vector<double> value(a.size()), complement(a.size());
  GetParam()->sigmoid(a.data(), value.data(), complement.data(), static_cast<Index>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto exact = static_cast<double>(1.0L / (1.0L + std::exp(-Ld(a[i]))));
    const auto other = static_cast<double>(1.0L / (1.0L + std::exp(Ld(a[i]))));
    EXPECT_NEAR(value[i], exact, 2e-13 * exact) << a[i];
    EXPECT_NEAR(complement[i], other, 2e-13 * other) << a[i];
  }
}

TEST_P(EveryInstructionSet, WhatIsNotFiniteGoesThrough) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const double a[] = {std::nan(""), kInf, -kInf, 1e308, -1e308};
  double value[5], other[5];
  GetParam()->tanh(a, value, other, 5);
  EXPECT_TRUE(std::isnan(value[0]) && std::isnan(other[0]));
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(value[i], a[i] > 0.0 ? 1.0 : -1.0);
    EXPECT_EQ(other[i], 0.0);
  }
  GetParam()->sigmoid(a, value, other, 5);
  EXPECT_TRUE(std::isnan(value[0]) && std::isnan(other[0]));
  for (int i = 1; i < 5; ++i) {
    EXPECT_EQ(value[i], a[i] > 0.0 ? 1.0 : 0.0);
    EXPECT_EQ(other[i], a[i] > 0.0 ? 0.0 : 1.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Available, EveryInstructionSet,
                         ::testing::ValuesIn(kernel::available_kernels().begin(),
                                             kernel::available_kernels().end()),
                         [](const auto& test) {
                           std::string name = test.param->name;
                           for (char& letter : name)
                             if (letter == '-') letter = '_';
                           return name;
                         });

TEST(MatrixProduct, AgreesForEveryTransposeAndLongInnerSizes) {
  model::Random random(8);
  for (const Index inner : {3, 255, 256, 257, 700}) {
    const Matrix A = random.normal_matrix(37, inner, 1.0);
    const Matrix B = random.normal_matrix(inner, 70, 1.0);
    const Matrix expected = A * B;
    for (const bool a_t : {false, true})
      for (const bool b_t : {false, true}) {
        Matrix C = Matrix::Ones(37, 70);
        model::add_product(a_t ? Matrix(A.transpose()) : A, a_t ? Transpose::yes : Transpose::no,
                           b_t ? Matrix(B.transpose()) : B, b_t ? Transpose::yes : Transpose::no,
                           C);
        EXPECT_LT((C - Matrix::Ones(37, 70) - expected).norm(), 1e-13 * expected.norm()) << inner;
      }
  }
}

}  // namespace
}  // namespace backflow
