// The data of one iteration: B sequences of T steps with their targets and initial state.
#pragma once

#include <string>
#include <vector>

#include "core/model/types.h"

namespace backflow::model {

struct Batch {
  StepMatrices inputs;   ///< x_t (d, B) for t = 1..T
  StepMatrices targets;  ///< y_t (m, B) for the steps that have a loss: 1..T, or T alone
  Matrix initial_state;  ///< h_0 (n, B)
  /// Words for people, when the inputs have them ("cat"): [sequence][t − 1]. Else empty.
  std::vector<std::vector<std::string>> input_labels;

  Index steps() const { return inputs.last(); }
  Index size() const { return inputs.batch(); }
};

}  // namespace backflow::model
