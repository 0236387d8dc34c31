// The map that the heatmap shows: log10 ‖∂h_t/∂h_k‖ for all 0 ≤ k ≤ t ≤ T of one sequence, T being
// its own length. For an LSTM also ∂c_t/∂c_k and the whole state.
//
// Every factor carries its own binary exponent, so 10^-5000 comes out as −5000. Cost O(T² n²) and
// O(T log T) products (core/gradient/product_tree.h).
#pragma once

#include <functional>
#include <optional>

#include "core/gradient/matrix_norm.h"
#include "core/gradient/state_block.h"
#include "core/gradient/triangular_map.h"
#include "core/model/network.h"

namespace backflow::gradient {

struct JacobianNorms {
  MatrixNorm norm = MatrixNorm::spectral;
  model::Index sequence = 0;
  StateBlock block = StateBlock::hidden;
  model::Index hidden_size = 0;
  /// log10 ‖∂h_t/∂h_k‖: −inf for an exact zero, NaN or +inf where a Jacobian was not finite.
  TriangularMap log10_norm;
  /// 1: every pair was computed. Else those of every stride-th step, the others are interpolated.
  model::Index stride = 1;
  /// Those of every stride-th step are estimates (estimated_norms.h), not exact.
  bool estimated = false;

  bool is_exact() const { return stride == 1 && !estimated; }
};

/// The part of the products that a map is of, and what stands on its diagonal.
struct MappedBlock {
  StateBlock block;  ///< one that the cell has: `hidden` for one that it lacks
  BlockRange range;
  double log10_identity;  ///< log10 ‖I‖: 0, or log10 √count for the Frobenius norm
};
MappedBlock mapped_block(const model::Model& model, MatrixNorm norm, StateBlock block);

/// Asked often, as far as the size of a step's product allows, from any of the threads that
/// compute; true stops the computation.
using CancelFunction = std::function<bool()>;

/// The map for batch item `sequence`; nothing when cancelled. A block that the cell lacks is taken
/// as `hidden`.
std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            model::Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled = {},
                                            StateBlock block = StateBlock::hidden);

}  // namespace backflow::gradient
