#include "core/training/validation.h"

#include <algorithm>

#include "core/training/accuracy.h"

namespace backflow::training {
namespace {

using model::Batch;
using model::Index;

// The sequences first..first + count − 1 alone.
Batch part_of(const Batch& batch, Index first, Index count) {
  const auto own = [&](const model::StepMatrices& all) {
    model::StepMatrices some(all.rows(), count, all.first(), all.last());
    for (Index t = all.first(); t <= all.last(); ++t)
      some.step(t) = all.step(t).middleCols(first, count);
    return some;
  };
  Batch part;
  part.inputs = own(batch.inputs);
  part.targets = own(batch.targets);
  if (batch.weights.count() > 0) part.weights = own(batch.weights);
  for (Index b = first; b < first + count && !batch.lengths.empty(); ++b)
    part.lengths.push_back(batch.length(b));
  part.initial_state = batch.initial_state.middleCols(first, count);
  return part;
}

}  // namespace

Validation validate(const model::Model& model, const Batch& batch, const TaskInfo& info,
                    Index at_a_time) {
  const Index B = batch.size();
  if (B <= at_a_time) {
    const model::Trace trace = model::forward(model, batch);
    return {trace.loss, accuracy(info, batch, trace.y_hat), B};
  }
  double loss = 0.0;
  Answers answers;
  model::Trace trace;
  for (Index first = 0; first < B; first += at_a_time) {
    const Batch part = part_of(batch, first, std::min(at_a_time, B - first));
    model::forward(model, part, trace);
    loss += trace.loss * static_cast<double>(part.size());
    answers += count_answers(info, part, trace.y_hat);
  }
  return {loss / static_cast<double>(B), answers.share(), B};
}

}  // namespace backflow::training
