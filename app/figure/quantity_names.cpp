#include "app/figure/quantity_names.h"

#include <fmt/format.h>

namespace backflow::figure {

using gradient::StateBlock;
using gradient::TruncationKind;
using model::CellKind;

std::string state_symbol(StateBlock block, std::string_view index) {
  const char* name = block == StateBlock::full ? "(h,c)" : block == StateBlock::cell ? "c" : "h";
  return fmt::format("{}_{{{}}}", name, index);
}

std::string jacobian_symbol(StateBlock block, std::string_view later, std::string_view earlier) {
  return "∂" + state_symbol(block, later) + "/∂" + state_symbol(block, earlier);
}

std::string factor_symbol(CellKind cell, StateBlock block, std::string_view index) {
  if (!model::cell_of(cell).layout().has_c() || block == StateBlock::full)
    return fmt::format("‖J_{{{}}}‖", index);
  const bool number = !index.empty() && index.front() >= '0' && index.front() <= '9';
  const std::string before =
      number ? std::to_string(std::stol(std::string(index)) - 1) : std::string(index) + "−1";
  return "‖" + jacobian_symbol(block, index, before) + "‖";
}

std::string cell_prefix(CellKind cell) {
  return cell == CellKind::rnn ? std::string() : std::string(model::title_of(cell)) + ", ";
}

std::string short_cell_name(CellKind cell) {
  if (cell == CellKind::rnn) return {};
  const std::string title(model::title_of(cell));
  return title.substr(0, title.find(" ("));
}

std::string new_state_weights(CellKind cell) {
  return gate_weights(cell, model::cell_of(cell).layout().new_state_block);
}

char gate_letter(CellKind cell, model::Index gate) {
  return model::cell_of(cell).layout().gates[static_cast<std::size_t>(gate)].letter;
}

std::string gate_weights(CellKind cell, model::Index gate) {
  return fmt::format("W_{{h{}}}", gate_letter(cell, gate));
}

std::string sequence_name(const model::Trace& trace, model::Index sequence) {
  const std::string name = fmt::format("sequence {} of {}", sequence + 1, trace.batch());
  const model::Index length = trace.length(sequence);
  if (length == trace.steps()) return name;
  return name + fmt::format(" ({} of {} steps)", length, trace.steps());
}

std::string truncation_name(const gradient::Truncation& truncation) {
  switch (truncation.kind) {
    case TruncationKind::none:
      return {};
    case TruncationKind::horizon:
      return fmt::format("horizon {}", truncation.steps);
    case TruncationKind::chunks:
      return fmt::format("chunks of {}", truncation.steps);
  }
  return {};
}

}  // namespace backflow::figure
