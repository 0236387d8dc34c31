// What one record leaves behind for the next, and the data that is held out.
#include "core/training/trainer.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "tests/support/bits.h"

namespace backflow::training {
namespace {

using support::bits_of;
using support::same_bits;

Trainer trainer_for(std::initializer_list<std::string> assignments) {
  config::Config config;
  for (const std::string& assignment : assignments)
    EXPECT_EQ(config::set_key(config, assignment), "");
  EXPECT_EQ(config::validate(config), "");
  return Trainer(config::make_setup(config));
}

TEST(Trainer, OneMadeOfItsStateGoesOnWithTheSameBitsEvenAfterADivergence) {
  Trainer trainer = trainer_for({"task.name=first-bit", "task.steps=60", "model.activation=relu",
                                 "training.clip.mode=none", "model.spectral_radius=1.4",
                                 "training.learning_rate=30", "model.loss=mse",
                                 "model.readout=identity", "training.optimizer=momentum"});
  int divergences = 0;
  for (int i = 0; i < 60; ++i) {
    Trainer copy(trainer.state());
    for (int j = 0; j < 3; ++j) {
      const auto a = trainer.step(), b = copy.step();
      ASSERT_EQ(bits_of(a->trace.h.data()), bits_of(b->trace.h.data()));
      ASSERT_TRUE(same_bits(trainer.setup().model.parameters, copy.setup().model.parameters));
      ASSERT_EQ(trainer.best_iteration(), copy.best_iteration());
      divergences += a->divergence.has_value();
    }
  }
  EXPECT_GT(divergences, 0);
}

// A record that was used before, for other sizes and with everything switched on, must be as good
// as a new one.
TEST(Trainer, ARecordUsedAgainIsAsNew) {
  const auto small = {std::string("task.name=first-bit"), std::string("task.steps=5"),
                      std::string("model.hidden=4"), std::string("training.validation_every=1")};
  Trainer reusing = trainer_for(small), fresh = trainer_for(small);
  std::vector<std::shared_ptr<const IterationRecord>> kept;
  for (int i = 0; i < 12; ++i) {
    TrainingOptions options = reusing.setup().training;
    const bool all = i % 3 == 0;
    options.truncation.kind =
        all ? gradient::TruncationKind::horizon : gradient::TruncationKind::none;
    options.truncation.steps = 2;
    options.regularizer.l2 = options.regularizer.omega = all ? 0.01 : 0.0;
    options.validation_every = all ? 1 : 0;
    TaskOptions task = reusing.setup().task;
    task.batch = i % 2 == 0 ? 8 : 3;
    for (Trainer* trainer : {&reusing, &fresh}) {
      trainer->set_training(options);
      trainer->set_task(task);
    }
    const auto a = reusing.step();
    kept.push_back(fresh.step());
    const IterationRecord& b = *kept.back();
    EXPECT_EQ(a->trace.loss, b.trace.loss);
    EXPECT_EQ(a->trace.h.data(), b.trace.h.data());
    EXPECT_EQ(a->signals.e.data(), b.signals.e.data());
    EXPECT_EQ(a->signals.delta.data(), b.signals.delta.data());
    EXPECT_EQ(a->clipped_gradients.W_hh, b.clipped_gradients.W_hh);
    EXPECT_EQ(a->truncation.has_value(), all);
    EXPECT_EQ(a->validation.has_value(), all);
    EXPECT_EQ(a->penalty > 0.0, all);
    EXPECT_EQ(a->omega > 0.0, all);
    EXPECT_EQ(a->omega, b.omega);
  }
}

TEST(Trainer, ValidatesOnEnoughSequencesButNotOnMoreThanFit) {
  const auto sequences = [](std::initializer_list<std::string> assignments) {
    return trainer_for(assignments).evaluate()->validation->sequences;
  };
  EXPECT_EQ(sequences({"task.name=first-bit", "task.batch=4"}), 64);
  EXPECT_EQ(sequences({"task.name=first-bit", "task.batch=80"}), 80);
  // 4 blocks × 100 units × 500 steps = 200,000 numbers a sequence.
  EXPECT_EQ(sequences({"task.name=first-bit", "task.steps=500", "task.batch=2", "model.cell=lstm",
                       "model.hidden=100"}),
            10);
}

TEST(Validation, AFewAtATimeIsTheWholeBatch) {
  for (const char* task : {"temporal-order", "delayed-echo", "sine"}) {
    const Trainer trainer = trainer_for({std::string("task.name=") + task, "task.batch=11",
                                         "task.length_min=15", "model.cell=lstm"});
    const TrainerSetup& setup = trainer.setup();
    const auto batch = validation_batch(setup, 11);
    ASSERT_TRUE(batch);
    const TaskInfo& info = task_info(setup.task);
    const Validation whole = validate(setup.model, *batch, info, 11);
    for (const model::Index at_a_time : {1, 4, 10}) {
      const Validation parts = validate(setup.model, *batch, info, at_a_time);
      EXPECT_NEAR(parts.loss, whole.loss, 1e-14 * whole.loss) << task;
      EXPECT_EQ(parts.sequences, 11);
      if (std::isnan(whole.accuracy))
        EXPECT_TRUE(std::isnan(parts.accuracy)) << task;
      else
        EXPECT_NEAR(parts.accuracy, whole.accuracy, 1e-15) << task;
    }
  }
}

}  // namespace
}  // namespace backflow::training
