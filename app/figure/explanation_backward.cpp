#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation_numbers.h"

namespace backflow::figure {
namespace {

using model::CellKind;
using model::Index;
using model::Loss;
using model::Matrix;
using model::Readout;
using model::Vector;

// σ(a) of step i's block.
Vector gate(const StepNumbers& step, Index i, Index block) {
  Matrix value(step.n(), 1);
  model::sigmoid(step.a(i, block), value);
  return value;
}

// J_iᵀ e_i: of an LSTM the part that comes to h_{i−1}.
Vector blame_through(const StepNumbers& step, Index i) {
  const model::Cell& cell = model::cell_of(step.cell());
  const Index n = step.n(), states = cell.layout().states * n;
  Vector u(states), before(states), delta(cell.layout().delta_blocks * n);
  u.head(n) = step.e(i);
  if (cell.layout().has_c()) u.tail(n) = step.e_c(i);
  cell.vjp(step.rec().model.activation, model::BackwardWeights(step.parameters(), cell.layout()),
           step.rec().trace.step(i, step.data.sequence, 1), u, delta, before);
  return before.head(n);
}

Formula jacobian_term(Index t, bool transposed) {
  return term(indexed("J", t, transposed ? "T" : ""), Highlight{Part::factor, t});
}

VectorTerm later_term(const StepNumbers& step, bool dropped) {
  const Index next = step.t + 1;
  const Highlight highlight{Part::factor, next};
  if (dropped) {  // the losses within the horizon, and what they bring
    const Highlight brought{Part::later_blame, step.t};
    const Index last = std::min(step.data.steps, step.t + step.rec().options.truncation.steps - 1);
    Formula sum = row({large_operator("∑", fmt::format("s={}", next), std::to_string(last)),
                       term(fmt::format("∂L_{{s}}/∂h_{{{}}}", step.t), brought)});
    // Their own sum is not in the record: it is what remains of e_t.
    Vector own = Vector::Zero(step.n());
    if (step.data.has_output(step.t)) own = step.parameters().W_hy.transpose() * step.dz(step.t);
    return vector_term(std::move(sum), step.e(step.t) - own, brought);
  }
  if (step.has_c())
    return {{factor(weights_term("hh", true), step.parameters().W_hh, true),
             {term(indexed("δ", next), Highlight{Part::delta, next}), step.delta(next)}},
            blame_through(step, next),
            highlight};
  Factor J{jacobian_term(next, true), {}, true};
  if (step.n() <= kWholeMatrix) {
    const model::Trace& trace = step.rec().trace;
    J.value = model::cell_of(step.cell())
                  .jacobian(step.rec().model.activation, step.parameters(),
                            trace.step(next, step.data.sequence, 1));
  }
  return {{std::move(J), {blame_term(next), step.e(next)}}, blame_through(step, next), highlight};
}

VectorTerm own_term(const StepNumbers& step) {
  const Matrix& W_hy = step.parameters().W_hy;
  const Vector dz = step.dz(step.t);
  return {
      {factor(weights_term("hy", true), W_hy, true), {output_blame_term(step.cell(), step.t), dz}},
      W_hy.transpose() * dz,
      Highlight{Part::output_blame, step.t}};
}

void explain_blame(const StepNumbers& step, const BlameSources& sources, Explanation& out) {
  VectorEquation e{blame_term(step.t), step.e(step.t), {}};
  if (sources.later) e.terms.push_back(later_term(step, sources.dropped));
  if (sources.own) e.terms.push_back(own_term(step));
  if (e.terms.empty())
    e.terms.push_back(vector_term(term("0"), Vector::Zero(step.n()), {Part::blame, step.t}));
  add_equation(e, out);
}

// e^c_t = ∂L/∂c_t with h_t held: what the cell state carries back past the gates.
void explain_cell_blame(const StepNumbers& step, Explanation& out) {
  const Index t = step.t, next = t + 1;
  const auto& f = step.rec().model.activation;
  Matrix slope(step.n(), 1);
  model::derivative(f, step.c(next), slope);
  const Highlight gates{Part::pre_activation, next};
  const Factor forget{term(indexed("f", next), gates), gate(step, next, 1)};
  const Factor output{term(indexed("o", next), gates), gate(step, next, 3)};
  const auto c_blame = [&](Index i) {
    return Factor{term(indexed("e", i, "c"), Highlight{Part::cell_blame, i}), step.e_c(i)};
  };
  std::vector<Factor> through{forget, output};
  if (const std::string name = activation_symbol(f); !name.empty())
    through.push_back({row({function(name + "′"), parenthesized(cell_state_term(next))}), slope});
  through.push_back({blame_term(next), step.e(next)});
  add_equation({c_blame(t).symbol,
                step.e_c(t),
                {entrywise_term({forget, c_blame(next)}, {Part::cell_blame, next}),
                 entrywise_term(std::move(through), {Part::factor, next})},
                "",
                1},
               out);
}

// ∂L_t/∂z_t, in the forms that are one line: read-outs with their own cross-entropy, and the
// squared error of the identity.
void explain_output_blame(const StepNumbers& step, Explanation& out) {
  const model::Model& model = step.rec().model;
  const Index t = step.t, s = step.data.sequence;
  const Vector y_hat = step.rec().trace.y_hat.step(t).col(s);
  const Vector y = step.rec().batch.targets.step(t).col(s);
  const int m = static_cast<int>(y.size());
  int above = 1, below = 1;
  switch (model.loss) {
    case Loss::binary_cross_entropy:
      below = m;
      break;
    case Loss::categorical_cross_entropy:
      if (y.sum() != 1.0) return;
      break;
    case Loss::mean_squared_error:
      if (model.readout != Readout::identity) return;
      above = 2, below = m;
      break;
  }
  const Highlight output{Part::output, t}, right{Part::target, t};
  VectorTerm target = vector_term(term(indexed("y", t), right), y, right);
  target.minus = true;
  add_equation({output_blame_term(step.cell(), t),
                step.dz(t),
                {vector_term(term(indexed("ŷ", t), output), y_hat, output), std::move(target)},
                "",
                2,
                above,
                below},
               out);
}

Formula gradient_term(std::string_view indices, bool bias = false) {
  return term(fmt::format("∂L/∂{}_{{{}}}", bias ? "b" : "W", indices),
              Highlight{Part::gradient, kEveryStep});
}

// δ_t = f′(a_t) ⊙ e_t, and what it adds to the gradients.
void explain_vanilla_gradient(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const Highlight sum{Part::pre_activation, t}, blamed{Part::delta, t};
  const Factor delta{term(indexed("δ", t), blamed), step.delta(t)};
  std::vector<Factor> factors;
  if (const std::string name = activation_symbol(step.rec().model.activation); !name.empty()) {
    Matrix slope(step.n(), 1);
    model::derivative(step.rec().model.activation, step.a(t, 0), slope);
    factors.push_back(
        {row({function(name + "′"), parenthesized(term(indexed("a", t), sum))}), slope});
  }
  factors.push_back({blame_term(t), step.e(t)});
  add_equation({delta.symbol, step.delta(t), {entrywise_term(std::move(factors), blamed)}, "", 1},
               out);
  add_outer_product(gradient_term("hh"), delta, {state_term(t - 1), step.h(t - 1)}, 1, out);
  add_outer_product(gradient_term("xh"), delta, {input_term(t), step.x(t)}, 3, out);
}

// What δ is: "δ_{2}^{g} = ∂L/∂a_{2}^{g}, likewise i, f, o".
void explain_deltas(Index t, std::string_view letters, std::size_t first, Explanation& out) {
  const std::string letter(letters.substr(first, 1));
  std::string others;
  for (const char other : letters)
    if (other != letter[0]) others += (others.empty() ? "likewise " : ", ") + std::string(1, other);
  const Highlight blamed{Part::delta, t};
  out.equations.push_back(
      {row({term(indexed("δ", t, letter), blamed), relation("="),
            term("∂L/∂" + indexed("a", t, letter), blamed), comma(), term(others)}),
       {},
       2});
}

// Gate by gate, the one that makes the new state first.
void explain_gated_gradient(const StepNumbers& step, Explanation& out) {
  const Index t = step.t, n = step.n();
  const model::CellLayout& layout = model::layout_of(step.rec().model);
  std::string letters;
  for (const model::GateUse& use : layout.gates) letters += use.letter;
  const Vector delta = step.delta(t);
  const auto add = [&](std::size_t i, int rank) {
    const std::string letter(letters.substr(i, 1));
    const model::GateUse& use = layout.gates[i];
    const Formula r = term(indexed("r", t), Highlight{Part::pre_activation, t});
    Formula symbol = term(indexed("δ", t, letter), Highlight{Part::delta, t});
    // After the reset form, r multiplies what W_hn makes; in the original what it is given.
    if (step.cell() == CellKind::gru && letter == "n")
      symbol = parenthesized(row({r, binary("⊙"), std::move(symbol)}));
    Factor other{state_term(t - 1), step.h(t - 1)};
    if (use.input_block != model::GateUse::kPreviousState)
      other = {parenthesized(row({r, binary("⊙"), state_term(t - 1)})), step.a(t, use.input_block)};
    add_outer_product(gradient_term("h" + letter),
                      {std::move(symbol), delta.segment(use.delta_block * n, n)}, other, rank, out);
  };
  const auto first = static_cast<std::size_t>(layout.new_state_block);
  explain_deltas(t, letters, first, out);
  add(first, 1);
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (i != first) add(i, 3);
}

// What comes to the step, in full and in short.
std::pair<std::string, std::string> arrivals(const StepNumbers& step, const BlameSources& sources) {
  const Index t = step.t, next = t + 1;
  const auto& truncation = step.rec().options.truncation;
  const std::string through = step.has_c() ? "the gates" : indexed("J", next);
  if (t < step.data.steps && truncation.cuts(next, t))
    return {fmt::format("truncation cuts between steps {} and {}, so no blame comes from later "
                        "steps{}.",
                        t, next, sources.own ? "; only the step's own loss counts" : ""),
            fmt::format("cut off from step {}.", next)};
  if (sources.later && sources.dropped)
    return {fmt::format("the blame of the losses within the horizon of {} steps; older paths are "
                        "cut.",
                        truncation.steps),
            fmt::format("blame within {} steps.", truncation.steps)};
  if (sources.later && sources.own)
    return {fmt::format("the blame of step {} flows back through {}, and step {}'s own loss adds "
                        "its share.",
                        next, through, t),
            fmt::format("blame through {}, and its own.", through)};
  if (sources.later)
    return {fmt::format("the blame of step {} flows back through {}; step {} has no loss of its "
                        "own.",
                        next, through, t),
            fmt::format("blame through {}.", through)};
  if (sources.dropped)
    return {fmt::format("beyond the horizon of {} steps: no blame reaches this step{}.",
                        truncation.steps, sources.own ? " but that of its own loss" : ""),
            "beyond the horizon."};
  if (sources.own)
    return {"the blame starts here, with this step's own loss.", "the blame starts here."};
  return {"there is no loss to blame it for.", "no loss."};
}

void say_backward(const StepNumbers& step, const BlameSources& sources, Explanation& out) {
  const Index t = step.t;
  const std::string where = fmt::format("Backward, step {} of {}: ", t, step.data.steps);
  const bool cut_here = t > 1 && step.rec().options.truncation.cuts(t, t - 1);
  const std::string tail =
      cut_here ? fmt::format(" Cut here: nothing flows to step {}.", t - 1) : "";
  const auto [full, brief] = arrivals(step, sources);
  const std::string whose = step.rec().trace.batch() > 1 ? " (This sequence's own gradient.)" : "";
  out.sentences = {where + full + tail + whose, where + full + tail, where + brief + tail,
                   where + brief, fmt::format("Backward, step {}.", t)};
}

}  // namespace

void explain_backward(const StepNumbers& step, Explanation& out) {
  if (step.ended()) {
    out.sentences = {
        fmt::format("Backward, step {}: this sequence ended at step {}, so nothing here "
                    "is to blame.",
                    step.t, step.data.steps),
        fmt::format("Backward, step {}: the sequence has ended.", step.t)};
    explain_blame(step, {}, out);
    return;
  }
  const BlameSources sources = step.data.sources(step.t);
  say_backward(step, sources, out);
  if (sources.own) explain_output_blame(step, out);
  explain_blame(step, sources, out);
  if (step.cell() == CellKind::lstm && sources.later && !sources.dropped)
    explain_cell_blame(step, out);
  if (step.cell() == CellKind::rnn)
    explain_vanilla_gradient(step, out);
  else
    explain_gated_gradient(step, out);
}

}  // namespace backflow::figure
