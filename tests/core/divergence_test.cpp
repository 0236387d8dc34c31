// The search for the first number that is not finite: every place where one can be, and the order.
#include "core/training/divergence.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "core/model/random.h"
#include "tests/support/infinity.h"

namespace backflow::training {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using support::kInf;

std::shared_ptr<const IterationRecord> record_of(const std::string& cell) {
  config::Config config;
  for (const std::string& assignment :
       {"model.cell=" + cell, std::string("task.shape=many-to-many"),
        std::string("training.l2=0.01"), std::string("training.omega=0.01")})
    EXPECT_EQ(config::set_key(config, assignment), "");
  return Trainer(config::make_setup(config)).step();
}

struct Place {
  std::string said;
  std::function<void(IterationRecord&, double)> plant;
};

// All places in the order of computation; T = 3.
std::vector<Place> places(bool lstm) {
  using R = IterationRecord;
  std::vector<Place> all;
  const auto add = [&all](std::string said, auto plant) { all.push_back({said, plant}); };
  const auto not_finite_at = [](const char* what, int step) {
    return std::string(what) + " is not finite at step t = " + std::to_string(step);
  };
  const auto not_finite = [](const std::string& what) { return what + " is not finite"; };
  for (int t = 0; t <= 3; ++t) {
    if (t > 0) add(not_finite_at("a_t", t), [t](R& r, double x) { r.trace.a.step(t)(1, 2) = x; });
    if (lstm) add(not_finite_at("c_t", t), [t](R& r, double x) { r.trace.c.step(t)(1, 0) = x; });
    add(not_finite_at("h_t", t), [t](R& r, double x) { r.trace.h.step(t)(0, 1) = x; });
  }
  for (int t = 1; t <= 3; ++t) {
    add(not_finite_at("z_t", t), [t](R& r, double x) { r.trace.z.step(t)(0, 1) = x; });
    add(not_finite_at("L_t", t), [t](R& r, double x) { r.trace.loss_per_step[t - 1] = x; });
  }
  add(not_finite("L"), [](R& r, double x) { r.trace.loss = x; });
  for (int t = 3; t >= 0; --t) {
    add(not_finite_at("∂L/∂h_t", t), [t](R& r, double x) { r.signals.e.step(t)(2, 1) = x; });
    if (lstm)
      add(not_finite_at("∂L/∂c_t", t), [t](R& r, double x) { r.signals.e_c.step(t)(2, 1) = x; });
    if (t > 0)
      add(not_finite_at("∂L/∂a_t", t), [t](R& r, double x) { r.signals.delta.step(t)(0, 2) = x; });
  }
  for (std::size_t i = 0; i < model::kTensorNames.size(); ++i)
    add(not_finite("∂L/∂" + std::string(model::kTensorNames[i])),
        [i](R& r, double x) { model::tensors(r.gradients)[i](0, 0) = x; });
  add(not_finite("λ/2 ‖W‖²"), [](R& r, double x) { r.penalty = x; });
  add(not_finite("Ω"), [](R& r, double x) { r.omega = x; });
  add(not_finite("‖∂L/∂θ‖"), [](R& r, double x) { r.clip.norm_before = x; });
  for (std::size_t i = 0; i < model::kTensorNames.size(); ++i)
    add(not_finite(std::string(model::kTensorNames[i])),
        [i](R& r, double x) { model::tensors(*r.parameters_after)[i](0, 0) = x; });
  return all;
}

class EveryPlace : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryPlace, IsFoundAndTheFirstOfTwoIsNamed) {
  const auto base = record_of(GetParam());
  ASSERT_FALSE(find_divergence(*base));
  const std::vector<Place> all = places(std::string(GetParam()) == "lstm");
  const auto said = [](const IterationRecord& record) {
    const auto found = find_divergence(record);
    return found ? describe(*found) : std::string("nothing");
  };
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const double planted : {kNaN, kInf, -kInf}) {
      IterationRecord record = *base;
      all[i].plant(record, planted);
      EXPECT_EQ(said(record), all[i].said);
      for (std::size_t later = i + 1; later < all.size(); ++later) all[later].plant(record, kNaN);
      EXPECT_EQ(said(record), all[i].said) << "with all that follows";
    }
}
INSTANTIATE_TEST_SUITE_P(Cells, EveryPlace, ::testing::Values("rnn", "gru", "lstm"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Divergence, ThePartThatIsLookedAtTellsOfTheWhole) {
  // Networks whose numbers overflow on the way forward, on the way back, in sums or nowhere; some
  // of their sequences end early.
  model::Random random(4);
  const auto any = [&random](const auto& of) -> const auto& {
    return of[static_cast<std::size_t>(random.uniform() * static_cast<double>(of.size()))];
  };
  int finite = 0, forward = 0, backward = 0;
  for (int i = 0; i < 2000; ++i) {
    config::Config config;
    std::string settings;
    for (const std::string& assignment :
         {std::string("task.name=parity"), std::string("task.shape=many-to-many"),
          std::string("task.steps=9"), std::string("task.batch=3"),
          std::string("task.length_min=4"), std::string("model.hidden=5"),
          "model.cell=" + std::string(any(model::EnumNames<model::CellKind>::kAll).name),
          "model.activation=" +
              std::string(any(model::EnumNames<model::ActivationKind>::kAll).name),
          "training.truncation=" +
              std::string(any(model::EnumNames<gradient::TruncationKind>::kAll).name),
          std::string("training.truncation.steps=3")}) {
      ASSERT_EQ(config::set_key(config, assignment), "");
      settings += assignment + " ";
    }
    TrainerSetup setup = config::make_setup(config);
    for (auto& tensor : model::tensors(setup.model.parameters))
      if (random.uniform() < 0.5) tensor *= std::pow(10.0, 308.0 * random.uniform());
    const auto record = Trainer(setup).evaluate();
    const auto found = find_divergence(*record);
    ASSERT_EQ(may_have_diverged(*record), found.has_value())
        << settings << (found ? describe(*found) : "");
    ++(!found ? finite : found->tensor.starts_with("∂") ? backward : forward);
  }
  EXPECT_GT(finite, 100);
  EXPECT_GT(forward, 100);
  EXPECT_GT(backward, 20);
}

TEST(Divergence, BlameThatOverflowsWithAHorizonIsFoundWhereTheGradientIsFinite) {
  // a_t = −t/1000 and a slope of 0.1: each loss of a sequence of ones blames h_t and h_{t−1} for
  // −1e308 each, which add up to −∞ in ∂L/∂h_t, while δ_t is the sum of −1e307 and −1e307.
  config::Config config;
  for (const char* assignment :
       {"task.name=parity", "task.shape=many-to-many", "task.steps=3", "task.batch=1",
        "model.hidden=1", "model.activation=leaky-relu", "model.leaky_slope=0.1",
        "training.truncation=horizon", "training.truncation.steps=2"})
    ASSERT_EQ(config::set_key(config, assignment), "");
  TrainerSetup setup = config::make_setup(config);
  model::Parameters& p = setup.model.parameters;
  p.W_xh.setZero();
  p.W_hh.setConstant(10.0);
  p.b_h.setConstant(-1e-3);
  p.W_hy.setConstant(1e308);
  p.b_y.setZero();
  int found = 0;
  for (setup.task.seed = 1; setup.task.seed <= 20; ++setup.task.seed) {
    const auto record = Trainer(setup).evaluate();
    const bool adds_up = record->batch.targets.data().rightCols(2).sum() == 2.0 ||
                         record->batch.targets.data().leftCols(2).sum() == 2.0;
    ASSERT_EQ(record->divergence.has_value(), adds_up);
    if (!adds_up) continue;
    ++found;
    EXPECT_EQ(record->divergence->tensor, "∂L/∂h_t");
    for (const auto& tensor : model::tensors(record->gradients)) EXPECT_TRUE(tensor.allFinite());
  }
  EXPECT_GT(found, 2);
  EXPECT_LT(found, 20);
}

TEST(Divergence, ACellStateThatOverflowsIsNamedBeforeItsHiddenState) {
  // i = f = 1 and an identity candidate of 1e308: c_2 = 2e308 is the first that is not finite, and
  // with o = 0 h_2 = 0 · ∞ comes after it.
  config::Config config;
  for (const char* assignment : {"model.cell=lstm", "model.activation=identity"})
    ASSERT_EQ(config::set_key(config, assignment), "");
  TrainerSetup setup = config::make_setup(config);
  model::Parameters& p = setup.model.parameters;
  const model::Index n = p.hidden_size();
  p.W_xh.setZero();
  p.W_hh.setZero();
  p.b_h << model::Vector::Constant(2 * n, 800.0), model::Vector::Constant(n, 1e308),
      model::Vector::Constant(n, -800.0);
  const auto record = Trainer(setup).evaluate();
  ASSERT_TRUE(record->divergence);
  EXPECT_EQ(describe(*record->divergence), "c_t is not finite at step t = 2");
}

}  // namespace
}  // namespace backflow::training
