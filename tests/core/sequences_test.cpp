// Sequences and texts from files: what is read, how it is cut and held out, and what is refused.
#include <cmath>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "core/io/safetensors.h"
#include "core/training/task/task_files.h"
#include "tests/support/temporary_folder.h"

namespace backflow::training {
namespace {

using model::Batch;
using model::Index;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SequenceFiles : public support::TemporaryFolder {
protected:
  struct Array {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::vector<double> values;
  };
  std::string arrays(const std::string& name, const std::vector<Array>& all) {
    std::vector<io::NamedTensor> tensors;
    for (const Array& array : all) tensors.push_back({array.name, array.shape, array.values});
    return file(name, io::safetensors_bytes(tensors, io::NumberType::float64));
  }

  static std::vector<double> counting(std::size_t count, double first = 0.0) {
    std::vector<double> values(count);
    std::iota(values.begin(), values.end(), first);
    return values;
  }

  // The options with that file; an error fails the test.
  static TaskOptions with(const std::string& path, SequenceLayout layout = {},
                          const std::string& targets = {}) {
    TaskOptions options;
    options.file = path;
    options.targets_file = targets;
    options.layout = layout;
    EXPECT_EQ(read_task_files(options), "");
    EXPECT_EQ(options.problem, "");
    options.kind = options.data ? TaskKind::sequences : TaskKind::next_character;
    return options;
  }
  static std::string error_of(const std::string& path, const std::string& targets = {}) {
    TaskOptions options;
    options.file = path;
    options.targets_file = targets;
    const std::string error = read_task_files(options);
    return error.empty() ? options.problem : error;
  }
};

Batch first_batch(const TaskOptions& options) {
  return make_batch(options, TargetEncoding::probability, 0);
}

// The example of the README.
TEST_F(SequenceFiles, TableOfTwoSequencesWithOneTargetEach) {
  const TaskOptions options = with(file("sums.csv",
                                        "sequence,x1,x2,y\n"
                                        "1,0.5,1,\n"
                                        "1,0.25,0,\n"
                                        "1,0.125,1,0.625\n"
                                        "2,0.75,1,\n"
                                        "2,0.5,1,1.25\n"));
  EXPECT_EQ(options.data->target, TargetKind::real);
  EXPECT_TRUE(options.data->only_last);
  EXPECT_EQ(effective_shape(options), Shape::many_to_one);
  const Batch batch = first_batch(options);
  EXPECT_EQ(batch.size(), 2);
  EXPECT_EQ(batch.steps(), 3);
  EXPECT_EQ(batch.lengths, (std::vector<Index>{3, 2}));
  EXPECT_EQ(batch.inputs.step(3)(0, 0), 0.125);
  EXPECT_EQ(batch.inputs.step(2)(1, 1), 1.0);
  EXPECT_EQ(batch.inputs.step(3).col(1).norm(), 0.0);
  EXPECT_EQ(batch.weight(3, 0), 1.0);
  EXPECT_EQ(batch.targets.step(3)(0, 0), 0.625);
  EXPECT_EQ(batch.weight(2, 1), 1.0);
  EXPECT_EQ(batch.targets.step(2)(0, 1), 1.25);
  for (const auto& [t, b] : {std::pair<Index, Index>{1, 0}, {2, 0}, {1, 1}, {3, 1}})
    EXPECT_EQ(batch.weight(t, b), 0.0) << t << b;
  // The mean of 0.625 and 1.25 leaves ((1.25 − 0.625)/2)².
  EXPECT_NEAR(chance_level(options, model::Loss::mean_squared_error).loss, 0.3125 * 0.3125, 1e-15);
}

TEST_F(SequenceFiles, WholeNumbersAreLabelsOrClasses) {
  const TaskOptions labels = with(file("a.csv", "x,y\n0.5,1\n0.25,0\n1,1\n2,1\n"));
  EXPECT_EQ(labels.data->target, TargetKind::binary);
  EXPECT_EQ(output_size(labels, TargetEncoding::probability), 1);
  const Chance chance = chance_level(labels, model::Loss::binary_cross_entropy);
  EXPECT_NEAR(chance.loss, -4.0 * (0.75 * std::log(0.75) + 0.25 * std::log(0.25)), 1e-14);
  EXPECT_EQ(chance.accuracy, 0.75);

  const TaskOptions classes = with(file("b.csv", "x,y\n0.5,2\n0.25,0\n1,\n2,1\n"));
  EXPECT_EQ(classes.data->target, TargetKind::classes);
  EXPECT_EQ(output_size(classes, TargetEncoding::probability), 3);
  const Batch batch = first_batch(classes);
  EXPECT_EQ(batch.targets.step(1).col(0), model::Vector::Unit(3, 2));
  EXPECT_EQ(batch.weight(3, 0), 0.0);
  EXPECT_EQ(batch.weight(4, 0), 1.0);
  EXPECT_NEAR(chance_level(classes, model::Loss::categorical_cross_entropy).loss,
              3.0 * std::log(3.0), 1e-14);
}

TEST_F(SequenceFiles, ArraysInBothLayoutsAreTheSameSequences) {
  // Step t of sequence b: 10 b + t, and that plus 0.5.
  std::vector<double> time_first, batch_first, targets_time, targets_batch;
  for (int t = 0; t < 3; ++t)
    for (int b = 0; b < 2; ++b) {
      time_first.insert(time_first.end(), {10.0 * b + t, 10.0 * b + t + 0.5});
      targets_time.push_back(100.0 * b + t + 0.25);
    }
  for (int b = 0; b < 2; ++b)
    for (int t = 0; t < 3; ++t) {
      batch_first.insert(batch_first.end(), {10.0 * b + t, 10.0 * b + t + 0.5});
      targets_batch.push_back(100.0 * b + t + 0.25);
    }
  const std::string a =
      arrays("a.safetensors", {{"x", {3, 2, 2}, time_first}, {"y", {3, 2}, targets_time}});
  const std::string b =
      arrays("b.safetensors", {{"x", {2, 3, 2}, batch_first}, {"y", {2, 3}, targets_batch}});
  const std::string x = arrays("x.safetensors", {{"other", {2, 3, 2}, batch_first}});
  const std::string y = arrays("y.safetensors", {{"more", {2, 3, 1}, targets_batch}});
  for (const TaskOptions& options :
       {with(a), with(b, SequenceLayout::batch_first), with(x, SequenceLayout::batch_first, y)}) {
    const Batch batch = first_batch(options);
    ASSERT_EQ(batch.size(), 2);
    ASSERT_EQ(batch.steps(), 3);
    EXPECT_TRUE(batch.lengths.empty());
    for (Index t = 1; t <= 3; ++t)
      for (Index s = 0; s < 2; ++s) {
        const auto at = static_cast<double>(t - 1);
        EXPECT_EQ(batch.inputs.step(t)(0, s), 10.0 * static_cast<double>(s) + at);
        EXPECT_EQ(batch.inputs.step(t)(1, s), 10.0 * static_cast<double>(s) + at + 0.5);
        EXPECT_EQ(batch.targets.step(t)(0, s), 100.0 * static_cast<double>(s) + at + 0.25);
      }
  }
}

TEST_F(SequenceFiles, TargetsOfTheLastStepAndLengths) {
  const std::string path = arrays("a.safetensors", {{"x", {4, 2, 1}, counting(8)},
                                                    {"y", {2, 2}, {1.5, 2.5, 3.5, 4.5}},
                                                    {"lengths", {2}, {4, 2}}});
  const TaskOptions options = with(path);
  EXPECT_TRUE(options.data->only_last);
  const Batch batch = first_batch(options);
  EXPECT_EQ(batch.lengths, (std::vector<Index>{4, 2}));
  EXPECT_EQ(batch.targets.rows(), 2);
  EXPECT_EQ(batch.weight(4, 0), 1.0);
  EXPECT_EQ(batch.weight(2, 1), 1.0);
  EXPECT_EQ(batch.weight(4, 1), 0.0);
  EXPECT_EQ(batch.targets.step(2).col(1), Eigen::Vector2d(3.5, 4.5));
}

// Every tenth sequence is never trained with, and all of the others are.
TEST_F(SequenceFiles, TheLastTenthIsHeldOut) {
  const std::string path =
      arrays("a.safetensors", {{"x", {1, 40, 1}, counting(40)}, {"y", {40, 1}, counting(40, 0.5)}});
  TaskOptions options = with(path);
  EXPECT_EQ(resolved(options).batch, 32);
  std::set<double> seen;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Batch batch = make_batch(options, {}, i);
    for (Index b = 0; b < batch.size(); ++b) {
      EXPECT_EQ(batch.targets.step(1)(0, b), batch.inputs.step(1)(0, b) + 0.5);
      seen.insert(batch.inputs.step(1)(0, b));
    }
  }
  EXPECT_EQ(seen.size(), 36u);
  EXPECT_EQ(*seen.rbegin(), 35.0);
  const auto validation = make_validation_batch(options, {}, 64);
  ASSERT_TRUE(validation.has_value());
  EXPECT_EQ(validation->size(), 4);
  for (Index b = 0; b < 4; ++b)
    EXPECT_EQ(validation->inputs.step(1)(0, b), 36.0 + static_cast<double>(b));
}

// A long series is learned in windows of T steps, its last tenth held out.
TEST_F(SequenceFiles, ALongSeriesIsCutIntoWindows) {
  const std::string path = arrays(
      "a.safetensors", {{"x", {2000, 1}, counting(2000)}, {"y", {2000, 1}, counting(2000, 0.5)}});
  TaskOptions options = with(path);
  EXPECT_EQ(resolved(options).steps, 1000);
  options.steps = 50;
  options.batch = 20;
  std::set<double> beginnings;
  const auto check = [](const Batch& batch, double low, double high) {
    EXPECT_EQ(batch.steps(), 50);
    EXPECT_TRUE(batch.lengths.empty());
    for (Index b = 0; b < batch.size(); ++b) {
      EXPECT_GE(batch.inputs.step(1)(0, b), low);
      EXPECT_LT(batch.inputs.step(50)(0, b), high);
      for (Index t = 1; t <= 50; ++t) {
        EXPECT_EQ(batch.inputs.step(t)(0, b),
                  batch.inputs.step(1)(0, b) + static_cast<double>(t - 1));
        EXPECT_EQ(batch.targets.step(t)(0, b), batch.inputs.step(t)(0, b) + 0.5);
      }
    }
  };
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Batch batch = make_batch(options, {}, i);
    check(batch, 0.0, 1800.0);
    for (Index b = 0; b < batch.size(); ++b) beginnings.insert(batch.inputs.step(1)(0, b));
  }
  EXPECT_GT(beginnings.size(), 300u);
  const auto validation = make_validation_batch(options, {}, 30);
  ASSERT_TRUE(validation.has_value());
  EXPECT_EQ(validation->size(), 30);
  check(*validation, 1800.0, 2000.0);
}

