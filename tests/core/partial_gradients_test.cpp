// The sums of a backward pass on its way: against the itemised contributions of W_hh, against plain
// loops for the others, and against the whole gradient.
#include "core/gradient/partial_gradients.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/gradient/contributions.h"
#include "core/model/norm.h"
#include "tests/support/cases.h"

namespace backflow::gradient {
namespace {

struct Computed {
  support::Case c;
  model::Trace trace;
  model::Parameters gradients;
  ErrorSignals signals;
};

Computed computed(const support::Shape& shape, const Truncation& truncation = {}) {
  Computed r;
  r.c = support::random_case({model::ActivationKind::tanh, 0.0},
                             {model::Readout::softmax, model::Loss::categorical_cross_entropy},
                             shape, 7);
  r.trace = model::forward(r.c.model, r.c.batch);
  r.gradients = model::zeros_like(r.c.model.parameters);
  r.signals = backward(r.c.model, r.c.batch, r.trace, r.gradients, truncation);
  return r;
}

void expect_near(double value, double expected, Index t) {
  EXPECT_NEAR(value, expected, 1e-12 * std::max(expected, 1e-12)) << "t = " << t;
}

class PartialGradients : public ::testing::TestWithParam<model::CellKind> {};

TEST_P(PartialGradients, AreTheSumsOfTheTermsOfLaterSteps) {
  const Computed r = computed({.n = 4,
                               .steps = 5,
                               .every_step = true,
                               .random_state = true,
                               .cell = GetParam(),
                               .different_lengths = true});
  const Index T = r.trace.steps(), B = r.trace.batch();
  const auto norms = partial_gradient_norms(r.c.model, r.c.batch, r.trace, r.signals);
  ASSERT_TRUE(norms);
  Matrix W_xh = Matrix::Zero(r.gradients.W_xh.rows(), r.gradients.W_xh.cols());
  Matrix W_hh = Matrix::Zero(r.gradients.W_hh.rows(), r.gradients.W_hh.cols());
  Matrix W_hy = Matrix::Zero(r.gradients.W_hy.rows(), r.gradients.W_hy.cols());
  for (Index k = T; k >= 1; --k) {
    // All that the losses from k on say about the use of W_hh at step k.
    for (Index t = k; t <= T; ++t)
      W_hh += contribution(r.c.model, r.c.batch, r.trace, r.signals, t, k).W_hh;
    for (Index b = 0; b < B; ++b) {
      for (Index i = 0; i < W_xh.rows(); ++i)
        for (Index j = 0; j < W_xh.cols(); ++j)
          W_xh(i, j) += r.signals.delta.step(k)(i, b) * r.c.batch.inputs.step(k)(j, b);
      for (Index i = 0; i < W_hy.rows(); ++i)
        for (Index j = 0; j < W_hy.cols(); ++j)
          W_hy(i, j) += r.signals.dz.step(k)(i, b) * r.trace.h.step(k)(j, b);
    }
    const auto index = static_cast<std::size_t>(k - 1);
    expect_near((*norms)[0][index], W_xh.norm(), k);
    expect_near((*norms)[1][index], W_hh.norm(), k);
    expect_near((*norms)[2][index], W_hy.norm(), k);
  }
  expect_near((*norms)[0][0], model::norm_of(r.gradients.W_xh), 1);
  expect_near((*norms)[1][0], model::norm_of(r.gradients.W_hh), 1);
  expect_near((*norms)[2][0], model::norm_of(r.gradients.W_hy), 1);
}

TEST_P(PartialGradients, EndAtTheTruncatedGradient) {
  for (const TruncationKind kind : {TruncationKind::horizon, TruncationKind::chunks}) {
    const Computed r = computed({.steps = 7, .every_step = true, .cell = GetParam()}, {kind, 3});
    const auto norms = partial_gradient_norms(r.c.model, r.c.batch, r.trace, r.signals);
    expect_near((*norms)[0][0], r.gradients.W_xh.norm(), 1);
    expect_near((*norms)[1][0], r.gradients.W_hh.norm(), 1);
    expect_near((*norms)[2][0], r.gradients.W_hy.norm(), 1);
  }
}

TEST_P(PartialGradients, HoldTheReadoutsOnlyTermFromTheStartWhenOneStepHasALoss) {
  const Computed r = computed({.steps = 6, .cell = GetParam()});
  const auto norms = partial_gradient_norms(r.c.model, r.c.batch, r.trace, r.signals);
  for (const double norm : (*norms)[2]) EXPECT_EQ(norm, (*norms)[2].back());
  EXPECT_GT((*norms)[2].back(), 0.0);
}

TEST(PartialGradientsAlone, CanBeCancelled) {
  const Computed r = computed({.steps = 6});
  int asked = 0;
  EXPECT_FALSE(partial_gradient_norms(r.c.model, r.c.batch, r.trace, r.signals,
                                      [&asked] { return ++asked == 3; }));
  EXPECT_EQ(asked, 3);
}

INSTANTIATE_TEST_SUITE_P(Cells, PartialGradients, ::testing::ValuesIn(support::all_cells()),
                         [](const auto& test) {
                           std::string name(model::name_of(test.param));
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace backflow::gradient
