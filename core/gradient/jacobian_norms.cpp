#include "core/gradient/jacobian_norms.h"

#include <cmath>
#include <vector>

#include "core/gradient/jacobian.h"
#include "core/gradient/product_tree.h"

namespace backflow::gradient {

MappedBlock mapped_block(const model::Model& model, MatrixNorm norm, StateBlock block) {
  const Index n = model.parameters.hidden_size(), states = model::layout_of(model).states;
  if (states == 1) block = StateBlock::hidden;
  const BlockRange range = block_range(block, n, states);
  return {block, range,
          norm == MatrixNorm::spectral ? 0.0 : 0.5 * std::log10(static_cast<double>(range.count))};
}

std::optional<JacobianNorms> jacobian_norms(const model::Model& model, const model::Trace& trace,
                                            Index sequence, MatrixNorm norm,
                                            const CancelFunction& cancelled, StateBlock block) {
  const MappedBlock mapped = mapped_block(model, norm, block);
  if (cancelled && cancelled()) return std::nullopt;
  const std::vector<ScaledMatrix> jacobians = step_jacobians(model, trace, sequence);
  JacobianNorms result{norm,
                       sequence,
                       mapped.block,
                       model.parameters.hidden_size(),
                       TriangularMap(trace.length(sequence), mapped.log10_identity),
                       1};
  if (!product_norms(jacobians, mapped.range, norm, result.log10_norm, cancelled))
    return std::nullopt;
  return result;
}

}  // namespace backflow::gradient
