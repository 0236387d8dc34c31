// Finding the first non-finite number of an iteration.
#pragma once

#include "core/training/trainer.h"

namespace backflow::training {

/// Searches the record in the order of computation: c_0 and h_0, then a_t, c_t and h_t for t
/// = 1..T, then z_t and L_t step by step and L, then ∂L/∂h_t, ∂L/∂c_t and δ_t backward from T,
/// those of the initial state last, then the gradients, the penalties and the norm of all, then the
/// updated parameters.
std::optional<Divergence> find_divergence(const IterationRecord& record);

/// Whether that search would find anything before the updated parameters, told from a part of the
/// record as forward() and backward() left it: the rest cannot be without a trace in that part.
bool may_have_diverged(const IterationRecord& record);

/// The last part of that search alone: the updated parameters, if there are any.
std::optional<Divergence> find_update_divergence(const IterationRecord& record);

/// The same for what the optimiser remembers, e.g. "s of W_hh" (core/training/optimizer.h): a
/// squared gradient may overflow where the gradient does not, and would hold its weight still for
/// ever.
std::optional<Divergence> find_memory_divergence(const OptimizerState& state,
                                                 std::uint64_t iteration);

/// Where, in words: "h_t is not finite at step t = 17", without the iteration.
std::string describe(const Divergence& divergence);

}  // namespace backflow::training
