// The chain of a Jacobian product against products formed directly and in extended precision, and
// far beyond the range of double.
#include "core/gradient/chain.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/gradient/jacobian.h"
#include "core/gradient/spectrum.h"
#include "core/model/random.h"
#include "tests/support/cases.h"
#include "tests/support/infinity.h"
#include "tests/support/scaled.h"
#include "tests/support/singular_values.h"

namespace backflow::gradient {
namespace {

using support::LongMatrix;

using support::kInf;
const MappedBlock kWhole3{StateBlock::hidden, {0, 3}, 0.0};

std::vector<Matrix> random_factors(Index n, Index count, double size, std::uint64_t seed) {
  model::Random random(seed);
  std::vector<Matrix> factors;
  for (Index i = 0; i < count; ++i) factors.push_back(random.normal_matrix(n, n, size));
  return factors;
}

// factors[t − 1] · … · factors[i − 1].
LongMatrix product(const std::vector<Matrix>& factors, Index t, Index i) {
  LongMatrix result = factors[static_cast<std::size_t>(t - 1)].cast<long double>();
  for (Index step = t - 1; step >= i; --step)
    result = (result * factors[static_cast<std::size_t>(step - 1)].cast<long double>()).eval();
  return result;
}

// Relative to the entry, and to the rounding of the largest one where terms cancel.
void expect_near(const ScaledMatrix& got, const LongMatrix& expected) {
  const auto size = expected.cwiseAbs().maxCoeff();
  for (Index i = 0; i < expected.rows(); ++i)
    for (Index j = 0; j < expected.cols(); ++j) {
      const long double value =
          std::ldexp(static_cast<long double>(got.mantissa(i, j)), static_cast<int>(got.exponent));
      EXPECT_LE(std::abs(value - expected(i, j)), 1e-12L * size) << i << " " << j;
    }
}

TEST(RunningProducts, AreThoseOfTheFactors) {
  for (const Index n : {1, 3, 70}) {  // 70: in two parts
    const auto factors = random_factors(n, 9, 0.7, 3);
    Index expected = 8;
    EXPECT_TRUE(for_each_running_product(support::scaled(factors), 8, 2,
                                         [&](Index i, const ScaledMatrix& got) {
                                           EXPECT_EQ(i, expected--);
                                           expect_near(got, product(factors, 8, i));
                                         }));
    EXPECT_EQ(expected, 2);
  }
}

TEST(RunningProducts, StopWhenCancelled) {
  int visits = 0;
  EXPECT_FALSE(for_each_running_product(
      support::scaled(random_factors(3, 9, 1.0, 3)), 9, 0,
      [&](Index, const ScaledMatrix&) { ++visits; }, [&] { return visits == 4; }));
  EXPECT_EQ(visits, 4);
}

TEST(Chain, NormsPicturesAndSingularValuesAreThoseOfTheProducts) {
  const auto factors = random_factors(3, 7, 0.8, 11);
  for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius}) {
    const auto got = chain(support::scaled(factors), 6, 1, kWhole3, norm);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->links.size(), 5u);
    for (const ChainLink& link : got->links) {
      const LongMatrix own = product(factors, link.step, link.step);
      const LongMatrix whole = product(factors, 6, link.step);
      expect_near(link.jacobian, own);
      expect_near(link.product, whole);
      const auto size = [&](const LongMatrix& x) {
        return static_cast<double>(norm == MatrixNorm::spectral ? support::singular_values(x)(0)
                                                                : x.norm());
      };
      EXPECT_NEAR(std::pow(10.0, link.log10_norm), size(own), 1e-12 * size(own));
      EXPECT_NEAR(std::pow(10.0, link.log10_product), size(whole), 1e-12 * size(whole));
    }
    EXPECT_EQ(got->links.front().step, 6);
    EXPECT_EQ(got->links.back().step, 2);
    const auto values = support::singular_values(product(factors, 6, 2));
    for (Index i = 0; i < 3; ++i)
      EXPECT_NEAR(got->log10_singular_values[static_cast<std::size_t>(i)],
                  static_cast<double>(std::log10(values(i))), 1e-12);
  }
}

TEST(Chain, CarriesExponentsFarBeyondTheRangeOfDouble) {
  // 2^−a Q with an orthogonal Q: every running product is 2^−(a · count) times an orthogonal one.
  Matrix Q(2, 2);
  Q << 0.6, -0.8, 0.8, 0.6;
  for (const int power : {-9, 9}) {
    const std::vector<Matrix> factors(1000, std::ldexp(1.0, power) * Q);
    const auto got = chain(support::scaled(factors), 1000, 0, {StateBlock::hidden, {0, 2}, 0.0},
                           MatrixNorm::spectral);
    ASSERT_EQ(got->links.size(), 1000u);
    for (const ChainLink& link : got->links) {
      const double lag = static_cast<double>(1000 - link.step + 1);
      const double expected = lag * power * std::log10(2.0);
      EXPECT_NEAR(link.log10_product, expected, 1e-12 * std::abs(expected));
      // Pictures of the ends only.
      const bool at_an_end = lag <= 16.0 || link.step <= 16;
      EXPECT_EQ(link.product.mantissa.size(), at_an_end ? 4 : 0);
      EXPECT_EQ(link.jacobian.mantissa.size(), at_an_end ? 4 : 0);
      if (!at_an_end) continue;
      const double angle = lag * std::atan2(0.8, 0.6);
      const ScaledMatrix& p = link.product;
      const auto shift = static_cast<int>(p.exponent - static_cast<std::int64_t>(lag) * power);
      EXPECT_NEAR(std::ldexp(p.mantissa(0, 0), shift), std::cos(angle), 1e-12);
      EXPECT_NEAR(std::ldexp(p.mantissa(1, 0), shift), std::sin(angle), 1e-12);
    }
    for (const double value : got->log10_singular_values)
      EXPECT_NEAR(value, 1000.0 * power * std::log10(2.0), 1e-9);
  }
}

