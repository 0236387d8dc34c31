// Activations, read-outs and losses against closed forms in extended precision.
#include "core/model/output.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/activation.h"
#include "core/model/random.h"

namespace backflow::model {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Ld = long double;

Matrix one(double value) { return Matrix::Constant(1, 1, value); }

double f(ActivationKind kind, double a, double slope = 0.2) {
  Matrix h(1, 1);
  apply({kind, slope}, one(a), h);
  return h(0, 0);
}

double f_prime(ActivationKind kind, double a, double slope = 0.2) {
  Matrix out(1, 1);
  derivative({kind, slope}, one(a), out);
  return out(0, 0);
}

void expect_close(double got, Ld expected, double tolerance, double at) {
  // Below the smallest normal number there are no digits to keep.
  EXPECT_NEAR(got, static_cast<double>(expected),
              tolerance * std::abs(static_cast<double>(expected)) + 1e-307)
      << "at " << at;
}

TEST(Activation, TanhAndSigmoidKeepTheirPrecisionWhenSaturated) {
  for (double a = -300.0; a <= 300.0; a += 0.37) {
    const Ld x = a;
    const Ld c = std::cosh(x);
    expect_close(f(ActivationKind::tanh, a), std::tanh(x), 1e-14, a);
    // 1 − tanh² would be exactly 0 from |a| = 20 on.
    expect_close(f_prime(ActivationKind::tanh, a), 1.0L / (c * c), 1e-13, a);
    const Ld s = 1.0L / (1.0L + std::exp(-x));
    expect_close(f(ActivationKind::sigmoid, a), s, 1e-14, a);
    expect_close(f_prime(ActivationKind::sigmoid, a), s * s * std::exp(-x), 1e-13, a);
  }
  EXPECT_EQ(f(ActivationKind::tanh, 1000.0), 1.0);
  EXPECT_EQ(f(ActivationKind::sigmoid, -1000.0), 0.0);
}

TEST(Activation, SlopesAreExactUpToTheEndOfTheRange) {
  // sigmoid′ = e^−|a| is a normal number up to 708, tanh′ = 4 e^−2|a| up to 354.
  for (double a = -700.0; a <= 700.0; a += 3.7) {
    const Ld e = std::exp(-std::abs(Ld(a)));
    EXPECT_GT(f_prime(ActivationKind::sigmoid, a), 0.0);
    expect_close(f_prime(ActivationKind::sigmoid, a), e / ((1.0L + e) * (1.0L + e)), 1e-13, a);
    expect_close(f(ActivationKind::sigmoid, a), 1.0L / (1.0L + std::exp(-Ld(a))), 1e-13, a);
    expect_close(f(ActivationKind::tanh, a), std::tanh(Ld(a)), 1e-13, a);
    if (std::abs(a) < 350.0) {
      EXPECT_GT(f_prime(ActivationKind::tanh, a), 0.0);
    }
  }
}

TEST(Activation, TanhOfManyNumbersIsThatOfEach) {
  Random random(5);
  double worst = 0.0;
  for (const double scale : {1e-300, 1e-20, 1e-8, 1e-3, 0.1, 1.0, 3.0, 19.0, 50.0, 1e6}) {
    const Matrix a = random.uniform_matrix(1, 999, scale);
    Matrix h(1, 999);
    apply({ActivationKind::tanh, 0.0}, a, h);
    for (Index i = 0; i < a.size(); ++i) {
      const Ld expected = std::tanh(Ld(a(0, i)));
      ASSERT_FALSE(std::isnan(h(0, i))) << a(0, i);
      worst = std::max(worst, std::abs(static_cast<double>((Ld(h(0, i)) - expected) / expected)));
      EXPECT_EQ(std::signbit(h(0, i)), std::signbit(a(0, i)));
    }
  }
  EXPECT_LT(worst, 4.5e-16);
  // Blocks with a stride, and in place.
  Matrix wide = random.uniform_matrix(6, 4, 2.0);
  const Matrix expected = wide.block(1, 1, 3, 2).unaryExpr([](double x) { return std::tanh(x); });
  auto block = wide.block(1, 1, 3, 2);
  apply({ActivationKind::tanh, 0.0}, block, block);
  EXPECT_LT((wide.block(1, 1, 3, 2) - expected).norm(), 1e-15);
  EXPECT_EQ(f(ActivationKind::tanh, 0.0), 0.0);
  EXPECT_EQ(f(ActivationKind::tanh, std::numeric_limits<double>::infinity()), 1.0);
  EXPECT_EQ(f(ActivationKind::tanh, -std::numeric_limits<double>::infinity()), -1.0);
}

TEST(Activation, ReluAndItsLeak) {
  EXPECT_EQ(f(ActivationKind::relu, -2.0), 0.0);
  EXPECT_EQ(f(ActivationKind::relu, 3.0), 3.0);
  EXPECT_EQ(f(ActivationKind::leaky_relu, -2.0), -0.4);
  EXPECT_EQ(f(ActivationKind::identity, -2.0), -2.0);
  EXPECT_EQ(f_prime(ActivationKind::relu, -1e-300), 0.0);
  EXPECT_EQ(f_prime(ActivationKind::relu, 0.0), 0.0);
  EXPECT_EQ(f_prime(ActivationKind::relu, 1e-300), 1.0);
  EXPECT_EQ(f_prime(ActivationKind::leaky_relu, -1.0), 0.2);
  EXPECT_EQ(f_prime(ActivationKind::leaky_relu, 0.0), 0.2);
  EXPECT_EQ(f_prime(ActivationKind::identity, 5.0), 1.0);
}

TEST(Activation, NotANumberStaysNotANumber) {
  for (const auto& entry : EnumNames<ActivationKind>::kAll) {
    EXPECT_TRUE(std::isnan(f(entry.value, std::nan("")))) << entry.name;
  }
}

TEST(Activation, BoundsOfTheDerivative) {
  EXPECT_EQ(derivative_bound({ActivationKind::tanh, 0.0}), 1.0);
  EXPECT_EQ(derivative_bound({ActivationKind::sigmoid, 0.0}), 0.25);
  EXPECT_EQ(derivative_bound({ActivationKind::relu, 0.0}), 1.0);
  for (const auto& entry : EnumNames<ActivationKind>::kAll) {
    double largest = 0.0;
    for (double a = -5.0; a <= 5.0; a += 0.01)
      largest = std::max(largest, std::abs(f_prime(entry.value, a)));
    EXPECT_LE(largest, derivative_bound({entry.value, 0.2}) + 1e-15) << entry.name;
  }
}

struct Fused {
  double loss, gradient;
};

Fused binary(double z, double y) {
  Matrix y_hat(1, 1), dz(1, 1);
  apply(Readout::sigmoid, one(z), y_hat);
  item_loss_gradients(Readout::sigmoid, Loss::binary_cross_entropy, one(z), y_hat, one(y), dz);
  return {loss_value(Loss::binary_cross_entropy, one(z), y_hat, one(y)), dz(0, 0)};
}

TEST(Output, BinaryCrossEntropyIsStableFarOut) {
  for (double z = -1000.0; z <= 1000.0; z += 12.5)
    for (const double y : {0.0, 1.0, 0.3}) {
      const Fused got = binary(z, y);
      const Ld x = z;
      const Ld loss = std::max(x, 0.0L) - x * Ld(y) + std::log1p(std::exp(-std::abs(x)));
      expect_close(got.loss, loss, 1e-13, z);
      EXPECT_TRUE(std::isfinite(got.gradient));
      const Ld gradient = y == 1.0   ? -1.0L / (1.0L + std::exp(x))
                          : y == 0.0 ? 1.0L / (1.0L + std::exp(-x))
                                     : 1.0L / (1.0L + std::exp(-x)) - Ld(y);
      expect_close(got.gradient, gradient, 1e-13, z);
    }
}

TEST(Output, SoftmaxCrossEntropyIsStableFarOut) {
  Random random(3);
  for (const double scale : {1.0, 30.0, 1000.0}) {
    const Matrix z = random.uniform_matrix(4, 3, scale);
    Matrix y = Matrix::Zero(4, 3), y_hat(4, 3), dz(4, 3);
    y(1, 0) = y(3, 1) = y(0, 2) = 1.0;
    apply(Readout::softmax, z, y_hat);
    Ld expected = 0.0L;
    for (Index c = 0; c < 3; ++c) {
      EXPECT_NEAR(y_hat.col(c).sum(), 1.0, 1e-14);
      Ld top = -1e30L, sum = 0.0L;
      for (Index i = 0; i < 4; ++i) top = std::max(top, Ld(z(i, c)));
      for (Index i = 0; i < 4; ++i) sum += std::exp(Ld(z(i, c)) - top);
      for (Index i = 0; i < 4; ++i) expected += Ld(y(i, c)) * (top + std::log(sum) - Ld(z(i, c)));
    }
    expect_close(loss_value(Loss::categorical_cross_entropy, z, y_hat, y), expected / 3.0L, 1e-13,
                 scale);
    item_loss_gradients(Readout::softmax, Loss::categorical_cross_entropy, z, y_hat, y, dz);
    EXPECT_LT((dz - (y_hat - y)).norm(), 3e-15);
  }
}

TEST(Output, ALearnedClassStillHasItsLoss) {
  // log Σ e^z − z_1 would be exactly 0 from z_1 = 37 on; the truth is log(1 + e^−z_1).
  for (double z_1 = -700.0; z_1 <= 700.0; z_1 += 12.5)
    for (const double y_1 : {1.0, 0.0, 0.7, 1.0 - 1e-9}) {
      Matrix z(2, 1), y(2, 1), y_hat(2, 1);
      z << z_1, 0.0;
      y << y_1, 1.0 - y_1;
      apply(Readout::softmax, z, y_hat);
      const Ld tail = std::log1p(std::exp(-std::abs(Ld(z_1))));
      const Ld expected = std::max(Ld(z_1), 0.0L) * Ld(y(1, 0)) +
                          std::max(-Ld(z_1), 0.0L) * Ld(y_1) + (Ld(y_1) + Ld(y(1, 0))) * tail;
      EXPECT_GT(expected, 0.0L);
      expect_close(loss_value(Loss::categorical_cross_entropy, z, y_hat, y), expected, 1e-13, z_1);
    }
}

TEST(Output, SoftmaxCrossEntropyKeepsItsDigitsOnTheWayToALearnedClass) {
  Random random(11);
  for (double scale = 0.25; scale < 400.0; scale *= 1.5) {
    Matrix z = random.uniform_matrix(5, 6, scale), y = Matrix::Zero(5, 6), y_hat(5, 6);
    Eigen::RowVectorXd losses(6);
    for (Index c = 0; c < 6; ++c) {
      Index top = 0;
      z.col(c).maxCoeff(&top);
      y(c % 2 == 0 ? top : c % 5, c) = 1.0;  // every other one is right
    }
    apply(Readout::softmax, z, y_hat);
    item_losses(Loss::categorical_cross_entropy, z, y_hat, y, losses);
    for (Index c = 0; c < 6; ++c) {
      Index target = 0;
      y.col(c).maxCoeff(&target);
      // log(1 + Σ_{i≠j} e^{z_i − z_j}) for the class j of the target.
      Ld others = 0.0L;
      for (Index i = 0; i < 5; ++i)
        if (i != target) others += std::exp(Ld(z(i, c)) - Ld(z(target, c)));
      expect_close(losses[c], std::log1p(others), 1e-13, scale);
    }
  }
}

TEST(Output, WhatIsNotFiniteInALogitIsNotHiddenFromTheLoss) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const double planted : {std::nan(""), kInf})
    for (Index place = 0; place < 3; ++place)
      for (Index target = 0; target < 3; ++target) {
        Matrix z(3, 1), y = Matrix::Zero(3, 1), y_hat(3, 1);
        z << 1.0, -2.0, 0.5;
        z(place, 0) = planted;
        y(target, 0) = 1.0;
        apply(Readout::softmax, z, y_hat);
        EXPECT_FALSE(std::isfinite(loss_value(Loss::categorical_cross_entropy, z, y_hat, y)));
      }
}

