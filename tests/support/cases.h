// Random small networks and batches for tests, with every pre-activation and logit well away from
// the kinks of ReLU.
#pragma once

#include <string>
#include <vector>

#include "core/model/network.h"

namespace backflow::support {

/// The five activations, leaky ReLU with slope 0.2.
std::vector<model::Activation> all_activations();

struct OutputStage {
  model::Readout readout;
  model::Loss loss;
};
std::vector<model::CellKind> all_cells();

/// Every read-out with every loss that goes with it.
std::vector<OutputStage> all_output_stages();

struct Shape {
  model::Index n = 5, d = 3, m = 2, steps = 6, batch = 3;
  bool every_step = false;
  bool random_state = false;
  model::CellKind cell = model::CellKind::rnn;
  bool different_lengths = false;  ///< T, T − 1, …; many-to-one takes the loss at each one's end
  model::Index first_target = 1;   ///< of every_step: where the losses begin
  bool one_input = false;          ///< x_t = 0 for t > 1
  bool soft_targets = false;       ///< between the classes; nothing for an unbounded read-out
};

struct Case {
  model::Model model;
  model::Batch batch;
  std::string name;
};

/// Drawn again until |a_t| and |z_t| are above 1e-3 everywhere.
Case random_case(const model::Activation& activation, const OutputStage& output, const Shape& shape,
                 std::uint64_t seed);

}  // namespace backflow::support
