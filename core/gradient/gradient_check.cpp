#include "core/gradient/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace backflow::gradient {
namespace {

// The steps first..last of a batch, with losses from first_loss on and the state before as a start.
model::Batch cut_out(const model::Batch& batch, const model::Trace& trace, Index first,
                     Index first_loss, Index last) {
  model::Batch part;
  const auto shifted = [&](const model::StepMatrices& all, Index from) {
    model::StepMatrices some(all.rows(), all.batch(), from - first + 1, last - first + 1);
    for (Index t = from; t <= last; ++t) some.step(t - first + 1) = all.step(t);
    return some;
  };
  part.inputs = shifted(batch.inputs, first);
  part.targets = shifted(batch.targets, first_loss);
  if (batch.weights.count() > 0) part.weights = shifted(batch.weights, first_loss);
  part.initial_state.resize(trace.h.rows() + trace.c.rows(), batch.size());
  part.initial_state << trace.h.step(first - 1), trace.c.step(first - 1);
  for (Index b = 0; b < batch.size() && !batch.lengths.empty(); ++b)
    part.lengths.push_back(std::max<Index>(0, batch.length(b) - first + 1));
  return part;
}

// Batches whose losses add up to that of `batch`, each with the states before the reach of its
// losses as constants.
std::vector<model::Batch> constant_past(const model::Model& model, const model::Batch& batch,
                                        const Truncation& truncation) {
  if (truncation.kind == TruncationKind::none) return {batch};
  const model::Trace trace = model::forward(model, batch);
  std::vector<model::Batch> parts;
  for (Index t = batch.targets.first(); t <= batch.steps(); ++t) {
    Index last = t;  // losses that reach back to the same step belong together
    while (last < batch.steps() && truncation.earliest(last + 1) == truncation.earliest(t)) ++last;
    parts.push_back(cut_out(batch, trace, truncation.earliest(t), t, last));
    t = last;
  }
  return parts;
}

}  // namespace

GradientCheck check_gradient(const model::Model& model, const model::Batch& batch,
                             const model::Parameters& analytic, const GradientCheckOptions& options,
                             const Truncation& truncation) {
  model::Model probe = model;
  const std::vector<model::Batch> parts = constant_past(model, batch, truncation);
  const auto total_loss = [&parts](const model::Model& at) {
    double sum = 0.0;
    for (const model::Batch& part : parts) sum += model::forward(at, part).loss;
    return sum;
  };
  GradientCheck result;
  result.passed = true;
  const auto probes = model::tensors(probe.parameters);
  const auto derivatives = model::tensors(analytic);
  const double loss = std::abs(total_loss(model));
  Index done = 0;
  for (std::size_t i = 0; i < probes.size(); ++i) {
    auto x = probes[i];
    const auto& g = derivatives[i];
    Matrix numeric(x.rows(), x.cols());
    for (Index entry = 0; entry < x.size(); ++entry) {
      double& value = x.data()[entry];
      const double original = value;
      value = original + options.step;
      const double up = value;
      const double above = total_loss(probe);
      value = original - options.step;
      const double down = value;
      const double below = total_loss(probe);
      value = original;
      numeric.data()[entry] = (above - below) / (up - down);
      ++done;
      if (options.progress) options.progress(done);
    }
    TensorCheck check;
    check.tensor = model::kTensorNames[i];
    check.noise = std::numeric_limits<double>::epsilon() * std::max(loss, 1e-300) / options.step;
    const double size = std::max(g.cwiseAbs().maxCoeff(), numeric.cwiseAbs().maxCoeff());
    const double difference =
        (g - numeric).cwiseAbs().maxCoeff<Eigen::PropagateNaN>(&check.row, &check.col);
    check.analytic = g(check.row, check.col);
    check.numeric = numeric(check.row, check.col);
    check.worst_error = difference == 0.0 ? 0.0 : difference / size;
    // What the noise can not account for is wrong however small the derivatives are.
    constexpr double kFarBeyondNoise = 100.0;
    check.inconclusive = size > 0.0 && check.noise > options.tolerance * size &&
                         difference <= kFarBeyondNoise * check.noise;
    // Negated, so that NaN fails.
    if (!check.inconclusive && !(check.worst_error <= options.tolerance)) result.passed = false;
    result.tensors.push_back(check);
  }
  return result;
}

}  // namespace backflow::gradient
