#include "core/model/cell.h"

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

namespace {

template <class Run>
const Run& find_run(const std::vector<Run>& runs, Index first, [[maybe_unused]] Index count) {
  std::size_t i = 0;
  while (i + 1 < runs.size() && runs[i].gates.first != first) ++i;
  eigen_assert(runs[i].gates.first == first && runs[i].gates.count == count);
  return runs[i];
}

}  // namespace

ForwardWeights::ForwardWeights(const Parameters& p, const CellLayout& layout) : parameters_(p) {
  const Index n = p.hidden_size();
  for (const GateRun& gates : gate_runs(layout)) {
    const Index block = layout.gates[static_cast<std::size_t>(gates.first)].delta_block;
    Run& run = runs_.emplace_back(Run{gates, block, {}, {}});
    run.W_xh.pack(p.W_xh.middleRows(gates.first * n, gates.count * n));
    run.W_hh.pack(p.W_hh.middleRows(gates.first * n, gates.count * n));
  }
}

void ForwardWeights::pre_activations(Index first, Index count, const ConstRef& x, const ConstRef& h,
                                     MutableRef a) const {
  const Run& run = find_run(runs_, first, count);
  const PackedProduct products[] = {{run.W_xh, x}, {run.W_hh, h}};
  assign_products(parameters_.b_h.segment(first * h.rows(), a.rows()), products, a);
}

void ForwardWeights::input_part(Index first, Index count, const ConstRef& x, MutableRef a) const {
  const PackedProduct product(find_run(runs_, first, count).W_xh, x);
  assign_products(parameters_.b_h.segment(first * parameters_.hidden_size(), a.rows()),
                  {&product, 1}, a);
}

void ForwardWeights::recurrent_part(Index first, Index count, const ConstRef& h,
                                    MutableRef a) const {
  const Run& run = find_run(runs_, first, count);
  const PackedProduct product(run.W_hh, h);
  assign_products(parameters_.b_h.segment(run.recurrent_block * h.rows(), a.rows()), {&product, 1},
                  a);
}

void ForwardWeights::recurrent(Index first, Index count, const ConstRef& v, MutableRef y) const {
  const PackedProduct product(find_run(runs_, first, count).W_hh, v);
  assign_products({&product, 1}, y);
}

const PackedMatrix& ForwardWeights::recurrent_matrix(Index first, Index count) const {
  return find_run(runs_, first, count).W_hh;
}

BackwardWeights::BackwardWeights(const Parameters& p, const CellLayout& layout) {
  const Index n = p.hidden_size();
  for (const GateRun& gates : gate_runs(layout))
    runs_.emplace_back(Run{gates, {}})
        .W_hh_transposed.pack_transposed(p.W_hh.middleRows(gates.first * n, gates.count * n));
  W_hy_transposed_.pack_transposed(p.W_hy);
}

BackwardWeights::Products BackwardWeights::products(const ConstRef& dz,
                                                    std::initializer_list<Share> shares) const {
  Products products;
  if (dz.rows() > 0) products.all[products.count++] = {W_hy_transposed_, dz};
  for (const Share& share : shares)
    products.all[products.count++] = {find_run(runs_, share.first, share.count).W_hh_transposed,
                                      share.delta};
  return products;
}

void BackwardWeights::blame(const ConstRef& dz, std::initializer_list<Share> shares,
                            MutableRef e) const {
  assign_products(products(dz, shares).span(), e);
}

void BackwardWeights::add_blame(const ConstRef& dz, std::initializer_list<Share> shares,
                                MutableRef e) const {
  add_products(products(dz, shares).span(), e);
}

const PackedMatrix& BackwardWeights::recurrent_matrix(Index first, Index count) const {
  return find_run(runs_, first, count).W_hh_transposed;
}

void Cell::vjp(const Activation& f, const BackwardWeights& W, const CellStep& step,
               const ConstRef& u, MutableRef delta, MutableRef u_before) const {
  const Index n = step.h.rows(), rest = u.rows() - n;
  const Matrix no_loss(0, u.cols());
  vjp(f, W, step, u.topRows(n), u.bottomRows(rest), no_loss, delta, u_before.topRows(n),
      u_before.bottomRows(rest));
}

ConstRef Cell::change_of_input([[maybe_unused]] const GateUse& gate, const Parameters&,
                               const CellStep&, const ConstRef& v, Matrix&) const {
  eigen_assert(gate.input_block == GateUse::kPreviousState);
  return v;
}

const Cell& cell_of(CellKind kind) {
  switch (kind) {
#define BACKFLOW_CELL(kind, name, title) \
  case CellKind::kind:                   \
    return kind##_cell();
    BACKFLOW_CELLS(BACKFLOW_CELL)
#undef BACKFLOW_CELL
  }
  return rnn_cell();
}

Eigen::Map<Matrix> scratch(Index slot, Index rows, Index cols) {
  // Aligned: what Eigen does to the ends of a vector must not depend on where that happens to lie,
  // or a logarithm's last bit would.
  thread_local std::array<AlignedVector, 8> rooms;
  AlignedVector& room = rooms[static_cast<std::size_t>(slot)];
  const auto size = static_cast<std::size_t>(rows * cols);
  if (room.size() < size) room.resize(size);
  return {room.data(), rows, cols};
}

}  // namespace backflow::model