// Real training from a file: the sum of two numbers, which a linear network learns.
TEST_F(SequenceFiles, IsLearned) {
  std::string table = "sequence,a,b,y\n";
  model::Random random(3);
  for (int s = 0; s < 30; ++s) {
    double sum = 0.0;
    for (int t = 0; t < 4; ++t) {
      const double a = random.normal(), b = random.normal();
      sum += a - b;
      table += std::to_string(s) + "," + config::format_number(a) + "," + config::format_number(b) +
               (t == 3 ? "," + config::format_number(sum) : std::string(",")) + "\n";
    }
  }
  config::Config config;
  for (const std::string& setting :
       {"task.file=" + file("sums.csv", table), std::string("model.activation=identity"),
        std::string("training.optimizer=adam"), std::string("training.learning_rate=0.01")})
    ASSERT_EQ(config::set_key_as_meant(config, setting), "");
  ASSERT_EQ(config::validate(config), "");
  EXPECT_EQ(config.task.kind, TaskKind::sequences);
  Trainer trainer(config::make_setup(config));
  std::shared_ptr<const IterationRecord> record;
  for (int i = 0; i < 1501; ++i) record = trainer.step();
  EXPECT_LT(record->trace.loss, 1e-3);
  ASSERT_TRUE(trainer.evaluate()->trace.loss < 1e-3);
  const auto held_out = make_validation_batch(config.task, {}, 3);
  ASSERT_TRUE(held_out.has_value());
  Batch batch = *held_out;
  batch.initial_state = model::Matrix::Zero(8, batch.size());
  EXPECT_LT(model::forward(trainer.setup().model, batch).loss, 1e-2);
}

