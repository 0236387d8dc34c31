#include "app/figure/unrolled_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/figure/ticks.h"

namespace backflow::figure {
namespace {

using model::Index;
using training::IterationRecord;

// Largest |value| of a sequence over all steps; 1 when all are zero or none is finite.
double value_scale(const model::StepMatrices& values, Index sequence) {
  double largest = 0.0;
  for (Index t = values.first(); t <= values.last(); ++t)
    for (const double value : values.step(t).col(sequence))
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest > 0.0 ? largest : 1.0;
}

bool saturates_at_one(const model::Activation& activation) {
  return activation.kind == model::ActivationKind::tanh ||
         activation.kind == model::ActivationKind::sigmoid;
}

double reference_of(const std::vector<double>& blame) {
  if (std::isfinite(blame.back()) && blame.back() > 0.0) return blame.back();
  double largest = 0.0;
  for (const double value : blame)
    if (std::isfinite(value)) largest = std::max(largest, value);
  return largest > 0.0 ? largest : 1.0;
}

ColorScale scale_of(const std::vector<double>& logs) {
  double limit = 1.0;
  for (const double value : logs)
    if (std::isfinite(value)) limit = std::max(limit, std::abs(value));
  limit = nice_ceiling(limit);
  return color_scale(-limit, limit);
}

}  // namespace

double blame_norm(const IterationRecord& record, Index sequence, Index t) {
  const auto e = record.signals.e.step(t).col(sequence);
  const double largest = e.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  return largest * (e / largest).norm();
}

UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view) {
  UnrolledData data;
  const session::Analysis* analysis = snapshot.analysis.get();
  data.record = snapshot.running && analysis != nullptr ? analysis->record : snapshot.record;
  const IterationRecord& record = data.rec();
  data.sequence = view.sequence % record.trace.batch();
  data.steps = record.trace.steps();
  data.hidden_scale =
      saturates_at_one(record.model.activation) ? 1.0 : value_scale(record.trace.h, data.sequence);
  data.input_scale = value_scale(record.batch.inputs, data.sequence);
  const bool probability = record.model.readout == model::Readout::sigmoid ||
                           record.model.readout == model::Readout::softmax;
  data.output_scale = probability ? 1.0 : value_scale(record.trace.y_hat, data.sequence);
  for (const double loss : record.trace.loss_per_step)
    if (std::isfinite(loss)) data.largest_loss = std::max(data.largest_loss, loss);

  for (Index t = 0; t <= data.steps; ++t)
    data.blame.push_back(blame_norm(record, data.sequence, t));
  data.reference = reference_of(data.blame);
  for (const double value : data.blame)
    data.log10_blame.push_back(std::log10(value) - std::log10(data.reference));
  data.blame_scale = scale_of(data.log10_blame);

  if (analysis != nullptr && analysis->record == data.record &&
      analysis->norms.sequence == data.sequence) {
    data.log10_factor.assign(1, std::numeric_limits<double>::quiet_NaN());
    for (Index t = 1; t <= data.steps; ++t)
      data.log10_factor.push_back(analysis->norms.log10_norm.at(t, t - 1));
  }
  return data;
}

}  // namespace backflow::figure
