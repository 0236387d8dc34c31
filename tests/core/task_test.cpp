// The data of the tasks: every target recomputed from the inputs by the plainest means.
#include "core/training/task/task.h"

#include <cmath>
#include <numbers>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/training/trainer.h"

namespace backflow::training {
namespace {

using model::Batch;
using model::Index;
using ::testing::HasSubstr;

constexpr auto kProbability = TargetEncoding::probability;

std::vector<TaskKind> all_kinds() {
  std::vector<TaskKind> kinds;
  for (const auto& entry : model::EnumNames<TaskKind>::kAll) kinds.push_back(entry.value);
  return kinds;
}

// All but the one whose data are the user's.
std::vector<TaskKind> own_kinds() {
  std::vector<TaskKind> kinds = all_kinds();
  std::erase(kinds, TaskKind::sequences);
  return kinds;
}

std::vector<TaskKind> generated_kinds() {
  std::vector<TaskKind> kinds = own_kinds();
  std::erase_if(kinds, [](TaskKind kind) { return task_info(kind).fixed_table; });
  return kinds;
}

std::string name(TaskKind kind) { return std::string(model::name_of(kind)); }

TaskOptions options_of(TaskKind kind, std::optional<Shape> shape = {}) {
  TaskOptions options;
  options.kind = kind;
  options.shape = shape;
  return options;
}

// Equal lengths, and lengths from the shortest possible one to T.
std::vector<TaskOptions> both_lengths(TaskOptions options) {
  TaskOptions varied = resolved(options);
  varied.length_min = task_info(options.kind).least_steps(varied);
  return {options, varied};
}

// The row of the 1 in a one-hot column; −1 when it is none.
template <class Column>
Index hot(const Column& column) {
  Index row = -1;
  for (Index i = 0; i < column.size(); ++i) {
    if (column(i) == 1.0 && row < 0)
      row = i;
    else if (column(i) != 0.0)
      return -1;
  }
  return row;
}

double x(const Batch& batch, Index t, Index b, Index row = 0) {
  return batch.inputs.step(t)(row, b);
}

// Runs `check` on each sequence of some batches, with equal lengths and with different ones.
template <class Check>
void for_each_sequence(const TaskOptions& options, Check check) {
  for (const TaskOptions& chosen : both_lengths(options))
    for (const std::uint64_t iteration : {0u, 1u, 2u, 3u}) {
      const Batch batch = make_batch(chosen, kProbability, iteration);
      for (Index b = 0; b < batch.size(); ++b) check(batch, b, batch.length(b));
    }
}

// --- what all tasks have in common ---------------------------------------------------------------

TEST(Tasks, AreListedOnceEachInTheOrderOfTheirNames) {
  ASSERT_EQ(task_list().size(), all_kinds().size());
  for (std::size_t i = 0; i < all_kinds().size(); ++i) {
    EXPECT_EQ(task_list()[i].kind, all_kinds()[i]);
    EXPECT_FALSE(task_list()[i].description.empty());
  }
}

TEST(Tasks, EveryShapeGivesABatchOrASentence) {
  for (const TaskKind kind : own_kinds())
    for (const auto& entry : model::EnumNames<Shape>::kAll) {
      SCOPED_TRACE(name(kind) + " " + std::string(entry.name));
      config::Config config;
      config.task = options_of(kind, entry.value);
      const std::string refusal = config::validate(config);
      EXPECT_EQ(refusal.empty(), task_info(kind).has(entry.value));
      if (!refusal.empty()) {
        EXPECT_THAT(refusal, AllOf(HasSubstr("task.shape = " + std::string(entry.name)),
                                   HasSubstr("task.name = " + name(kind)),
                                   HasSubstr("allowed: auto, many-to-")));
        continue;
      }
      const auto record = Trainer(config::make_setup(config)).step();
      const Batch& batch = record->batch;
      EXPECT_TRUE(batch.inputs.data().allFinite());
      EXPECT_TRUE(batch.targets.data().allFinite());
      EXPECT_FALSE(record->divergence);
      EXPECT_EQ(batch.targets.last(), batch.steps());
      EXPECT_EQ(batch.weights.count(), 0);
      EXPECT_TRUE(batch.lengths.empty());
      EXPECT_EQ(batch.steps() == 1, entry.value == Shape::one_to_one);
      if (entry.value == Shape::many_to_one) {
        EXPECT_EQ(batch.targets.count(), 1);
      }
      if (!batch.input_words.empty()) {
        EXPECT_EQ(static_cast<Index>(batch.input_words.size()), batch.inputs.rows());
      }
    }
}

TEST(Tasks, BatchesAreDeterminedBySeedAndIteration) {
  for (const TaskKind kind : generated_kinds()) {
    SCOPED_TRACE(name(kind));
    TaskOptions options = both_lengths(options_of(kind))[1];
    const Batch seven = make_batch(options, kProbability, 7);
    const Batch again = make_batch(options, kProbability, 7);
    EXPECT_EQ(seven.inputs.data(), again.inputs.data());
    EXPECT_EQ(seven.targets.data(), again.targets.data());
    EXPECT_EQ(seven.lengths, again.lengths);
    const Batch eight = make_batch(options, kProbability, 8);
    EXPECT_NE(seven.inputs.data(), eight.inputs.data());
    EXPECT_NE(seven.lengths, eight.lengths);
    options.seed = 2;
    const Batch other = make_batch(options, kProbability, 7);
    EXPECT_NE(other.inputs.data(), seven.inputs.data());
  }
}

TEST(Tasks, LengthsAreUniformAndTheRestIsSilent) {
  for (const TaskKind kind : generated_kinds()) {
    SCOPED_TRACE(name(kind));
    TaskOptions options = both_lengths(options_of(kind))[1];
    options.batch = 1000;
    const Batch batch = make_batch(options, kProbability, 0);
    ASSERT_EQ(batch.lengths.size(), 1000u);
    EXPECT_EQ(batch.lengths.front(), options.steps);
    double sum = 0.0;
    std::set<Index> seen;
    for (Index b = 0; b < batch.size(); ++b) {
      const Index length = batch.length(b);
      sum += static_cast<double>(length);
      seen.insert(length);
      for (Index t = length + 1; t <= batch.steps(); ++t) {
        EXPECT_EQ(batch.inputs.step(t).col(b).norm(), 0.0);
        EXPECT_EQ(batch.weight(t, b), 0.0);
        if (batch.targets.contains(t)) {
          EXPECT_EQ(batch.targets.step(t).col(b).norm(), 0.0);
        }
      }
      EXPECT_EQ(batch.weight(length, b), task_info(kind).target == TargetKind::none ? 0.0 : 1.0);
    }
    EXPECT_EQ(*seen.begin(), options.length_min);
    EXPECT_EQ(static_cast<Index>(seen.size()), options.steps - options.length_min + 1);
    const double middle = 0.5 * static_cast<double>(options.length_min + options.steps);
    EXPECT_NEAR(sum / 1000.0, middle, 0.05 * middle);
  }
}

TEST(Tasks, OneToManyKeepsTheFirstInputAndAllTargets) {
  for (const TaskKind kind : {TaskKind::cat_mat_rat, TaskKind::binary_table, TaskKind::first_bit}) {
    SCOPED_TRACE(name(kind));
    const Batch all = make_batch(options_of(kind, Shape::many_to_many), kProbability, 3);
    const Batch one = make_batch(options_of(kind, Shape::one_to_many), kProbability, 3);
    const Batch alone = make_batch(options_of(kind, Shape::one_to_one), kProbability, 3);
    EXPECT_EQ(one.inputs.step(1), all.inputs.step(1));
    EXPECT_GT(all.inputs.steps(2, all.steps()).norm(), 0.0);
    EXPECT_EQ(one.inputs.steps(2, one.steps()).norm(), 0.0);
    EXPECT_EQ(one.targets.data(), all.targets.data());
    EXPECT_EQ(one.targets.first(), 1);
    if (kind == TaskKind::first_bit) {
      EXPECT_EQ(alone.targets.data(), alone.inputs.data().cwiseSign().cwiseMax(0.0));
      continue;
    }
    EXPECT_EQ(alone.targets.data(), all.targets.step(1));
    EXPECT_EQ(alone.inputs.data(), all.inputs.step(1));
  }
}

TEST(Tasks, ValidationDataIsOtherData) {
  for (const TaskKind kind : own_kinds()) {
    if (task_info(kind).target == TargetKind::none) continue;
    SCOPED_TRACE(name(kind));
    const TaskOptions options = options_of(kind);
    const auto held_out = make_validation_batch(options, kProbability, 20);
    ASSERT_EQ(held_out.has_value(), !task_info(kind).fixed_table);
    if (!held_out) continue;
    EXPECT_EQ(held_out->size(), 20);
    EXPECT_EQ(held_out->inputs.data(),
              make_validation_batch(options, kProbability, 20)->inputs.data());
    for (std::uint64_t iteration = 0; iteration < 20; ++iteration) {
      const Batch seen = make_batch(options, kProbability, iteration);
      EXPECT_NE(held_out->inputs.data(),
                seen.inputs.data().leftCols(held_out->inputs.data().cols()));
    }
  }
}

// --- each task -----------------------------------------------------------------------------------

TEST(Adding, TargetIsTheSumOfTheMarked) {
  for_each_sequence(options_of(TaskKind::adding), [](const Batch& batch, Index b, Index T) {
    double sum = 0.0;
    int marked_early = 0, marked_late = 0;
    for (Index t = 1; t <= T; ++t) {
      EXPECT_TRUE(x(batch, t, b) > 0.0 && x(batch, t, b) < 1.0);
      sum += x(batch, t, b) * x(batch, t, b, 1);
      (2 * t <= T ? marked_early : marked_late) += x(batch, t, b, 1) == 1.0 ? 1 : 0;
      EXPECT_EQ(batch.weight(t, b), t == T ? 1.0 : 0.0);
    }
    EXPECT_EQ(marked_early, 1);
    EXPECT_EQ(marked_late, 1);
    EXPECT_EQ(batch.targets.step(T)(0, b), sum);
  });
}

TEST(CopyMemory, TheSymbolsComeAgainAtTheEnd) {
  TaskOptions options = options_of(TaskKind::copy_memory);
  options.symbols = 4;
  for_each_sequence(options, [](const Batch& batch, Index b, Index T) {
    ASSERT_EQ(batch.inputs.rows(), 10);
    ASSERT_EQ(batch.targets.rows(), 9);
    for (Index t = 1; t <= T; ++t) {
      const Index row = hot(batch.inputs.step(t).col(b));
      if (t <= 4)
        EXPECT_TRUE(row >= 0 && row < 8);
      else
        EXPECT_EQ(row, t == T - 4 ? 9 : 8);  // go, or a blank
      EXPECT_EQ(batch.weight(t, b), t > T - 4 ? 1.0 : 0.0);
    }
    for (Index i = 1; i <= 4; ++i)
      EXPECT_EQ(hot(batch.targets.step(T - 4 + i).col(b)), hot(batch.inputs.step(i).col(b)));
  });
}

TEST(TemporalOrder, TargetIsTheOrderOfTheTwoSigns) {
  std::set<Index> classes;
  for_each_sequence(options_of(TaskKind::temporal_order),
                    [&](const Batch& batch, Index b, Index T) {
                      std::string signs;
                      for (Index t = 1; t <= T; ++t) {
                        const Index row = hot(batch.inputs.step(t).col(b));
                        ASSERT_GE(row, 0);
                        EXPECT_EQ(batch.input_word(t, b), std::string(1, "abcdXY"[row]));
                        if (row < 4) continue;
                        signs += "XY"[row - 4];
                        // The tenths of the steps 0..T − 1, rounded down.
                        const Index from = signs.size() == 1 ? T / 10 : 4 * T / 10;
                        const Index to = signs.size() == 1 ? 2 * T / 10 : 5 * T / 10;
                        EXPECT_TRUE(t - 1 >= from && t - 1 <= to) << t << " of " << T;
                      }
                      const std::vector<std::string> order{"XX", "XY", "YX", "YY"};
                      const Index answer = hot(batch.targets.step(T).col(b));
                      ASSERT_TRUE(answer >= 0);
                      EXPECT_EQ(signs, order[static_cast<std::size_t>(answer)]);
                      classes.insert(answer);
                    });
  EXPECT_EQ(classes.size(), 4u);
}

TEST(FirstBit, IsTheTargetAtEveryStep) {
  for_each_sequence(options_of(TaskKind::first_bit, Shape::many_to_many),
                    [](const Batch& batch, Index b, Index T) {
                      for (Index t = 1; t <= T; ++t)
                        EXPECT_EQ(batch.targets.step(t)(0, b), x(batch, 1, b) > 0.0 ? 1.0 : 0.0);
                    });
}

TEST(Parity, CountsTheOnes) {
  for (const Shape shape : {Shape::many_to_many, Shape::many_to_one})
    for_each_sequence(options_of(TaskKind::parity, shape),
                      [&](const Batch& batch, Index b, Index T) {
                        int ones = 0;
                        for (Index t = 1; t <= T; ++t) {
                          ones += x(batch, t, b) > 0.0 ? 1 : 0;
                          const bool asked = shape == Shape::many_to_many || t == T;
                          EXPECT_EQ(batch.weight(t, b), asked ? 1.0 : 0.0);
                          if (asked) {
                            EXPECT_EQ(batch.targets.step(t)(0, b), ones % 2);
                          }
                        }
                      });
}

TEST(DelayedEcho, RepeatsTheBitWithoutItsNoise) {
  TaskOptions options = options_of(TaskKind::delayed_echo);
  options.delay = 7;
  for_each_sequence(options, [](const Batch& batch, Index b, Index T) {
    for (Index t = 1; t <= T; ++t) {
      EXPECT_EQ(batch.weight(t, b), t > 7 ? 1.0 : 0.0);
      if (t > 7) {
        EXPECT_EQ(batch.targets.step(t)(0, b), x(batch, t - 7, b) > 0.0 ? 1.0 : 0.0);
      }
    }
  });
}

TEST(Sine, TargetIsTheNextValueOfOneWave) {
  TaskOptions options = options_of(TaskKind::sine);
  options.noise = 0.0;
  std::set<int> periods;
  for_each_sequence(options, [&](const Batch& batch, Index b, Index T) {
    const auto y = [&](Index t) { return batch.targets.step(t)(0, b); };
    for (Index t = 1; t < T; ++t) EXPECT_EQ(y(t), x(batch, t + 1, b));
    if (T < 40) return;
    // y_{t+1} + y_{t−1} = 2 cos(2π/P) y_t for all t with the same P.
    Index top = 2;
    for (Index t = 2; t < T; ++t)
      if (std::abs(y(t)) > std::abs(y(top))) top = t;
    const double twice_cosine = (y(top + 1) + y(top - 1)) / y(top);
    const double period = 2.0 * std::numbers::pi / std::acos(twice_cosine / 2.0);
    EXPECT_TRUE(period > 8.0 && period < 32.0) << period;
    periods.insert(static_cast<int>(period));
    for (Index t = 2; t < T; ++t) EXPECT_NEAR(y(t + 1) + y(t - 1), twice_cosine * y(t), 1e-13);
  });
  EXPECT_GT(periods.size(), 15u);
}

TEST(Sine, OneToManyTellsPhaseAndPeriodAtTheFirstStep) {
  TaskOptions options = options_of(TaskKind::sine, Shape::one_to_many);
  options.noise = 0.0;
  for_each_sequence(options, [](const Batch& batch, Index b, Index T) {
    const double phase = std::atan2(x(batch, 1, b, 0), x(batch, 1, b, 1));
    const double period = 8.0 / x(batch, 1, b, 2);
    EXPECT_NEAR(std::hypot(x(batch, 1, b, 0), x(batch, 1, b, 1)), 1.0, 1e-15);
    for (Index t = 1; t <= T; ++t) {
      const double angle = phase + 2.0 * std::numbers::pi * static_cast<double>(t) / period;
      EXPECT_NEAR(batch.targets.step(t)(0, b), std::sin(angle), 1e-13);
      if (t > 1) {
        EXPECT_EQ(batch.inputs.step(t).col(b).norm(), 0.0);
      }
    }
  });
}

TEST(Sine, NoiseIsOnTheInputsAlone) {
  TaskOptions options = options_of(TaskKind::sine);
  options.batch = 500;
  options.noise = 0.3;
  const Batch batch = make_batch(options, kProbability, 1);
  double sum = 0.0;
  for (Index t = 1; t < 40; ++t)
    sum += (batch.inputs.step(t + 1) - batch.targets.step(t)).squaredNorm();
  EXPECT_NEAR(std::sqrt(sum / (39 * 500)), 0.3, 0.005);
  EXPECT_LE(batch.targets.data().cwiseAbs().maxCoeff(), 1.0);
}

// Tasks that are defined without noise have none unless it is asked for, and the same data under
// it.
TEST(Tasks, NoiseIsAddedToTheInputsAloneUpToTheEnds) {
  for (const TaskKind kind : {TaskKind::adding, TaskKind::copy_memory, TaskKind::temporal_order,
                              TaskKind::next_character}) {
    TaskOptions options = options_of(kind);
    options.batch = 100;
    options.length_min = resolved(options).steps - 3;
    EXPECT_EQ(*resolved(options).noise, 0.0);
    const Batch clean = make_batch(options, kProbability, 1);
    options.noise = 0.3;
    const Batch noisy = make_batch(options, kProbability, 1);
    EXPECT_EQ(noisy.targets.data(), clean.targets.data());
    EXPECT_EQ(noisy.lengths, clean.lengths);
    double sum = 0.0, count = 0.0;
    for (Index b = 0; b < clean.size(); ++b)
      for (Index t = 1; t <= clean.steps(); ++t) {
        const model::Vector added = noisy.inputs.step(t).col(b) - clean.inputs.step(t).col(b);
        if (t > clean.length(b)) {
          EXPECT_EQ(added.norm(), 0.0);
          continue;
        }
        sum += added.squaredNorm();
        count += static_cast<double>(added.size());
      }
    EXPECT_NEAR(std::sqrt(sum / count), 0.3, 5.0 * 0.3 / std::sqrt(2.0 * count));
  }
  EXPECT_EQ(*resolved(options_of(TaskKind::first_bit)).noise, 0.2);
}

TEST(Tasks, SineAndAddingGiveTheSameBitsEverywhere) {
  // As a transcript in another language gave them, seed 1, iteration 5.
  TaskOptions options = options_of(TaskKind::sine);
  options.noise = 0.0;
  options.steps = 3;
  options.batch = 2;
  const double wave[2][4] = {
      {-0x1.9a9050c5ad76bp-1, -0x1.d2cf64011f059p-1, -0x1.f5263f15a3eadp-1, -0x1.fff8556050294p-1},
      {0x1.3fe965f7c7907p-1, 0x1.8aedd4b535a11p-1, 0x1.c53d4dcdad604p-1, 0x1.ec60555373c07p-1}};
  const Batch sine = make_batch(options, kProbability, 5);
  for (Index b = 0; b < 2; ++b)
    for (Index t = 1; t <= 3; ++t) {
      EXPECT_EQ(x(sine, t, b), wave[b][t - 1]);
      EXPECT_EQ(sine.targets.step(t)(0, b), wave[b][t]);
    }
  options.kind = TaskKind::adding;
  options.steps = 5;
  const Batch adding = make_batch(options, kProbability, 5);
  EXPECT_EQ(x(adding, 1, 0), 0x1.4bd1a92adb1c1p-1);
  EXPECT_EQ(x(adding, 4, 1), 0x1.7bb90814c6c24p-3);
  EXPECT_EQ(adding.targets.step(5)(0, 0), 0x1.62015d74ff335p+0);
  EXPECT_EQ(adding.targets.step(5)(0, 1), 0x1.a306383a94b20p-2);
}

}  // namespace
}  // namespace backflow::training
