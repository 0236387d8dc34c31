#include "app/figure/unrolled_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/figure/ticks.h"
#include "core/gradient/blame.h"

namespace backflow::figure {
namespace {

using model::Index;
using training::IterationRecord;

// Largest |value| of a sequence up to its last step; 1 when all are zero or none is finite.
double value_scale(const model::StepMatrices& values, Index sequence, Index steps) {
  double largest = 0.0;
  for (Index t = values.first(); t <= std::min(values.last(), steps); ++t)
    for (const double value : values.step(t).col(sequence))
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest > 0.0 ? largest : 1.0;
}

bool saturates_at_one(const model::Activation& activation) {
  return activation.kind == model::ActivationKind::tanh ||
         activation.kind == model::ActivationKind::sigmoid;
}

double reference_of(const std::vector<double>& logs) {
  if (std::isfinite(logs.back())) return logs.back();
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : logs)
    if (std::isfinite(value)) largest = std::max(largest, value);
  return std::isfinite(largest) ? largest : 0.0;
}

// The record's losses are means over the batch; this is one sequence's own.
double sequence_loss(const IterationRecord& record, Index sequence, Index t) {
  return record.batch.weight(t, sequence) *
         model::loss_value(record.model.loss, record.trace.z.step(t).col(sequence),
                           record.trace.y_hat.step(t).col(sequence),
                           record.batch.targets.step(t).col(sequence));
}

ColorScale scale_of(const std::vector<double>& logs) {
  double limit = 1.0;
  for (const double value : logs)
    if (std::isfinite(value)) limit = std::max(limit, std::abs(value));
  limit = nice_ceiling(limit);
  return color_scale(-limit, limit);
}

}  // namespace

UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view) {
  UnrolledData data;
  const session::Analysis* analysis = snapshot.analysis.get();
  data.record = snapshot.running && analysis != nullptr ? analysis->record : snapshot.record;
  const IterationRecord& record = data.rec();
  data.sequence = view.sequence % record.trace.batch();
  data.steps = record.trace.length(data.sequence);
  const auto scale = [&](const model::StepMatrices& values) {
    return value_scale(values, data.sequence, data.steps);
  };
  // Gates only scale down what the activation makes, so the other cells have its range as well.
  data.hidden_scale = saturates_at_one(record.model.activation) ? 1.0 : scale(record.trace.h);
  if (data.has_cell_state()) data.cell_scale = scale(record.trace.c);
  data.input_scale = scale(record.batch.inputs);
  const bool probability = record.model.readout == model::Readout::sigmoid ||
                           record.model.readout == model::Readout::softmax;
  data.output_scale = probability ? 1.0 : scale(record.trace.y_hat);
  for (Index t = 1; t <= data.steps; ++t) {
    data.counts.push_back(record.batch.weight(t, data.sequence) != 0.0);
    data.loss.push_back(data.has_output(t) ? sequence_loss(record, data.sequence, t) : 0.0);
    if (std::isfinite(data.loss.back()))
      data.largest_loss = std::max(data.largest_loss, data.loss.back());
  }
  const bool analysed = analysis != nullptr && analysis->record == data.record &&
                        analysis->norms.sequence == data.sequence;
  if (analysed) {
    data.log10_blame = analysis->log10_blame;
  } else {
    for (Index t = 0; t <= data.steps; ++t)
      data.log10_blame.push_back(gradient::log10_recorded_blame(record.signals, data.sequence, t));
  }
  // A coarse map does not know what single steps do.
  if (analysed && analysis->norms.stride == 1) {
    data.block = analysis->norms.block;
    data.log10_factor.assign(1, std::numeric_limits<double>::quiet_NaN());
    for (Index t = 1; t <= data.steps; ++t)
      data.log10_factor.push_back(analysis->norms.log10_norm.at(t, t - 1));
  }
  data.log10_reference = reference_of(data.log10_blame);
  for (const double value : data.log10_blame)
    data.relative_blame.push_back(value - data.log10_reference);
  data.blame_scale = scale_of(data.relative_blame);
  return data;
}

}  // namespace backflow::figure
