// One-step Jacobians J_t = ∂h_t/∂h_{t−1} = diag(f′(a_t)) W_hh, and their products
// ∂h_t/∂h_k = J_t J_{t−1} … J_{k+1} (Pascanu, Mikolov & Bengio 2013, equation 5), for one sequence
// of the batch: ∂h_t/∂h_k does not mix sequences.
#pragma once

#include "core/gradient/scaled_matrix.h"
#include "core/model/network.h"

namespace backflow::gradient {

using model::Index;
using model::Matrix;
using model::Vector;

/// J_t (n, n) for batch item `sequence`; 1 ≤ t ≤ T.
Matrix step_jacobian(const model::Model& model, const model::Trace& trace, Index sequence, Index t);

/// ∂h_t/∂h_k (n, n), 0 ≤ k ≤ t ≤ T; the identity for t = k. Never under- or overflows.
ScaledMatrix jacobian_product(const model::Model& model, const model::Trace& trace, Index sequence,
                              Index t, Index k);

}  // namespace backflow::gradient
