#include "app/cli/check_command.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "core/gradient/gradient_check.h"

namespace backflow::cli {
namespace {

// Which gate a row of W_xh, W_hh or b_h belongs to; a bias may have a block more than there are
// gates (core/model/cell.h).
std::string gate_of(const model::CellLayout& layout, std::string_view tensor, model::Index block) {
  if (tensor != "b_h") return std::string(layout.gates[static_cast<std::size_t>(block)].name);
  for (const model::GateUse& gate : layout.gates)
    if (gate.delta_block == block) return std::string(gate.name);
  return std::string(layout.gates.back().name) + " (of the input)";
}

// "row 3, column 1", "gate input, row 3, column 1", counted from 1.
std::string place_of(const gradient::TensorCheck& check, const model::Model& model) {
  const model::CellLayout& layout = model::layout_of(model);
  const bool gated = layout.gate_count() > 1 && !check.tensor.ends_with("y");
  const model::Index rows = gated ? model.parameters.hidden_size() : check.row + 1;
  std::string place =
      gated ? fmt::format("gate {}, ", gate_of(layout, check.tensor, check.row / rows)) : "";
  place += fmt::format("row {}", check.row % rows + 1);
  return check.tensor.starts_with("b") ? place : place + fmt::format(", column {}", check.col + 1);
}

std::string line_for(const gradient::TensorCheck& check, const model::Model& model,
                     double tolerance) {
  if (check.inconclusive)
    return fmt::format(
        "{:<6} too small for finite differences: derivatives near {:.1e}, noise {:.1e}",
        check.tensor, std::max(std::abs(check.analytic), std::abs(check.numeric)), check.noise);
  return fmt::format("{:<6} {}  worst relative error {:.1e} at {}: {:.6e}, differences say {:.6e}",
                     check.tensor, check.worst_error <= tolerance ? "ok  " : "FAIL",
                     check.worst_error, place_of(check, model), check.analytic, check.numeric);
}

}  // namespace

int check_gradients(const Start& start, std::ostream& out) {
  const session::Comparison networks = networks_of(start, 0);
  const auto record = chosen(start, networks).record();
  gradient::GradientCheckOptions options;
  gradient::GradientCheck check;
  {
    Progress progress("checking");
    const model::Index all = record->model.parameters.size();
    options.progress = [&](model::Index done) { progress.update(done, all); };
    check = gradient::check_gradient(record->model, record->batch, record->gradients, options,
                                     record->options.truncation);
  }
  for (const gradient::TensorCheck& tensor : check.tensors)
    out << line_for(tensor, record->model, options.tolerance) << '\n';
  return check.passed ? kSuccess : kFailure;
}

}  // namespace backflow::cli
