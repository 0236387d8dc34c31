#include "app/figure/unrolled_data.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/figure/comparison.h"
#include "app/figure/extent.h"
#include "app/figure/number_format.h"
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
    largest = std::max(largest, largest_size(values.step(t).col(sequence)));
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

ColorScale scale_of(const std::vector<double>& logs, Colormap map) {
  Extent extent;
  extent.include(0.0);
  for (const double value : logs) extent.include(value);
  return norm_scale(extent.low, extent.high, map);
}

// One step's factor is rarely beyond ten. Whole decades, so that colours keep their meaning from
// one iteration to the next.
ColorScale factor_scale_of(const std::vector<double>& logs, Colormap map) {
  const double limit = std::max(1.0, std::ceil(largest_size(logs)));
  return color_scale(-limit, limit, map);
}

// Of tasks whose classes are the first rows of their one-hot inputs.
std::vector<std::string> words_of_classes(const session::Snapshot& snapshot,
                                          const IterationRecord& record) {
  const training::TaskKind kind = snapshot.config.task.kind;
  const std::vector<std::string>& words = record.batch.input_words;
  const Index classes = record.batch.targets.rows();
  if ((kind != training::TaskKind::next_character && kind != training::TaskKind::copy_memory) ||
      static_cast<Index>(words.size()) < classes)
    return {};
  return {words.begin(), words.begin() + classes};
}

template <class Values>
std::string numbers(const Values& values, int decimals) {
  constexpr Index kMost = 4;
  std::string text;
  for (Index i = 0; i < std::min<Index>(values.size(), kMost); ++i)
    text += (i > 0 ? ", " : "") + (decimals > 0 ? fixed(values[i], decimals) : compact(values[i]));
  return values.size() > kMost ? text + ", …" : text;
}

bool has_not_finite(const UnrolledData& data) {
  const auto& trace = data.rec().trace;
  for (Index t = 0; t <= data.steps; ++t)
    if (!trace.h.step(t).col(data.sequence).allFinite() ||
        (data.has_cell_state() && !trace.c.step(t).col(data.sequence).allFinite()) ||
        (data.has_output(t) && !data.output_is_finite(t)) ||
        is_not_finite(data.log10_blame[static_cast<std::size_t>(t)]))
      return true;
  // There is no factor of step 0.
  return data.log10_factor.size() > 1 &&
         std::any_of(data.log10_factor.begin() + 1, data.log10_factor.end(),
                     [](double log) { return is_not_finite(log); });
}

}  // namespace

bool UnrolledData::some_zero() const {
  const auto zero = [](double log) { return std::isinf(log) && log < 0.0; };
  return std::any_of(log10_blame.begin(), log10_blame.end(), zero) ||
         std::any_of(log10_factor.begin(), log10_factor.end(), zero);
}

BlameSources UnrolledData::sources(Index t) const {
  const gradient::Truncation& truncation = rec().options.truncation;
  BlameSources sources;
  sources.own = has_output(t);
  for (Index s = t + 1; s <= steps; ++s) {
    if (!has_output(s)) continue;
    if (!truncation.cuts(s, t))
      sources.later = true;
    else if (!truncation.cuts(s, t + 1))
      sources.dropped = true;
  }
  return sources;
}

Index UnrolledData::predicted(Index t) const {
  Index row = 0;
  rec().trace.y_hat.step(t).col(sequence).maxCoeff(&row);
  return row;
}

Index UnrolledData::target(Index t) const {
  Index row = 0;
  rec().batch.targets.step(t).col(sequence).maxCoeff(&row);
  return row;
}

bool UnrolledData::output_is_finite(Index t) const {
  return rec().trace.y_hat.step(t).col(sequence).allFinite();
}

bool UnrolledData::has_words(Index t) const {
  return !class_words.empty() && has_output(t) && output_is_finite(t) &&
         !word(predicted(t)).empty() && !word(target(t)).empty();
}

std::string UnrolledData::output_text(Index t) const {
  const auto values = rec().trace.y_hat.step(t).col(sequence);
  if (!values.allFinite()) return values.hasNaN() ? "ŷ is not a number" : "ŷ is not finite";
  if (!has_words(t)) return "ŷ = " + numbers(values, 2);
  return "ŷ = “" + word(predicted(t)) + "” (" + fixed(values.maxCoeff(), 2) + ")";
}

std::string UnrolledData::target_text(Index t) const {
  if (!class_words.empty() && !word(target(t)).empty()) return "y = “" + word(target(t)) + "”";
  return "y = " + numbers(rec().batch.targets.step(t).col(sequence), 0);
}

Color UnrolledData::blame_color(Index t) const {
  return color_of(blame_scale, static_cast<float>(relative_blame[static_cast<std::size_t>(t)]));
}

Color UnrolledData::own_blame_color(Index t) const {
  const double norm =
      (rec().model.parameters.W_hy.transpose() * rec().signals.dz.step(t).col(sequence)).norm() *
      static_cast<double>(rec().trace.batch());
  return color_of(blame_scale, static_cast<float>(std::log10(norm) - log10_reference));
}

namespace {

UnrolledData data_of(const session::Snapshot& snapshot, const View& view, Colormap colors) {
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
  // Of many classes none may come near 1 for long.
  data.output_is_scaled =
      record.model.readout == model::Readout::softmax && record.trace.y_hat.rows() > 2;
  const bool to_one = (record.model.readout == model::Readout::softmax && !data.output_is_scaled) ||
                      record.model.readout == model::Readout::sigmoid;
  data.output_scale = to_one ? 1.0 : scale(record.trace.y_hat);
  data.class_words = words_of_classes(snapshot, record);
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
  if (analysed && analysis->norms.is_exact()) {
    data.block = analysis->norms.block;
    data.log10_factor.assign(1, std::numeric_limits<double>::quiet_NaN());
    for (Index t = 1; t <= data.steps; ++t)
      data.log10_factor.push_back(analysis->norms.log10_norm.at(t, t - 1));
  }
  data.log10_reference = reference_of(data.log10_blame);
  for (const double value : data.log10_blame)
    data.relative_blame.push_back(value - data.log10_reference);
  data.blame_scale = scale_of(data.relative_blame, colors);
  data.factor_scale = factor_scale_of(data.log10_factor, colors);
  data.some_not_finite = has_not_finite(data);
  return data;
}

void widen(ColorScale& scale, const ColorScale& other) {
  scale = color_scale(std::min(scale.low, other.low), std::max(scale.high, other.high), scale.map);
}

}  // namespace

UnrolledData unrolled_data(const session::Snapshot& snapshot, const View& view, Colormap colors) {
  UnrolledData data = data_of(snapshot, view, colors);
  if (sharing_scales(snapshot).size() < 2) return data;
  const UnrolledData other = data_of(*snapshot.other, view, colors);
  data.hidden_scale = std::max(data.hidden_scale, other.hidden_scale);
  data.cell_scale = std::max(data.cell_scale, other.cell_scale);
  data.input_scale = std::max(data.input_scale, other.input_scale);
  data.output_scale = std::max(data.output_scale, other.output_scale);
  data.largest_loss = std::max(data.largest_loss, other.largest_loss);
  widen(data.blame_scale, other.blame_scale);
  widen(data.factor_scale, other.factor_scale);
  return data;
}

}  // namespace backflow::figure