TEST_F(SequenceFiles, WhatIsWrongIsOneSentence) {
  EXPECT_EQ(error_of("/no/such.csv"), "does not exist");
  EXPECT_THAT(error_of(file("a.csv", "x,y\n1,2\n,3\n")),
              StartsWith("has an empty field in line 3, column 1; only targets may be left out"));
  EXPECT_THAT(error_of(file("b.csv", "x,y1,y2\n1,2,3\n1,,3\n")),
              StartsWith("has some targets in line 3 and leaves out others"));
  EXPECT_THAT(error_of(file("c.csv", "y,y2\n1,2\n")), StartsWith("has no column for inputs"));
  EXPECT_EQ(error_of(file("d.csv", "sequence,x\n1,5\n1,5\n2,5\n\n3,5\n1,5\n1,5\n")),
            "has rows of one sequence in line 2 and again in line 7, with another's between; those "
            "of a sequence must follow one another");
  EXPECT_EQ(error_of(file("e.csv", "sequence,x\n2,5\n1,5\n1,5\n3,5\n")), "");
  const std::string x = arrays("x.safetensors", {{"x", {3, 2, 2}, counting(12)}});
  EXPECT_THAT(
      error_of(x, arrays("y.safetensors", {{"y", {5, 2}, counting(10)}})),
      AllOf(HasSubstr("task.targets = "),
            HasSubstr("of shape (5, 2), which do not go with "
                      "inputs of (3, 2, 2) of float64"),
            HasSubstr("needed: (3, 2) and perhaps a dimension more, or (2,) for the last")));
  EXPECT_THAT(error_of(x, "/no/such"), HasSubstr("task.targets = /no/such does not exist"));
  EXPECT_THAT(error_of(arrays("v.safetensors", {{"x", {4}, counting(4)}})),
              StartsWith("has 1 dimensions in the array \"x\"; inputs have 2, (T, d), or 3"));
  EXPECT_THAT(error_of(arrays("n.safetensors", {{"x", {2, 2}, {0.0, 1.0, NAN, 2.0}}})),
              StartsWith("has a number that is not finite in the array \"x\" at (1, 0), counted"));
  EXPECT_THAT(
      error_of(arrays("l.safetensors", {{"x", {3, 2, 1}, counting(6)}, {"lengths", {2}, {3, 4}}})),
      HasSubstr("that is no whole number from 1 to 3"));
  config::Config config;
  config.task.kind = TaskKind::sequences;
  EXPECT_THAT(config::validate(config), StartsWith("task.name = sequences needs task.file"));
}

