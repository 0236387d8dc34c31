#include "core/model/feed.h"

#include <utility>

namespace backflow::model {
namespace {

// Each sequence backwards; `own` of them in (rows, T·B), from step 1.
StepMatrices turned(const StepMatrices& steps, const Batch& batch) {
  StepMatrices result(steps.rows(), steps.batch(), steps.first(), steps.last());
  for (Index b = 0; b < batch.size(); ++b)
    for (Index t = 1; t <= batch.length(b); ++t)
      result.step(t).col(b) = steps.step(batch.length(b) + 1 - t).col(b);
  return result;
}

// h_1..h_T of a layer, (n, B); zero after a sequence's end.
StepMatrices states(const LowerLayers& below, const Activation& f, const Parameters& p,
                    const StepMatrices& inputs, const Batch& batch) {
  Model model{.cell = below.cell, .activation = f, .parameters = p};
  const Index T = batch.steps(), B = batch.size(), n = p.hidden_size();
  Batch layer;
  layer.inputs = inputs;
  layer.targets = StepMatrices(0, B, T + 1, T);
  layer.lengths = batch.lengths;
  layer.initial_state = Matrix::Zero(layout_of(model).states * n, B);
  const Trace trace = forward(model, layer);
  StepMatrices h(n, B, 1, T);
  h.data() = trace.h.steps(1, T);
  for (Index b = 0; b < B; ++b)
    for (Index t = batch.length(b) + 1; t <= T; ++t) h.step(t).col(b).setZero();
  return h;
}

// Other targets than those of last steps.
bool has_earlier_targets(const Batch& batch) {
  if (!batch.targets.contains(1)) return false;
  for (Index b = 0; b < batch.size(); ++b)
    for (Index t = 1; t < batch.length(b); ++t)
      if (batch.weight(t, b) != 0.0) return true;
  return false;
}

}  // namespace

void Feed::apply(Batch& batch) const {
  if (below) {
    for (const LowerLayers::Layer& layer : below->layers) {
      StepMatrices h = states(*below, activation, layer.forward, batch.inputs, batch);
      if (layer.backward) {
        const StepMatrices other = turned(
            states(*below, activation, *layer.backward, turned(batch.inputs, batch), batch), batch);
        StepMatrices both(h.rows() + other.rows(), h.batch(), 1, batch.steps());
        both.data() << h.data(), other.data();
        h = std::move(both);
      }
      batch.inputs = std::move(h);
    }
    if (!below->layers.empty()) batch.input_words.clear();
  }
  if (!backward) return;
  batch.inputs = turned(batch.inputs, batch);
  if (!has_earlier_targets(batch)) return;
  batch.targets = turned(batch.targets, batch);
  if (batch.weights.count() > 0) batch.weights = turned(batch.weights, batch);
}

}  // namespace backflow::model
