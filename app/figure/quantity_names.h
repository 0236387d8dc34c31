// Names of quantities that depend on the cell, the part of the state and the truncation, in text
// markup, so that every figure calls them the same.
#pragma once

#include <string>
#include <string_view>

#include "core/gradient/state_block.h"
#include "core/gradient/truncation.h"
#include "core/model/network.h"

namespace backflow::figure {

/// "h_{t}", "c_{t}" or "(h,c)_{t}" for the index "t".
std::string state_symbol(gradient::StateBlock block, std::string_view index);

/// "∂c_{t}/∂c_{k}".
std::string jacobian_symbol(gradient::StateBlock block, std::string_view later,
                            std::string_view earlier);

/// The factor of step t, an index such as "t" or "12": "‖J_{t}‖" where J_t is all of what passes a
/// step, "‖∂c_{t}/∂c_{t−1}‖" for a part of an LSTM's state.
std::string factor_symbol(model::CellKind cell, gradient::StateBlock block, std::string_view index);

/// "LSTM, "; empty for the vanilla cell, which needs no mention.
std::string cell_prefix(model::CellKind cell);

/// "LSTM" or "GRU"; empty for the vanilla cell.
std::string short_cell_name(model::CellKind cell);

/// The block of W_hh whose ρ and singular values are shown: "W_{hh}", "W_{hn}" of a GRU, "W_{hg}"
/// of an LSTM, which make the new state (model::block_of_new_state).
std::string new_state_weights(model::CellKind cell);

/// A gate by its place among the blocks: 'i', 'f', 'g', 'o' of an LSTM, 'r', 'z', 'n' of a GRU, 'h'
/// of the vanilla cell.
char gate_letter(model::CellKind cell, model::Index gate);

/// A gate's block of W_hh, by its place among the blocks: "W_{hi}", "W_{hf}", "W_{hg}", "W_{ho}" of
/// an LSTM, "W_{hr}", "W_{hz}", "W_{hn}" of a GRU, "W_{hh}" of the vanilla cell.
std::string gate_weights(model::CellKind cell, model::Index gate);

/// "sequence 2 of 3", with "(7 of 20 steps)" when it is shorter than the batch.
std::string sequence_name(const model::Trace& trace, model::Index sequence);

/// "horizon 10" or "chunks of 10"; empty without truncation.
std::string truncation_name(const gradient::Truncation& truncation);

}  // namespace backflow::figure
