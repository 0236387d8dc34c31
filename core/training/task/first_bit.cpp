// Compiled with -ffp-contract=off, as random.cpp is: bit + noise·z must not be fused.
#include "core/training/task/first_bit.h"

#include "core/model/random.h"

namespace backflow::training {

void generate_first_bit(const TaskOptions& options, std::uint64_t iteration, model::Batch& batch,
                        model::Vector& labels) {
  model::Random random(options.seed, iteration);
  for (model::Index b = 0; b < batch.size(); ++b) {
    for (model::Index t = 1; t <= batch.steps(); ++t) {
      const double bit = random.below(2) == 1 ? 1.0 : -1.0;
      const double noise = options.noise * random.normal();
      batch.inputs.step(t)(0, b) = bit + noise;
      if (t == 1) labels(b) = bit > 0.0 ? 1.0 : 0.0;
    }
  }
}

}  // namespace backflow::training
