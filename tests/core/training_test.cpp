// Tasks, the training loop, divergence and the curves.
#include <cmath>
#include <limits>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/config/keys.h"
#include "core/model/random.h"
#include "core/training/divergence.h"
#include "core/training/history.h"
#include "core/training/trainer.h"
#include "tests/support/cases.h"
#include "tests/support/configured.h"

namespace backflow::training {
namespace {

using model::Index;
using model::Matrix;
using support::configured;
using ::testing::HasSubstr;

Trainer trainer_with(const config::Config& config) { return Trainer(config::make_setup(config)); }

// --- tasks -------------------------------------------------------------------------------------

TEST(Task, CatMatRatIsTheTable) {
  const model::Batch batch = make_batch({}, TargetEncoding::probability, 0);
  const char* words[3][3] = {{"cat", "mat", "cat"}, {"rat", "rat", "mat"}, {"mat", "mat", "cat"}};
  const double labels[] = {1, 1, 0};
  const std::string vocabulary[] = {"cat", "mat", "rat"};
  ASSERT_EQ(batch.size(), 3);
  ASSERT_EQ(batch.steps(), 3);
  for (Index s = 0; s < 3; ++s) {
    for (Index t = 1; t <= 3; ++t) {
      EXPECT_EQ(batch.input_word(t, s), words[s][t - 1]);
      for (Index i = 0; i < 3; ++i)
        EXPECT_EQ(batch.inputs.step(t)(i, s), vocabulary[i] == words[s][t - 1] ? 1.0 : 0.0);
    }
    EXPECT_EQ(batch.targets.step(3)(0, s), labels[s]);
  }
  EXPECT_FALSE(batch.targets.contains(2));
}

TEST(Task, BinaryTableIsTheTable) {
  TaskOptions options;
  options.kind = TaskKind::binary_table;
  const model::Batch batch = make_batch(options, TargetEncoding::probability, 0);
  const double rows[4][4] = {{1, 0, 1, 1}, {0, 0, 1, 0}, {0, 0, 0, 0}, {1, 1, 1, 1}};
  ASSERT_EQ(batch.size(), 4);
  for (Index s = 0; s < 4; ++s) {
    for (Index t = 1; t <= 3; ++t) EXPECT_EQ(batch.inputs.step(t)(0, s), rows[s][t - 1]);
    EXPECT_EQ(batch.targets.step(3)(0, s), rows[s][3]);
  }
}

TEST(Task, FirstBitIsTheLabelAndNoiseIsNoise) {
  TaskOptions options;
  options.kind = TaskKind::first_bit;
  options.steps = 1000;
  options.batch = 50;
  options.noise = 0.2;
  const model::Batch batch = make_batch(options, TargetEncoding::probability, 4);
  EXPECT_EQ(batch.steps(), 1000);
  double ones = 0.0, noise = 0.0;
  for (Index s = 0; s < 50; ++s) {
    EXPECT_EQ(batch.targets.step(1000)(0, s), batch.inputs.step(1)(0, s) > 0.0 ? 1.0 : 0.0);
    for (Index t = 1; t <= 1000; ++t) {
      const double x = batch.inputs.step(t)(0, s);
      ones += x > 0.0 ? 1.0 : 0.0;
      noise += std::pow(std::abs(x) - 1.0, 2);
    }
  }
  EXPECT_NEAR(ones / 50'000, 0.5, 0.012);
  EXPECT_NEAR(std::sqrt(noise / 50'000), 0.2, 0.004);
}

TEST(Task, IsDeterminedBySeedAndIteration) {
  TaskOptions options;
  options.kind = TaskKind::first_bit;
  const auto data = [&](std::uint64_t iteration) -> Matrix {
    const model::Batch batch = make_batch(options, TargetEncoding::probability, iteration);
    return batch.inputs.data();
  };
  EXPECT_EQ(data(7), data(7));
  EXPECT_NE(data(7), data(8));
  const Matrix before = data(7);
  options.seed = 2;
  EXPECT_NE(data(7), before);
}

TEST(Task, FirstBitGivesTheSameBitsEverywhere) {
  // As a transcript in another language gave them; item by item, each step a bit, then its noise.
  TaskOptions options;
  options.kind = TaskKind::first_bit;
  options.steps = 3;
  options.batch = 2;
  const model::Batch batch = make_batch(options, TargetEncoding::probability, 5);
  const double expected[2][3] = {
      {-0x1.8b4b6caa86ec7p-1, -0x1.65a03f132e5afp-1, 0x1.80fbe38fca816p-1},
      {0x1.e8917565fd842p-1, -0x1.c08c4cbbe0399p-1, 0x1.9df0d8e008508p-2}};
  for (Index s = 0; s < 2; ++s) {
    for (Index t = 1; t <= 3; ++t) EXPECT_EQ(batch.inputs.step(t)(0, s), expected[s][t - 1]);
    // The noise is five standard deviations away from turning a bit.
    EXPECT_EQ(batch.targets.step(3)(0, s), expected[s][0] > 0.0 ? 1.0 : 0.0);
  }
}

TEST(Task, EveryStepHasTheTargetWhenAsked) {
  TaskOptions options;
  options.shape = Shape::many_to_many;
  const model::Batch batch = make_batch(options, TargetEncoding::one_hot, 0);
  for (Index t = 1; t <= 3; ++t) {
    EXPECT_EQ(batch.targets.step(t), batch.targets.step(3));
    EXPECT_EQ(batch.targets.step(t).rows(), 2);
    EXPECT_EQ(batch.targets.step(t).colwise().sum(), Matrix::Ones(1, 3));
  }
  EXPECT_EQ(batch.targets.step(1)(1, 0), 1.0);
  EXPECT_EQ(batch.targets.step(1)(0, 2), 1.0);
}

// --- training ----------------------------------------------------------------------------------

TEST(Trainer, StepIsGradientDescent) {
  Trainer trainer = trainer_with(configured({"training.clip.mode=none"}));
  const model::Parameters before = trainer.setup().model.parameters;
  const auto record = trainer.step();
  ASSERT_TRUE(record->parameters_after);
  const auto theta = model::tensors(before), g = model::tensors(record->gradients),
             after = model::tensors(*record->parameters_after);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_LT((after[i] - (theta[i] - 0.3 * g[i])).norm(), 1e-16 * (1.0 + theta[i].norm()));
  EXPECT_EQ(trainer.setup().model.parameters.W_hh, record->parameters_after->W_hh);
  EXPECT_EQ(record->model.parameters.W_hh, before.W_hh);
  EXPECT_EQ(trainer.iteration(), 1u);
}

TEST(Trainer, EvaluateChangesNothing) {
  Trainer trainer = trainer_with({});
  const auto first = trainer.evaluate();
  EXPECT_FALSE(first->parameters_after);
  EXPECT_EQ(trainer.evaluate()->trace.loss, first->trace.loss);
  EXPECT_EQ(trainer.step()->trace.loss, first->trace.loss);
}

TEST(Trainer, ReplaysToTheSameBits) {
  for (const char* task : {"task.name=cat-mat-rat", "task.name=first-bit"}) {
    Trainer a = trainer_with(configured({task, "model.initial_state=random"}));
    Trainer b = trainer_with(configured({task, "model.initial_state=random"}));
    for (int i = 0; i < 50; ++i) {
      const auto x = a.step(), y = b.step();
      EXPECT_EQ(x->trace.loss, y->trace.loss);
      EXPECT_EQ(x->parameters_after->W_hh, y->parameters_after->W_hh);
    }
  }
}

class Tables : public ::testing::TestWithParam<const char*> {};

TEST_P(Tables, AreLearnedByTheDefaultForTwentyOfTwentySeeds) {
  for (int seed = 1; seed <= 20; ++seed) {
    Trainer trainer = trainer_with(
        configured({std::string("task.name=") + GetParam(), "model.seed=" + std::to_string(seed)}));
    for (int i = 0; i < 500; ++i) trainer.step();
    EXPECT_LT(trainer.evaluate()->trace.loss, 0.05) << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(Both, Tables, ::testing::Values("cat-mat-rat", "binary-table"),
                         [](const auto& test) {
                           return test.param == std::string("cat-mat-rat") ? "words" : "bits";
                         });

TEST(Trainer, ChangesByHandKeepTheWeights) {
  Trainer trainer = trainer_with({});
  for (int i = 0; i < 5; ++i) trainer.step();
  const Matrix W = trainer.setup().model.parameters.W_hh;
  trainer.set_activation({model::ActivationKind::relu, 0.0});
  trainer.set_output(model::Readout::identity, model::Loss::mean_squared_error);
  trainer.set_training({0.01, {ClipMode::none, 1.0}});
  TaskOptions every;
  every.shape = Shape::many_to_many;
  trainer.set_task(every);
  trainer.set_initial_state(model::InitialState::random);
  EXPECT_EQ(trainer.setup().model.parameters.W_hh, W);
  EXPECT_EQ(trainer.iteration(), 5u);
  const auto record = trainer.evaluate();
  EXPECT_EQ(record->model.activation.kind, model::ActivationKind::relu);
  EXPECT_EQ(record->trace.y_hat.count(), 3);
  EXPECT_GT(record->batch.initial_state.norm(), 0.1);
}

// --- divergence --------------------------------------------------------------------------------

config::Config exploding() {
  return configured({"task.name=first-bit", "task.steps=400", "model.activation=identity",
                     "model.readout=identity", "model.spectral_radius=10",
                     "training.clip.mode=none"});
}

TEST(Divergence, NamesTheFirstNumberThatIsNotFinite) {
  Trainer trainer = trainer_with(exploding());
  const auto record = trainer.step();
  ASSERT_TRUE(record->divergence);
  EXPECT_EQ(record->divergence->iteration, 0u);
  // ρ = 10 leaves double after about 308 steps, first in the pre-activation.
  EXPECT_THAT(record->divergence->tensor, ::testing::AnyOf("a_t", "h_t"));
  EXPECT_GT(record->divergence->step, 290);
  EXPECT_LT(record->divergence->step, 325);
  const Index t = record->divergence->step;
  EXPECT_TRUE(record->trace.h.step(t - 1).allFinite());
  EXPECT_FALSE(record->trace.h.step(t).allFinite());
  EXPECT_THAT(describe(*record->divergence),
              HasSubstr("not finite at step t = " + std::to_string(t)));
  EXPECT_FALSE(record->parameters_after);
}

TEST(Divergence, GoesBackToTheBestWeightsAndCanGoOn) {
  Trainer trainer = trainer_with(
      configured({"task.name=cat-mat-rat", "model.activation=identity", "model.readout=identity",
                  "training.learning_rate=0.01", "training.clip.mode=none"}));
  for (int i = 0; i < 20; ++i) ASSERT_FALSE(trainer.step()->divergence);
  const double good = trainer.evaluate()->trace.loss;
  trainer.set_training({100.0, {ClipMode::none, 1.0}});
  bool diverged = false;
  for (int i = 0; i < 200 && !diverged; ++i) diverged = trainer.step()->divergence.has_value();
  ASSERT_TRUE(diverged);
  trainer.set_training({0.01, {ClipMode::none, 1.0}});
  const auto record = trainer.step();
  EXPECT_FALSE(record->divergence);
  EXPECT_LE(record->trace.loss, good * 1.0000001);
}

// --- curves ------------------------------------------------------------------------------------

TEST(History, MinMaxIsThatOfBruteForce) {
  model::Random random(6);
  History history;
  std::vector<double> values;
  for (int i = 0; i < 20'000; ++i) {
    double value = random.normal();
    if (random.below(50) == 0) value = std::nan("");
    if (random.below(900) == 0) value = std::numeric_limits<double>::infinity();
    values.push_back(value);
    history.append({value, 2.0 * value, 0.0, 1.0});
  }
  const HistoryView view = history.view();
  ASSERT_EQ(view.size(), values.size());
  for (int trial = 0; trial < 500; ++trial) {
    const auto begin = random.below(values.size());
    const auto end = begin + random.below(values.size() - begin) + 1;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    bool any = false, gap = false;
    for (auto i = begin; i < end; ++i)
      if (std::isfinite(values[i])) {
        any = true;
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
      } else {
        gap = true;
      }
    const MinMax got = view.min_max(Series::loss, begin, end);
    EXPECT_EQ(got.any, any);
    EXPECT_EQ(got.non_finite, gap);
    if (any) {
      EXPECT_EQ(got.min, low);
      EXPECT_EQ(got.max, high);
      EXPECT_EQ(view.min_max(Series::norm_before_clip, begin, end).max, 2.0 * high);
    }
  }
  EXPECT_FALSE(view.min_max(Series::loss, 5, 5).any);
}

TEST(History, HoldsAMillionPoints) {
  History history;
  constexpr std::size_t kCount = 1'000'000;
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto x = static_cast<double>(i);
    history.append({x, -x, i == 777'777 ? std::nan("") : 1.0, 0.0});
  }
  const HistoryView view = history.view();
  ASSERT_EQ(view.size(), kCount);
  for (const std::size_t begin : {0u, 4095u, 4096u, 123'457u, 777'776u}) {
    const std::size_t end = begin + 200'001;
    EXPECT_EQ(view.min_max(Series::loss, begin, end).min, static_cast<double>(begin));
    EXPECT_EQ(view.min_max(Series::loss, begin, end).max, static_cast<double>(end - 1));
    EXPECT_EQ(view.min_max(Series::norm_before_clip, begin, end).min,
              -static_cast<double>(end - 1));
    EXPECT_EQ(view.min_max(Series::norm_after_clip, begin, end).non_finite, end > 777'777);
  }
  EXPECT_EQ(view.point(kCount - 1)[0], static_cast<double>(kCount - 1));
}

TEST(History, ABranchSharesItsStartAndChangesNothingOfTheOther) {
  const auto point = [](double x) { return HistoryPoint{x, -x, x * x, 1.0, 0.5, x, x, x}; };
  History trunk;
  for (int i = 0; i < 10'000; ++i) trunk.append(point(i));
  for (const std::size_t fork : {std::size_t{0}, std::size_t{17}, std::size_t{4096},
                                 std::size_t{5000}, std::size_t{10'000}}) {
    const HistoryView whole = trunk.view();
    History branch = History::after(whole, fork);
    EXPECT_TRUE(branch.view().is_start_of(whole));
    for (int i = 0; i < 6000; ++i) branch.append(point(0.5 - i));
    const HistoryView other = branch.view();
    ASSERT_EQ(other.size(), fork + 6000);
    EXPECT_FALSE(other.is_start_of(whole));
    EXPECT_EQ(other.common_start(whole), fork);
    EXPECT_EQ(whole.common_start(other), fork);
    for (std::size_t i = 0; i < other.size(); ++i)
      ASSERT_EQ(other.value(Series::loss, i),
                i < fork ? static_cast<double>(i) : 0.5 - static_cast<double>(i - fork));
    for (std::size_t i = 0; i < whole.size(); ++i)
      ASSERT_EQ(whole.value(Series::loss, i), static_cast<double>(i));
    // The blocks of minima and maxima around the fork are of the branch's own points.
    const std::size_t begin = fork - fork % 32;
    EXPECT_EQ(other.min_max(Series::loss, begin, begin + 32).min,
              0.5 - static_cast<double>(begin + 31 - fork));
  }
  EXPECT_TRUE(trunk.view().first(4096).is_start_of(trunk.view()));
  EXPECT_FALSE(trunk.view().is_start_of(trunk.view().first(4096)));
  EXPECT_EQ(trunk.view().first(100).size(), 100u);
}

TEST(History, AViewStaysAsItWas) {
  History history;
  for (int i = 0; i < 5000; ++i) history.append({1.0 * i, 0.0, 0.0, 0.0});
  const HistoryView view = history.view();
  for (int i = 0; i < 5000; ++i) history.append({-1.0, 0.0, 0.0, 0.0});
  EXPECT_EQ(view.size(), 5000u);
  EXPECT_EQ(view.value(Series::loss, 4999), 4999.0);
  EXPECT_EQ(view.min_max(Series::loss, 0, 5000).min, 0.0);
  EXPECT_EQ(history.view().min_max(Series::loss, 0, 10'000).min, -1.0);
}

}  // namespace
}  // namespace backflow::training
