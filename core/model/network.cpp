#include "core/model/network.h"

#include <algorithm>

#include "core/parallel/parallel.h"

namespace backflow::model {
namespace {

void shape(const Model& model, const Batch& batch, Trace& trace) {
  const Index n = model.parameters.hidden_size(), B = batch.size(), T = batch.steps();
  const CellLayout& layout = layout_of(model);
  trace.a.reshape(layout.a_blocks * n, B, 1, T);
  trace.h.reshape(n, B, 0, T);
  trace.c.reshape(layout.states > 1 ? n : 0, B, 0, T);
  trace.z.reshape(model.parameters.output_size(), B, batch.targets.first(), batch.targets.last());
  trace.y_hat.reshape(trace.z.rows(), B, trace.z.first(), trace.z.last());
  trace.lengths = batch.lengths;
  trace.h.step(0) = batch.initial_state.topRows(n);
  if (layout.states > 1) trace.c.step(0) = batch.initial_state.bottomRows(n);
}

// Sequences that have ended keep their state; what the step computed for them is void.
void hold_ended(const Batch& batch, Index t, Columns columns, Trace& trace) {
  if (batch.lengths.empty()) return;
  for (Index b = columns.first; b < columns.first + columns.count; ++b) {
    if (t <= batch.length(b)) continue;
    trace.a.step(t).col(b).setZero();
    trace.h.step(t).col(b) = trace.h.step(t - 1).col(b);
    trace.c.step(t).col(b) = trace.c.step(t - 1).col(b);
  }
}

void compute_losses(const Model& model, const Batch& batch, Trace& trace) {
  apply(model.readout, trace.z.data(), trace.y_hat.data());
  Eigen::RowVectorXd items(trace.z.data().cols());  // each sequence's own loss at each step
  item_losses(model.loss, trace.z.data(), trace.y_hat.data(), batch.targets.data(), items);
  const Index B = batch.size();
  trace.loss_per_step.setZero(batch.steps());
  for (Index t = trace.z.first(); t <= trace.z.last(); ++t) {
    const auto own = items.segment((t - trace.z.first()) * B, B);
    double& loss = trace.loss_per_step(t - 1);
    if (batch.weights.count() == 0) {
      loss = own.sum() / static_cast<double>(B);
    } else {
      // Selected, not multiplied: a sequence that has ended may hold anything.
      const auto weight = batch.weights.step(t).row(0);
      for (Index b = 0; b < B; ++b)
        if (weight(b) != 0.0) loss += weight(b) * own(b) / static_cast<double>(B);
    }
  }
  trace.loss = trace.loss_per_step.sum();
}

}  // namespace

std::vector<Columns> split_batch(Index batch, double work_per_sequence) {
  constexpr double kWorthAThread = 1e5;  // operations; below, handing over costs more
  const double work = work_per_sequence * static_cast<double>(batch);
  const auto worth = static_cast<Index>(std::min(work / kWorthAThread, 8.0));
  // At least 8 columns each: narrower products waste the processor's registers.
  const Index wide = batch >= 128 ? 8 : batch >= 64 ? 4 : batch >= 16 ? 2 : 1;
  const Index parts = std::max<Index>(1, std::min(wide, worth));
  std::vector<Columns> columns;
  for (Index i = 0; i < parts; ++i) {
    const Index first = batch * i / parts / 8 * 8;
    const Index end = i + 1 == parts ? batch : batch * (i + 1) / parts / 8 * 8;
    columns.push_back({first, end - first});
  }
  return columns;
}

Trace forward(const Model& model, const Batch& batch) {
  Trace trace;
  forward(model, batch, trace);
  return trace;
}

void forward(const Model& model, const Batch& batch, Trace& trace) {
  const Parameters& p = model.parameters;
  const Cell& cell = cell_of(model.cell);
  const CellLayout& layout = cell.layout();
  const Index T = batch.steps();
  [[maybe_unused]] const Index n = p.hidden_size();
  eigen_assert(p.input_size() == batch.inputs.rows());
  eigen_assert(p.output_size() == batch.targets.rows());
  eigen_assert(p.W_hh.rows() == layout.gate_count() * n && p.W_xh.rows() == p.W_hh.rows());
  eigen_assert(p.b_h.size() == layout.delta_blocks * n);
  eigen_assert(layout.states * n == batch.initial_state.rows() &&
               batch.size() == batch.initial_state.cols());

  shape(model, batch, trace);
  const ForwardWeights weights(p, layout);
  PackedMatrix W_hy;
  W_hy.pack(p.W_hy);
  const auto read_out = [&](const ConstRef& h, MutableRef z) {
    const PackedProduct product(W_hy, h);
    assign_products(p.b_y, {&product, 1}, z);
  };
  const double work =
      2.0 * static_cast<double>(p.W_hh.size() + p.W_xh.size()) * static_cast<double>(T);
  const std::vector<Columns> parts = split_batch(batch.size(), work);
  // What one thread does for all of a batch, it does for all steps in one product.
  const bool whole = parts.size() == 1;
  const bool in_one_loop = whole && batch.lengths.empty() && cell.has_loops(model.activation);
  if (in_one_loop) cell.forward_steps(weights, batch.inputs, trace.a, trace.h);
  parallel::for_each(in_one_loop ? 0 : static_cast<Index>(parts.size()), [&](Index i) {
    const Index first = parts[static_cast<std::size_t>(i)].first;
    const Index count = parts[static_cast<std::size_t>(i)].count;
    for (Index t = 1; t <= T; ++t) {
      const auto own = [&](auto& steps, Index step) {
        return steps.step(step).middleCols(first, count);
      };
      cell.forward(model.activation, weights, own(batch.inputs, t), own(trace.h, t - 1),
                   own(trace.c, t - 1), own(trace.a, t), own(trace.h, t), own(trace.c, t));
      hold_ended(batch, t, {first, count}, trace);
      if (!whole && trace.z.contains(t)) read_out(own(trace.h, t), own(trace.z, t));
    }
  });
  if (whole) read_out(trace.h.steps(trace.z.first(), trace.z.last()), trace.z.data());
  compute_losses(model, batch, trace);
}

}  // namespace backflow::model
