// The innermost loops of every instruction set that this processor has.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/kernel/kernels.h"
#include "core/model/matrix_product.h"
#include "core/model/random.h"
#include "tests/support/test_name.h"

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
          const kernel::Term term{left.data(), 0, right.data(), 0, inner};
          kernels.add_packed({&term, 1, Y.data(), rows + 3, rows, cols, Y.data(), rows + 3});
          ASSERT_EQ(Y.bottomRows(3), before.bottomRows(3));
          for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < cols; ++j)
              ASSERT_NEAR(Y(i, j), before(i, j) + entry(A, X, i, j),
                          1e-15 * (5.0 + 3.0 * static_cast<double>(inner)))
                  << rows << " " << inner << " " << cols;
        }
      }
}

TEST_P(EveryInstructionSet, MultipliesAPlainRightOperandOfALargerMatrix) {
  const Kernels& kernels = *GetParam();
  model::Random random(6);
  for (const Index rows : {1, 3, 8, 9, 24, 25, 50})
    for (const Index cols : {1, 2, 3, 4, 5, 6, 7, 8, 9, 17})
      for (const Index inner : {1, 3, 5, 8, 33}) {
        const Matrix A = random.normal_matrix(rows, inner, 1.0);
        Matrix wide = random.normal_matrix(inner + 2, cols, 1.0);
        const Matrix X = wide.topRows(inner);
        wide.bottomRows(2).setConstant(std::nan(""));  // must not be read
        const Matrix before = random.normal_matrix(rows + 3, cols, 1.0);
        std::vector<double> left(static_cast<std::size_t>(kernels.packed_left_size(rows, inner)));
        kernels.pack_left(A.data(), rows, rows, inner, left.data());
        Matrix Y = before;
        const kernel::Term term{left.data(), 0, wide.data(), inner + 2, inner};
        kernels.add_left_packed({&term, 1, Y.data(), rows + 3, rows, cols, Y.data(), rows + 3});
        ASSERT_EQ(Y.bottomRows(3), before.bottomRows(3));
        for (Index i = 0; i < rows; ++i)
          for (Index j = 0; j < cols; ++j)
            ASSERT_NEAR(Y(i, j), before(i, j) + entry(A, X, i, j),
                        1e-15 * (5.0 + 3.0 * static_cast<double>(inner)))
                << rows << " " << inner << " " << cols;
      }
}

TEST_P(EveryInstructionSet, MultipliesPartsOfLargerMatricesAsTheyLie) {
  const Kernels& kernels = *GetParam();
  model::Random random(7);
  for (const Index steps : {1, 2, 3, 4, 5, 7, 13})
    for (const Index cols : {1, 2, 3, 4, 5, 6, 7, 8, 9, 17})
      for (const Index inner : {1, 3, 5, 8, 33}) {
        const Index rows = steps * kernels.row_step;
        Matrix A = random.normal_matrix(rows + 1, inner, 1.0);
        Matrix B = random.normal_matrix(cols + 2, inner, 1.0);
        Matrix X = random.normal_matrix(inner + 2, cols, 1.0);
        A.bottomRows(1).setConstant(std::nan(""));  // must not be read
        B.bottomRows(2).setConstant(std::nan(""));
        X.bottomRows(2).setConstant(std::nan(""));
        const Matrix before = random.normal_matrix(rows + 3, cols, 1.0);
        for (const bool transposed : {false, true}) {
          Matrix Y = before;
          const kernel::Term outer{A.data(), rows + 1, B.data(), cols + 2, inner};
          const kernel::Term plain{A.data(), rows + 1, X.data(), inner + 2, inner};
          const kernel::Term& term = transposed ? outer : plain;
          (transposed ? kernels.add_outer : kernels.add_plain)(
              {&term, 1, Y.data(), rows + 3, rows, cols, Y.data(), rows + 3});
          ASSERT_EQ(Y.bottomRows(3), before.bottomRows(3));
          const Matrix left = A.topRows(rows);
          const Matrix right = transposed ? Matrix(B.topRows(cols).transpose()) : X.topRows(inner);
          for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < cols; ++j)
              ASSERT_NEAR(Y(i, j), before(i, j) + entry(left, right, i, j),
                          1e-15 * (5.0 + 3.0 * static_cast<double>(inner)))
                  << rows << " " << inner << " " << cols << " " << transposed;
        }
      }
}

