// The recurrent network: forward pass through all steps of a batch, for every cell
// (core/model/cell.h).
//
//   state_t = cell(state_{t−1}, x_t)       the vanilla cell: a_t = W_xh x_t + W_hh h_{t−1} + b_h,
//                                          h_t = f(a_t); (n, B)
//   z_t = W_hy h_t + b_y,  ŷ_t = g(z_t)    (m, B), at the steps with a target
//   L = Σ_t L_t
//
// A sequence that ends before the batch does keeps its last state from then on.
//
// A Model is values only; forward() is a pure function whose trace holds all that backward needs
// (core/gradient/backward.h). Any number of threads may read one model. Big batches are split over
// the cores by sequences (core/parallel).
#pragma once

#include <vector>

#include "core/model/activation.h"
#include "core/model/batch.h"
#include "core/model/cell.h"
#include "core/model/output.h"
#include "core/model/parameters.h"

namespace backflow::model {

struct Model {
  CellKind cell = CellKind::rnn;
  Activation activation;
  Readout readout = Readout::sigmoid;
  Loss loss = Loss::binary_cross_entropy;
  Parameters parameters;
};

/// What the forward pass computed, step by step.
struct Trace {
  StepMatrices a;              ///< pre-activations (a_blocks·n, B), t = 1..T; see CellLayout
  StepMatrices h;              ///< hidden states (n, B), t = 0..T
  StepMatrices c;              ///< cell states of an LSTM (n, B), t = 0..T; else no rows
  StepMatrices z;              ///< logits (m, B), at the steps with targets
  StepMatrices y_hat;          ///< outputs (m, B), at the steps with targets
  Vector loss_per_step;        ///< (T) L_t at index t − 1; 0 at steps without a loss
  double loss = 0.0;           ///< L = Σ_t L_t
  std::vector<Index> lengths;  ///< Batch::lengths

  Index steps() const { return a.last(); }
  Index batch() const { return a.batch(); }
  /// T_b of a sequence.
  Index length(Index sequence) const {
    return lengths.empty() ? steps() : lengths[static_cast<std::size_t>(sequence)];
  }
  /// Step t of the columns first..first + count − 1.
  CellStep step(Index t, Index first, Index count) const {
    return {a.step(t).middleCols(first, count), h.step(t - 1).middleCols(first, count),
            c.step(t - 1).middleCols(first, count), h.step(t).middleCols(first, count),
            c.step(t).middleCols(first, count)};
  }
  CellStep step(Index t) const { return step(t, 0, batch()); }
};

/// What a gate multiplies by its rows of W_hh at the steps first..last, side by side: h_{t−1} or a
/// block of a_t, (n, (last − first + 1)·B). Refers to the trace's own memory.
inline ConstRef recurrent_input(const Trace& trace, const GateUse& gate, Index first, Index last) {
  if (gate.input_block == GateUse::kPreviousState) return trace.h.steps(first - 1, last - 1);
  const Index n = trace.h.rows();
  return trace.a.steps(first, last).middleRows(gate.input_block * n, n);
}

/// Runs the network over the batch. The shapes of model and batch must fit; they are asserted.
Trace forward(const Model& model, const Batch& batch);

/// The same into a trace whose memory is used again where it fits.
void forward(const Model& model, const Batch& batch, Trace& trace);

inline const CellLayout& layout_of(const Model& model) { return cell_of(model.cell).layout(); }

/// Columns of a batch that one thread computes.
struct Columns {
  Index first, count;
};

/// How a batch is split, by its size and the work of a sequence alone (see core/parallel).
std::vector<Columns> split_batch(Index batch, double work_per_sequence);

}  // namespace backflow::model
