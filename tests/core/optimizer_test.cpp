// Optimisers and schedules against torch.optim, recorded in tests/golden, and their life in a
// trainer.
#include "core/training/optimizer.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "core/training/divergence.h"
#include "core/training/schedule.h"
#include "core/training/trainer.h"
#include "tests/support/bits.h"
#include "tests/support/configured.h"
#include "tests/support/golden.h"

namespace backflow::training {
namespace {

using model::Index;
using model::Matrix;
using model::Parameters;
using support::configured;
using support::Fixture;
using support::same_bits;

constexpr const char* kOptimizers[] = {"sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"};

// Every optimiser beside everything else that acts on an update.
config::Config with_everything(const std::string& optimizer) {
  return configured({"task.name=first-bit", "task.steps=12", "training.learning_rate=0.02",
                     "training.optimizer=" + optimizer, "training.weight_decay=0.01",
                     "training.schedule=cosine", "training.schedule.period=40", "training.warmup=5",
                     "training.omega=0.1", "training.l2=0.001"});
}

// --- against PyTorch ---------------------------------------------------------------------------

OptimizerOptions options_of(OptimizerKind kind, const Fixture& fixture, Index row) {
  const Matrix& o = fixture.at("options");
  return {kind, o(row, 1), o(row, 2), o(row, 3), o(row, 4), o(row, 5), o(row, 6)};
}

Parameters parameters_of(const Fixture& f, const std::string& suffix) {
  return {f.at("W_xh" + suffix), f.at("W_hh" + suffix), f.at("b_h" + suffix), f.at("W_hy" + suffix),
          f.at("b_y" + suffix)};
}

// p³ − c + Σp/10, the gradient of generate_torch_optim.py.
Parameters quartic_gradient(const Parameters& p, const Parameters& c) {
  double total = 0.0;
  for (const auto& tensor : model::tensors(p)) total += tensor.sum();
  Parameters gradient = c;
  const auto values = model::tensors(p), targets = model::tensors(c);
  const auto sums = model::tensors(gradient);
  for (std::size_t i = 0; i < values.size(); ++i) {
    model::TensorView g = sums[i];
    g.array() = values[i].array().cube() - targets[i].array() + total / 10.0;
  }
  return gradient;
}

void expect_same_run(OptimizerKind kind, const Fixture& fixture) {
  const Parameters target = parameters_of(fixture, ".target");
  Parameters p = parameters_of(fixture, ".start");
  OptimizerState state;
  for (int step = 1; step <= 50; ++step) {
    const Index row = step <= 25 ? 0 : 1;
    update(options_of(kind, fixture, row), fixture.at("options")(row, 0),
           quartic_gradient(p, target), p, state);
    if (step != 1 && step % 10 != 0) continue;
    const Parameters expected = parameters_of(fixture, "." + std::to_string(step));
    const auto got = model::tensors(p);
    const auto want = model::tensors(expected);
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_LE((got[i] - want[i]).norm(), 1e-12 * want[i].norm())
          << model::kTensorNames[i] << " after update " << step;
  }
  EXPECT_EQ(state.updates, 50u);
}

TEST(TorchOptim, FiftyUpdatesOfEveryOptimizerAgree) {
  const auto cases = support::read_golden("torch_optim.txt");
  for (const std::string name : kOptimizers)
    for (const char* variant : {"-plain", "-decay", "-changed"}) {
      SCOPED_TRACE(name + variant);
      ASSERT_TRUE(cases.contains(name + variant));
      expect_same_run(*model::parse_enum<OptimizerKind>(name), cases.at(name + variant));
    }
}

TEST(TorchOptim, SchedulesAgree) {
  const auto cases = support::read_golden("torch_optim.txt");
  for (const auto& entry : model::EnumNames<ScheduleKind>::kAll)
    for (const char* warmup : {"-0", "-5"}) {
      const std::string name = "schedule-" + std::string(entry.name) + warmup;
      SCOPED_TRACE(name);
      ASSERT_TRUE(cases.contains(name));
      const Matrix& o = cases.at(name).at("options");
      ScheduleOptions options;
      options.kind = entry.value;
      options.warmup = static_cast<std::uint64_t>(o(0, 1));
      options.step_size = static_cast<std::uint64_t>(o(0, 2));
      options.step_gamma = o(0, 3);
      options.gamma = o(0, 4);
      options.period = static_cast<std::uint64_t>(o(0, 5));
      options.final_rate = o(0, 6);
      const Matrix& rates = cases.at(name).at("rates");
      ASSERT_GE(rates.cols(), 60);
      for (Index i = 0; i < rates.cols(); ++i)
        EXPECT_NEAR(scheduled_rate(o(0, 0), options, static_cast<std::uint64_t>(i)), rates(0, i),
                    1e-12 * rates(0, i))
            << "iteration " << i;
    }
}

TEST(Schedule, CosineStaysAtItsFinalRate) {
  ScheduleOptions options;
  options.kind = ScheduleKind::cosine;
  options.period = 10;
  options.final_rate = 0.125;
  options.warmup = 3;
  for (const std::uint64_t i : {13u, 14u, 20u, 1'000'000u})
    EXPECT_EQ(scheduled_rate(1.0, options, i), 0.125);
  EXPECT_NEAR(scheduled_rate(1.0, options, 8), (1.0 + 0.125) / 2.0, 1e-15);
  EXPECT_EQ(scheduled_rate(1.0, options, 3), 1.0);
}

// --- memory ------------------------------------------------------------------------------------

TEST(Optimizer, AnotherKindStartsAtZeroAndChangedOptionsDoNot) {
  const Parameters target = model::initial_parameters({2, 3, 2}, model::CellKind::rnn, {});
  for (const std::string from : kOptimizers)
    for (const std::string to : kOptimizers) {
      Parameters p = model::zeros_like(target), fresh_p;
      OptimizerState state, fresh;
      OptimizerOptions options;
      options.kind = *model::parse_enum<OptimizerKind>(from);
      for (int i = 0; i < 3; ++i) update(options, 0.1, quartic_gradient(p, target), p, state);
      fresh_p = p;
      options.kind = *model::parse_enum<OptimizerKind>(to);
      update(options, 0.1, quartic_gradient(p, target), p, state);
      update(options, 0.1, quartic_gradient(fresh_p, target), fresh_p, fresh);
      EXPECT_EQ(state.updates, from == to ? 4u : 1u);
      // SGD has nothing to remember.
      EXPECT_EQ(bool(same_bits(p, fresh_p)), from != to || to == "sgd") << from << " to " << to;
    }
}

TEST(Optimizer, KeepsItsMemoryInPlace) {
  const Parameters target = model::initial_parameters({2, 3, 2}, model::CellKind::rnn, {});
  Parameters p = target;
  OptimizerState state;
  OptimizerOptions options;
  options.kind = OptimizerKind::adam;
  update(options, 0.1, target, p, state);
  const double* places[] = {p.W_hh.data(), state.first.W_hh.data(), state.second.b_y.data()};
  update(options, 0.1, target, p, state);
  EXPECT_EQ(p.W_hh.data(), places[0]);
  EXPECT_EQ(state.first.W_hh.data(), places[1]);
  EXPECT_EQ(state.second.b_y.data(), places[2]);
}

TEST(Optimizer, FrozenRecurrentWeightsKeepEveryBitAndTheOthersMoveAsEver) {
  const Parameters target = model::initial_parameters({2, 3, 2}, model::CellKind::rnn, {});
  for (const std::string name : kOptimizers) {
    SCOPED_TRACE(name);
    OptimizerOptions options;
    options.kind = *model::parse_enum<OptimizerKind>(name);
    options.weight_decay = 0.05;
    model::WeightInit start;
    start.seed = 9;
    Parameters p = model::initial_parameters({2, 3, 2}, model::CellKind::rnn, start);
    OptimizerState state;
    // With a memory that pushes on, and a gradient that is not 0.
    for (int i = 0; i < 5; ++i) update(options, 0.1, target, p, state);
    Parameters frozen_p = p;
    OptimizerState frozen = state;
    const OptimizerState memory = state;
    options.freeze_recurrent = Freeze::on;
    for (int i = 0; i < 5; ++i) update(options, 0.1, target, frozen_p, frozen);
    EXPECT_EQ(frozen_p.W_hh, p.W_hh);
    EXPECT_EQ(frozen.first.W_hh, memory.first.W_hh);
    EXPECT_EQ(frozen.second.W_hh, memory.second.W_hh);
    options.freeze_recurrent = Freeze::off;
    for (int i = 0; i < 5; ++i) update(options, 0.1, target, p, state);
    EXPECT_NE(frozen_p.W_hh, p.W_hh);
    frozen_p.W_hh = p.W_hh;
    EXPECT_TRUE(same_bits(frozen_p, p));
  }
}

// --- in a trainer ------------------------------------------------------------------------------

TEST(OptimizerInTrainer, ReplaysToTheSameBitsFromTheStartAndFromTheMiddle) {
  for (const char* optimizer : kOptimizers) {
    SCOPED_TRACE(optimizer);
    const config::Config config = with_everything(optimizer);
    Trainer a(config::make_setup(config)), b(config::make_setup(config));
    for (int i = 0; i < 20; ++i) a.step(), b.step();
    EXPECT_TRUE(same_bits(a.setup().model.parameters, b.setup().model.parameters));
    Trainer resumed(a.setup());
    for (int i = 0; i < 30; ++i) {
      const auto x = a.step(), y = resumed.step();
      EXPECT_EQ(x->iteration, y->iteration);
      EXPECT_EQ(x->learning_rate, y->learning_rate);
      ASSERT_TRUE(same_bits(x->parameters_after.value(), y->parameters_after.value())) << i;
    }
  }
}

TEST(OptimizerInTrainer, EveryOptimizerLearnsTheWords) {
  for (const std::string optimizer : kOptimizers) {
    const bool scaled = optimizer.starts_with("a") || optimizer == "rmsprop";
    Trainer trainer(config::make_setup(
        configured({"training.optimizer=" + optimizer,
                    std::string("training.learning_rate=") + (scaled ? "0.01" : "0.1")})));
    for (int i = 0; i < 500; ++i) trainer.step();
    EXPECT_LT(trainer.evaluate()->trace.loss, 0.05) << optimizer;
  }
}

TEST(OptimizerInTrainer, ChangesInMidRunKeepTheWeights) {
  Trainer trainer(config::make_setup(with_everything("adam")));
  for (int i = 0; i < 10; ++i) trainer.step();
  for (const char* optimizer : kOptimizers) {
    const Parameters before = trainer.setup().model.parameters;
    trainer.set_training(with_everything(optimizer).training);
    EXPECT_TRUE(same_bits(trainer.setup().model.parameters, before)) << optimizer;
    const auto record = trainer.step();
    EXPECT_TRUE(same_bits(record->model.parameters, before)) << optimizer;
    EXPECT_FALSE(same_bits(*record->parameters_after, before)) << optimizer;
    EXPECT_EQ(trainer.setup().optimizer.updates, 1u) << optimizer;
  }
  EXPECT_EQ(trainer.iteration(), 10u + std::size(kOptimizers));
}

TEST(OptimizerInTrainer, FrozenInMidRunTheGradientIsStillThere) {
  for (const std::string optimizer : kOptimizers) {
    SCOPED_TRACE(optimizer);
    Trainer trainer(config::make_setup(with_everything(optimizer)));
    for (int i = 0; i < 10; ++i) trainer.step();
    TrainingOptions options = trainer.setup().training;
    options.optimizer.freeze_recurrent = Freeze::on;
    trainer.set_training(options);
    const Matrix W_hh = trainer.setup().model.parameters.W_hh;
    for (int i = 0; i < 10; ++i) {
      const auto record = trainer.step();
      EXPECT_GT(record->gradients.W_hh.norm(), 0.0);
      EXPECT_NE(record->parameters_after->W_xh, record->model.parameters.W_xh);
      ASSERT_EQ(record->parameters_after->W_hh, W_hh) << i;
    }
    options.optimizer.freeze_recurrent = Freeze::off;
    trainer.set_training(options);
    EXPECT_NE(trainer.step()->parameters_after->W_hh, W_hh);
  }
}

TEST(OptimizerInTrainer, TheRecordSaysTheRateOfItsUpdate) {
  Trainer trainer(config::make_setup(
      configured({"training.learning_rate=0.4", "training.schedule=step", "training.warmup=3",
                  "training.schedule.step_size=2", "training.clip.mode=none"})));
  for (const double rate : {0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0.2, 0.1}) {
    const auto record = trainer.step();
    EXPECT_NEAR(record->learning_rate, rate, 1e-15);
    const Matrix moved = record->model.parameters.W_hh - record->parameters_after->W_hh;
    EXPECT_LT((moved - rate * record->gradients.W_hh).norm(),
              1e-14 * record->gradients.W_hh.norm());
  }
}

TEST(OptimizerInTrainer, DivergenceForgetsTheMemory) {
  Trainer trainer(config::make_setup(
      configured({"model.activation=identity", "model.readout=identity", "training.clip.mode=none",
                  "training.optimizer=momentum", "training.learning_rate=0.001"})));
  for (int i = 0; i < 20; ++i) ASSERT_FALSE(trainer.step()->divergence);
  TrainingOptions options = trainer.setup().training;
  options.learning_rate = 100.0;
  trainer.set_training(options);
  bool diverged = false;
  for (int i = 0; i < 300 && !diverged; ++i) diverged = trainer.step()->divergence.has_value();
  ASSERT_TRUE(diverged);
  EXPECT_EQ(trainer.setup().optimizer.updates, 0u);
  options.learning_rate = 0.001;
  trainer.set_training(options);
  const auto record = trainer.step();
  ASSERT_FALSE(record->divergence);
  // The first step of momentum at rest is plain descent.
  const Matrix moved = record->model.parameters.W_hh - record->parameters_after->W_hh;
  EXPECT_LT((moved - 0.001 * record->gradients.W_hh).norm(), 1e-12 * moved.norm());
}

TEST(OptimizerInTrainer, MemoryThatOverflowsIsDivergence) {
  OptimizerState state;
  state.kind = OptimizerKind::adam;
  state.first = state.second = model::initial_parameters({2, 3, 2}, model::CellKind::rnn, {});
  EXPECT_FALSE(find_memory_divergence(state, 7));
  state.second.W_hy(0, 1) = std::numeric_limits<double>::infinity();
  EXPECT_EQ(find_memory_divergence(state, 7)->tensor, "s of W_hy");
  EXPECT_EQ(find_memory_divergence(state, 7)->iteration, 7u);
  state.first.b_h[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(find_memory_divergence(state, 7)->tensor, "m of b_h");
}

}  // namespace
}  // namespace backflow::training
