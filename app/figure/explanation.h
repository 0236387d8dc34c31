// What happens at the playhead's position, in a sentence and in formulas with this step's numbers.
//
// All numbers are of the shown sequence s and its own loss L⁽ˢ⁾, as in the unrolled network: what
// the record holds as part of the batch mean (core/gradient/backward.h) is taken B times, so that
//   e_t = J_{t+1}ᵀ e_{t+1} + W_hyᵀ ∂L_t/∂z_t,   δ_t = f′(a_t) ⊙ e_t
// hold with L = L⁽ˢ⁾. Clipping and update concern the gradient of the batch mean. Both sides of
// every equation are the record's numbers, or computed from them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/figure/formula.h"
#include "app/figure/unrolled_data.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// How much of the numbers is written, most first.
enum class NumberDetail {
  factors,            ///< every matrix and vector as it is
  terms,              ///< the terms' values, all entries
  beginning_factors,  ///< the first three entries, entrywise products by their factors; and norms
  beginning,          ///< the first three entries of the terms' values, and norms
  two,                ///< the first two, and norms
  pair,               ///< the first two alone
  norms               ///< norms alone
};

/// One way to write an equation's numbers: lines one below the other.
struct NumberForm {
  NumberDetail detail = NumberDetail::factors;
  std::vector<Formula> lines;
};

struct Equation {
  Formula symbols;
  std::vector<NumberForm> numbers;  ///< most detail first; empty when there are none to show
  int rank = 0;  ///< what matters least, with the highest rank, is left out first
};

/// A vector that was shown, for CSV and tests.
struct Quantity {
  std::string name;  ///< markup, "e_{2}"
  model::Vector values;
};

struct Explanation {
  std::vector<std::string> sentences;  ///< markup, longest form first
  std::vector<Equation> equations;
  std::vector<Quantity> quantities;
};

/// For View::playhead; without one, the network's equations in general. The step is that of
/// playhead.h over the batch's T, a sequence that has ended by then keeps its state and has no
/// blame.
Explanation explain(const session::Snapshot& snapshot, const View& view);

// The parts, by phase.

/// The step t of one sequence of a record, everything as of its own loss.
struct StepNumbers {
  const UnrolledData& data;
  model::Index t;

  const training::IterationRecord& rec() const { return data.rec(); }
  const model::Parameters& parameters() const { return rec().model.parameters; }
  model::Index n() const { return rec().trace.h.rows(); }
  model::CellKind cell() const { return rec().model.cell; }
  bool has_c() const { return model::layout_of(rec().model).has_c(); }
  bool ended() const { return t > data.steps; }  ///< the sequence, before step t

  // Vectors at step i; those of signals are B times the record's.
  model::Vector x(model::Index i) const;                      ///< (d)
  model::Vector h(model::Index i) const;                      ///< (n)
  model::Vector c(model::Index i) const;                      ///< (n) of an LSTM
  model::Vector a(model::Index i, model::Index block) const;  ///< (n)
  model::Vector e(model::Index i) const;                      ///< (n)
  model::Vector e_c(model::Index i) const;                    ///< (n) of an LSTM
  model::Vector delta(model::Index i) const;                  ///< (delta_blocks·n)
  model::Vector dz(model::Index i) const;                     ///< (m); zero where there is no loss
};

void explain_forward(const StepNumbers& step, Explanation& explanation);
void explain_output(const UnrolledData& data, Explanation& explanation);
void explain_backward(const StepNumbers& step, Explanation& explanation);
void explain_clip(const UnrolledData& data, Explanation& explanation);
void explain_update(const UnrolledData& data, Explanation& explanation);
void explain_network(const UnrolledData& data, Explanation& explanation);

}  // namespace backflow::figure
