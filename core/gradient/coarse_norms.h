// A coarse Jacobian map at once, while the exact one is still to be computed: exact for every s-th
// step, in between it is interpolated. For pictures that follow a hand; files
// are made from the exact one.
#pragma once

#include "core/gradient/jacobian_norms.h"

namespace backflow::gradient {

/// About how many floating-point operations the map of a sequence of T steps takes when only every
/// stride-th step is kept. For choosing a stride, not for accounting.
double estimated_cost(model::Index steps, model::Index state_size, MatrixNorm norm,
                      model::Index stride = 1);

/// About how many bytes the exact map takes while it is computed, its one-step Jacobians included.
double exact_memory(model::Index steps, model::Index state_size);

/// The map with JacobianNorms::stride = stride ≥ 1: steps 0, s, 2s, … and T are exact; the
/// logarithms of the others are interpolated between their neighbours. Nothing when cancelled.
std::optional<JacobianNorms> coarse_jacobian_norms(const model::Model& model,
                                                   const model::Trace& trace, model::Index sequence,
                                                   MatrixNorm norm, model::Index stride,
                                                   const CancelFunction& cancelled = {},
                                                   StateBlock block = StateBlock::hidden);

}  // namespace backflow::gradient
