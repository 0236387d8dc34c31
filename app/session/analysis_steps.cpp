#include "app/session/analysis_steps.h"

namespace backflow::session {
namespace {

using model::Index;
using training::IterationRecord;

// The rows of Trace::a that go through f: all of the vanilla cell's, the new state's of the others.
auto activated(const IterationRecord& record, Index t, Index sequence) {
  const Index n = record.model.parameters.hidden_size();
  const Index block = model::layout_of(record.model).new_state_block;
  return record.trace.a.step(t).col(sequence).segment(block * n, n);
}

void add_saturation(const IterationRecord& record, Index sequence, Analysis& analysis) {
  const model::Activation& f = record.model.activation;
  const double gamma = model::derivative_bound(f);
  const Index n = record.model.parameters.hidden_size(), T = record.trace.length(sequence);
  model::Matrix slopes(n, 1), all(n, T);
  for (Index t = 1; t <= T; ++t) {
    all.col(t - 1) = activated(record, t, sequence);
    model::derivative(f, all.col(t - 1), slopes);
    analysis.saturation.push_back(gradient::saturation(slopes.col(0), gamma));
    slopes = slopes.cwiseAbs() / gamma;
    analysis.slopes.push_back(gradient::five_numbers(slopes.col(0)));
    analysis.pre_activations.push_back(gradient::five_numbers(all.col(t - 1)));
  }
  analysis.pre_activation_histogram = gradient::histogram(all, kActivationBins);
}

// Of all gates but the one that makes the new state, which goes through f.
void add_gates(const IterationRecord& record, Index sequence, Analysis& analysis) {
  const model::CellLayout& layout = model::layout_of(record.model);
  const Index n = record.model.parameters.hidden_size(), T = record.trace.length(sequence);
  model::Matrix values(n, 1);
  for (Index block = 0; block < layout.gate_count(); ++block) {
    if (block == layout.new_state_block) continue;
    GateSteps& gate = analysis.gates.emplace_back(GateSteps{block, {}});
    for (Index t = 1; t <= T; ++t) {
      model::sigmoid(record.trace.a.step(t).col(sequence).segment(block * n, n), values);
      gate.steps.push_back(gradient::gate_opening(values.col(0)));
    }
  }
}

}  // namespace

void add_steps(const IterationRecord& record, Index sequence, Analysis& analysis) {
  add_saturation(record, sequence, analysis);
  add_gates(record, sequence, analysis);
}

}  // namespace backflow::session
