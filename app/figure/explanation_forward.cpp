#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "app/figure/explanation_numbers.h"
#include "app/figure/number_format.h"
#include "app/figure/quantity_names.h"

namespace backflow::figure {
namespace {

using model::CellKind;
using model::Index;
using model::Matrix;
using model::Vector;

// W v, as the forward pass has it.
VectorTerm product_term(const char* indices, const Matrix& W, Formula right, const Vector& v) {
  const Highlight highlight = *right.highlight;
  return {{factor(weights_term(indices), W), {std::move(right), v}}, W * v, highlight};
}

Formula bias(const std::string& indices) {
  return term("b_{" + indices + "}", Highlight{Part::bias, kEveryStep});
}

// h_t = f(a_t), and before it what a_t is.
void explain_vanilla(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const model::Parameters& p = step.parameters();
  const Highlight sum{Part::pre_activation, t};
  const Formula symbol = term(indexed("a", t), sum);
  VectorEquation a{symbol, step.a(t, 0), {}};
  a.terms.push_back(product_term("xh", p.W_xh, input_term(t), step.x(t)));
  a.terms.push_back(product_term("hh", p.W_hh, state_term(t - 1), step.h(t - 1)));
  a.terms.push_back(vector_term(bias("h"), p.b_h, {Part::bias, kEveryStep}));
  add_equation(a, out);
  add_equation({state_term(t),
                step.h(t),
                {vector_term(symbol, step.a(t, 0), sum)},
                activation_symbol(step.rec().model.activation)},
               out);
}

struct Gate {
  std::string letter;
  Index block;
  bool activation = false;  ///< of the network, not σ
};

Vector gate_value(const StepNumbers& step, const Gate& gate, Index t) {
  const Matrix a = step.a(t, gate.block);
  Matrix value(a.rows(), 1);
  if (gate.activation)
    model::apply(step.rec().model.activation, a, value);
  else
    model::sigmoid(a, value);
  return value;
}

// The gate's formula; its numbers are those of the pre-activation that the trace keeps.
void explain_gate(const StepNumbers& step, const Gate& gate, Formula inner, Explanation& out) {
  const Index t = step.t;
  const Highlight sum{Part::pre_activation, t};
  const std::string f = gate.activation ? activation_symbol(step.rec().model.activation) : "σ";
  const Formula symbol = term(indexed(gate.letter, t), sum);
  const Formula before = term(indexed("a", t, gate.letter), sum);
  add_equation(
      {symbol, gate_value(step, gate, t), {vector_term(before, step.a(t, gate.block), sum)}, f, 1},
      out);
  out.equations.back().symbols =
      row({symbol, relation("="),
           f.empty() ? std::move(inner) : row({function(f), parenthesized(std::move(inner))})});
}

Formula gate_sum(const std::string& letter, Index t) {
  return row({weights_term("x" + letter), input_term(t), binary("+"), weights_term("h" + letter),
              state_term(t - 1), binary("+"), bias(letter)});
}

void explain_lstm(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const Gate kGates[] = {{"i", 0}, {"f", 1}, {"g", 2, true}, {"o", 3}};
  for (const Gate& gate : kGates) explain_gate(step, gate, gate_sum(gate.letter, t), out);
  const Highlight gates{Part::pre_activation, t};
  const auto value = [&](int i) {
    return Factor{term(indexed(kGates[i].letter, t), gates), gate_value(step, kGates[i], t)};
  };
  add_equation({cell_state_term(t),
                step.c(t),
                {entrywise_term({value(1), {cell_state_term(t - 1), step.c(t - 1)}},
                                {Part::cell_state, t - 1}),
                 entrywise_term({value(0), value(2)}, gates)}},
               out);
  Matrix squashed(step.n(), 1);
  model::apply(step.rec().model.activation, step.c(t), squashed);
  const std::string f = activation_symbol(step.rec().model.activation);
  Formula of_c = cell_state_term(t);
  if (!f.empty()) of_c = row({function(f), parenthesized(std::move(of_c))});
  add_equation({state_term(t),
                step.h(t),
                {entrywise_term({value(3), {std::move(of_c), squashed}}, {Part::cell_state, t})}},
               out);
}

void explain_gru(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const Gate reset{"r", 0}, update{"z", 1}, fresh{"n", 2, true};
  explain_gate(step, reset, gate_sum("r", t), out);
  explain_gate(step, update, gate_sum("z", t), out);
  const Highlight gates{Part::pre_activation, t};
  const Formula r = term(indexed("r", t), gates), z = term(indexed("z", t), gates);
  const Formula times_x = row({weights_term("xn"), input_term(t)});
  Formula inner =
      step.cell() == CellKind::gru_original
          ? row({times_x, binary("+"), weights_term("hn"),
                 parenthesized(row({r, binary("⊙"), state_term(t - 1)})), binary("+"), bias("n")})
          : row({times_x, binary("+"), bias("n"), binary("+"), r, binary("⊙"),
                 parenthesized(
                     row({weights_term("hn"), state_term(t - 1), binary("+"), bias("hn")}))});
  explain_gate(step, fresh, std::move(inner), out);
  Matrix rest(step.n(), 1);  // 1 − z = σ(−a)
  model::sigmoid(-step.a(t, update.block), rest);
  const Formula one_minus_z = parenthesized(row({term("1"), binary("−"), z}));
  add_equation(
      {state_term(t),
       step.h(t),
       {entrywise_term(
            {{one_minus_z, rest}, {term(indexed("n", t), gates), gate_value(step, fresh, t)}},
            gates),
        entrywise_term({{z, gate_value(step, update, t)}, {state_term(t - 1), step.h(t - 1)}},
                       {Part::state, t - 1})}},
      out);
}

// A cell that has no case of its own: its gates but for the new state's, and the state as a whole.
void explain_any(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const model::CellLayout& layout = model::layout_of(step.rec().model);
  for (Index block = 0; block < layout.gate_count(); ++block) {
    if (block == layout.new_state_block) continue;
    const Gate gate{std::string(1, gate_letter(step.cell(), block)), block};
    explain_gate(step, gate, gate_sum(gate.letter, t), out);
  }
  Formula made =
      row({function("F"), parenthesized(row({state_term(t - 1), comma(), input_term(t)}))});
  add_equation(
      {state_term(t), step.h(t), {vector_term(std::move(made), step.h(t), {Part::state, t})}}, out);
}

std::string input_name(const StepNumbers& step) {
  const model::Batch& batch = step.rec().batch;
  if (batch.input_words.empty()) return "the input " + indexed("x", step.t);
  return "the input “" + batch.input_word(step.t, step.data.sequence) + "”";
}

void say_forward(const StepNumbers& step, Explanation& out) {
  const Index t = step.t;
  const std::string before =
      t == 1 ? std::string("the initial state h_{0}") : "the state " + indexed("h", t - 1);
  const std::string gates =
      step.cell() == CellKind::rnn
          ? ""
          : fmt::format("; the gates of the {} decide what is kept", short_cell_name(step.cell()));
  out.sentences = {
      fmt::format("Forward, step {} of {}: {} and {} make the new state {}{}.", t, step.data.steps,
                  input_name(step), before, indexed("h", t), gates),
      fmt::format("Forward, step {} of {}: {} and {} make {}.", t, step.data.steps,
                  input_name(step), t == 1 ? std::string("h_{0}") : indexed("h", t - 1),
                  indexed("h", t)),
      fmt::format("Forward, step {} of {}.", t, step.data.steps)};
}

}  // namespace

void explain_forward(const StepNumbers& step, Explanation& out) {
  if (step.ended()) {
    out.sentences = {fmt::format("Step {}: this sequence has ended at step {}; its state stays as "
                                 "it is and nothing more is read.",
                                 step.t, step.data.steps),
                     fmt::format("Step {}: the sequence has ended; its state stays.", step.t)};
    add_equation(
        {state_term(step.t),
         step.h(step.t),
         {vector_term(state_term(step.t - 1), step.h(step.t - 1), {Part::state, step.t - 1})}},
        out);
    return;
  }
  say_forward(step, out);
  switch (step.cell()) {
    case CellKind::rnn:
      explain_vanilla(step, out);
      break;
    case CellKind::gru:
    case CellKind::gru_original:
      explain_gru(step, out);
      break;
    case CellKind::lstm:
      explain_lstm(step, out);
      break;
    default:
      explain_any(step, out);
  }
}

}  // namespace backflow::figure
