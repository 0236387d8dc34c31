// Backpropagation through time against two independent roads: forward-mode differentiation of a
// naive reference, to rounding, and central differences; for every activation, output and shape.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/gradient/backward.h"
#include "core/gradient/contributions.h"
#include "core/gradient/gradient_check.h"
#include "core/model/initialization.h"
#include "tests/support/cases.h"
#include "tests/support/near_entries.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/test_name.h"

namespace backflow::gradient {
namespace {

using support::Case;
using support::Dual;
using support::ReferenceRnn;

// The networks of one cell and activation: every output, every shape.
struct Family {
  model::CellKind cell;
  model::Activation activation;

  std::vector<Case> cases() const {
    std::vector<Case> cases;
    std::uint64_t seed = 1;
    for (const auto& output : support::all_output_stages())
      for (const bool every : {false, true})
        for (const bool uneven : {false, true}) {
          support::Shape shape;
          shape.cell = cell;
          shape.every_step = every;
          shape.random_state = shape.different_lengths = uneven;
          cases.push_back(support::random_case(activation, output, shape, seed++));
        }
    return cases;
  }
};

std::vector<Family> all_families() {
  std::vector<Family> families;
  for (const model::CellKind cell : support::all_cells())
    for (const auto& activation : support::all_activations())
      families.push_back({cell, activation});
  return families;
}

struct Computed {
  model::Trace trace;
  ErrorSignals signals;
  model::Parameters gradients;
};

Computed compute(const Case& c) {
  Computed out;
  out.trace = model::forward(c.model, c.batch);
  out.gradients = model::zeros_like(c.model.parameters);
  out.signals = backward(c.model, c.batch, out.trace, out.gradients);
  return out;
}

class EveryNetwork : public ::testing::TestWithParam<Family> {};

TEST_P(EveryNetwork, LossAndStatesAreThoseOfTheReference) {
  for (const Case& c : GetParam().cases()) {
    SCOPED_TRACE(c.name);
    const Computed got = compute(c);
    const ReferenceRnn<long double> reference(c.model, c.batch);
    const auto loss = static_cast<double>(reference.loss());
    EXPECT_NEAR(got.trace.loss, loss, 1e-13 * std::abs(loss));
    EXPECT_NEAR(got.trace.loss_per_step.sum(), got.trace.loss, 1e-14 * std::abs(got.trace.loss));
    for (Index s = 0; s < c.batch.size(); ++s) {
      const auto h = reference.hidden(s);
      for (Index t = 0; t <= c.batch.steps(); ++t)
        for (Index i = 0; i < 5; ++i) {
          const auto expected =
              static_cast<double>(h[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)]);
          EXPECT_NEAR(got.trace.h.step(t)(i, s), expected, 1e-12 * std::abs(expected) + 1e-15);
        }
    }
  }
}

TEST_P(EveryNetwork, EveryEntryOfTheGradientIsThatOfForwardDifferentiation) {
  for (const Case& c : GetParam().cases()) {
    SCOPED_TRACE(c.name);
    const Computed got = compute(c);
    support::expect_near_entries(got.gradients, support::forward_mode_gradient(c.model, c.batch));
  }
}

TEST_P(EveryNetwork, ErrorSignalsAreDerivativesByTheHiddenStates) {
  for (const Case& c : GetParam().cases()) {
    SCOPED_TRACE(c.name);
    const Computed got = compute(c);
    ReferenceRnn<Dual> reference(c.model, c.batch);
    reference.nudge = Dual(0.0, 1.0);
    for (Index t = 0; t <= c.batch.steps(); ++t)
      for (Index s = 0; s < c.batch.size(); ++s)
        for (Index i = 0; i < 5; ++i) {
          reference.nudge_step = t;
          reference.nudge_sequence = s;
          reference.nudge_unit = i;
          const auto expected = static_cast<double>(reference.loss().d);
          EXPECT_NEAR(got.signals.e.step(t)(i, s), expected,
                      1e-11 * std::abs(expected) + 1e-14 * got.signals.e.data().norm());
        }
  }
}

TEST_P(EveryNetwork, CentralDifferencesAgree) {
  for (const Case& c : GetParam().cases()) {
    SCOPED_TRACE(c.name);
    const GradientCheck check = check_gradient(c.model, c.batch, compute(c).gradients);
    EXPECT_TRUE(check.passed);
    ASSERT_EQ(check.tensors.size(), 5u);
    for (const TensorCheck& tensor : check.tensors) {
      // A network that learned its targets by chance leaves fewer digits to differences.
      EXPECT_LT(tensor.worst_error, tensor.inconclusive ? 1e-4 : 1e-6) << tensor.tensor;
    }
  }
}

TEST_P(EveryNetwork, ContributionsAddUpToTheGradient) {
  for (const Case& c : GetParam().cases()) {
    SCOPED_TRACE(c.name);
    const Computed got = compute(c);
    const auto all = contributions(c.model, c.batch, got.trace, got.signals);
    ASSERT_TRUE(all);
    model::Parameters sum = model::zeros_like(c.model.parameters);
    // In the order of RecurrentTensor.
    const auto tensors = [](const model::Parameters& p) {
      return std::array<Matrix, kRecurrentTensors>{p.W_hh, p.W_xh, p.b_h};
    };
    const auto expect_log10 = [](double got_log10, const Matrix& expected, double digits) {
      if (expected.norm() == 0.0)
        EXPECT_EQ(got_log10, -std::numeric_limits<double>::infinity());
      else
        EXPECT_NEAR(got_log10, std::log10(expected.norm()), digits);
    };
    for (Index t = 1; t <= c.batch.steps(); ++t) {
      model::Parameters of_step = model::zeros_like(c.model.parameters);
      double largest[kRecurrentTensors] = {};
      for (Index k = 1; k <= t; ++k) {
        const model::Parameters one = contribution(c.model, c.batch, got.trace, got.signals, t, k);
        of_step.W_hh += one.W_hh, of_step.W_xh += one.W_xh, of_step.b_h += one.b_h;
        const auto parts = tensors(one);
        for (std::size_t i = 0; i < kRecurrentTensors; ++i) {
          largest[i] = std::max(largest[i], parts[i].norm());
          expect_log10(all->tensors[i].log10_norm.at(t, k), parts[i], 1e-12);
        }
      }
      // The gradient of the loss step, whose terms may cancel.
      const auto parts = tensors(of_step);
      for (std::size_t i = 0; i < kRecurrentTensors; ++i)
        expect_log10(all->tensors[i].log10_gradient[static_cast<std::size_t>(t)], parts[i],
                     1e-12 * std::max(1.0, largest[i] / parts[i].norm()));
      sum.W_hh += of_step.W_hh, sum.W_xh += of_step.W_xh, sum.b_h += of_step.b_h;
    }
    const auto got_sum = tensors(sum), expected = tensors(got.gradients);
    for (std::size_t i = 0; i < kRecurrentTensors; ++i)
      EXPECT_LE((got_sum[i] - expected[i]).norm(), 1e-12 * expected[i].norm()) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryNetwork, ::testing::ValuesIn(all_families()),
                         [](const auto& test) {
                           return support::test_name(model::name_of(test.param.cell)) + "_" +
                                  support::test_name(model::name_of(test.param.activation.kind));
                         });

Case plain_case() {
  return support::random_case({model::ActivationKind::tanh, 0.01},
                              {model::Readout::identity, model::Loss::mean_squared_error}, {}, 9);
}

TEST(GradientCheck, FindsAPlantedWrongDerivative) {
  const Case c = plain_case();
  for (std::size_t tensor = 0; tensor < 5; ++tensor) {
    model::Parameters wrong = compute(c).gradients;
    auto planted = model::tensors(wrong)[tensor];
    const double size = planted.cwiseAbs().maxCoeff();
    const Index row = planted.rows() - 1, col = planted.cols() - 1;
    planted(row, col) += 1e-4 * size;
    const GradientCheck check = check_gradient(c.model, c.batch, wrong);
    EXPECT_FALSE(check.passed);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(check.tensors[i].worst_error > 1e-6, i == tensor);
    EXPECT_EQ(check.tensors[tensor].tensor, model::kTensorNames[tensor]);
    EXPECT_EQ(check.tensors[tensor].row, row);
    EXPECT_EQ(check.tensors[tensor].col, col);
    EXPECT_NEAR(check.tensors[tensor].worst_error, 1e-4, 2e-6);
  }
}

TEST(GradientCheck, FindsAMissingFactorAndNaN) {
  const Case c = plain_case();
  model::Parameters wrong = compute(c).gradients;
  wrong.W_hy *= 0.5;
  EXPECT_FALSE(check_gradient(c.model, c.batch, wrong).passed);
  wrong = compute(c).gradients;
  wrong.b_h[2] = std::nan("");
  EXPECT_FALSE(check_gradient(c.model, c.batch, wrong).passed);
}

TEST(GradientCheck, ChecksASmallTensorAgainstItsOwnSize) {
  // A read-out so weak that the gradients behind it are a thousandth of the read-out's own.
  Case c = plain_case();
  c.model.parameters.W_hy *= 1e-3;
  model::Parameters gradients = compute(c).gradients;
  EXPECT_TRUE(check_gradient(c.model, c.batch, gradients, {1e-5, 1e-5, {}, {}}).passed);
  gradients.W_hh *= 1.001;
  EXPECT_FALSE(check_gradient(c.model, c.batch, gradients, {1e-5, 1e-5, {}, {}}).passed);
}

TEST(GradientCheck, SaysWhenDifferencesCanNotTell) {
  Case c = plain_case();
  c.model.parameters.W_hy *= 1e-12;
  const GradientCheck check = check_gradient(c.model, c.batch, compute(c).gradients);
  EXPECT_TRUE(check.tensors[1].inconclusive);
  EXPECT_FALSE(check.tensors[4].inconclusive);
}

TEST(GradientCheck, WhatCanNotBeToldToTheToleranceIsStillHeldToTheNoise) {
  // Tensors of about 1e-5 beside a loss of about 1: differences have five digits of them, not six.
  Case c = plain_case();
  c.model.parameters.W_hy *= 1e-5;
  const model::Parameters right = compute(c).gradients;
  const GradientCheck check = check_gradient(c.model, c.batch, right);
  EXPECT_TRUE(check.passed);
  for (std::size_t i = 0; i < 3; ++i) {  // all but the read-out's own
    EXPECT_TRUE(check.tensors[i].inconclusive);
    EXPECT_LT(model::tensors(right)[i].cwiseAbs().maxCoeff(), 1e-4);
    for (const double factor : {2.0, -1.0, 0.0, std::nan("")}) {
      model::Parameters wrong = right;
      model::tensors(wrong)[i] *= factor;
      EXPECT_FALSE(check_gradient(c.model, c.batch, wrong).passed) << i << " " << factor;
    }
  }
}

// All inputs are 0, and so is every pre-activation: the difference is no derivative there but on
// the side where ReLU stays shut, which is the one that f′(0) = 0 stands for.
TEST(GradientCheck, TakesTheSideOfAKinkThatTheGradientMeans) {
  Case c = plain_case();
  c.model.activation.kind = model::ActivationKind::relu;
  c.batch.inputs.data().leftCols(c.batch.size()).setZero();  // x_1
  c.batch.initial_state.setZero();
  c.model.parameters.b_h.setZero();
  model::Parameters gradients = compute(c).gradients;
  const GradientCheck check = check_gradient(c.model, c.batch, gradients);
  EXPECT_TRUE(check.passed);
  EXPECT_GT(gradients.b_h.cwiseAbs().maxCoeff(), 1e-3);
  EXPECT_LT(check.tensors[2].at_kinks, check.tensors[2].entries);
  EXPECT_LT(check.tensors[2].worst_error, 1e-6);
  Index row = 0;
  gradients.b_h.cwiseAbs().maxCoeff(&row);
  gradients.b_h(row) *= 1.001;
  EXPECT_FALSE(check_gradient(c.model, c.batch, gradients).passed);
}

// A gradient that is right, of a loss that is rough at the scale of the step.
TEST(GradientCheck, DoesNotBlameAGradientForDifferencesWithoutALimit) {
  support::Shape shape;
  shape.every_step = true;
  shape.steps = 150;
  shape.n = 16;
  Case c =
      support::random_case({model::ActivationKind::tanh, 0.0},
                           {model::Readout::identity, model::Loss::mean_squared_error}, shape, 3);
  // Nothing that keeps the units saturated.
  c.batch.inputs.data() *= 0.1;
  c.model.parameters.b_h.setZero();
  c.model.parameters.W_hh =
      model::initial_recurrent_weights(model::RecurrentInit::gaussian, shape.n, 4.0, 1);
  const model::Parameters gradients = compute(c).gradients;
  const GradientCheck check = check_gradient(c.model, c.batch, gradients);
  ASSERT_GT(gradients.W_hh.cwiseAbs().maxCoeff(), 1e12);
  EXPECT_GT(check.tensors[1].without_limit, 0);
  EXPECT_TRUE(check.tensors[1].inconclusive);
  EXPECT_TRUE(check.passed);  // by W_hy and b_y
  model::Parameters wrong = gradients;
  wrong.W_hy *= 1.001;
  EXPECT_FALSE(check_gradient(c.model, c.batch, wrong).passed);
}

TEST(GradientCheck, WithoutAnythingToCompareIsNoPass) {
  const Case c = plain_case();
  GradientCheckOptions options;
  // Jumps within every step: the two ends of one are 746.36 apart, those of a tenth of it 74.636,
  // so that what is left of both says something else wherever they begin.
  options.penalty = [](const model::Model& m) {
    double sum = 0.0;
    for (const auto& tensor : model::tensors(m.parameters)) sum += tensor.sum();
    return std::fmod(std::abs(sum) * 3.7318e8, 1.0);
  };
  const GradientCheck check = check_gradient(c.model, c.batch, compute(c).gradients, options);
  for (const TensorCheck& tensor : check.tensors)
    EXPECT_TRUE(tensor.is_left_out()) << tensor.tensor;
  EXPECT_FALSE(check.passed);
}

TEST(GradientCheck, AddsThePenalty) {
  const Case c = plain_case();
  model::Parameters gradients = compute(c).gradients;
  gradients.W_hh += 0.5 * c.model.parameters.W_hh;
  EXPECT_FALSE(check_gradient(c.model, c.batch, gradients).passed);
  GradientCheckOptions options;
  options.penalty = [](const model::Model& m) { return 0.25 * m.parameters.W_hh.squaredNorm(); };
  EXPECT_TRUE(check_gradient(c.model, c.batch, gradients, options).passed);
}

TEST(Backward, AddsToWhatIsThere) {
  const Case c = plain_case();
  const Computed once = compute(c);
  model::Parameters twice = once.gradients;
  backward(c.model, c.batch, once.trace, twice);
  EXPECT_LT((twice.W_hh - 2.0 * once.gradients.W_hh).norm(), 1e-15);
}

TEST(Backward, WithoutAnyLossNothingIsBlamed) {
  Case c = plain_case();
  Computed kept = compute(c);
  ASSERT_GT(kept.signals.e.data().norm(), 0.0);
  const model::Matrix W_hh = kept.gradients.W_hh;
  c.batch.weights =
      model::StepMatrices(1, c.batch.size(), c.batch.targets.first(), c.batch.steps());
  c.batch.weights.data().setZero();
  // Into the signals of an earlier pass.
  backward(c.model, c.batch, kept.trace, {}, kept.signals, kept.gradients);
  for (const model::StepMatrices* signals :
       {&kept.signals.dz, &kept.signals.e, &kept.signals.delta})
    EXPECT_TRUE(signals->data().isZero(0.0));
  EXPECT_EQ(kept.gradients.W_hh, W_hh);
}

}  // namespace
}  // namespace backflow::gradient