TEST_P(EveryInstructionSet, AddsUpProductsOfDifferentLengthFromAnyStart) {
  const Kernels& kernels = *GetParam();
  model::Random random(8);
  for (const Index rows : {1, 3, 8, 9, 24, 25, 50})
    for (const Index cols : {1, 2, 3, 4, 7, 8, 9}) {
      const Matrix A = random.normal_matrix(rows, 3, 1.0), B = random.normal_matrix(rows, 10, 1.0);
      const Matrix X = random.normal_matrix(3, cols, 1.0), Z = random.normal_matrix(10, cols, 1.0);
      const auto packed = [&](const Matrix& M) {
        std::vector<double> left(
            static_cast<std::size_t>(kernels.packed_left_size(rows, M.cols())));
        kernels.pack_left(M.data(), rows, rows, M.cols(), left.data());
        return left;
      };
      const std::vector<double> left = packed(A), other = packed(B);
      const kernel::Term terms[] = {{left.data(), 0, X.data(), 3, 3},
                                    {other.data(), 0, Z.data(), 10, 10}};
      const Matrix start = random.normal_matrix(rows + 1, cols, 1.0);
      const auto expect = [&](const Matrix& Y, const auto& begin, const char* from) {
        for (Index i = 0; i < rows; ++i)
          for (Index j = 0; j < cols; ++j)
            ASSERT_NEAR(Y(i, j), begin(i, j) + entry(A, X, i, j) + entry(B, Z, i, j), 5e-14)
                << from << " " << rows << " " << cols;
        ASSERT_TRUE(Y.bottomRows(2).array().isNaN().all()) << from;
      };
      Matrix Y = Matrix::Constant(rows + 2, cols, std::nan(""));  // must not be read
      kernels.add_left_packed({terms, 2, nullptr, 0, rows, cols, Y.data(), rows + 2});
      expect(
          Y, [](Index, Index) { return 0.0; }, "zero");
      kernels.add_left_packed({terms, 2, start.data(), 0, rows, cols, Y.data(), rows + 2});
      expect(
          Y, [&](Index i, Index) { return start(i, 0); }, "a column");
      kernels.add_left_packed({terms, 2, start.data(), rows + 1, rows, cols, Y.data(), rows + 2});
      expect(
          Y, [&](Index i, Index j) { return start(i, j); }, "a matrix");
      kernels.add_left_packed({terms, 0, nullptr, 0, rows, cols, Y.data(), rows + 2});
      ASSERT_TRUE((Y.topRows(rows).array() == 0.0).all());
    }
}

