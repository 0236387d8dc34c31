#include "core/gradient/weight_gradient.h"

#include <algorithm>
#include <array>

#include "core/parallel/parallel.h"

namespace backflow::gradient {

using model::CellLayout;
using model::ConstRef;
using model::GateUse;

WeightGradients::WeightGradients(const model::Model& model, const model::Batch& batch,
                                 const model::Trace& trace, const ErrorSignals& signals)
    : batch_(batch),
      trace_(trace),
      signals_(signals),
      layout_(model::layout_of(model)),
      runs_(model::gate_runs(layout_)) {}

void WeightGradients::add_all(model::Parameters& gradients) const {
  // The cut depends on the sizes alone, so that the sums come out the same on any machine.
  // Two parts at most: the sums of more would have to be added up again, which for wide networks
  // costs more than it gains.
  constexpr double kWorthTwo = 2e6;  // operations
  // Block by block, so that δ is still in the nearest caches when its next product reads it.
  constexpr Index kBlock = 64;
  const Index columns = signals_.delta.data().cols(), outputs = signals_.dz.data().cols();
  const double work = 2.0 * static_cast<double>(signals_.delta.rows()) *
                      static_cast<double>(gradients.hidden_size()) * static_cast<double>(columns);
  const Index parts = columns >= 64 && work >= kWorthTwo ? 2 : 1;
  GradientParts partial(gradients, parts);
  parallel::for_each(parts, [&](Index i) {
    const auto share = [&](Index count) {
      const Index first = count * i / parts;
      return Range{first, count * (i + 1) / parts - first};
    };
    const Range own = share(columns), own_outputs = share(outputs);
    for (Index first = 0; first < own.count; first += kBlock) {
      const Range block{own.first + first, std::min(kBlock, own.count - first)};
      add_recurrent({&block, 1}, partial.part(i));
    }
    add_readout({&own_outputs, 1}, partial.part(i));
  });
  partial.add_up();
}

void WeightGradients::add(Index first, Index last, model::Columns sequences,
                          model::Parameters& gradients) const {
  const Index B = trace_.batch();
  std::array<Range, kMostRanges> ranges, outputs;
  for (Index t = first; t <= last;) {
    std::size_t count = 0, with_output = 0;
    for (; t <= last && count < kMostRanges; ++t) {
      ranges[count++] = {(t - 1) * B + sequences.first, sequences.count};
      if (signals_.dz.contains(t))
        outputs[with_output++] = {(t - signals_.dz.first()) * B + sequences.first, sequences.count};
    }
    add_recurrent({ranges.data(), count}, gradients);
    if (with_output > 0) add_readout({outputs.data(), with_output}, gradients);
  }
}

void WeightGradients::add_recurrent(Ranges ranges, model::Parameters& gradients) const {
  const Index n = gradients.hidden_size();
  const auto delta = signals_.delta.data();
  for (const model::GateRun& run : runs_) {
    const GateUse& gate = layout_.gates[static_cast<std::size_t>(run.first)];
    add_outer(delta.middleRows(gate.delta_block * n, run.count * n),
              model::recurrent_input(trace_, gate, 1, trace_.steps()), ranges,
              gradients.W_hh.middleRows(run.first * n, run.count * n));
  }
  add_outer(delta.topRows(gradients.W_xh.rows()), batch_.inputs.data(), ranges, gradients.W_xh);
  for (const Range& range : ranges) {
    Index j = range.first, end = range.first + range.count;
    for (; j + 4 <= end; j += 4)  // four at a time, for each time the sum is read and written
      gradients.b_h += (delta.col(j) + delta.col(j + 1)) + (delta.col(j + 2) + delta.col(j + 3));
    for (; j < end; ++j) gradients.b_h += delta.col(j);
  }
}

// As its transpose, because there are few outputs: the product is faster when its many rows come
// first. `ranges` are of the steps with targets.
void WeightGradients::add_readout(Ranges ranges, model::Parameters& gradients) const {
  const auto dz = signals_.dz.data();
  auto transposed = model::scratch(5, gradients.W_hy.cols(), gradients.W_hy.rows());
  transposed.setZero();
  add_outer(trace_.h.steps(signals_.dz.first(), signals_.dz.last()), dz, ranges, transposed);
  gradients.W_hy += transposed.transpose();
  for (const Range& range : ranges)
    for (Index j = 0; j < range.count; ++j) gradients.b_y += dz.col(range.first + j);
}

void WeightGradients::add_outer(const ConstRef& A, const ConstRef& B, Ranges ranges,
                                model::MutableRef C) {
  std::array<model::OuterProduct, kMostRanges> products;
  std::size_t count = 0;
  for (const Range& range : ranges)
    products[count++] = {A.middleCols(range.first, range.count),
                         B.middleCols(range.first, range.count)};
  model::add_outer_products({products.data(), count}, C);
}

// Made before the work begins: copying the shapes reads what the first part writes.
GradientParts::GradientParts(model::Parameters& whole, Index count) : whole_(whole) {
  for (Index i = 1; i < count; ++i) others_.push_back(model::zeros_like(whole));
}

void GradientParts::add_up() {
  for (const model::Parameters& part : others_) {
    const auto of_part = model::tensors(part);
    std::size_t i = 0;
    for (auto& tensor : model::tensors(whole_)) tensor += of_part[i++];
  }
}

Matrix recurrent_gradient(const model::Model& model, const model::Trace& trace, Index k,
                          const Eigen::Ref<const Matrix>& delta) {
  const CellLayout& layout = model::layout_of(model);
  const Index n = model.parameters.hidden_size();
  Matrix gradient = Matrix::Zero(layout.gate_count() * n, n);
  for (const GateUse& gate : layout.gates) {
    const Index g = &gate - layout.gates.data();
    const auto own = delta.middleRows(gate.delta_block * n, n);
    gradient.middleRows(g * n, n).noalias() =
        own * model::recurrent_input(trace, gate, k, k).transpose();
  }
  return gradient;
}

}  // namespace backflow::gradient
