#include "core/model/cell.h"

#include "core/model/gru_cell.h"
#include "core/model/lstm_cell.h"
#include "core/model/rnn_cell.h"

namespace backflow::model {

std::vector<GateRun> gate_runs(const CellLayout& layout) {
  std::vector<GateRun> runs;
  const GateUse* last = nullptr;
  for (const GateUse& gate : layout.gates) {
    const bool follows = last != nullptr && gate.delta_block == last->delta_block + 1 &&
                         gate.input_block == last->input_block;
    if (follows)
      ++runs.back().count;
    else
      runs.push_back({&gate - layout.gates.data(), 1});
    last = &gate;
  }
  return runs;
}

RecurrentWeights::RecurrentWeights(const Parameters& p, const CellLayout& layout, Use use)
    : runs_(gate_runs(layout)) {
  const Index n = p.hidden_size();
  for (const GateRun& run : runs_) {
    const auto rows = p.W_hh.middleRows(run.first * n, run.count * n);
    if (use == Use::forward)
      weights_.emplace_back().pack(rows);
    else
      weights_.emplace_back().pack_transposed(rows);
  }
}

const PackedMatrix& RecurrentWeights::run(Index first, [[maybe_unused]] Index count) const {
  std::size_t i = 0;
  while (i + 1 < runs_.size() && runs_[i].first != first) ++i;
  eigen_assert(runs_[i].first == first && runs_[i].count == count);
  return weights_[i];
}

void RecurrentWeights::add(Index first, Index count, const ConstRef& x, MutableRef y) const {
  run(first, count).multiply_add(x, y);
}

void RecurrentWeights::add_transposed(Index first, Index count, const ConstRef& delta,
                                      MutableRef y) const {
  run(first, count).multiply_add(delta, y);
}

void Cell::vjp(const Activation& f, const RecurrentWeights& W, const CellStep& step,
               const ConstRef& u, MutableRef delta, MutableRef u_before) const {
  const Index n = step.h.rows(), rest = u.rows() - n;
  vjp(f, W, step, u.topRows(n), u.bottomRows(rest), delta, u_before.topRows(n),
      u_before.bottomRows(rest));
}

ConstRef Cell::change_of_input([[maybe_unused]] const GateUse& gate, const Parameters&,
                               const CellStep&, const ConstRef& v, Matrix&) const {
  eigen_assert(gate.input_block == GateUse::kPreviousState);
  return v;
}

const Cell& cell_of(CellKind kind) {
  switch (kind) {
    case CellKind::rnn:
      return rnn_cell();
    case CellKind::gru:
      return gru_cell();
    case CellKind::gru_original:
      return gru_original_cell();
    case CellKind::lstm:
      return lstm_cell();
  }
  return rnn_cell();
}

Eigen::Map<Matrix> scratch(Index slot, Index rows, Index cols) {
  thread_local std::array<std::vector<double>, 8> rooms;
  std::vector<double>& room = rooms[static_cast<std::size_t>(slot)];
  const auto size = static_cast<std::size_t>(rows * cols);
  if (room.size() < size) room.resize(size);
  return {room.data(), rows, cols};
}

}  // namespace backflow::model
