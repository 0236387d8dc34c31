#include "core/gradient/weight_gradient.h"

#include <algorithm>
#include <vector>

#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::CellLayout;
using model::ConstRef;
using model::GateUse;
using model::Transpose;

struct Range {
  Index first, count;  // columns of the stacked steps
};

// The rows of δ and the input of a run, at the columns `range` of the stacked steps 1..T.
struct Factors {
  ConstRef delta, input;
};

Factors factors(const CellLayout& layout, const model::GateRun& run, Index n, const Matrix& delta,
                const model::Trace& trace, Range range) {
  const GateUse& gate = layout.gates[static_cast<std::size_t>(run.first)];
  const auto d =
      delta.middleCols(range.first, range.count).middleRows(gate.delta_block * n, run.count * n);
  return {
      d,
      model::recurrent_input(trace, gate, 1, trace.steps()).middleCols(range.first, range.count)};
}

void add_columns(const CellLayout& layout, const std::vector<model::GateRun>& runs,
                 const model::Batch& batch, const model::Trace& trace, const Matrix& delta,
                 Range range, model::Parameters& gradients) {
  const Index n = gradients.hidden_size();
  for (const model::GateRun& run : runs) {
    const Factors f = factors(layout, run, n, delta, trace, range);
    model::add_product(f.delta, Transpose::no, f.input, Transpose::yes,
                       gradients.W_hh.middleRows(run.first * n, run.count * n));
  }
  const auto own = delta.middleCols(range.first, range.count);
  model::add_product(own.topRows(gradients.W_xh.rows()), Transpose::no,
                     batch.inputs.data().middleCols(range.first, range.count), Transpose::yes,
                     gradients.W_xh);
  for (Index j = 0; j < own.cols(); ++j) gradients.b_h += own.col(j);
}

// Block by block, so that δ is still in a near cache when its next product reads it.
void add_range(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
               const Matrix& delta, Range range, model::Parameters& gradients) {
  constexpr Index kBlock = 256;
  const CellLayout& layout = model::layout_of(model);
  const std::vector<model::GateRun> runs = model::gate_runs(layout);
  for (Index first = 0; first < range.count; first += kBlock)
    add_columns(layout, runs, batch, trace, delta,
                {range.first + first, std::min(kBlock, range.count - first)}, gradients);
}

// The read-out's share of the columns `range` of the steps with targets. As its transpose, because
// there are few outputs: the product is faster when its many rows come first.
void add_readout_range(const model::Trace& trace, const model::StepMatrices& dz, Range range,
                       model::Parameters& gradients) {
  const auto own = dz.data().middleCols(range.first, range.count);
  const Index first = (dz.first() - trace.h.first()) * trace.batch() + range.first;
  Matrix transposed = Matrix::Zero(gradients.W_hy.cols(), gradients.W_hy.rows());
  model::add_product(trace.h.data().middleCols(first, range.count), Transpose::no, own,
                     Transpose::yes, transposed);
  gradients.W_hy += transposed.transpose();
  for (Index j = 0; j < own.cols(); ++j) gradients.b_y += own.col(j);
}

}  // namespace

void add_weight_gradients(const model::Model& model, const model::Batch& batch,
                          const model::Trace& trace, const ErrorSignals& signals,
                          model::Parameters& gradients) {
  // The cut depends on the sizes alone, so that the sums come out the same on any machine.
  // Two parts at most: the sums of more would have to be added up again, which for wide networks
  // costs more than it gains.
  constexpr double kWorthTwo = 2e6;  // operations
  const Index columns = signals.delta.data().cols();
  const double work = 2.0 * static_cast<double>(signals.delta.rows()) *
                      static_cast<double>(gradients.hidden_size()) * static_cast<double>(columns);
  const Index parts = columns >= 64 && work >= kWorthTwo ? 2 : 1;
  // Made before the work begins: copying the shapes reads what the first part writes.
  std::vector<model::Parameters> partial(static_cast<std::size_t>(parts - 1),
                                         model::zeros_like(gradients));
  parallel::for_each(parts, [&](Index i) {
    model::Parameters& sum = i == 0 ? gradients : partial[static_cast<std::size_t>(i - 1)];
    const auto share = [&](Index count) {
      const Index first = count * i / parts;
      return Range{first, count * (i + 1) / parts - first};
    };
    add_range(model, batch, trace, signals.delta.data(), share(columns), sum);
    add_readout_range(trace, signals.dz, share(signals.dz.data().cols()), sum);
  });
  for (const model::Parameters& part : partial) {
    const auto of_part = model::tensors(part);
    std::size_t i = 0;
    for (auto& tensor : model::tensors(gradients)) tensor += of_part[i++];
  }
}

void add_weight_gradients_of_step(const model::Model& model, const model::Batch& batch,
                                  const model::Trace& trace, const ErrorSignals& signals, Index t,
                                  model::Parameters& gradients) {
  const Index B = trace.batch();
  add_range(model, batch, trace, signals.delta.data(), {(t - 1) * B, B}, gradients);
  if (signals.dz.contains(t))
    add_readout_range(trace, signals.dz, {(t - signals.dz.first()) * B, B}, gradients);
}

Matrix recurrent_gradient(const model::Model& model, const model::Trace& trace, Index k,
                          const Eigen::Ref<const Matrix>& delta) {
  const CellLayout& layout = model::layout_of(model);
  const Index n = model.parameters.hidden_size();
  Matrix gradient = Matrix::Zero(layout.gate_count() * n, n);
  for (const model::GateUse& gate : layout.gates) {
    const Index g = &gate - layout.gates.data();
    const auto own = delta.middleRows(gate.delta_block * n, n);
    gradient.middleRows(g * n, n).noalias() =
        own * model::recurrent_input(trace, gate, k, k).transpose();
  }
  return gradient;
}

}  // namespace backflow::gradient
