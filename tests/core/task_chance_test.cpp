// Chance levels against the best constant answer found from data, and the accuracy.
#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "core/training/accuracy.h"
#include "core/training/task/task.h"

namespace backflow::training {
namespace {

using model::Batch;
using model::Index;
using model::Loss;
using model::Vector;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Those that make their data themselves, and ask for something.
std::vector<TaskInfo> tasks() {
  std::vector<TaskInfo> all(task_list().begin(), task_list().end());
  std::erase_if(all, [](const TaskInfo& info) {
    return info.kind == TaskKind::sequences || info.target == TargetKind::none;
  });
  return all;
}

// The pre-activations of a constant answer, for the read-out that goes with the loss.
Vector constant_answer(const Vector& mean, Loss loss) {
  if (loss == Loss::mean_squared_error) return mean;
  const auto p = mean.array().max(1e-12).min(1.0 - 1e-12);
  if (loss == Loss::categorical_cross_entropy) return p.log();
  return (p / (1.0 - p)).log();
}

Vector outputs_of(const Vector& mean, Loss loss) {
  Vector outputs(mean.size());
  const auto readout = loss == Loss::mean_squared_error          ? model::Readout::identity
                       : loss == Loss::categorical_cross_entropy ? model::Readout::softmax
                                                                 : model::Readout::sigmoid;
  apply(readout, constant_answer(mean, loss), outputs);
  return outputs;
}

// From many batches: what the best constant answer, the mean of the targets, costs, and how often
// it is right.
Chance best_constant(const TaskOptions& options, Loss loss) {
  const TaskInfo& info = task_info(options.kind);
  const auto encoding = loss == Loss::categorical_cross_entropy ? TargetEncoding::one_hot
                                                                : TargetEncoding::probability;
  const int batches = info.fixed_table ? 1 : 1500;
  const auto for_answers = [&](const auto& take) {
    for (int i = 0; i < batches; ++i) {
      const Batch batch = make_batch(options, encoding, static_cast<std::uint64_t>(i));
      for (Index t = batch.targets.first(); t <= batch.targets.last(); ++t)
        for (Index b = 0; b < batch.size(); ++b)
          if (const double w = batch.weight(t, b); w != 0.0) take(w, batch.targets.step(t).col(b));
    }
  };
  Vector sum = Vector::Zero(output_size(options, encoding));
  double answers = 0.0, near_one = 0.0;
  for_answers([&](double w, const auto& y) {
    sum += w * y;
    near_one += w * (std::abs(y(0) - 1.0) < 0.04 ? 1.0 : 0.0);
    answers += w;
  });
  const Vector mean = sum / answers;
  const Vector z = constant_answer(mean, loss), outputs = outputs_of(mean, loss);
  double costs = 0.0;
  for_answers(
      [&](double w, const auto& y) { costs += w * model::loss_value(loss, z, outputs, y); });
  costs /= static_cast<double>(batches) * static_cast<double>(resolved(options).batch);
  if (info.target == TargetKind::real)
    return {costs, options.kind == TaskKind::adding ? near_one / answers : kNan};
  return {costs, mean.size() > 1 ? mean.maxCoeff() : std::max(mean(0), 1.0 - mean(0))};
}

TEST(ChanceLevel, IsTheBestConstantAnswer) {
  for (const TaskInfo& info : tasks())
    for (const Shape shape : info.shapes)
      for (const bool equal_lengths : {true, false}) {
        if (!equal_lengths && (info.fixed_table || shape == Shape::one_to_one)) continue;
        SCOPED_TRACE(std::string(model::name_of(info.kind)) + " " +
                     std::string(model::name_of(shape)) + (equal_lengths ? "" : ", varied"));
        TaskOptions options;
        options.kind = info.kind;
        options.shape = shape;
        options.symbols = 3;
        options.batch = info.fixed_table ? 0 : 10;  // that the one of full length counts
        if (!equal_lengths) options.length_min = info.least_steps(resolved(options));
        for (const auto& entry : model::EnumNames<Loss>::kAll) {
          SCOPED_TRACE(entry.name);
          const Chance claimed = chance_level(options, entry.value);
          if (info.target == TargetKind::real && entry.value != Loss::mean_squared_error) {
            EXPECT_TRUE(std::isnan(claimed.loss));
            continue;
          }
          const Chance found = best_constant(options, entry.value);
          const bool exact = info.fixed_table;
          EXPECT_NEAR(claimed.loss, found.loss, (exact ? 1e-10 : 0.02) * found.loss);
          EXPECT_EQ(std::isnan(claimed.accuracy), std::isnan(found.accuracy));
          if (!std::isnan(found.accuracy)) {
            EXPECT_NEAR(claimed.accuracy, found.accuracy, exact ? 1e-15 : 0.02);
          }
        }
      }
}

TEST(ChanceLevel, HasThePublishedValues) {
  TaskOptions options;
  options.kind = TaskKind::adding;
  EXPECT_DOUBLE_EQ(chance_level(options, Loss::mean_squared_error).loss, 1.0 / 6.0);
  options.kind = TaskKind::copy_memory;
  EXPECT_DOUBLE_EQ(chance_level(options, Loss::categorical_cross_entropy).loss,
                   10.0 * std::log(8.0));
  options.kind = TaskKind::temporal_order;
  EXPECT_DOUBLE_EQ(chance_level(options, Loss::categorical_cross_entropy).loss, std::log(4.0));
  EXPECT_EQ(chance_level(options, Loss::categorical_cross_entropy).accuracy, 0.25);
  options.kind = TaskKind::parity;
  options.shape = Shape::many_to_one;
  EXPECT_DOUBLE_EQ(chance_level(options, Loss::binary_cross_entropy).loss, std::numbers::ln2);
  options.kind = TaskKind::delayed_echo;
  options.shape = Shape::many_to_many;  // 20 steps, the first 5 without a target
  EXPECT_DOUBLE_EQ(chance_level(options, Loss::binary_cross_entropy).loss,
                   15.0 * std::numbers::ln2);
}

// --- accuracy ------------------------------------------------------------------------------------

Batch batch_of(const model::Matrix& targets, Index size) {
  Batch batch;
  const Index steps = targets.cols() / size;
  batch.inputs = model::StepMatrices(1, size, 1, steps);
  batch.targets = model::StepMatrices(targets.rows(), size, 1, steps);
  batch.targets.data() = targets;
  return batch;
}

model::StepMatrices outputs(const Batch& batch, const model::Matrix& values) {
  model::StepMatrices y_hat = batch.targets;
  y_hat.data() = values;
  return y_hat;
}

TEST(Accuracy, OfLabelsIsTheSideOfOneHalf) {
  const TaskInfo& info = task_info(TaskKind::parity);
  const Batch batch = batch_of(model::Matrix{{1, 0, 1, 0}}, 2);
  EXPECT_EQ(accuracy(info, batch, outputs(batch, model::Matrix{{0.6, 0.4, 0.9, 0.1}})), 1.0);
  EXPECT_EQ(accuracy(info, batch, outputs(batch, model::Matrix{{0.4, 0.6, 0.9, 0.1}})), 0.5);
  EXPECT_EQ(accuracy(info, batch, outputs(batch, model::Matrix{{kNan, kNan, 0.9, 0.6}})), 0.25);
}

TEST(Accuracy, OfClassesIsTheLargestOutput) {
  const Batch batch = batch_of(model::Matrix{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 3);
  const auto y_hat =
      outputs(batch, model::Matrix{{0.4, 0.5, 0.1}, {0.3, 0.4, 0.2}, {0.3, 0.1, 0.7}});
  EXPECT_DOUBLE_EQ(accuracy(task_info(TaskKind::temporal_order), batch, y_hat), 2.0 / 3.0);
  const Batch labels = batch_of(model::Matrix{{1, 0}, {0, 1}}, 2);
  EXPECT_EQ(accuracy(task_info(TaskKind::parity), labels,
                     outputs(labels, model::Matrix{{0.2, 0.1}, {0.8, 0.9}})),
            0.5);
}

TEST(Accuracy, CountsOnlyStepsWithALoss) {
  Batch batch = batch_of(model::Matrix{{1, 0, 1, 0}}, 2);
  batch.weights = model::StepMatrices(1, 2, 1, 2);
  batch.weights.data() << 0, 1, 1, 0;
  EXPECT_EQ(accuracy(task_info(TaskKind::parity), batch,
                     outputs(batch, model::Matrix{{0.0, 1.0, 1.0, 1.0}})),
            0.5);
}

TEST(Accuracy, OfRealTargetsNeedsATolerance) {
  const Batch batch = batch_of(model::Matrix{{1.0, 1.0, 0.5, 0.5}}, 2);
  const auto y_hat = outputs(batch, model::Matrix{{1.039, 1.041, 0.461, 0.459}});
  EXPECT_EQ(accuracy(task_info(TaskKind::adding), batch, y_hat), 0.5);
  EXPECT_TRUE(std::isnan(accuracy(task_info(TaskKind::sine), batch, y_hat)));
}

}  // namespace
}  // namespace backflow::training
