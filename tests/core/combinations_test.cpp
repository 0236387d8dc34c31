// Every cell × activation × output stage × shape × truncation, one small network each: the gradient
// by forward-mode differentiation of a naive reference, by central differences, and item by item.
// With a truncation the reference is the loss in which the states before its reach are constants.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "core/gradient/contributions.h"
#include "core/gradient/gradient_check.h"
#include "tests/support/cases.h"
#include "tests/support/near_entries.h"
#include "tests/support/reference_rnn.h"
#include "tests/support/test_name.h"

namespace backflow::gradient {
namespace {

using support::Case;
using support::Dual;
using support::expect_near_entries;
using support::ReferenceRnn;

void expect_central_differences(const Case& c, const model::Parameters& gradients,
                                const Truncation& truncation) {
  const GradientCheck check = check_gradient(c.model, c.batch, gradients, {}, truncation);
  EXPECT_TRUE(check.passed);
  for (const TensorCheck& tensor : check.tensors)
    EXPECT_LE(tensor.worst_error, tensor.inconclusive ? 1e-4 : 1e-6) << tensor.tensor;
}

// ∂L/∂W_hh is the sum of the items that the truncation lets through: τ counts the loss's own step.
void expect_items_add_up(const Case& c, const model::Trace& trace, const Truncation& truncation,
                         const model::Parameters& gradients) {
  model::Parameters unused = model::zeros_like(gradients);
  const ErrorSignals signals = backward(c.model, c.batch, trace, unused);
  Matrix sum = Matrix::Zero(gradients.W_hh.rows(), gradients.W_hh.cols());
  for (Index t = 1; t <= trace.steps(); ++t)
    for (Index k = 1; k <= t; ++k) {
      const bool through = truncation.kind == TruncationKind::none ||
                           (truncation.kind == TruncationKind::horizon
                                ? t - k < truncation.steps
                                : (t - 1) / truncation.steps == (k - 1) / truncation.steps);
      EXPECT_EQ(truncation.cuts(t, k), !through);
      if (through) sum += contribution(c.model, c.batch, trace, signals, t, k).W_hh;
    }
  EXPECT_LE((sum - gradients.W_hh).norm(), 1e-12 * sum.norm());
}

void expect_signals(const Case& c, const ErrorSignals& signals, const Truncation& truncation) {
  ReferenceRnn<Dual> reference(c.model, c.batch);
  reference.truncation = truncation;
  reference.nudge = Dual(0.0L, 1.0L);
  const Index n = c.model.parameters.hidden_size(), rows = c.batch.initial_state.rows();
  const double size = signals.e.data().cwiseAbs().maxCoeff();
  for (Index t = 0; t <= c.batch.steps(); ++t)
    for (Index s = 0; s < c.batch.size(); ++s)
      for (Index i = 0; i < rows; ++i) {
        reference.nudge_step = t;
        reference.nudge_sequence = s;
        reference.nudge_unit = i;
        const auto expected = static_cast<double>(reference.loss().d);
        const double got = i < n ? signals.e.step(t)(i, s) : signals.e_c.step(t)(i - n, s);
        EXPECT_NEAR(got, expected, 1e-11 * std::abs(expected) + 1e-13 * size)
            << "e " << t << " " << s << " " << i;
      }
}

void expect_right(const Case& c, const Truncation& truncation) {
  SCOPED_TRACE(c.name + " " + std::string(model::name_of(truncation.kind)));
  const model::Trace trace = model::forward(c.model, c.batch);
  model::Parameters gradients = model::zeros_like(c.model.parameters);
  const ErrorSignals signals = backward(c.model, c.batch, trace, gradients, truncation);
  ReferenceRnn<long double> reference(c.model, c.batch);
  EXPECT_NEAR(trace.loss, static_cast<double>(reference.loss()), 1e-13 * trace.loss);
  expect_near_entries(gradients, support::forward_mode_gradient(c.model, c.batch, truncation));
  expect_central_differences(c, gradients, truncation);
  expect_items_add_up(c, trace, truncation, gradients);
  if (truncation.kind != TruncationKind::none) expect_signals(c, signals, truncation);
}

struct Family {
  model::CellKind cell;
  model::Activation activation;

  support::Shape shape() const {
    support::Shape small;
    small.cell = cell;
    small.n = 3;
    small.d = 2;
    small.batch = 2;
    return small;
  }
};

class EveryCombination : public ::testing::TestWithParam<Family> {};

TEST_P(EveryCombination, OfOutputStageAndTruncation) {
  std::uint64_t seed = 100;
  for (const auto& output : support::all_output_stages())
    for (const Index first_target : {1, 3, 5})  // of five steps
      for (const bool uneven : {false, true}) {
        support::Shape shape = GetParam().shape();
        shape.steps = 5;
        shape.every_step = first_target < 5;
        shape.first_target = first_target;
        shape.random_state = shape.different_lengths = uneven;
        const Case c = support::random_case(GetParam().activation, output, shape, seed++);
        expect_right(c, {TruncationKind::horizon, 3});
        expect_right(c, {TruncationKind::chunks, 2});
      }
}

TEST_P(EveryCombination, OfOutputStageAndShape) {
  std::vector<support::Shape> shapes(6, GetParam().shape());
  shapes[0].steps = 1;  // one to one
  shapes[0].random_state = true;
  shapes[1].one_input = shapes[1].every_step = true;  // one to many
  shapes[1].steps = 4;
  shapes[2].steps = 4;                                   // many to one
  shapes[3].every_step = shapes[3].random_state = true;  // many to many, from step 3 on
  shapes[3].first_target = 3;
  shapes[4].every_step = shapes[4].soft_targets = true;
  shapes[4].steps = 4;
  shapes[4].m = 3;
  shapes[5].n = shapes[5].d = shapes[5].m = shapes[5].batch = shapes[5].steps = 1;
  shapes[5].random_state = true;
  std::uint64_t seed = 300;
  for (const auto& output : support::all_output_stages())
    for (const support::Shape& shape : shapes) {
      const Case c = support::random_case(GetParam().activation, output, shape, seed++);
      expect_right(c, {});
      // The others are truncated above.
      if (shape.steps > 1 && !shape.one_input) continue;
      expect_right(c, {TruncationKind::horizon, 2});
      expect_right(c, {TruncationKind::chunks, 3});
    }
  if (GetParam().activation.kind != model::ActivationKind::leaky_relu) return;
  for (const double slope : {0.01, 0.9, 1.0})
    expect_right(support::random_case({model::ActivationKind::leaky_relu, slope},
                                      support::all_output_stages().front(), shapes[3], seed++),
                 {});
}

std::vector<Family> all_families() {
  std::vector<Family> families;
  for (const model::CellKind cell : support::all_cells())
    for (const auto& activation : support::all_activations())
      families.push_back({cell, activation});
  return families;
}
INSTANTIATE_TEST_SUITE_P(All, EveryCombination, ::testing::ValuesIn(all_families()),
                         [](const auto& test) {
                           return support::test_name(
                               std::string(model::name_of(test.param.cell)) + "_" +
                               std::string(model::name_of(test.param.activation.kind)));
                         });

}  // namespace
}  // namespace backflow::gradient
