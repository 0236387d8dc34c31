// One-step Jacobians J_t = ∂state_t/∂state_{t−1} and their products ∂state_t/∂state_k =
// J_t J_{t−1} … J_{k+1} (Pascanu, Mikolov & Bengio 2013, equation 5), for one sequence of the
// batch: they do not mix sequences. For the vanilla cell J_t = ∂h_t/∂h_{t−1} = diag(f′(a_t)) W_hh;
// for an LSTM the state is h above c and the four blocks are ∂h/∂h, ∂h/∂c, ∂c/∂h, ∂c/∂c.
#pragma once

#include <vector>

#include "core/gradient/scaled_matrix.h"
#include "core/gradient/state_block.h"
#include "core/model/network.h"

namespace backflow::gradient {

using model::Index;
using model::Matrix;
using model::Vector;

/// J_t (S·n, S·n) for batch item `sequence`; 1 ≤ t ≤ its length.
Matrix step_jacobian(const model::Model& model, const model::Trace& trace, Index sequence, Index t);

/// All of a sequence's: J_t at index t − 1, for t = 1 … its length, normalised.
std::vector<ScaledMatrix> step_jacobians(const model::Model& model, const model::Trace& trace,
                                         Index sequence);

/// A block of ∂state_t/∂state_k, 0 ≤ k ≤ t ≤ T; for t = k of the identity. (n, n), or (S·n, S·n)
/// for the full state. Never under- or overflows. Precondition: the cell has that block.
ScaledMatrix jacobian_product(const model::Model& model, const model::Trace& trace, Index sequence,
                              Index t, Index k, StateBlock block = StateBlock::hidden);

}  // namespace backflow::gradient