// What does not fit is told once all is said: the layout may come after the file.
TEST_F(SequenceFiles, TheLayoutMayComeLast) {
  const std::string path =
      arrays("a.safetensors", {{"x", {2, 5, 1}, counting(10)}, {"y", {2}, {0.5, 1.5}}});
  config::Config config;
  ASSERT_EQ(config::set_key_as_meant(config, "task.file=" + path), "");
  EXPECT_THAT(config::validate(config), HasSubstr("which do not go with inputs of (2, 5, 1)"));
  ASSERT_EQ(config::set_key_as_meant(config, "task.layout=batch-first"), "");
  EXPECT_EQ(config::validate(config), "");
  EXPECT_TRUE(config.task.data->only_last);
}

// Too many for classes: numbers.
TEST_F(SequenceFiles, LargeWholeNumbersAreNumbers) {
  const TaskOptions table = with(file("a.csv", "x,y\n1,4000\n2,5000\n"));
  EXPECT_EQ(table.data->target, TargetKind::real);
  const std::string x = arrays("x.safetensors", {{"x", {3, 2, 2}, counting(12)}});
  const TaskOptions two =
      with(x, {}, arrays("y.safetensors", {{"y", {3, 2}, {1, 2, 3, 4, 5, 1e300}}}));
  EXPECT_EQ(two.data->target, TargetKind::real);
}

// Those that are only looked at come in the file's order.
TEST_F(SequenceFiles, WithoutTargetsTheFirstAreShown) {
  const TaskOptions options = with(arrays("x.safetensors", {{"x", {1, 20, 1}, counting(20)}}));
  const Batch batch = make_batch(options, {}, 3);
  ASSERT_EQ(batch.size(), 8);
  for (Index b = 0; b < 8; ++b) EXPECT_EQ(batch.inputs.step(1)(0, b), static_cast<double>(b));
}

TEST_F(SequenceFiles, AVocabularyGivesTheOrderOfTheCharacters) {
  TaskOptions options;
  options.file = file("text.txt", "abcabcabcabc");
  options.vocabulary_file = file("vocabulary.txt", "cxab\n");
  ASSERT_EQ(read_task_files(options), "");
  ASSERT_EQ(options.problem, "");
  EXPECT_EQ(options.text->alphabet, (std::vector<std::string>{"c", "x", "a", "b"}));
  EXPECT_EQ(options.text->characters[0], 2);
  EXPECT_EQ(options.text->frequency[1], 0.0);
  options.kind = TaskKind::next_character;
  options.steps = 3;
  EXPECT_EQ(first_batch(options).inputs.rows(), 4);

  options.vocabulary_file = file("short.txt", "ab");
  EXPECT_EQ(read_task_files(options), "");
  EXPECT_EQ(options.problem,
            "task.file = " + options.file + " has the character \"c\", which the vocabulary lacks");
}

}  // namespace
}  // namespace backflow::training