TEST(Output, ALearnedClassStillHasItsGradient) {
  // ŷ_1 rounds to 1, but the gradient is −e^−50 and not 0.
  Matrix z(2, 1), y(2, 1), y_hat(2, 1), dz(2, 1);
  z << 50.0, 0.0;
  y << 1.0, 0.0;
  apply(Readout::softmax, z, y_hat);
  item_loss_gradients(Readout::softmax, Loss::categorical_cross_entropy, z, y_hat, y, dz);
  expect_close(dz(0, 0), -std::exp(-50.0L), 1e-14, 50.0);
  expect_close(dz(1, 0), std::exp(-50.0L), 1e-14, 50.0);
}

TEST(Output, IncompatiblePairsAreExplained) {
  EXPECT_THAT(incompatibility(Readout::relu, Loss::binary_cross_entropy), HasSubstr("sigmoid"));
  EXPECT_THAT(incompatibility(Readout::sigmoid, Loss::categorical_cross_entropy),
              HasSubstr("softmax"));
  for (const auto& readout : EnumNames<Readout>::kAll)
    EXPECT_THAT(incompatibility(readout.value, Loss::mean_squared_error), IsEmpty());
}

TEST(Names, GoBothWays) {
  for (const auto& entry : EnumNames<ActivationKind>::kAll) {
    EXPECT_EQ(parse_enum<ActivationKind>(entry.name), entry.value);
    EXPECT_EQ(name_of(entry.value), entry.name);
  }
  EXPECT_FALSE(parse_enum<Readout>("soft-max"));
}

}  // namespace
}  // namespace backflow::model
