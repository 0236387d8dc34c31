// Which part of the state a Jacobian map is about.
#pragma once

#include <array>

#include "core/model/enum_names.h"
#include "core/model/types.h"

namespace backflow::gradient {

/// hidden: ∂h_t/∂h_k, with c_k held for an LSTM; cell: ∂c_t/∂c_k with h_k held; full: the whole
/// state (h, c). A cell without c has no `cell`, and `full` is `hidden`.
enum class StateBlock { hidden, cell, full };

/// Rows (and columns) of a block of a state of `states` blocks of n.
struct BlockRange {
  model::Index first, count;
};
inline BlockRange block_range(StateBlock block, model::Index n, model::Index states) {
  if (block == StateBlock::full) return {0, n * states};
  return {block == StateBlock::cell ? n : 0, n};
}

}  // namespace backflow::gradient

template <>
struct backflow::model::EnumNames<backflow::gradient::StateBlock> {
  using Block = backflow::gradient::StateBlock;
  static constexpr std::array<EnumName<Block>, 3> kAll{{
      {Block::hidden, "hidden", "hidden state h"},
      {Block::cell, "cell", "cell state c"},
      {Block::full, "full", "whole state (h, c)"},
  }};
};