TEST_P(EveryInstructionSet, TheSlopeOfTanhFromItsValueKeepsItsDigits) {
  // Small arguments alone, as the plain way takes them, and mixed with saturated ones and NaN: of
  // any count, so that blocks end anywhere.
  model::Random random(9);
  for (const double limit : {1e-3, 1.0, 2.6, 2.7, 20.0, 350.0})
    for (const Index count : {1, 7, 63, 64, 65, 200}) {
      const Matrix a = random.uniform_matrix(count, 1, limit);
      std::vector<double> value(static_cast<std::size_t>(count)), slope(value);
      const std::vector<double> u(value.size(), 0.5);
      GetParam()->tanh(a.data(), value.data(), nullptr, count);
      GetParam()->tanh_vjp(a.data(), value.data(), u.data(), slope.data(), count);
      for (Index i = 0; i < count; ++i) {
        const Ld e = std::exp(-2.0L * std::abs(Ld(a(i, 0))));
        const auto exact = static_cast<double>(0.5L * 4.0L * e / ((1.0L + e) * (1.0L + e)));
        EXPECT_NEAR(slope[static_cast<std::size_t>(i)], exact, 1e-13 * exact) << a(i, 0);
      }
    }
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const Index place : {0, 40, 63, 64, 129}) {
    std::vector<double> a(130, 0.3), value(130), slope(130);
    const std::vector<double> u(130, 2.0);
    const auto at = static_cast<std::size_t>(place);
    for (const double planted : {std::nan(""), kInf, -kInf, 1000.0}) {
      a[at] = planted;
      GetParam()->tanh(a.data(), value.data(), nullptr, 130);
      GetParam()->tanh_vjp(a.data(), value.data(), u.data(), slope.data(), 130);
      for (std::size_t i = 0; i < a.size(); ++i) {
        const double t = std::tanh(0.3);
        if (i != at)
          EXPECT_NEAR(slope[i], 2.0 * (1.0 - t * t), 2e-15) << i;
        else if (std::isnan(planted))
          EXPECT_TRUE(std::isnan(slope[i]));
        else
          EXPECT_EQ(slope[i], 0.0);
      }
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

TEST_P(EveryInstructionSet, TheExponentialEndsInZeroWithoutAStep) {
  std::vector<double> a;
  for (double x = -707.5; x >= -747.0; x -= 0.01) a.push_back(x);
  const auto count = static_cast<Index>(a.size());
  std::vector<double> value(a.size()), complement(a.size());
  GetParam()->sigmoid(a.data(), value.data(), complement.data(), count);
  for (std::size_t i = 0; i < a.size(); ++i) {
    constexpr double kUnit = std::numeric_limits<double>::denorm_min();  // subnormal ones round
    EXPECT_LE(value[i], i == 0 ? 1.0 : value[i - 1] + kUnit) << a[i];
    EXPECT_EQ(complement[i], 1.0);
    if (a[i] > -708.3)
      EXPECT_NEAR(value[i] / std::exp(a[i]), 1.0, 2e-13) << a[i];
    else
      EXPECT_NEAR(value[i], std::exp(a[i]), 3e-308) << a[i];
  }
  EXPECT_EQ(value.back(), 0.0);
}

TEST_P(EveryInstructionSet, TanhIsExactToTwoUnitsNearZero) {
  std::vector<double> a;
  for (double x = -1.0; x <= 1.0; x += 0x1p-9) a.push_back(x * (1.0 + 1e-3 * x));
  std::vector<double> value(a.size());
  GetParam()->tanh(a.data(), value.data(), nullptr, static_cast<Index>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto exact = static_cast<double>(std::tanh(Ld(a[i])));
    EXPECT_NEAR(value[i], exact, 4.5e-16 * std::abs(exact)) << a[i];
  }
}

TEST_P(EveryInstructionSet, ManyStepsAtOnceAreOneAfterTheOther) {
  const Kernels& kernels = *GetParam();
  model::Random random(11);
  for (const Index n : {1, 5, 8, 16, 21, 24, 40})
    for (const Index cols : {1, 3}) {
      constexpr Index kCount = 6;
      const Matrix W = random.normal_matrix(n, n, 0.5 / std::sqrt(static_cast<double>(n)));
      std::vector<double> packed(static_cast<std::size_t>(kernels.packed_left_size(n, n)));
      const kernel::Steps steps{packed.data(), n, cols, kCount};
      const Matrix input = random.normal_matrix(n, cols * kCount, 1.0);
      const auto step = [cols](Matrix& all, Index t) { return all.middleCols(t * cols, cols); };

      Matrix a = input, h = Matrix::Constant(n, cols * (kCount + 1), 0.25);
      kernels.pack_left(W.data(), n, n, n, packed.data());
      kernels.tanh_steps(steps, a.data(), h.data());
      Matrix expected_a = input, expected_h = h;
      for (Index t = 0; t < kCount; ++t) {
        step(expected_a, t) += W * step(expected_h, t);
        step(expected_h, t + 1) = step(expected_a, t).array().tanh();
      }
      EXPECT_TRUE(a.isApprox(expected_a, 1e-14)) << n;
      EXPECT_TRUE(h.isApprox(expected_h, 1e-14)) << n;

      const Matrix blame = random.normal_matrix(n, cols * (kCount + 1), 1.0);
      Matrix e = blame, delta(n, cols * kCount);
      kernels.pack_left_transposed(W.data(), n, n, n, packed.data());
      kernels.tanh_steps_vjp(steps, a.data(), h.data(), e.data(), delta.data());
      Matrix expected_e = blame, expected_delta = delta;
      for (Index t = kCount - 1; t >= 0; --t) {
        const Matrix slope = 1.0 - step(h, t + 1).array().square();
        step(expected_delta, t) = step(expected_e, t + 1).cwiseProduct(slope);
        step(expected_e, t) += W.transpose() * step(expected_delta, t);
      }
      EXPECT_TRUE(delta.isApprox(expected_delta, 1e-13)) << n;
      EXPECT_TRUE(e.isApprox(expected_e, 1e-13)) << n;
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

#if defined(__SANITIZE_ADDRESS__)
// The loops of a product are not looked at one by one (kernel_guard.h): what stands for that.
TEST_P(EveryInstructionSet, AProductBeyondItsMemoryIsReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Kernels& kernels = *GetParam();
  constexpr Index kRows = 48, kCols = 16, kInner = 5;
  const auto multiply = [&](Index missing_left, Index missing_right, Index missing_result) {
    const auto zeros = [](Index size) {
      return std::vector<double>(static_cast<std::size_t>(size), 0.0);
    };
    const auto left = zeros(kernels.packed_left_size(kRows, kInner) - missing_left);
    const auto right = zeros(kernels.packed_right_size(kInner, kCols) - missing_right);
    auto result = zeros(kRows * kCols - missing_result);
    const kernel::Term term{left.data(), 0, right.data(), 0, kInner};
    kernels.add_packed({&term, 1, nullptr, 0, kRows, kCols, result.data(), kRows});
  };
  multiply(0, 0, 0);
  EXPECT_DEATH(multiply(1, 0, 0), "heap-buffer-overflow");
  EXPECT_DEATH(multiply(0, 1, 0), "heap-buffer-overflow");
  EXPECT_DEATH(multiply(0, 0, 1), "heap-buffer-overflow");
}
#endif

INSTANTIATE_TEST_SUITE_P(Available, EveryInstructionSet,
                         ::testing::ValuesIn(kernel::available_kernels().begin(),
                                             kernel::available_kernels().end()),
                         [](const auto& test) { return support::test_name(test.param->name); });

// A block of a larger matrix with NaN around it: a view whose outer stride is not its rows.
class Inside {
public:
  explicit Inside(const Matrix& x)
      : all_(Matrix::Constant(x.rows() + 3, x.cols() + 2, std::nan(""))), rows_(x.rows()) {
    view() = x;
  }
  Eigen::Ref<Matrix> view() { return all_.block(1, 1, rows_, all_.cols() - 2); }
  // Nothing around the block has been written to.
  bool rim_is_untouched() {
    Matrix rest = all_;
    rest.block(1, 1, rows_, all_.cols() - 2).setConstant(std::nan(""));
    return rest.array().isNaN().all();
  }

private:
  Matrix all_;
  Index rows_;
};

TEST(PackedMatrix, MultipliesPartsOfLargerMatricesOfManySizes) {
  model::Random random(10);
  for (const Index rows : {5, 24, 130})
    for (const Index inner : {5, 192, 700}) {
      const Matrix A = random.normal_matrix(rows, inner, 1.0);
      for (const bool transposed : {false, true}) {
        model::PackedMatrix packed;
        Inside left(transposed ? Matrix(A.transpose()) : A);
        if (transposed)
          packed.pack_transposed(left.view());
        else
          packed.pack(left.view());
        for (const Index cols : {1, 7, 64, 130}) {
          const Matrix x = random.normal_matrix(inner, cols, 1.0);
          const Matrix before = random.normal_matrix(rows, cols, 1.0);
          Inside right(x), y(before);
          packed.multiply_add(right.view(), y.view());
          const Matrix expected = before + A * x;
          EXPECT_LE((y.view() - expected).norm(), 1e-13 * expected.norm())
              << rows << " " << inner << " " << cols;
          EXPECT_TRUE(y.rim_is_untouched());
        }
      }
    }
}

TEST(MatrixProduct, AgreesOnBothSidesOfEveryBlockLimit) {
  model::Random random(11);
  for (const Index rows : {8, 63, 64, 72, 129, 256, 264, 600, 800})
    for (const Index inner : {0, 5, 192, 193, 384, 385, 900})
      for (const Index cols : {1, 16, 17, 128, 130}) {
        const Matrix A = random.normal_matrix(rows, inner, 1.0);
        const Matrix B = random.normal_matrix(inner, cols, 1.0);
        const Matrix expected = Matrix::Ones(rows, cols) + A * B;
        for (const bool a_t : {false, true})
          for (const bool b_t : {false, true}) {
            Inside left(a_t ? Matrix(A.transpose()) : A), right(b_t ? Matrix(B.transpose()) : B);
            Inside C(Matrix::Ones(rows, cols));
            model::add_product(left.view(), a_t ? Transpose::yes : Transpose::no, right.view(),
                               b_t ? Transpose::yes : Transpose::no, C.view());
            EXPECT_LE((C.view() - expected).norm(), 1e-13 * expected.norm())
                << rows << " " << inner << " " << cols << " " << a_t << b_t;
            EXPECT_TRUE(C.rim_is_untouched());
            Inside D(Matrix::Constant(rows, cols, std::nan("")));  // of no account
            model::assign_product(left.view(), a_t ? Transpose::yes : Transpose::no, right.view(),
                                  b_t ? Transpose::yes : Transpose::no, D.view());
            EXPECT_LE((D.view() - A * B).norm(), 1e-13 * expected.norm())
                << rows << " " << inner << " " << cols << " " << a_t << b_t;
            EXPECT_TRUE(D.rim_is_untouched());
          }
      }
}

// Columns of one matrix in ranges that lie apart, as those of some sequences at several steps do.
TEST(MatrixProduct, OuterProductsOfRangesOfColumnsAddUp) {
  model::Random random(12);
  for (const Index rows : {8, 63, 128, 264})
    for (const Index cols : {1, 8, 17, 128, 130})
      for (const Index ranges : {0, 1, 2, 16, 17, 33})
        for (const Index width : {1, 5, 16}) {
          const Matrix A = random.normal_matrix(rows, ranges * (width + 2), 1.0);
          const Matrix B = random.normal_matrix(cols, ranges * (width + 1), 1.0);
          Matrix expected = Matrix::Ones(rows, cols);
          std::vector<model::OuterProduct> products;
          Inside left(A), right(B), C(expected);
          for (Index i = 0; i < ranges; ++i) {
            const Index a = i * (width + 2), b = i * (width + 1);
            expected += A.middleCols(a, width) * B.middleCols(b, width).transpose();
            products.emplace_back(left.view().middleCols(a, width),
                                  right.view().middleCols(b, width));
          }
          model::add_outer_products(products, C.view());
          EXPECT_LE((C.view() - expected).norm(), 1e-13 * expected.norm())
              << rows << " " << cols << " " << ranges << " " << width;
          EXPECT_TRUE(C.rim_is_untouched());
        }
}

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
