#include "core/gradient/jacobian_norms.h"

#include <cmath>
#include <vector>

#include "core/gradient/jacobian.h"
#include "core/gradient/product_tree.h"

namespace backflow::gradient {

std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled, StateBlock block) {
  const Index n = model.parameters.hidden_size(), states = model::layout_of(model).states;
  if (states == 1) block = StateBlock::hidden;
  const std::vector<ScaledMatrix> jacobians = step_jacobians(model, trace, sequence);
  const BlockRange range = block_range(block, n, states);
  const double identity =
      norm == MatrixNorm::spectral ? 0.0 : 0.5 * std::log10(static_cast<double>(range.count));
  JacobianNorms result{norm, sequence, block, n, TriangularMap(trace.length(sequence), identity),
                       1};
  if (!product_norms(jacobians, range, norm, result.log10_norm, cancelled)) return std::nullopt;
  return result;
}

}  // namespace backflow::gradient
