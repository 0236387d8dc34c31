#include "app/cli/check_command.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/progress.h"
#include "core/gradient/gradient_check.h"
#include "core/training/regularizer.h"

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

// What was not compared, and why: "; 3 of 12 not compared: …", or nothing.
std::string left_out_of(const gradient::TensorCheck& check) {
  std::string text;
  const auto add = [&](model::Index count, std::string_view why) {
    if (count > 0) text += fmt::format("; {} of {} {}", count, check.entries, why);
  };
  add(check.at_kinks, "at a kink of ReLU");
  add(check.without_limit, "where differences of another step say something else");
  return text;
}

std::string line_for(const gradient::TensorCheck& check, const model::Model& model,
                     double tolerance) {
  const std::string left_out = left_out_of(check);
  if (check.is_left_out()) return fmt::format("{:<6} not compared{}", check.tensor, left_out);
  if (check.inconclusive)
    return fmt::format(
        "{:<6} too small for finite differences: derivatives near {:.1e}, noise {:.1e}{}",
        check.tensor, std::max(std::abs(check.analytic), std::abs(check.numeric)), check.noise,
        left_out);
  return fmt::format(
      "{:<6} {}  worst relative error {:.1e} at {}: {:.6e}, differences say {:.6e}{}", check.tensor,
      check.worst_error <= tolerance ? "ok  " : "FAIL", check.worst_error, place_of(check, model),
      check.analytic, check.numeric, left_out);
}

// The penalties that are on, as training takes them: Ω with the blame and the trace held constant.
double add_penalties(const training::IterationRecord& record, const model::Model& model,
                     model::Parameters& gradients) {
  const training::RegularizerOptions& options = record.options.regularizer;
  double sum = 0.0;
  if (options.l2 > 0.0) sum += training::add_l2(options.l2, model.parameters, gradients);
  if (options.omega > 0.0)
    sum += options.omega *
           training::add_omega(options.omega, model, record.trace, record.signals, gradients.W_hh);
  return sum;
}

}  // namespace

int check_gradients(const Start& start, std::ostream& out, std::ostream& err) {
  if (!config::has_targets(start.config))
    return complain(err, "there is no gradient to check: these inputs have no targets", kBadUsage);
  const session::Comparison networks = networks_of(start, 0);
  const auto record = chosen(start, networks).record();
  gradient::GradientCheckOptions options;
  gradient::GradientCheck check;
  {
    Progress progress("checking");
    const model::Index all = record->model.parameters.size();
    options.progress = [&](model::Index done) { progress.update(done, all); };
    model::Parameters analytic = record->gradients;
    add_penalties(*record, record->model, analytic);
    options.penalty = [&](const model::Model& at) {
      model::Parameters unused = model::zeros_like(at.parameters);
      return add_penalties(*record, at, unused);
    };
    check = gradient::check_gradient(record->model, record->batch, analytic, options,
                                     record->options.truncation);
  }
  for (const gradient::TensorCheck& tensor : check.tensors)
    out << line_for(tensor, record->model, options.tolerance) << '\n';
  return check.passed ? kSuccess : kFailure;
}

}  // namespace backflow::cli
