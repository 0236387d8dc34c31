// The data of one iteration: B sequences of up to T steps with their targets and initial states.
//
// Sequences may differ in length: sequence b ends at step T_b ≤ T, its inputs beyond are zero, its
// state stays as it is after T_b, and no loss is taken there.
#pragma once

#include <string>
#include <vector>

#include "core/model/types.h"

namespace backflow::model {

struct Batch {
  StepMatrices inputs;   ///< x_t (d, B) for t = 1..T
  StepMatrices targets;  ///< y_t (m, B) for the steps that have a loss: consecutive, the last is T
  /// Weight of each sequence's own loss at each step of `targets`, (1, B): 1, or 0 where it has
  /// none. Empty when all are 1.
  StepMatrices weights;
  /// T_b for each sequence, 1 ≤ T_b ≤ T and at least one equal to T; empty when all are T. Of a
  /// part cut out of a batch (gradient_check.cpp) also 0, for a sequence that ended before the
  /// part, and more than T, for one that ends after it: forward() minds only t ≤ T_b.
  std::vector<Index> lengths;
  Matrix initial_state;  ///< h_0 (n, B); for a cell with two states h_0 above c_0, (2n, B)
  /// For people: what a 1 in each row of one-hot inputs means ("cat"), (d). Else empty.
  std::vector<std::string> input_words;

  Index steps() const { return inputs.last(); }
  Index size() const { return inputs.batch(); }
  /// T_b of a sequence.
  Index length(Index sequence) const {
    return lengths.empty() ? steps() : lengths[static_cast<std::size_t>(sequence)];
  }
  /// The word of x_t, "0" where x_t is zero. Precondition: there are input_words.
  std::string input_word(Index t, Index sequence) const {
    Index row = 0;
    const double largest = inputs.step(t).col(sequence).maxCoeff(&row);
    return largest > 0.0 ? input_words[static_cast<std::size_t>(row)] : "0";
  }
  /// The weight of a sequence's loss at step t; 0 at steps without targets.
  double weight(Index t, Index sequence) const {
    if (!targets.contains(t)) return 0.0;
    return weights.count() == 0 ? 1.0 : weights.step(t)(0, sequence);
  }
};

}  // namespace backflow::model
