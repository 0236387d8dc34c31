#include "core/model/cell.h"

#include "core/model/gru_cell.h"
#include "core/model/lstm_cell.h"
#include "core/model/rnn_cell.h"

namespace backflow::model {

RecurrentWeights::RecurrentWeights(const Parameters& p, const CellLayout& layout, Use use) {
  const Index n = p.hidden_size();
  for (Index first = 0; first < layout.gate_count();) {
    Index count = 1;
    const auto gate = [&](Index i) { return layout.gates[static_cast<std::size_t>(i)]; };
    while (first + count < layout.gate_count() &&
           gate(first + count).delta_block == gate(first).delta_block + count &&
           gate(first + count).input_block == gate(first).input_block)
      ++count;
    Run& run = runs_.emplace_back(Run{first, count, {}});
    const auto rows = p.W_hh.middleRows(first * n, count * n);
    if (use == Use::forward)
      run.weights.pack(rows);
    else
      run.weights.pack_transposed(rows);
    first += count;
  }
}

const PackedMatrix& RecurrentWeights::run([[maybe_unused]] Index first,
                                          [[maybe_unused]] Index count) const {
  for (const Run& run : runs_)
    if (run.first == first) {
      eigen_assert(run.count == count);
      return run.weights;
    }
  eigen_assert(false && "no run of gates begins there");
  return runs_.front().weights;
}

void RecurrentWeights::add(Index first, Index count, const ConstRef& x, MutableRef y) const {
  run(first, count).multiply_add(x, y);
}

void RecurrentWeights::add_transposed(Index first, Index count, const ConstRef& delta,
                                      MutableRef y) const {
  run(first, count).multiply_add(delta, y);
}

const Cell& cell_of(CellKind kind) {
  static const RnnCell rnn;
  static const GruCell gru(GruCell::Form::reset_after), gru_original(GruCell::Form::original);
  static const LstmCell lstm;
  switch (kind) {
    case CellKind::rnn:
      return rnn;
    case CellKind::gru:
      return gru;
    case CellKind::gru_original:
      return gru_original;
    case CellKind::lstm:
      return lstm;
  }
  return rnn;
}

Eigen::Map<Matrix> scratch(Index slot, Index rows, Index cols) {
  thread_local std::array<std::vector<double>, 8> rooms;
  std::vector<double>& room = rooms[static_cast<std::size_t>(slot)];
  const auto size = static_cast<std::size_t>(rows * cols);
  if (room.size() < size) room.resize(size);
  return {room.data(), rows, cols};
}

}  // namespace backflow::model
