#include "core/training/accuracy.h"

#include <cmath>
#include <limits>

namespace backflow::training {
namespace {

using model::Index;
using Answer = Eigen::Ref<const model::Vector>;

bool is_right(const TaskInfo& info, const Answer& y, const Answer& y_hat) {
  if (!y_hat.allFinite()) return false;
  if (info.target == TargetKind::real) return (y_hat - y).cwiseAbs().maxCoeff() < info.tolerance;
  if (info.target == TargetKind::binary && y.size() == 1) return (y_hat(0) > 0.5) == (y(0) > 0.5);
  Index answer = 0, right = 0;
  y_hat.maxCoeff(&answer);
  y.maxCoeff(&right);
  return answer == right;
}

}  // namespace

Answers count_answers(const TaskInfo& info, const model::Batch& batch,
                      const model::StepMatrices& y_hat) {
  Answers answers;
  if (info.target == TargetKind::real && std::isnan(info.tolerance))
    return {std::numeric_limits<double>::quiet_NaN(), 1.0};
  for (Index t = batch.targets.first(); t <= batch.targets.last(); ++t)
    for (Index b = 0; b < batch.size(); ++b) {
      const double weight = batch.weight(t, b);
      if (weight == 0.0) continue;
      answers.all += weight;
      if (is_right(info, batch.targets.step(t).col(b), y_hat.step(t).col(b)))
        answers.right += weight;
    }
  return answers;
}

double accuracy(const TaskInfo& info, const model::Batch& batch, const model::StepMatrices& y_hat) {
  return count_answers(info, batch, y_hat).share();
}

}  // namespace backflow::training
