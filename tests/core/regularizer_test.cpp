// L2 and Ω: values and gradients by other roads, and their place in an iteration.
#include "core/training/regularizer.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "core/gradient/backward.h"
#include "core/gradient/jacobian.h"
#include "core/training/trainer.h"
#include "tests/support/cases.h"
#include "tests/support/configured.h"

namespace backflow::training {
namespace {

using model::Index;
using model::Matrix;

// A network with its batch, forward and backward pass.
struct Pass {
  support::Case c;
  model::Trace trace;
  gradient::ErrorSignals signals;

  explicit Pass(const model::Activation& activation, std::uint64_t seed, Index steps = 6,
                model::CellKind cell = model::CellKind::rnn) {
    support::Shape shape;
    shape.cell = cell;
    shape.steps = steps;
    shape.every_step = shape.random_state = true;
    c = support::random_case(activation, support::all_output_stages().front(), shape, seed);
    trace = model::forward(c.model, c.batch);
    model::Parameters gradients = model::zeros_like(c.model.parameters);
    signals = gradient::backward(c.model, c.batch, trace, gradients);
  }

  double omega(double weight, Matrix& gradient) const {
    return add_omega(weight, c.model, trace, signals, gradient);
  }
};

// Ω word by word from the Jacobians, with other recurrent weights but the same e and trace.
double omega_by_jacobians(const Pass& pass, const Matrix& W_hh) {
  model::Model moved = pass.c.model;
  moved.parameters.W_hh = W_hh;
  double sum = 0.0;
  for (Index b = 0; b < pass.trace.batch(); ++b)
    for (Index t = 1; t <= pass.trace.steps(); ++t) {
      model::Vector e(pass.signals.e.rows() + pass.signals.e_c.rows());
      e << pass.signals.e.step(t).col(b), pass.signals.e_c.step(t).col(b);
      const Matrix J = gradient::step_jacobian(moved, pass.trace, b, t);
      sum += std::pow((J.transpose() * e).norm() / e.norm() - 1.0, 2);
    }
  return sum / static_cast<double>(pass.trace.batch());
}

class Omega : public ::testing::TestWithParam<std::tuple<model::CellKind, model::Activation>> {};

TEST_P(Omega, IsThePapersSumAndItsGradientThatOfCentralDifferences) {
  const Pass pass(std::get<1>(GetParam()), 11, 6, std::get<0>(GetParam()));
  const Matrix& W = pass.c.model.parameters.W_hh;
  Matrix gradient = Matrix::Constant(W.rows(), W.cols(), 0.5);  // it is added to what is there
  const double value = pass.omega(2.0, gradient);
  const double expected = omega_by_jacobians(pass, W);
  EXPECT_GT(expected, 0.01);
  EXPECT_NEAR(value, expected, 1e-13 * expected);
  Matrix differences(W.rows(), W.cols());
  const double step = 1e-5;
  for (Index i = 0; i < W.size(); ++i) {
    Matrix up = W, down = W;
    up.data()[i] += step;
    down.data()[i] -= step;
    differences.data()[i] =
        2.0 * (omega_by_jacobians(pass, up) - omega_by_jacobians(pass, down)) / (2.0 * step);
  }
  ASSERT_GT(differences.norm(), 0.01);
  gradient.array() -= 0.5;
  EXPECT_LT((gradient - differences).norm(), 1e-7 * differences.norm());
}
INSTANTIATE_TEST_SUITE_P(Every, Omega,
                         ::testing::Combine(::testing::ValuesIn(support::all_cells()),
                                            ::testing::ValuesIn(support::all_activations())),
                         [](const auto& test) { return "f" + std::to_string(test.index); });

TEST(OmegaRange, BlameOfAnySizeCountsTheSame) {
  Pass pass({}, 3);
  const Matrix& W = pass.c.model.parameters.W_hh;
  Matrix usual = Matrix::Zero(W.rows(), W.cols());
  const double value = pass.omega(1.0, usual);
  for (const int exponent : {-950, 1000}) {
    Pass scaled = pass;
    scaled.signals.e.data() *= std::ldexp(1.0, exponent);
    scaled.signals.delta.data() *= std::ldexp(1.0, exponent);
    Matrix gradient = Matrix::Zero(W.rows(), W.cols());
    EXPECT_NEAR(scaled.omega(1.0, gradient), value, 1e-13 * value);
    EXPECT_LT((gradient - usual).norm(), 1e-13 * usual.norm()) << exponent;
  }
}

TEST(OmegaRange, StepsWithoutUsableBlameAreLeftOut) {
  Pass pass({}, 5, 4);
  const Matrix& W = pass.c.model.parameters.W_hh;
  Matrix gradient = Matrix::Zero(W.rows(), W.cols());
  const double all = pass.omega(1.0, gradient);
  // What one step of one sequence adds, from its Jacobian.
  const auto share = [&](Index t, Index b) {
    const model::Vector e = pass.signals.e.step(t).col(b);
    const Matrix J = gradient::step_jacobian(pass.c.model, pass.trace, b, t);
    return std::pow((J.transpose() * e).norm() / e.norm() - 1.0, 2) /
           static_cast<double>(pass.trace.batch());
  };
  const double expected = all - share(2, 0) - share(4, 1) - share(3, 2);
  Pass holes = pass;
  const auto plant = [&](Index t, Index b, double value) {
    holes.signals.e.step(t).col(b).setConstant(value);
    holes.signals.delta.step(t).col(b).setConstant(value);
  };
  plant(2, 0, 0.0);
  plant(4, 1, std::numeric_limits<double>::quiet_NaN());
  plant(3, 2, std::numeric_limits<double>::infinity());
  Matrix rest = Matrix::Zero(W.rows(), W.cols());
  EXPECT_NEAR(holes.omega(1.0, rest), expected, 1e-13 * all);
  EXPECT_TRUE(rest.allFinite());
  EXPECT_GT(rest.norm(), 0.0);
}

TEST(OmegaRange, BlameThatDiesInOneStepCountsOneAndHasNoGradient) {
  Pass pass({}, 5, 1);
  pass.trace.a.data().setConstant(1e4);  // f = 1 and f′ = 0 everywhere, e not 0
  for (Index t = 1; t <= pass.trace.steps(); ++t) pass.trace.h.step(t).setOnes();
  const Matrix& W = pass.c.model.parameters.W_hh;
  Matrix gradient = Matrix::Zero(W.rows(), W.cols());
  EXPECT_EQ(pass.omega(1.0, gradient), 1.0);
  EXPECT_EQ(gradient.norm(), 0.0);
}

TEST(L2, IsHalfTheSquaresOfTheMatricesAndNotOfTheBiases) {
  model::Parameters p = model::initial_parameters({3, 4, 2}, model::CellKind::rnn, {});
  p.b_h.setConstant(5.0);
  p.b_y.setConstant(-7.0);
  model::Parameters g = model::zeros_like(p);
  g.W_xh.setConstant(1.0);
  double squares = 0.0;
  for (const Matrix* W : {&p.W_xh, &p.W_hh, &p.W_hy}) squares += W->squaredNorm();
  EXPECT_NEAR(add_l2(0.3, p, g), 0.15 * squares, 1e-14 * squares);
  EXPECT_LT((g.W_xh - 0.3 * p.W_xh - Matrix::Ones(4, 3)).norm(), 1e-15);
  EXPECT_EQ(g.W_hh, 0.3 * p.W_hh);
  EXPECT_EQ(g.W_hy, 0.3 * p.W_hy);
  EXPECT_EQ(g.b_h.norm() + g.b_y.norm(), 0.0);
}

// --- in an iteration ---------------------------------------------------------------------------

std::shared_ptr<const IterationRecord> first_record(const std::vector<std::string>& assignments) {
  return Trainer(config::make_setup(support::configured(assignments))).step();
}

TEST(Penalties, JoinTheUpdateAndLeaveLossAndItsGradientAlone) {
  const auto plain = first_record({"training.clip.mode=none"});
  const auto record =
      first_record({"training.clip.mode=none", "training.l2=0.25", "training.omega=0.5"});
  EXPECT_EQ(plain->penalty, 0.0);
  EXPECT_EQ(plain->omega, 0.0);
  EXPECT_EQ(record->trace.loss, plain->trace.loss);
  EXPECT_EQ(record->gradients.W_hh, plain->gradients.W_hh);

  model::Parameters expected = record->gradients;
  const model::Parameters& p = record->model.parameters;
  EXPECT_EQ(record->penalty, add_l2(0.25, p, expected));
  EXPECT_GT(record->penalty, 0.1);
  EXPECT_EQ(record->omega,
            add_omega(0.5, record->model, record->trace, record->signals, expected.W_hh));
  EXPECT_GT(record->omega, 0.01);
  EXPECT_EQ(record->clipped_gradients.W_hh, expected.W_hh);
  EXPECT_EQ(record->clip.norm_before, model::global_norm(expected));
  EXPECT_LT((p.W_hh - 0.3 * expected.W_hh - record->parameters_after->W_hh).norm(), 1e-15);
}

// Their purpose: L2 alone shrinks the weights, Ω keeps the blame from vanishing on the way back.
TEST(Penalties, DoWhatTheyAreFor) {
  const auto trained = [](const std::string& assignment) {
    const config::Config config =
        support::configured({"task.name=first-bit", "task.steps=20", "model.spectral_radius=0.5",
                             "training.learning_rate=0.02", assignment});
    Trainer trainer(config::make_setup(config));
    for (int i = 0; i < 300; ++i) trainer.step();
    return trainer.evaluate();
  };
  const auto plain = trained("training.omega=0"), shrunk = trained("training.l2=0.1"),
             kept = trained("training.omega=1");
  EXPECT_LT(shrunk->model.parameters.W_hh.norm(), 0.8 * plain->model.parameters.W_hh.norm());
  const auto reach = [](const IterationRecord& record) {
    return record.signals.e.step(1).norm() / record.signals.e.step(20).norm();
  };
  EXPECT_LT(reach(*plain), 1e-4);
  EXPECT_GT(reach(*kept), 1e-2);
}

}  // namespace
}  // namespace backflow::training