TEST(Chain, TakesNormsThatAreKnown) {
  const auto factors = random_factors(3, 4, 0.8, 12);
  TriangularMap known(4, 7.0);
  known.at(3, 2) = 1.5;
  const auto got = chain(support::scaled(factors), 3, 1, kWhole3, MatrixNorm::spectral, &known);
  EXPECT_EQ(got->links[0].log10_norm, 1.5);
  EXPECT_EQ(got->links[0].log10_product, 1.5);
  EXPECT_EQ(got->links[1].log10_norm, 7.0);
}

TEST(Chain, BlocksOfAnLstmAreThoseOfTheWholeProduct) {
  support::Shape shape;
  shape.cell = model::CellKind::lstm;
  shape.n = 3;
  shape.steps = 6;
  const support::Case c =
      support::random_case({model::ActivationKind::tanh, 0.0},
                           {model::Readout::identity, model::Loss::mean_squared_error}, shape, 5);
  const model::Trace trace = model::forward(c.model, c.batch);
  const auto jacobians = step_jacobians(c.model, trace, 1);
  for (const StateBlock block : {StateBlock::hidden, StateBlock::cell, StateBlock::full}) {
    const MappedBlock mapped = mapped_block(c.model, MatrixNorm::spectral, block);
    const auto got = chain(jacobians, 6, 2, mapped, MatrixNorm::spectral);
    const JacobianNorms map = *jacobian_norms(c.model, trace, 1, MatrixNorm::spectral, {}, block);
    for (const ChainLink& link : got->links) {
      EXPECT_NEAR(link.log10_norm, map.log10_norm.at(link.step, link.step - 1), 1e-10);
      EXPECT_NEAR(link.log10_product, map.log10_norm.at(6, link.step - 1), 1e-10);
    }
    const Matrix whole = jacobian_product(c.model, trace, 1, 6, 2, block).value();
    const model::Vector values = support::singular_values(whole);
    ASSERT_EQ(static_cast<Index>(got->log10_singular_values.size()), values.size());
    for (Index i = 0; i < values.size(); ++i)
      EXPECT_NEAR(std::pow(10.0, got->log10_singular_values[static_cast<std::size_t>(i)]),
                  values(i), 1e-11 * values(0));
  }
}

TEST(Chain, ZerosAndWhatIsNotFiniteAreTold) {
  std::vector<Matrix> factors(4, Matrix::Identity(3, 3));
  factors[1].setZero();
  auto got = chain(support::scaled(factors), 4, 0, kWhole3, MatrixNorm::spectral);
  EXPECT_EQ(got->links[1].log10_product, 0.0);
  EXPECT_EQ(got->links[2].log10_product, -kInf);
  EXPECT_EQ(got->links[3].log10_product, -kInf);
  EXPECT_EQ(got->log10_singular_values, std::vector<double>(3, -kInf));
  factors[1](0, 2) = std::nan("");
  got = chain(support::scaled(factors), 4, 0, kWhole3, MatrixNorm::frobenius);
  EXPECT_EQ(got->links[1].log10_product, got->links[0].log10_product);
  EXPECT_TRUE(std::isnan(got->links[2].log10_product));
  EXPECT_TRUE(std::isnan(got->log10_singular_values[0]));
  EXPECT_TRUE(chain(support::scaled(factors), 2, 2, kWhole3, MatrixNorm::spectral)->links.empty());
}

TEST(ThinnedOut, KeepsTheLargestEntryOfEachBlockWithItsSign) {
  const Matrix x = model::Random(4).normal_matrix(10, 10, 1.0);
  const ScaledMatrix thin = thinned_out({x, 5}, 4);
  EXPECT_EQ(thin.exponent, 5);
  ASSERT_EQ(thin.mantissa.rows(), 4);
  // Blocks 0–1, 2–4, 5–6, 7–9.
  const auto part = x.block(2, 7, 3, 3);
  Index row = 0, col = 0;
  part.cwiseAbs().maxCoeff(&row, &col);
  EXPECT_EQ(thin.mantissa(1, 3), part(row, col));
  EXPECT_EQ(thinned_out({x, 5}, 10).mantissa, x);
}

}  // namespace
}  // namespace backflow::gradient
