// What truncated BPTT costs: the gradient that it finds against the one of full BPTT.
#pragma once

#include <optional>

#include "core/gradient/backward.h"

namespace backflow::training {

struct TruncationReport {
  double angle = 0.0;           ///< between the two gradients, in radians; 0 when one of them is 0
  double relative_error = 0.0;  ///< ‖truncated − full‖ / ‖full‖; NaN when the full one is 0
  double full_norm = 0.0;       ///< ‖full‖ over all tensors
};

/// Compares the truncated gradient of a batch with the full one, at the cost of another backward
/// pass; nothing when the truncation is none.
std::optional<TruncationReport> truncation_report(const model::Model& model,
                                                  const model::Batch& batch,
                                                  const model::Trace& trace,
                                                  const gradient::Truncation& truncation,
                                                  const model::Parameters& truncated);

}  // namespace backflow::training
