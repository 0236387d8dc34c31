// What is said at the ends of the range: saturated outputs, products beyond double, and
// states that are not numbers.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/gradient/blame.h"
#include "core/gradient/decay.h"
#include "core/gradient/gradient_check.h"
#include "core/gradient/jacobian.h"
#include "core/gradient/jacobian_norms.h"
#include "core/model/initialization.h"
#include "tests/support/cases.h"
#include "tests/support/infinity.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/singular_values.h"

namespace backflow {
namespace {

using gradient::MatrixNorm;
using model::Index;
using model::Matrix;
using Ld = long double;
using ::testing::HasSubstr;

using support::kInf;

// --- saturated outputs with the squared error ----------------------------------------------------

Matrix squared_error_gradient(model::Readout g, const Matrix& z, const Matrix& y) {
  Matrix y_hat(z.rows(), z.cols()), dz(z.rows(), z.cols());
  model::apply(g, z, y_hat);
  model::item_loss_gradients(g, model::Loss::mean_squared_error, z, y_hat, y, dz);
  return dz;
}

TEST(SquaredError, ASaturatedSigmoidStillHasItsGradient) {
  // 2 (ŷ − y) ŷ (1 − ŷ), whose last factor rounds to 0 from z = 37 on when it is taken from ŷ.
  for (double z = -600.0; z <= 600.0; z += 7.5) {
    const double y = z > 0.0 ? 0.0 : 1.0;  // the wrong answer, where ŷ − y does not vanish
    const Ld e = std::exp(-std::abs(Ld(z)));
    const Ld y_hat = 1.0L / (1.0L + std::exp(-Ld(z)));
    const auto expected =
        static_cast<double>(2.0L * (y_hat - Ld(y)) * e / ((1.0L + e) * (1.0L + e)));
    const double got = squared_error_gradient(model::Readout::sigmoid, Matrix::Constant(1, 1, z),
                                              Matrix::Constant(1, 1, y))(0, 0);
    EXPECT_NEAR(got, expected, 1e-13 * std::abs(expected)) << z;
  }
}

TEST(SquaredError, ASaturatedSoftmaxStillHasItsGradient) {
  for (const double top : {1.0, 30.0, 40.0, 300.0}) {
    Matrix z(3, 1), y(3, 1);
    z << top, 0.0, -1.0;
    y << 0.0, 1.0, 0.0;
    const Matrix got = squared_error_gradient(model::Readout::softmax, z, y);
    Ld p[3], sum = 0.0L;
    for (Index i = 0; i < 3; ++i) sum += std::exp(Ld(z(i, 0)) - Ld(top));
    for (Index i = 0; i < 3; ++i) p[i] = std::exp(Ld(z(i, 0)) - Ld(top)) / sum;
    for (Index j = 0; j < 3; ++j) {
      Ld expected = 0.0L;  // ŷ_j Σ_i ŷ_i (u_j − u_i), u = ∂L/∂ŷ
      for (Index i = 0; i < 3; ++i)
        expected += p[j] * p[i] * (p[j] - Ld(y(j, 0)) - p[i] + Ld(y(i, 0))) * 2.0L / 3.0L;
      const auto rounded = static_cast<double>(expected);
      EXPECT_NEAR(got(j, 0), rounded, 1e-13 * std::abs(rounded)) << top << " " << j;
    }
  }
}

// --- products
// --------------------------------------------------------------------------------------

support::Case autonomous(const Matrix& W_hh, model::ActivationKind kind, Index steps, double h_0,
                         double bias = 0.0) {
  support::Case c;
  const Index n = W_hh.rows();
  c.model.activation = {kind, 0.01};
  c.model.readout = model::Readout::identity;
  c.model.loss = model::Loss::mean_squared_error;
  c.model.parameters = {Matrix::Zero(n, 1), W_hh, model::Vector::Constant(n, bias),
                        Matrix::Ones(1, n), model::Vector::Zero(1)};
  c.batch.inputs = model::StepMatrices(1, 1, 1, steps);
  c.batch.targets = model::StepMatrices(1, 1, steps, steps);
  c.batch.initial_state = Matrix::Constant(n, 1, h_0);
  return c;
}

TEST(JacobianProduct, KeepsItsDigitsFarOutOfRange) {
  for (const double rho : {1e-5, 10.0}) {
    const Matrix Q = model::initial_recurrent_weights(model::RecurrentInit::orthogonal, 4, 1.0, 5);
    const support::Case c = autonomous(rho * Q, model::ActivationKind::identity, 1000, 0.0);
    const model::Trace trace = model::forward(c.model, c.batch);
    const gradient::ScaledMatrix product = gradient::jacobian_product(c.model, trace, 0, 1000, 0);
    EXPECT_NEAR(gradient::log10_scaled(gradient::spectral_norm(product.mantissa), product.exponent),
                1000.0 * std::log10(rho), 1e-11);
    // The matrix itself is ρ^1000 Q^1000: its direction, not its size alone.
    Matrix power = Q;
    for (int i = 1; i < 1000; ++i) power = Q * power;
    const Matrix direction = product.mantissa / gradient::spectral_norm(product.mantissa);
    EXPECT_LT((direction - power / gradient::spectral_norm(power)).norm(), 1e-11);
    // As plain doubles it is out of range, and says so without NaN.
    const Matrix value = product.value();
    EXPECT_FALSE(value.array().isNaN().any());
    EXPECT_EQ(value.cwiseAbs().maxCoeff(), rho < 1.0 ? 0.0 : kInf);
  }
}

TEST(JacobianProduct, RowsOfVeryDifferentSizeSurvive) {
  // Unit 1 feeds 2 feeds 1, one link strong and one weak: 300 decades between the entries of W.
  Matrix W = Matrix::Zero(2, 2);
  W(0, 1) = 1e-150;
  W(1, 0) = 1e150;
  const support::Case c = autonomous(W, model::ActivationKind::identity, 9, 0.0);
  const auto map =
      gradient::jacobian_norms(c.model, model::forward(c.model, c.batch), 0, MatrixNorm::spectral)
          ->log10_norm;
  for (Index t = 0; t <= 9; ++t)
    for (Index k = 0; k <= t; ++k)
      EXPECT_NEAR(map.at(t, k), (t - k) % 2 == 0 ? 0.0 : 150.0, 1e-10) << t << " " << k;
}

// --- a state whose h and c are of very different size
// ---------------------------------------------

// An LSTM whose gates are saturated by about `by`, so that ∂/∂h is of e^−by beside ∂/∂c of 1: in
// the range of double for 400, its square not. Loss at the end.
support::Case saturated_lstm(double by, Index steps) {
  support::Shape shape;
  shape.cell = model::CellKind::lstm;
  shape.n = 6;
  shape.steps = steps;
  support::Case c =
      support::random_case({model::ActivationKind::tanh, 0.0},
                           {model::Readout::identity, model::Loss::mean_squared_error}, shape, 12);
  for (const Index gate : {0, 1, 3}) c.model.parameters.b_h.segment(gate * 6, 6).array() += by;
  c.model.parameters.b_h.segment(12, 6).array() += by / 2.0;  // tanh′ = 4 e^−2a
  return c;
}

TEST(Saturated, TheBlameOfHBesideAMuchLargerOneOfCIsNotZero) {
  for (const double by : {300.0, 400.0, 600.0}) {
    const support::Case c = saturated_lstm(by, 6);
    const model::Trace trace = model::forward(c.model, c.batch);
    model::Parameters gradients = model::zeros_like(c.model.parameters);
    const auto signals = gradient::backward(c.model, c.batch, trace, gradients);
    const auto logs = gradient::log10_blame(c.model, trace, signals, 1);
    support::ReferenceRnn<support::Dual> reference(c.model, c.batch);
    reference.nudge = support::Dual(0.0L, 1.0L);
    reference.nudge_sequence = 1;
    for (Index t = 0; t <= 6; ++t) {
      Ld square = 0.0L;
      for (Index i = 0; i < 6; ++i) {
        reference.nudge_step = t;
        reference.nudge_unit = i;
        const Ld own = 3.0L * reference.loss().d;
        square += own * own;
      }
      EXPECT_NEAR(logs[static_cast<std::size_t>(t)], static_cast<double>(0.5L * std::log10(square)),
                  1e-10)
          << by << " " << t;
    }
  }
}

TEST(Saturated, TheMapsOfBlocksOfVeryDifferentSizeAreNotZero) {
  using gradient::StateBlock;
  using Long = support::LongMatrix;
  constexpr Index kSteps = 14, kN = 6;
  for (const double by : {300.0, 400.0, 600.0}) {
    const support::Case c = saturated_lstm(by, kSteps);
    const model::Trace trace = model::forward(c.model, c.batch);
    support::ReferenceRnn<support::Dual> reference(c.model, c.batch);
    reference.nudge = support::Dual(0.0L, 1.0L);
    for (Index k = 0; k < kSteps; ++k) {
      std::vector<Long> products(kSteps + 1, Long(2 * kN, 2 * kN));  // ∂state_t/∂state_k
      for (Index j = 0; j < 2 * kN; ++j) {
        reference.nudge_step = k;
        reference.nudge_unit = j;
        const auto states = reference.states(0);
        for (std::size_t t = 0; t < products.size(); ++t)
          for (Index i = 0; i < 2 * kN; ++i)
            products[t](i, j) = states[t][static_cast<std::size_t>(i)].d;
      }
      for (const MatrixNorm norm : {MatrixNorm::spectral, MatrixNorm::frobenius})
        for (const StateBlock block : {StateBlock::hidden, StateBlock::cell, StateBlock::full}) {
          const auto map = gradient::jacobian_norms(c.model, trace, 0, norm, {}, block);
          const auto [first, count] = gradient::block_range(block, kN, 2);
          for (Index t = k + 1; t <= kSteps; ++t) {
            const Long part =
                products[static_cast<std::size_t>(t)].block(first, first, count, count);
            const Ld size =
                norm == MatrixNorm::frobenius ? part.norm() : support::singular_values(part)[0];
            ASSERT_NEAR(map->log10_norm.at(t, k), static_cast<double>(std::log10(size)), 1e-9)
                << by << " " << t << " " << k << " " << model::name_of(block);
          }
        }
    }
  }
}

// --- not a number
// ----------------------------------------------------------------------------------

TEST(NotFinite, SlopesOfReluAreNotZeroWhereTheStateIsNotANumber) {
  // The identity's slope is 1 whatever the state.
  for (const auto kind : {model::ActivationKind::tanh, model::ActivationKind::sigmoid,
                          model::ActivationKind::relu, model::ActivationKind::leaky_relu}) {
    Matrix slope(1, 1);
    model::derivative({kind, 0.01}, Matrix::Constant(1, 1, std::nan("")), slope);
    EXPECT_TRUE(std::isnan(slope(0, 0))) << model::name_of(kind);
  }
}

TEST(NotFinite, AnExplodedReluNetworkIsNotCalledZero) {
  // Both units overflow at step 2; unit 2 takes one of them from the other and is ∞ − ∞.
  Matrix W(2, 2);
  W << 1e200, 1e200, 1e200, -0.3e200;
  const support::Case c = autonomous(W, model::ActivationKind::relu, 6, 1.0);
  const model::Trace trace = model::forward(c.model, c.batch);
  ASSERT_TRUE(std::isnan(trace.h.step(6)(1, 0)));
  const auto norms = *gradient::jacobian_norms(c.model, trace, 0, MatrixNorm::spectral);
  EXPECT_TRUE(gradient::log_range(norms.log10_norm).non_finite);
  EXPECT_THAT(gradient::verdict(gradient::gradient_decay(norms)), HasSubstr("not finite"));
}

TEST(GradientCheck, NaNFailsEvenInATensorTooSmallToCheck) {
  support::Case c =
      support::random_case({model::ActivationKind::tanh, 0.01},
                           {model::Readout::identity, model::Loss::mean_squared_error}, {}, 9);
  c.model.parameters.W_hy *= 1e-12;
  const model::Trace trace = model::forward(c.model, c.batch);
  model::Parameters right = model::zeros_like(c.model.parameters);
  gradient::backward(c.model, c.batch, trace, right);
  ASSERT_TRUE(gradient::check_gradient(c.model, c.batch, right).passed);
  for (const double planted : {std::nan(""), kInf})
    for (Index i = 0; i < 5; ++i) {
      model::Parameters wrong = right;
      wrong.b_h[i] = planted;
      EXPECT_FALSE(gradient::check_gradient(c.model, c.batch, wrong).passed) << planted << " " << i;
    }
}

// --- the verdict
// -----------------------------------------------------------------------------------

TEST(Verdict, SaysFromWhichDistanceOnTheGradientIsZero) {
  // Each unit feeds the next one only: after four steps nothing is left.
  Matrix shift = Matrix::Zero(4, 4);
  for (Index i = 1; i < 4; ++i) shift(i, i - 1) = 0.5;
  const support::Case c = autonomous(shift, model::ActivationKind::identity, 9, 0.0);
  const auto decay = gradient::gradient_decay(*gradient::jacobian_norms(
      c.model, model::forward(c.model, c.batch), 0, MatrixNorm::spectral));
  ASSERT_TRUE(decay.zero_from_lag);
  EXPECT_EQ(*decay.zero_from_lag, 4);
  EXPECT_NEAR(decay.log10_factor, std::log10(0.5), 1e-13);
  EXPECT_EQ(gradient::verdict(decay),
            "gradient falls ×0.50 per step: half gone after 1 step, exactly zero from 4 steps on");
}

TEST(Verdict, IsEmptyWithoutALine) {
  gradient::GradientDecay decay;
  decay.log10_factor = std::nan("");
  EXPECT_EQ(gradient::verdict(decay), "");
}

TEST(Verdict, NumbersOfEverySizeAreReadable) {
  const auto said = [](double factor) {
    gradient::GradientDecay decay;
    decay.log10_factor = std::log10(factor);
    return gradient::verdict(decay);
  };
  EXPECT_THAT(said(0.25), HasSubstr("×0.25 per step: more than half gone after 1 step"));
  EXPECT_THAT(said(0.002), HasSubstr("×0.002 per step"));
  EXPECT_THAT(said(1e-7), HasSubstr("×1.0e-07 per step"));
  EXPECT_THAT(said(37.5), HasSubstr("×37.5 per step: more than doubled after 1 step"));
  EXPECT_THAT(said(250.0), HasSubstr("×250 per step"));
  EXPECT_THAT(said(1e9), HasSubstr("×1.0e+09 per step"));
  EXPECT_THAT(said(0.98), HasSubstr("half gone after 34 steps"));
  EXPECT_THAT(said(0.8), HasSubstr("half gone after 3.1 steps"));
}

}  // namespace
}  // namespace backflow
