#include "app/figure/explanation.h"

#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation_numbers.h"
#include "app/figure/formula_text.h"
#include "app/figure/quantity_names.h"
#include "core/model/norm.h"

namespace backflow::figure {

using model::CellKind;
using model::Index;
using model::Vector;

namespace {

Vector column(const model::StepMatrices& values, Index t, Index sequence) {
  return values.step(t).col(sequence);
}

}  // namespace

Vector StepNumbers::x(Index i) const { return column(rec().batch.inputs, i, data.sequence); }
Vector StepNumbers::h(Index i) const { return column(rec().trace.h, i, data.sequence); }
Vector StepNumbers::c(Index i) const { return column(rec().trace.c, i, data.sequence); }
Vector StepNumbers::a(Index i, Index block) const {
  return column(rec().trace.a, i, data.sequence).segment(block * n(), n());
}

Vector StepNumbers::e(Index i) const {
  return static_cast<double>(rec().trace.batch()) * column(rec().signals.e, i, data.sequence);
}
Vector StepNumbers::e_c(Index i) const {
  return static_cast<double>(rec().trace.batch()) * column(rec().signals.e_c, i, data.sequence);
}
Vector StepNumbers::delta(Index i) const {
  return static_cast<double>(rec().trace.batch()) * column(rec().signals.delta, i, data.sequence);
}
Vector StepNumbers::dz(Index i) const {
  if (!rec().signals.dz.contains(i)) return Vector::Zero(rec().trace.z.rows());
  return static_cast<double>(rec().trace.batch()) * column(rec().signals.dz, i, data.sequence);
}

namespace {

Formula general(std::string markup, Part part) {
  return term(std::move(markup), Highlight{part, kEveryStep});
}

// The uses of the weights that the loss of step t is blamed on.
std::string blamed_steps(const gradient::Truncation& truncation) {
  switch (truncation.kind) {
    case gradient::TruncationKind::none:
      return "k≤t";
    case gradient::TruncationKind::horizon:
      return fmt::format("t−{}<k≤t", truncation.steps);
    case gradient::TruncationKind::chunks:
      return "k≤t, same chunk";
  }
  return {};
}

// Σ_t Σ_{k≤t} ∂L_t/∂h_t (∏ J_i) ∂⁺h_k/∂W_hh: item 9 of the mathematics, for every loss step. Of an
// LSTM with its whole state s = (h, c), which is what its J_i are of.
Formula gradient_formula(const training::IterationRecord& record) {
  const bool has_c = model::layout_of(record.model).has_c();
  const std::string state = has_c ? "s" : "h";
  std::vector<Formula> parts{
      general("∂L/∂W_{hh}", Part::gradient),
      relation("="),
      large_operator("∑", "t", ""),
      large_operator("∑", blamed_steps(record.options.truncation), ""),
      general("∂L_{t}/∂" + state + "_{t}", Part::output_blame),
      parenthesized(row({large_operator("∏", "i=k+1", "t"), general("J_{i}", Part::factor)})),
      term("∂^{+}" + state + "_{k}/∂W_{hh}")};
  if (has_c)
    parts.insert(parts.end(), {comma(), term("s_{t}"), relation("="), term("(h_{t}, c_{t})")});
  return row(std::move(parts));
}

// As the cell's own file has it, with nothing highlighted.
Formula as_written(CellKind cell) {
  Formula formula;
  parse_formula(model::cell_of(cell).layout().formula, formula);
  return formula;
}

Formula state_formula(CellKind cell) {
  const Formula before = general("h_{t−1}", Part::state), now = general("h_{t}", Part::state);
  switch (cell) {
    case CellKind::rnn:
      return row({now, relation("="), function("f"),
                  parenthesized(row({weights_term("xh"), general("x_{t}", Part::input), binary("+"),
                                     weights_term("hh"), before, binary("+"),
                                     general("b_{h}", Part::bias)}))});
    case CellKind::gru:
    case CellKind::gru_original:
      return row({now, relation("="), parenthesized(row({term("1"), binary("−"), term("z_{t}")})),
                  binary("⊙"), term("n_{t}"), binary("+"), term("z_{t}"), binary("⊙"), before});
    case CellKind::lstm:
      return row({general("c_{t}", Part::cell_state), relation("="), term("f_{t}"), binary("⊙"),
                  general("c_{t−1}", Part::cell_state), binary("+"), term("i_{t}"), binary("⊙"),
                  term("g_{t}"), comma(), now, relation("="), term("o_{t}"), binary("⊙"),
                  function("φ"), parenthesized(general("c_{t}", Part::cell_state))});
    default:
      return as_written(cell);
  }
}

}  // namespace

void explain_network(const UnrolledData& data, Explanation& explanation) {
  const auto& record = data.rec();
  explanation.sentences = {
      "Every step uses the same weights; the gradient adds up what each loss says about each use.",
      "The same weights at every step; their gradient is a sum over all paths back.",
      "The network and its gradient."};
  if (const auto& truncation = record.options.truncation;
      truncation.kind != gradient::TruncationKind::none)
    explanation.sentences.insert(
        explanation.sentences.begin(),
        {"Every step uses the same weights; the gradient adds up what each loss says about the "
         "uses "
         "that truncation leaves to it (" +
             truncation_name(truncation) + ").",
         "The same weights at every step; older uses are left out of the gradient (" +
             truncation_name(truncation) + ").",
         "The truncated gradient (" + truncation_name(truncation) + ")."});
  explanation.equations.push_back({state_formula(record.model.cell), {}, 0});
  const Highlight loss{Part::loss, kEveryStep}, gradient{Part::gradient, kEveryStep};
  const std::string whose = record.trace.batch() > 1 ? " (batch mean)" : "";
  const auto value = [&](Formula left, double number_of) {
    return row({std::move(left), relation("="), number(number_of), tight(whose)});
  };
  explanation.equations.push_back(
      {row({term("L", loss), relation("="), large_operator("∑", "t", ""), term("L_{t}", loss)}),
       {{NumberDetail::norms, {value(term("L", loss), record.trace.loss)}}},
       1});
  explanation.equations.push_back(
      {gradient_formula(record),
       {{NumberDetail::norms,
         {value(norm_bars(term("∂L/∂W_{hh}", gradient)), model::norm_of(record.gradients.W_hh))}}},
       0});
  explanation.quantities.push_back({"L", Vector::Constant(1, record.trace.loss)});
}

Explanation explain(const session::Snapshot& snapshot, const View& view) {
  const UnrolledData data = unrolled_data(snapshot, view);
  Explanation explanation;
  if (!view.playhead) {
    explain_network(data, explanation);
    return explanation;
  }
  const Index T = data.rec().trace.steps();
  const StepNumbers step{data, step_of(*view.playhead, T)};
  switch (phase_of(*view.playhead, T)) {
    case Phase::forward:
      explain_forward(step, explanation);
      break;
    case Phase::output:
      explain_output(data, explanation);
      break;
    case Phase::backward:
      explain_backward(step, explanation);
      break;
    case Phase::clip:
      explain_clip(data, explanation);
      break;
    case Phase::update:
      explain_update(data, explanation);
      break;
  }
  return explanation;
}

}  // namespace backflow::figure
