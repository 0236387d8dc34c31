#include "core/model/feed.h"

#include <utility>

namespace backflow::model {
namespace {

// The same steps of each sequence from its end to its beginning; zero after that.
StepMatrices turned(const StepMatrices& steps, const Batch& batch) {
  StepMatrices result(steps.rows(), steps.batch(), steps.first(), steps.last());
  for (Index b = 0; b < batch.size(); ++b)
    for (Index t = 1; t <= batch.length(b); ++t)
      result.step(t).col(b) = steps.step(batch.length(b) + 1 - t).col(b);
  return result;
}

// h_1..h_T of a layer, (n, B), for the inputs and lengths of a batch without targets; zero after a
// sequence's end.
StepMatrices states(const Model& layer, Batch& batch) {
  const Index T = batch.steps(), B = batch.size(), n = layer.parameters.hidden_size();
  batch.initial_state = Matrix::Zero(layout_of(layer).states * n, B);
  const Trace trace = forward(layer, batch);
  StepMatrices h(n, B, 1, T);
  h.data() = trace.h.steps(1, T);
  for (Index b = 0; b < B; ++b)
    for (Index t = batch.length(b) + 1; t <= T; ++t) h.step(t).col(b).setZero();
  return h;
}

// What the layers make of the inputs of a batch without targets, in their place.
void run(const std::vector<LowerLayers::Layer>& layers, Batch& batch) {
  for (const LowerLayers::Layer& layer : layers) {
    StepMatrices h = states(layer.forward, batch);
    if (layer.backward) {
      batch.inputs = turned(batch.inputs, batch);
      const StepMatrices other = turned(states(*layer.backward, batch), batch);
      StepMatrices both(h.rows() + other.rows(), h.batch(), 1, batch.steps());
      both.data() << h.data(), other.data();
      h = std::move(both);
    }
    batch.inputs = std::move(h);
  }
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
    const Index B = batch.size(), T = batch.steps();
    Batch lower;
    lower.inputs = std::move(batch.inputs);
    lower.targets = StepMatrices(0, B, T + 1, T);
    lower.lengths = batch.lengths;
    run(below->layers, lower);
    batch.inputs = std::move(lower.inputs);
    batch.input_words.clear();
  }
  if (!backward) return;
  batch.inputs = turned(batch.inputs, batch);
  if (!has_earlier_targets(batch)) return;
  batch.targets = turned(batch.targets, batch);
  if (batch.weights.count() > 0) batch.weights = turned(batch.weights, batch);
}

Feed Feed::with(const Activation& activation) const {
  Feed feed = *this;
  if (!below) return feed;
  auto layers = std::make_shared<LowerLayers>(*below);
  for (LowerLayers::Layer& layer : layers->layers) {
    layer.forward.activation = activation;
    if (layer.backward) layer.backward->activation = activation;
  }
  feed.below = std::move(layers);
  return feed;
}

}  // namespace backflow::model
